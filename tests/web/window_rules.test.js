// The window page and the rules of the queue: why and who is next, plans, next steps, misses, an emergency, a lost page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, mock, test } from "node:test";
import { register } from "../../kiosk_ui/shared/i18n.js";
import { signal } from "../../kiosk_ui/vendor/signals-core.js";
import texts from "../../kiosk_ui/i18n/window.js";
import rules from "../../kiosk_ui/i18n/window_rules.js";
import { nextServices } from "../../kiosk_ui/window/finish.js";
import { LEAST_MS, STALE_MS, createNext } from "../../kiosk_ui/window/next.js";
import { callsText, changeText, isFlexible, modeTitle } from "../../kiosk_ui/window/plan.js";
import { PAGE_LOST, keyOf, lostPage, mainSteps, moreSteps, stepOfKey } from "../../kiosk_ui/window/steps.js";
import { order } from "../../kiosk_ui/window/take.js";
import { missedText, stepText, steppedText } from "../../kiosk_ui/window/told.js";
import { fakeHall, settle } from "./fakes.js";

register(texts);
register(rules);

const NOW = 1_790_000_000_000;
const PLAN = { services: ["tax"], policy: "priority", help: [], choose: true, mode: null };
const called = { ticket: "t1", label: "A001", stage: "called", queue: "tax", called_at: NOW, started_at: null };
const serving = { ...called, stage: "serving", started_at: NOW };
const desk = (more = {}) => ({
  id: "3", label: "3", state: "open", services: ["tax"], plan: PLAN, modes: [], ticket: null, clerk: { id: "1003" }, done: 0, ...more,
});
const waiting = (id, more = {}) => ({ id, label: id, queue: "tax", priority: "normal", stage: "waiting", place: 1, target: null, for_clerk: null, ...more });
const names = (steps) => steps.map((step) => step.name);
const SERVICES = [
  { id: "tax", name: "税务", then: "issue", missed_k: 3 }, { id: "issue", name: "统一发证" }, { id: "social", name: "社保" },
];
const STATE = { services: { value: SERVICES }, windows: { value: [desk({ clerk: { id: "1003", name: "王秀兰" } })] } };

test("C11: the page and the daemon mean the same reason of a pause", async () => {
  const daemon = await readFile(new URL("../../hallctl/engine/presence.py", import.meta.url), "utf8");
  assert.equal(daemon.match(/^PAGE_LOST: Final = "(.+)"$/m)?.[1], PAGE_LOST);
});

test("C11: a window that was paused because the page was lost is offered to go on, with a ticket too", () => {
  const lost = { state: "paused", reason: PAGE_LOST };
  assert.deepEqual(names(mainSteps(desk(lost), { now: NOW })), ["resume_window"]);
  const steps = mainSteps(desk({ ...lost, ticket: called }), { now: NOW });
  assert.deepEqual(names(steps), ["start", "resume_window", "recall", "miss"]);
  assert.equal(stepOfKey("F2", steps).name, "resume_window");
  assert.ok(!names(moreSteps(desk({ ...lost, ticket: serving }))).includes("resume_window"), "once is enough");
  assert.equal(lostPage(desk({ state: "paused", reason: "午间休息" })), false);
});

test("C13: who may only call the next is not offered to choose", () => {
  assert.ok(names(moreSteps(desk(), { waiting: 2 })).includes("choose"));
  assert.ok(!names(moreSteps(desk({ plan: { ...PLAN, choose: false } }), { waiting: 2 })).includes("choose"));
});

test("C16: in an emergency nobody is called or missed, no number is given; who is here is served to the end", () => {
  const idle = mainSteps(desk(), { now: NOW, kiosks: 0, emergency: true });
  assert.deepEqual(idle.map((step) => [step.name, Boolean(step.locked)]), [["call", true], ["take", true]]);
  assert.equal(stepOfKey("Enter", idle), null);
  const steps = mainSteps(desk({ ticket: called }), { now: NOW, emergency: true });
  assert.deepEqual(steps.filter((step) => step.locked).map((step) => step.name), ["recall", "miss"]);
  assert.equal(stepOfKey("Enter", steps).name, "start");
  assert.deepEqual(names(moreSteps(desk(), { held: 1, waiting: 1, missed: 1, emergency: true })), ["restore", "pause", "close", "move", "leave"]);
});

