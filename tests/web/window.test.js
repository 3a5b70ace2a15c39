// The window page: which step fits, what waits, what is on hold or missed; C06–C17 as the clerk sees them.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { register } from "../../kiosk_ui/shared/i18n.js";
import { setTimezone } from "../../kiosk_ui/shared/time.js";
import texts from "../../kiosk_ui/i18n/window.js";
import rules from "../../kiosk_ui/i18n/window_rules.js";
import {
  carried, choosable, missedTickets, ownWaiting, queueRows, ratingAfter, ratingNow, reprintable, restorable, resumable,
  todayFigures, waitingFor,
} from "../../kiosk_ui/window/queues.js";
import { busy, createRunner } from "../../kiosk_ui/window/runner.js";
import { freeFor, methodsFor } from "../../kiosk_ui/window/seat.js";
import { mainSteps, moreSteps, situation, stepOfKey, stepSince, undoLeft } from "../../kiosk_ui/window/steps.js";
import { order, takeable } from "../../kiosk_ui/window/take.js";
import { destinations } from "../../kiosk_ui/window/transfer.js";
import { fakeHall, settle } from "./fakes.js";

register(texts);
register(rules);
setTimezone("Asia/Shanghai");
beforeEach(() => { busy.value = false; });

const NOW = 1_790_000_000_000;
const called = { ticket: "t1", label: "A001", stage: "called", queue: "tax", called_at: NOW, started_at: null };
const serving = { ...called, stage: "serving", started_at: NOW + 5000 };
const desk = (more = {}) => ({
  id: "3", label: "3", state: "open", services: ["tax", "social"], plan: { services: ["tax", "social"], help: [], choose: true }, ticket: null, clerk: { id: "1003" }, done: 4, ...more,
});
const ticket = (label, more = {}) => ({
  id: `d-${label}`, label, queue: "tax", service: "tax", priority: "normal", stage: "waiting", taken_at: NOW, place: NOW,
  window: null, target: null, for_clerk: null, clerk: null, steps: [], ...more,
});
const names = (steps) => steps.map((step) => step.name);
const labels = (tickets) => tickets.map((each) => each.label);

test("the situation decides the big buttons; one of them is primary and under Enter", () => {
  const expected = {
    closed: [desk({ state: "closed" }), "open"],
    idle: [desk(), "call"],
    called: [desk({ ticket: called }), "start"],
    serving: [desk({ ticket: serving }), "finish"],
    paused: [desk({ state: "paused" }), "resume_window"],
  };
  for (const [name, [window, primary]] of Object.entries(expected)) {
    const steps = mainSteps(window, { now: NOW });
    assert.equal(situation(window), name);
    assert.ok(steps.length <= 5, name);
    assert.deepEqual(names(steps.filter((step) => step.primary)), [primary]);
    assert.equal(stepOfKey("Enter", steps).name, primary);
  }
});

test("each key is its step, and nothing where the step does not fit", () => {
  const steps = mainSteps(desk({ ticket: called }), { now: NOW });
  assert.deepEqual(["F3", "F4", "F6", "F7"].map((key) => stepOfKey(key, steps).name), ["recall", "start", "miss", "undo"]);
  assert.equal(stepOfKey("F2", steps), null);
  assert.equal(stepOfKey("F8", steps), null);
  assert.equal(stepOfKey("a", steps), null);
});

test("C17: undo counts down and goes after the hall's own time", () => {
  assert.equal(undoLeft(called, NOW + 1000), 29);
  assert.equal(undoLeft(called, NOW + 30_000), 0);
  assert.equal(undoLeft(called, NOW + 30_000, 60), 30);
  assert.equal(undoLeft(serving, NOW), 0);
  assert.equal(undoLeft(null, NOW), 0);
  assert.ok(!names(mainSteps(desk({ ticket: called }), { now: NOW + 31_000 })).includes("undo"));
});

