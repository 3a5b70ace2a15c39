// The kiosk's steps: T05 (no ticket without paper unless asked), O14 (no card before the notice), O12 (time to read).

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { RpcError } from "../../kiosk_ui/shared/rpc.js";
import { language, register } from "../../kiosk_ui/shared/i18n.js";
import texts from "../../kiosk_ui/i18n/kiosk.js";
import { Flow, NOTICE } from "../../kiosk_ui/kiosk/flow.js";
import { DONE_S, IDLE_S, PHOTO_S, STAY_S } from "../../kiosk_ui/kiosk/screens.js";
import { kioskName, printsAt, shut, windowsText } from "../../kiosk_ui/kiosk/words.js";
import { setTimezone } from "../../kiosk_ui/shared/time.js";
import { fakeHall, settle } from "./fakes.js";

register(texts);
beforeEach(() => mock.timers.enable({ apis: ["setInterval", "Date"] }));
afterEach(() => {
  language.value = "zh";
  mock.timers.reset();
});

const READY = { name: "p", state: "ready", faults: [] };
const EMPTY = { name: "p", state: "degraded", faults: ["printer.paper_out"] };
const service = (identity = "none") => ({ id: "tax", name: "税务", identity, zone: "a", windows: ["1"], wait_s: [60, 120], waiting: 2 });
const receipt = { seq: 1, at: 1, ticket: { id: "t1", label: "A003", ahead: 2, slip: "queued" } };

function kiosk({ printer = READY, reader = READY, answers = {} } = {}) {
  const row = { id: "kiosk-1", services: ["tax"], printer, reader, help: false };
  const hall = fakeHall({ kiosks: [row] }, { "ticket.take": receipt, "card.arm": { seconds: 30 }, ...answers });
  const flow = new Flow(hall, "kiosk-1");
  const wait = (seconds) => mock.timers.tick(seconds * 1000);
  return { hall, flow, wait, name: () => flow.view.screen.value.name, methods: () => hall.calls.map(([method]) => method) };
}

test("a tap takes a number and shows what is known", async () => {
  const { hall, flow } = kiosk();
  flow.choose(service());
  await settle();
  assert.deepEqual(hall.calls, [["ticket.take", { service: "tax", kiosk: "kiosk-1", paperless: false }]]);
  assert.equal(flow.view.screen.value.label, "A003");
  assert.equal(flow.view.screen.value.slip, "queued");
  flow.close();
});

test("a double tap takes one number", async () => {
  const { flow, methods } = kiosk();
  flow.choose(service());
  flow.choose(service());
  await settle();
  assert.deepEqual(methods(), ["ticket.take"]);
  flow.close();
});

test("T05: without paper it asks first and then takes a number without a slip", async () => {
  const { hall, flow, name, methods } = kiosk({ printer: EMPTY });
  flow.choose(service());
  await settle();
  assert.equal(name(), "paperless");
  assert.deepEqual(methods(), []);
  flow.take(service(), { paperless: true });
  await settle();
  assert.equal(hall.calls[0][1].paperless, true);
  assert.equal(flow.view.screen.value.slip, "none");
  assert.equal(flow.view.left.value, PHOTO_S);
  flow.close();
});

test("T05: a printer's refusal leads to the same question", async () => {
  const { flow, name } = kiosk({ answers: { "ticket.take": new RpcError({ code: "printer.offline" }) } });
  flow.choose(service());
  await settle();
  assert.equal(name(), "paperless");
  flow.close();
});

test("T05: an unknown printer is not a ready one", () => {
  assert.equal(printsAt({ printer: { state: "unknown", faults: [] } }, []), null);
  const low = { printer: { state: "degraded", faults: ["printer.paper_near_end"] } };
  assert.equal(printsAt(low, []), low);
  assert.equal(printsAt({ printer: null }, []), null);
});

test("O14: the reader is opened only after the notice, and told which one", async () => {
  const { hall, flow, name, methods } = kiosk();
  flow.choose(service("required"));
  assert.equal(name(), "notice");
  assert.deepEqual(methods(), []);
  flow.readCard(service("required"));
  await settle();
  assert.deepEqual(hall.calls, [["card.arm", { kiosk: "kiosk-1", notice: NOTICE }]]);
  assert.equal(name(), "card");
  flow.close();
});