test("T17: the usual next step stands beside 办结 with a key of its own; Enter still ends the service", () => {
  const steps = mainSteps(desk({ ticket: serving }), { now: NOW, then: SERVICES[1] });
  assert.deepEqual(names(steps), ["finish", "finish_then"]);
  assert.equal(stepOfKey("Enter", steps).name, "finish");
  assert.equal(stepOfKey(keyOf({ key: "F8", shiftKey: false }), steps).name, "finish");
  const next = stepOfKey(keyOf({ key: "F8", shiftKey: true }), steps);
  assert.deepEqual([next.name, next.method, next.params], ["finish_then", "ticket.finish", { then: "issue" }]);
  assert.deepEqual(names(mainSteps(desk({ ticket: serving }), { now: NOW, then: SERVICES[1], steps: [{ queue: "issue" }] })), ["finish"]);
  assert.ok(names(moreSteps(desk({ ticket: serving }))).includes("finish_other"));
  assert.deepEqual(nextServices(SERVICES, "tax").map((each) => each.id), ["issue", "social"]);
});

test("L07: a consultation that ends here is asked how; one that goes on is not", () => {
  const [finish] = mainSteps(desk({ ticket: serving }), { now: NOW, consult: true });
  assert.deepEqual([finish.name, finish.method, finish.key], ["finish", null, "F8"]);
  assert.equal(mainSteps(desk({ ticket: serving }), { now: NOW, consult: true, steps: [{ queue: "tax" }] })[0].method, "ticket.finish");
});

test("T17, C08: where the number goes next is said, also that it comes back to its clerk", () => {
  const receipt = { ticket: { label: "A001", stage: "waiting", queue: "issue" } };
  assert.equal(stepText({ queue: "issue" }, STATE), "统一发证");
  assert.equal(stepText({ queue: "tax", for_clerk: "1003" }, STATE), "回到 王秀兰（税务）");
  assert.equal(stepText({ queue: "tax", target: "3" }, STATE), "回到 3 号窗口（税务）");
  assert.match(steppedText(receipt, { queue: "issue" }, STATE), /A001.*统一发证/);
  assert.equal(steppedText({ ticket: { ...receipt.ticket, stage: "done" } }, null, STATE), null);
  assert.equal(steppedText(null, null, STATE), null);
});

test("C07: what becomes of who did not come, one sentence for each policy", () => {
  const miss = (then) => missedText({ ticket: "t1", label: "A001", queue: "tax", then }, SERVICES);
  const said = ["void", "requeue", "tail", "staff_restore"].map(miss);
  assert.equal(new Set(said).size, 4);
  assert.match(said[0], /作废/);
  assert.match(said[1], /3 位/);
  assert.match(said[2], /队尾/);
  assert.match(said[3], /恢复/);
});

test("C13: a window that is switched tells its mode and what it calls; a change is told in one line", () => {
  const flexible = desk({ services: ["issue", "tax"], plan: { ...PLAN, services: ["issue"], help: ["tax"] }, modes: [{ name: "both", title: "并叫" }] });
  const both = { ...flexible, plan: { ...PLAN, services: ["issue", "tax"], mode: "both" } };
  assert.equal(callsText(flexible, SERVICES), "统一发证 + 税务（支援）");
  assert.deepEqual([modeTitle(flexible), modeTitle(both)], [null, "并叫"]);
  assert.deepEqual([isFlexible(flexible), isFlexible(desk())], [true, false]);
  assert.equal(changeText(flexible, both, SERVICES), "从下一位起：统一发证 + 税务");
  assert.equal(changeText(both, { ...both, state: "paused" }, SERVICES), null);
  assert.match(changeText(desk(), desk({ plan: { ...PLAN, policy: "fifo" } }), SERVICES), /先后/);
  assert.match(changeText(desk(), desk({ plan: { ...PLAN, choose: false } }), SERVICES), /不能指定/);
});