test("a hall without a kiosk takes numbers at the window: the step is among the big ones", () => {
  assert.deepEqual(names(mainSteps(desk(), { now: NOW, kiosks: 0 })), ["call", "take"]);
  assert.equal(mainSteps(desk({ ticket: called }), { now: NOW, kiosks: 0 }).length, 5);
  assert.equal(stepOfKey("F1", mainSteps(desk(), { now: NOW, kiosks: 0 })).name, "take");
  assert.equal(stepOfKey("F1", mainSteps(desk(), { now: NOW })), null);
});

test("the other steps: only what is possible now", () => {
  assert.deepEqual(names(moreSteps(desk())), ["take", "pause", "close", "move", "leave"]);
  const counts = { held: 1, missed: 1, waiting: 2, printers: 1 };
  assert.deepEqual(names(moreSteps(desk(), counts)).slice(0, 5), ["resume", "restore", "choose", "take", "reprint"]);
  assert.ok(!names(moreSteps(desk({ ticket: serving }), counts)).includes("cancel"));
  assert.ok(!names(moreSteps(desk({ ticket: called }), counts)).includes("hold"));
});

test("C10: a pause during a service is taken back among the other steps, not paused twice", () => {
  const steps = names(moreSteps(desk({ state: "paused", ticket: serving })));
  assert.ok(steps.includes("resume_window") && !steps.includes("pause"));
  assert.ok(!names(moreSteps(desk({ state: "paused" }))).includes("resume_window"));
});

test("the running clock: since the call, since the start, and after a hold since the call back (C09)", () => {
  assert.equal(stepSince(called), NOW);
  assert.equal(stepSince(serving), NOW + 5000);
  assert.equal(stepSince({ ...serving, called_at: NOW + 60_000 }), NOW + 60_000);
});

test("lists are by place whatever the class or the policy: who is next is the hall's to say", () => {
  const tickets = [ticket("A003", { place: 3, priority: "green" }), ticket("A001", { place: 1 }), ticket("A002", { place: 2, priority: "elder" })];
  assert.deepEqual(labels(waitingFor(desk(), tickets)), ["A001", "A002", "A003"]);
});

test("C08: what was sent to this window waits here only, whatever its queue", () => {
  const tickets = [ticket("B001", { queue: "other" }), ticket("B002", { queue: "other", target: "3" }), ticket("A001", { target: "4" })];
  assert.deepEqual(labels(waitingFor(desk(), tickets)), ["B002"]);
});

test("C08: what was sent to a clerk waits where that clerk sits", () => {
  const tickets = [ticket("B001", { queue: "other", for_clerk: "1003" }), ticket("A001", { for_clerk: "1009" })];
  assert.deepEqual(labels(waitingFor(desk(), tickets)), ["B001"]);
  assert.deepEqual(labels(waitingFor(desk({ clerk: { id: "1009" } }), tickets)), ["A001"]);
  assert.deepEqual(labels(waitingFor(desk({ clerk: null }), tickets)), []);
});

test("one row per queue: how many, how long, how many with a class or for this window", () => {
  const services = ["tax", "social", "other"].map((id) => ({ id, name: id }));
  const tickets = [ticket("A001", { place: NOW - 600_000 }), ticket("A002", { priority: "elder", target: "3" }), ticket("C001", { queue: "other" })];
  const rows = queueRows(desk(), services, tickets, NOW);
  assert.deepEqual(rows.map(({ service, waiting, meant, special, longest_s: longest }) => [service.id, waiting, meant, special, longest]),
    [["tax", 2, 1, 1, 600], ["social", 0, 0, 0, 0]]);
});

test("C13: those with whom the window only helps out are not counted as its own", () => {
  const helping = desk({ plan: { services: ["tax"], help: ["social"], choose: true } });
  const tickets = [ticket("A001"), ticket("B001", { queue: "social" }), ticket("B002", { queue: "social", target: "3" })];
  assert.equal(waitingFor(helping, tickets).length, 3);
  assert.deepEqual(labels(ownWaiting(helping, tickets)), ["A001", "B002"]);
  assert.deepEqual(queueRows(helping, [{ id: "tax" }, { id: "social" }], tickets, NOW).map((row) => row.help), [false, true]);
});