test("a card that was read takes the number with its claim", async () => {
  const { hall, flow, name } = kiosk({ answers: { "ticket.find": { label: "A003", ahead: 1, wait_s: [60, 120] } } });
  flow.readCard(service("required"));
  await settle();
  hall.tell("card.seen", { kiosk: "kiosk-2", claim: "other" });
  assert.equal(name(), "card");
  hall.tell("card.seen", { kiosk: "kiosk-1", claim: "c", priority: "elder", existing: { tax: "A001" } });
  await settle();
  assert.deepEqual(hall.calls[1], ["ticket.take", { service: "tax", kiosk: "kiosk-1", paperless: false, claim: "c", priority: "elder" }]);
  assert.equal(flow.view.screen.value.existing, "A001");
  assert.equal(flow.view.screen.value.ahead, 1);
  flow.close();
});

test("a card after the person has left is not used", async () => {
  const { hall, flow, methods } = kiosk();
  flow.readCard(service("required"));
  await settle();
  flow.view.home();
  hall.tell("card.seen", { kiosk: "kiosk-1", claim: "c" });
  await settle();
  assert.deepEqual(methods(), ["card.arm", "card.disarm"]);
  flow.close();
});

test("no card in time is said, and can be tried again", async () => {
  const { flow, name, wait } = kiosk();
  flow.readCard(service("required"));
  await settle();
  wait(31);
  assert.equal(name(), "card");
  assert.equal(flow.view.screen.value.reading, false);
  assert.ok(flow.view.screen.value.fault);
  flow.close();
});

test("without a card: optional takes a number, required leads to people", async () => {
  const { flow, name, methods } = kiosk();
  flow.withoutCard(service("required"));
  assert.equal(name(), "nocard");
  flow.withoutCard(service("optional"));
  await settle();
  assert.deepEqual(methods(), ["ticket.take"]);
  flow.close();
});

test("no reader: optional takes a number at once, required leads to people", async () => {
  const { flow, name, methods } = kiosk({ reader: null });
  flow.choose(service("required"));
  assert.equal(name(), "nocard");
  flow.choose(service("optional"));
  await settle();
  assert.deepEqual(methods(), ["ticket.take"]);
  flow.close();
});

test("the slip's fate is shown, and only of this ticket", async () => {
  const { hall, flow } = kiosk();
  flow.choose(service());
  await settle();
  hall.tell("slip.confirmed", { ticket: "other" });
  assert.equal(flow.view.screen.value.slip, "queued");
  hall.tell("slip.failed", { ticket: "t1", fault: "printer.paper_out", zh: "缺纸", en: "no paper" });
  assert.equal(flow.view.screen.value.slip, "failed");
  assert.equal(flow.view.left.value, PHOTO_S);
  hall.tell("slip.confirmed", { ticket: "t1" });
  assert.equal(flow.view.screen.value.slip, "printed");
  flow.close();
});

const OTHER = { id: "kiosk-2", name: "西门", services: ["tax"], printer: READY, reader: null, reroute: [], help: false };

test("T05: where another kiosk prints for this one, no question is asked", async () => {
  const { hall, flow, name, methods } = kiosk({ printer: EMPTY });
  const [own] = hall.state.kiosks.value;
  hall.state.kiosks.value = [{ ...own, reroute: ["gone", "kiosk-2"] }, OTHER];
  assert.equal(flow.printsAt(), OTHER);
  flow.choose(service());
  await settle();
  assert.deepEqual(methods(), ["ticket.take"]);
  assert.equal(name(), "done");
  hall.state.kiosks.value = [{ ...own, reroute: ["kiosk-2"] }, { ...OTHER, printer: EMPTY }];
  assert.equal(flow.printsAt(), null);
  flow.close();
});

test("T05: the person is sent to the kiosk where the slip comes out, with time to read it", async () => {
  const { hall, flow } = kiosk();
  flow.choose(service());
  await settle();
  hall.tell("slip.begun", { ticket: "other", kiosk: "kiosk-2" });
  assert.equal(flow.view.screen.value.at, null);
  hall.tell("slip.begun", { ticket: "t1", kiosk: "kiosk-2" });
  assert.deepEqual([flow.view.screen.value.slip, flow.view.screen.value.at], ["printing", "kiosk-2"]);
  assert.equal(flow.view.left.value, PHOTO_S);
  hall.tell("slip.confirmed", { ticket: "t1" });
  assert.deepEqual([flow.view.screen.value.slip, flow.view.screen.value.at], ["printed", "kiosk-2"]);
  flow.close();
});

test("at the own printer nothing but the progress is said", async () => {
  const { hall, flow } = kiosk();
  flow.choose(service());
  await settle();
  hall.tell("slip.begun", { ticket: "t1", kiosk: "kiosk-1" });
  assert.deepEqual([flow.view.screen.value.slip, flow.view.screen.value.at], ["printing", null]);
  assert.equal(flow.view.left.value, DONE_S);
  flow.close();
});