test("T10: an agent's number tells for how many, and only an agent's", () => {
  const choice = { priority: "normal", kiosk: "", principals: 8 };
  assert.equal(order(SERVICES[0], { ...choice, reason: texts.zh["window.reason.take.4"] }).principals, 8);
  assert.equal(order(SERVICES[0], { ...choice, reason: texts.zh["window.reason.take.2"] }).principals, undefined);
});

// ---------------------------------------------------------------- who would be next

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW }));
afterEach(() => mock.timers.reset());

function asked({ windows = [desk()], tickets = [waiting("A001")] } = {}) {
  const hall = fakeHall({ hall: { emergency: null }, windows, tickets }, { "hall.preview": () => ({ ticket: { id: "A001", label: "A001" }, zh: "先到" }) });
  hall.online = signal(true);
  const visible = signal(true);
  const { next, close } = createNext(hall, "3", { visible, clock: () => Date.now() });
  const pass = async (ms) => { mock.timers.tick(ms); await settle(); };
  return { hall, visible, next, close, pass, count: () => hall.calls.length };
}

test("C02: who would be next is asked at once, and then at most once a second however often the queues change", async () => {
  const { hall, next, close, pass, count } = asked();
  await pass(0);
  assert.deepEqual([count(), next.value.ticket.label], [1, "A001"]);
  for (let number = 2; number < 40; number += 1) {
    hall.state.tickets.value = [...hall.state.tickets.value, waiting(`A0${number}`, { place: number })];
    await pass(50);
  }
  assert.ok(count() <= 3, `${count()}`);
  assert.equal(hall.calls[0][1].window, "3");
  await pass(LEAST_MS);
  const before = count();
  await pass(STALE_MS);
  assert.equal(count(), before + 1, "waiting alone changes the order");
  close();
});

test("C02: other queues' changes are not asked about; one who has gone is not shown as next", async () => {
  const { hall, next, close, pass, count } = asked();
  await pass(0);
  hall.state.tickets.value = [...hall.state.tickets.value, waiting("C001", { queue: "other" })];
  await pass(LEAST_MS);
  assert.equal(count(), 1);
  hall.state.tickets.value = [waiting("A002")];
  assert.equal(next.value, null);
  close();
});

test("nobody is asked about while the page is hidden, the window is closed or busy, or in an emergency", async () => {
  const { hall, visible, next, close, pass, count } = asked();
  await pass(0);
  const quiet = async (change, back) => {
    const before = count();
    change();
    await pass(STALE_MS);
    assert.deepEqual([count() - before, next.value], [0, null]);
    back();
    await pass(LEAST_MS);
    assert.equal(count() - before, 1);
  };
  await quiet(() => { visible.value = false; }, () => { visible.value = true; });
  await quiet(() => { hall.online.value = false; }, () => { hall.online.value = true; });
  await quiet(() => { hall.state.windows.value = [desk({ ticket: called })]; }, () => { hall.state.windows.value = [desk()]; });
  await quiet(() => { hall.state.windows.value = [desk({ state: "paused" })]; }, () => { hall.state.windows.value = [desk()]; });
  await quiet(() => { hall.state.hall.value = { emergency: "停电" }; }, () => { hall.state.hall.value = { emergency: null }; });
  close();
});

test("an answer that comes too late is not shown, and is asked again", async () => {
  const { hall, next, close, pass, count } = asked();
  let answer;
  hall.answers["hall.preview"] = () => new Promise((resolve) => { answer = resolve; });
  await pass(0);
  hall.state.tickets.value = [waiting("A002")];
  await pass(10);
  answer({ ticket: { id: "A001", label: "A001" } });
  await settle();
  assert.equal(next.value, null);
  hall.answers["hall.preview"] = () => ({ ticket: { id: "A002", label: "A002" } });
  await pass(LEAST_MS);
  assert.deepEqual([count(), next.value.ticket.label], [2, "A002"]);
  close();
});