test("C09: called back where it was held, by its clerk elsewhere, or where that window is closed", () => {
  const held = (label, more) => ticket(label, { stage: "held", held_at: NOW, ...more });
  const windows = [desk(), desk({ id: "2", state: "open" }), desk({ id: "4", state: "closed" })];
  const tickets = [held("A004", { window: "2", clerk: "1003" }), held("A001", { window: "3", clerk: "1009" }), held("A005", { window: "2", clerk: "1002" }),
    held("A006", { window: "4", clerk: "1002", held_at: NOW + 1 }), held("C001", { window: "4", queue: "other" })];
  assert.deepEqual(labels(resumable(desk(), tickets, windows)), ["A001", "A004", "A006"]);
});

test("C09: a number that was kept over night is known by its day", () => {
  assert.equal(carried({ taken_at: Date.UTC(2026, 10, 21, 8) }, "2026-11-22"), true);
  assert.equal(carried({ taken_at: Date.UTC(2026, 10, 21, 17) }, "2026-11-22"), false, "after midnight in the hall");
  assert.equal(carried({ taken_at: 0 }, null), false);
});

test("C07: only what the service's rule leaves to the staff can be put back", () => {
  const services = [{ id: "tax", missed_policy: "staff_restore" }, { id: "social", missed_policy: "void" }];
  const tickets = [ticket("A001", { stage: "missed" }), ticket("B001", { stage: "missed", queue: "social" })];
  assert.deepEqual(labels(restorable(desk(), tickets, services)), ["A001"]);
});

test("C07: missed of my queues and of this window, the latest first", () => {
  const missed = (label, at, more) => ticket(label, { stage: "missed", called_at: at, ...more });
  const tickets = [missed("A001", 1), missed("A002", 2), missed("C001", 3, { queue: "other" }), missed("C002", 4, { queue: "other", window: "3" })];
  assert.deepEqual(labels(missedTickets(desk(), tickets)), ["C002", "A002", "A001"]);
});

test("a ticket is found by its label; a slip is printed again for open ones, the one here first", () => {
  const tickets = [ticket("A001"), ticket("A012", { taken_at: NOW + 1 }), ticket("A002", { stage: "done" }), ticket("A003", { stage: "serving" })];
  assert.deepEqual(labels(choosable(desk(), tickets, " a01 ")), ["A012"]);
  assert.deepEqual(labels(reprintable(tickets, "d-A003")), ["A003", "A012", "A001"]);
});

test("today's figures are of my window and my queues", () => {
  const services = [{ id: "tax", issued: 5, missed: 1 }, { id: "social", issued: 2, missed: 0 }, { id: "other", issued: 9, missed: 9 }];
  assert.deepEqual(todayFigures(desk(), services), { done: 4, missed: 1, issued: 7 });
});

test("a rating is only asked, rated or not: never a level", () => {
  const done = ticket("A001", { stage: "done", rating: "asked", window: "3" });
  assert.deepEqual(ratingNow(desk(), [done]), { ticket: "d-A001", label: "A001", state: "asked" });
  assert.equal(ratingNow(desk(), [{ ...done, window: "4" }]), null);
  const finished = { type: "ticket.finished", data: { tickets: [done], windows: [{ id: "3" }] } };
  const asked = ratingAfter(null, finished, "3");
  assert.equal(asked.state, "asked");
  assert.equal(ratingAfter(null, finished, "4"), null);
  assert.equal(ratingAfter(asked, { type: "ticket.rated", data: { ticket: "other", level: "satisfied" } }, "3"), asked);
  assert.deepEqual(ratingAfter(asked, { type: "ticket.rated", data: { ticket: "d-A001", level: "satisfied" } }, "3"), { ...asked, state: "rated" });
  assert.equal(ratingAfter(asked, { type: "rating.lapsed", data: { ticket: "d-A001" } }, "3").state, "lapsed");
});

test("C12: a free window is sat down at and opened, another's taken over in one step", () => {
  assert.deepEqual(methodsFor(desk({ clerk: null, state: "closed" }), "1003"), ["clerk.login", "window.open"]);
  assert.deepEqual(methodsFor(desk({ clerk: null }), "1003"), ["clerk.login"]);
  assert.deepEqual(methodsFor(desk(), "1003"), []);
  assert.deepEqual(methodsFor(desk({ state: "paused" }), "1009"), ["window.take_over"]);
  assert.equal(freeFor(desk(), "1009"), false);
});