test("T06: what nobody knows is said to be unknown, and can be printed again", async () => {
  const { hall, flow } = kiosk({ answers: { "slip.reprint": receipt } });
  flow.choose(service());
  await settle();
  hall.tell("slip.doubted", { ticket: "t1", fault: "device.lost", zh: "断开", en: "lost" });
  assert.equal(flow.view.screen.value.slip, "unknown");
  assert.equal(flow.view.left.value, PHOTO_S);
  await flow.reprint();
  assert.deepEqual([flow.view.screen.value.slip, flow.view.screen.value.fault], ["queued", null]);
  flow.close();
});

test("a kiosk is called by the number on it and where it stands", () => {
  assert.equal(kioskName(OTHER), "2 号取号机（西门）");
  assert.equal(kioskName({ id: "kiosk-3", name: "kiosk-3" }), "3 号取号机");
  assert.equal(kioskName({ id: "kiosk-4", name: "四号取号机" }), "四号取号机");
  assert.equal(kioskName({ id: "east", name: "东门" }), "东门");
});

test("home after a visible countdown, twice as long in 长辈模式, longer when asked (O12)", async () => {
  const { flow, name, wait } = kiosk();
  flow.choose(service());
  await settle();
  assert.equal(flow.view.left.value, DONE_S);
  flow.view.toggleElder();
  assert.equal(flow.view.left.value, DONE_S * 2);
  flow.view.stay();
  assert.equal(flow.view.left.value, STAY_S * 2);
  wait(STAY_S * 2 + 1);
  assert.equal(name(), "home");
  flow.close();
});

test("home clears what the last person chose", () => {
  const { flow, wait } = kiosk();
  flow.view.toggleElder();
  flow.view.setLanguage("en");
  flow.view.openZone("a");
  wait(IDLE_S * 2 + 1);
  assert.deepEqual(flow.view.screen.value, { name: "home", zone: null, page: 0 });
  assert.equal(flow.view.elder.value, false);
  assert.equal(language.value, "zh");
  assert.equal(flow.view.left.value, null);
  flow.close();
});

test("a refusal is shown in words and nothing is left busy", async () => {
  const closed = new RpcError({ code: "day.closed", zh: "今天的取号已结束", en: "closed" });
  const { hall, flow, name } = kiosk({ answers: { "ticket.take": closed } });
  flow.choose(service());
  await settle();
  assert.equal(name(), "refused");
  assert.equal(flow.view.screen.value.error.zh, "今天的取号已结束");
  hall.answers["ticket.take"] = receipt;
  flow.choose(service());
  await settle();
  assert.equal(name(), "done");
  flow.close();
});

test("windows in few words", () => {
  const windows = ["1", "2", "3", "7", "9", "12"].map((id) => ({ id, label: id }));
  assert.equal(windowsText(["3", "1", "2"], windows), "1–3 号窗口");
  assert.equal(windowsText(["7"], windows), "7 号窗口");
  assert.equal(windowsText(["1", "3", "7", "9", "12"], windows), "1、3、7 等 5 个窗口");
  assert.equal(windowsText(["a"], [{ id: "a", label: "综合窗" }]), "综合窗");
});

test("T08, T11: why no number is given, in few words, and when again", () => {
  setTimezone("Asia/Shanghai");
  const noon = Date.UTC(2026, 8, 30, 4, 30); // Wednesday 12:30 in the hall
  const closed = (code, opens) => ({ ...service(), closed: { code, zh: "", en: "", opens_at: opens } });
  assert.equal(shut({ ...service(), closed: null }, noon), null);
  assert.equal(shut(service(), noon), null);
  assert.deepEqual(shut(closed("hours.lunch", Date.UTC(2026, 8, 30, 6, 30)), noon), ["现在是午休", "14:30 起取号"]);
  assert.deepEqual(shut(closed("limit.day", Date.UTC(2026, 9, 1, 0, 30)), noon), ["今天的号已取完", "明天 08:30 起取号"]);
  assert.deepEqual(shut(closed("hours.holiday", Date.UTC(2026, 9, 8, 0, 30)), noon), ["今天休息", "10月8日 08:30 起取号"]);
  assert.deepEqual(shut(closed("rule.of.tomorrow", null), noon), ["暂停取号", ""]);
  language.value = "en";
  assert.deepEqual(shut(closed("hours.closed", Date.UTC(2026, 9, 8, 0, 30)), noon), ["Closed now", "from 8 Oct 08:30"]);
});

test("T12: a lunch break before the call is kept for the number's screen", async () => {
  const pause = { from: 1000, to: 2000 };
  const { flow } = kiosk({ answers: { "ticket.take": { ...receipt, ticket: { ...receipt.ticket, break: pause } } } });
  flow.choose(service());
  await settle();
  assert.deepEqual(flow.view.screen.value.pause, pause);
  flow.close();
});