test("taking for somebody: my services first; a card's service needs a reason instead", () => {
  const services = [{ id: "other", name: "别的", name_en: "Other", prefix: "C" }, { id: "tax", name: "税务", name_en: "Tax", prefix: "A" }];
  assert.deepEqual(takeable(desk(), services).map((each) => each.id), ["tax", "other"]);
  assert.deepEqual(takeable(desk(), services, "oth").map((each) => each.id), ["other"]);
  const choice = { priority: "elder", kiosk: "", reason: " " };
  assert.deepEqual(order({ id: "tax", identity: "optional" }, choice), { service: "tax", priority: "elder" });
  assert.equal(order({ id: "tax", identity: "required" }, choice), null);
  assert.equal(order({ id: "tax", identity: "required" }, { ...choice, reason: "未带证件" }).reason, "未带证件");
});

test("a ticket is not sent where it is already", () => {
  const parts = { mine: desk({ ticket: called }), services: [{ id: "tax", name: "税务" }, { id: "social", name: "社保" }], windows: [desk(), desk({ id: "4", label: "4" })] };
  assert.deepEqual(destinations("service", "", parts).map((each) => each.id), ["social"]);
  assert.deepEqual(destinations("window", "", parts).map((each) => each.id), ["4"]);
  assert.deepEqual(destinations("service", "医", parts), []);
});

test("C08: a colleague is one who is at a window now; closed windows come last", () => {
  const windows = [desk(), desk({ id: "5", state: "closed", clerk: { id: "1005" } }), desk({ id: "4", clerk: { id: "1004", name: "李建国" } }),
    desk({ id: "6", clerk: { id: "1004", name: "李建国" } }), desk({ id: "7", clerk: null })];
  const parts = { mine: desk({ ticket: called }), services: [], windows };
  assert.deepEqual(destinations("clerk", "", parts).map((each) => each.clerk.id), ["1004"]);
  assert.deepEqual(destinations("clerk", "建国", parts).length, 1);
  assert.deepEqual(destinations("window", "", parts).map((each) => each.id), ["4", "6", "7", "5"]);
});

function desked(answers) {
  const hall = { ...fakeHall({ windows: [desk()] }, answers), online: { value: true } };
  const faults = [];
  const runner = createRunner(hall, "3", { clear: () => {}, fault: (error) => faults.push(error) });
  return { hall, faults, runner };
}

test("a double press does one thing; a refusal is said and nothing stays locked", async () => {
  const { hall, faults, runner } = desked({ "ticket.call": new Error("queue.empty") });
  runner.here("ticket.call");
  runner.here("ticket.call");
  assert.equal(busy.value, true);
  await settle();
  assert.deepEqual(hall.calls, [["ticket.call", { window: "3" }]]);
  assert.equal(faults.length, 1);
  assert.equal(busy.value, false);
});

test("the next key counts as soon as the screen shows the last one's effect, before its answer", async () => {
  const { hall, runner } = desked({ "ticket.call": () => new Promise(() => {}), "ticket.start": { seq: 2 } });
  runner.here("ticket.call");
  hall.state.windows.value = [desk({ ticket: called })];
  await runner.here("ticket.start");
  assert.deepEqual(hall.calls.map(([method]) => method), ["ticket.call", "ticket.start"]);
});

test("C11: nothing is sent while the line is down", async () => {
  const { hall, runner } = desked({});
  hall.online.value = false;
  assert.equal(await runner.here("ticket.call"), null);
  assert.deepEqual(hall.calls, []);
});

test("Enter waits a moment after a step, so that a double press is not two steps", async (context) => {
  mock.timers.enable({ apis: ["Date"], now: NOW });
  context.after(() => mock.timers.reset());
  const { runner } = desked({ "ticket.call": { seq: 1 } });
  assert.equal(runner.settled(), true);
  await runner.here("ticket.call");
  assert.equal(runner.settled(), false);
  mock.timers.tick(700);
  assert.equal(runner.settled(), true);
});
