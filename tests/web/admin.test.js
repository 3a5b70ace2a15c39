// The admin page's logic: C14 (closing the day), O08 (the hall's own time), L02/R24 (台账), O02 (roles).

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { afterEach, test } from "node:test";
import { language, register } from "../../kiosk_ui/shared/i18n.js";
import journalTexts from "../../kiosk_ui/i18n/admin_journal.js";
import rulesTexts from "../../kiosk_ui/i18n/admin_rules.js";
import watchTexts from "../../kiosk_ui/i18n/admin_watch.js";
import texts from "../../kiosk_ui/i18n/admin.js";
import { actorOf, actorText, createNames, labelOf, ranges, servesText, ticketOf } from "../../kiosk_ui/admin/names.js";
import * as overview from "../../kiosk_ui/admin/overview.js";
import { NEEDS_PLACE, PAIRED, addressOf, isFor, isLocal, placesOf, terminalsShown } from "../../kiosk_ui/admin/pairing.js";
import { FAULTS, TYPES, sentenceOf, toneOf } from "../../kiosk_ui/admin/records.js";
import { TABS, fragmentOf, routeOf, tabsOf } from "../../kiosk_ui/admin/route.js";
import { COLUMNS, columnsOf, csvCell, headOf, ledgerFile, rowsOf, stamp, totalsBy, totalsOf, valuesOf } from "../../kiosk_ui/admin/table.js";
import { life, spent, stageNow, stretches } from "../../kiosk_ui/admin/timeline.js";

register(texts);
register(journalTexts);
register(rulesTexts);
register(watchTexts);
afterEach(() => { language.value = "zh"; });

const service = (id, more = {}) => ({ id, name: `业务${id}`, name_en: id, zone: "a", waiting: 0, longest_since: null, windows: ["1"], issued: 0, done: 0, missed: 0, ...more });
const desk = (id, more = {}) => ({ id, label: id, post: "综合", zone: "a", services: [], state: "open", clerk: null, ticket: null, ...more });
const HALL = {
  services: [service("tax"), service("police")], windows: [desk("1", { clerk: { id: "1001", name: "王芳" } }), desk("2"), desk("3"), desk("7")],
  kiosks: [{ id: "kiosk-1", name: "东门" }], zones: [{ id: "a", name: "综合区" }], devices: [{ name: "printer-1" }],
};
const names = createNames(HALL);

test("a place is a URL and comes back from it; a token is not a place", () => {
  const query = { ticket: "20261122-A012", day: "2026-11-22" };
  assert.deepEqual(routeOf(fragmentOf("journal", query), "auditor"), { tab: "journal", query });
  assert.deepEqual(routeOf(fragmentOf("journal", { day: "", window: null }), "admin"), { tab: "journal", query: {} });
  for (const other of ["", "#token=abc", "#/nowhere", undefined]) assert.equal(routeOf(other, "admin").tab, "hall");
});

test("O02: tabs that a role may not use are not there, also not by their address", () => {
  assert.deepEqual(tabsOf("admin"), TABS.map(({ tab }) => tab));
  assert.deepEqual(tabsOf("supervisor"), ["hall", "rules", "devices", "journal", "ledger", "agents"]);
  assert.deepEqual(tabsOf("auditor"), ["hall", "rules", "devices", "journal", "ledger"]);
  for (const role of ["supervisor", "auditor"]) {
    assert.equal(routeOf("#/accounts", role).tab, "hall");
  }
});

test("C14: closing the day tells who would be sent away", () => {
  const tickets = ["waiting", "waiting", "held", "called", "serving", "done", "missed"].map((stage) => ({ stage }));
  assert.deepEqual(overview.closingEffect(tickets), { waiting: 2, held: 1, expired: 3, missed: 1, kept: 1 });
});

test("zones sum their services and windows; the longest wait is the longest of any service", () => {
  const services = [service("tax", { waiting: 2, longest_since: 1000, issued: 5 }), service("x", { waiting: 1, longest_since: 31000, issued: 1 }), service("y", { zone: "b" })];
  const windows = [desk("1"), desk("2", { state: "paused" }), desk("3", { state: "closed" })];
  const zones = [{ id: "a" }, { id: "b" }, { id: "empty" }];
  const [first, second, none] = overview.zoneRows({ zones, services, windows }, 61000);
  assert.deepEqual([first.waiting, first.longest_s, first.issued, first.open, first.paused, first.windows], [3, 60, 6, 1, 1, 3]);
  assert.deepEqual([second.waiting, second.longest_s, second.windows], [0, 0, 0]);
  assert.equal(none, undefined);
});

test("many services fold away under their zone until it is chosen", () => {
  const many = Array.from({ length: overview.SERVICES_SHOWN + 1 }, (_, index) => service(`s${index}`));
  assert.equal(overview.unfolded("a", many, ""), false);
  assert.equal(overview.unfolded("a", many, "a"), true);
  assert.equal(overview.unfolded("a", many.slice(1), ""), true);
});

test("windows are found by zone, state, number, clerk and ticket", () => {
  const windows = [desk("1", { clerk: { id: "1001", name: "王芳" } }), desk("2", { state: "paused", zone: "b" }), desk("12", { ticket: { label: "A012" } })];
  const found = (query) => overview.windowsShown(windows, query).map(({ id }) => id);
  assert.deepEqual(found({}), ["1", "2", "12"]);
  assert.deepEqual(found({ zone: "b" }), ["2"]);
  assert.deepEqual(found({ state: "busy" }), ["12"]);
  assert.deepEqual(found({ state: "paused", zone: "a" }), []);
  assert.deepEqual(found({ text: " a01" }), ["12"]);
  assert.deepEqual(found({ text: "王" }), ["1"]);
});

test("alerts: the warning, then people, then devices", () => {
  const found = overview.alerts({
    hall: { warning: { code: "x" } }, kiosks: [{ id: "k", help: true }, { id: "l", help: false }],
    devices: [{ name: "d", state: "degraded", faults: [] }, { name: "ok", state: "ready", faults: [] }, { name: "f", state: "ready", faults: ["printer.paper_near_end"] }],
    services: [service("tax", { waiting: 3, windows: [] }), service("idle", { windows: [] })],
  });
  assert.deepEqual(found.map(({ kind }) => kind), ["warning", "help", "unserved", "device", "device"]);
});

test("a device not proven yet is no alarm, one that also fails is", () => {
  const device = (faults) => ({ name: "strips", state: "degraded", faults });
  assert.deepEqual(overview.troubled([device(["device.unproven"])]), []);
  assert.ok(overview.isUnproven(device(["device.unproven"])));
  assert.ok(!overview.isUnproven(device(["device.unproven", "device.lost"])) && !overview.isUnproven(device([])));
  assert.equal(overview.troubled([device(["device.unproven", "device.lost"]), device([])]).length, 2);
});

test("what a supervisor may do at a window follows from its state", () => {
  assert.deepEqual(overview.stepsOf(desk("1")), ["pause", "close"]);
  assert.deepEqual(overview.stepsOf(desk("1", { state: "paused" })), ["resume", "close"]);
  assert.deepEqual(overview.stepsOf(desk("1", { state: "closed" })), []);
  assert.deepEqual(overview.stepsOf(desk("1", { state: "closed", clerk: { id: "1001" } })), ["open"]);
  const waiting = [service("tax", { waiting: 2, windows: ["1"] }), service("x", { waiting: 2, windows: ["1", "2"] })];
  assert.deepEqual(overview.leftAlone(desk("1"), waiting).map(({ id }) => id), ["tax"]);
});

test("a ticket's life: stages with their durations, a recall changes none, missed is nobody's time", () => {
  const at = (seq, type, second) => ({ seq, type, at: second * 1000, data: {} });
  const records = [at(9, "ticket.finished", 500), at(1, "ticket.taken", 0), at(3, "ticket.called", 60), at(4, "ticket.recalled", 70), at(5, "ticket.missed", 90),
    at(6, "ticket.restored", 120), at(7, "ticket.called", 200), at(8, "ticket.started", 210)];
  const steps = life(records, 999000);
  assert.deepEqual(steps.map((step) => step.lasted_s), [60, 30, null, 30, 80, 10, 290, null]);
  assert.deepEqual(spent(steps), { waiting: 140, called: 40, serving: 290 });
  assert.equal(stageNow(steps), "done");
  assert.deepEqual(stretches(steps).map(({ stage }) => stage), ["waiting", "called", "missed", "waiting", "called", "serving"]);
});

test("a ticket that has not ended goes on until now; neighbours of one stage are drawn as one", () => {
  const records = [{ seq: 1, type: "ticket.taken", at: 0 }, { seq: 2, type: "ticket.transferred", at: 10000 }];
  const open = life(records, 25000);
  assert.deepEqual(open.map((step) => [step.lasted_s, step.ongoing]), [[10, false], [15, true]]);
  assert.deepEqual(stretches(open), [{ stage: "waiting", lasted_s: 25, ongoing: true }]);
  assert.equal(life(records)[1].lasted_s, null);
});

test("every event of the hall has its sentence, in both languages", async () => {
  const domain = new URL("../../hallctl/domain/", import.meta.url);
  const files = (await readdir(domain)).filter((name) => name.endsWith("events.py"));
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, domain), "utf8")))).join("\n");
  const types = [...source.matchAll(/TYPE: ClassVar\[str\] = "([\w.]+)"/g)].map(([, type]) => type);
  assert.deepEqual([...TYPES].sort(), types.sort());
  const data = { ticket: "20261122-A012", service: "tax", queue: "police", window: "1", clerk: "1001", previous: "1002", kiosk: "kiosk-1", device: "printer-1",
    state: "degraded", faults: ["printer.paper_out"], fault: "printer.cutter", why: "fifo", level: "satisfied", reason: "asked", role: "kiosk", place: "kiosk-1",
    roles: ["admin"], priority: "elder", ahead: 0, alert: "waiting-417", rule: "waiting", suggestion: { window: "7", action: "mode", plan: { services: ["tax"] } },
    plan: { services: ["tax"], help: ["police"] }, notice: "火警", agent: "李村", waiting: 23, appointment: "a-1", source: "web", block: "a-0", counts: true, late: true };
  for (const name of ["zh", "en"]) {
    language.value = name;
    for (const type of TYPES) assert.doesNotMatch(sentenceOf({ type, data }, names), /undefined|\{|admin\./, type);
    for (const type of TYPES) assert.ok(sentenceOf({ type, data: type === "device.reported" ? { state: "ready" } : {} }, names), type);
  }
});

test("records are told in words: who, what, why", () => {
  const called = { type: "ticket.called", data: { ticket: "20261122-A012", window: "7", clerk: "1001", why: "chosen", reason: "行动不便" } };
  assert.equal(sentenceOf(called, names), "7 号窗口叫 A012（指定叫号）。原因：行动不便");
  assert.equal(sentenceOf({ type: "device.reported", data: { device: "printer-1", state: "degraded", faults: ["printer.paper_out", "new.code"] } }, names), "设备 printer-1：有故障，缺纸、new.code");
  assert.equal(sentenceOf({ type: "ticket.transferred", data: { ticket: "20261122-A012", queue: "tax", target: "3" } }, names), "A012 转到 3 号窗口");
  assert.equal(sentenceOf({ type: "ticket.expired", data: { ticket: "20261122-A012", reason: "day.closed" } }, names), "A012 失效：当天取号结束");
  assert.equal(sentenceOf({ type: "unheard.of", data: {} }, names), "unheard.of");
  assert.equal(toneOf({ type: "device.reported", data: { state: "ready", faults: [] } }), "quiet");
  assert.equal(toneOf({ type: "slip.failed", data: {} }), "bad");
});

test("every fault with a short name stands in the hall's own sentences", async () => {
  const folder = new URL("../../hallctl/texts/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".py"));
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")))).join("\n");
  for (const code of FAULTS) assert.ok(source.includes(`"${code}"`), code);
});

test("who acted, in words and back from what was typed", () => {
  assert.equal(actorText("clerk:1001", names), "1001 王芳");
  assert.equal(actorText("clerk:9999", names), "9999");
  assert.equal(actorText("kiosk:kiosk-1", names), "取号机 东门");
  assert.equal(actorText("admin:console", names), "控制台");
  assert.equal(actorText("timer", names), "定时");
  assert.equal(actorText("stranger", names), "stranger");
  assert.equal(actorOf(" 1001 ", HALL), "clerk:1001");
  assert.equal(actorOf("printer-1", HALL), "device:printer-1");
  assert.equal(actorOf("kiosk-1", HALL), "kiosk:kiosk-1");
  assert.equal(actorOf("clerk:7", HALL), "clerk:7");
  assert.equal(actorOf("timer", HALL), "timer");
  assert.equal(actorOf(" ", HALL), "");
});

test("a label typed means the ticket of that day", () => {
  assert.equal(ticketOf(" a012", "2026-11-22"), "20261122-A012");
  assert.equal(ticketOf("20261121-A012", "2026-11-22"), "20261121-A012");
  assert.equal(ticketOf("", "2026-11-22"), "");
  assert.equal(labelOf("20261122-A012"), "A012");
});

test("what a device serves: runs of windows are drawn together", () => {
  assert.equal(ranges(["3", "1", "2", "7", "9", "10", "B1"]), "1–3, 7, 9, 10, B1");
  assert.equal(servesText(["kiosk-1", "1", "2", "3"], names, HALL.windows), "东门、1–3 号窗口");
  assert.equal(servesText([], names, HALL.windows), "");
});

const row = (label, more = {}) => ({ label, service: "tax", queue: "tax", priority: "normal", taken_at: 0, first_called_at: null, started_at: null, ended_at: null,
  wait_s: null, serve_s: null, window: null, clerk: null, first_clerk: null, stage: "waiting", calls: 0, copies: 1, rating: "none", ...more });

test("L02: the ledger by window and clerk", () => {
  const rows = [row("A001", { window: "10", clerk: "1001" }), row("A002", { window: "2", clerk: "1001" }), row("A003")];
  assert.deepEqual(valuesOf(rows, "window"), ["2", "10"]);
  assert.deepEqual(rowsOf(rows, { clerk: "1001", window: "" }).map(({ label }) => label), ["A001", "A002"]);
  assert.deepEqual(rowsOf(rows, { clerk: "1001", window: "2", day: "x" }).map(({ label }) => label), ["A002"]);
  assert.deepEqual(totalsBy(rows, "clerk").map((sum) => [sum.value, sum.tickets]), [["1001", 2]]);
});

test("L02: totals of the ledger, for the day and by service", () => {
  const rows = [row("A001", { stage: "done", wait_s: 60, serve_s: 100, rating: "rated" }), row("A002", { stage: "missed", wait_s: 120 }), row("C001", { service: "police" })];
  assert.deepEqual(totalsOf(rows), { tickets: 3, done: 1, missed: 1, cancelled: 0, expired: 0, open: 1, wait_mean_s: 90, wait_most_s: 120, serve_mean_s: 100, rated: 1, principals: 0, extra: 0, overtime: 0 });
  assert.equal(totalsOf([]).wait_mean_s, null);
  assert.deepEqual(totalsBy(rows, "service").map((sum) => [sum.value, sum.tickets]), [["police", 1], ["tax", 2]]);
});

test("T10, T11: the ledger sums those whom agents came for, and what was served out of the usual hours", () => {
  const rows = [row("A001", { principals: 5, served: "overtime" }), row("A002", { principals: 3, served: "regular" }), row("A003", { served: "extra", principals: null })];
  const { principals, extra, overtime } = totalsOf(rows);
  assert.deepEqual([principals, extra, overtime], [8, 1, 1]);
  const [, first, , third] = ledgerFile(rows, names, "Asia/Shanghai").split("\r\n");
  assert.ok(first.endsWith(",5,延时"));
  assert.ok(third.endsWith(",,错时"));
});

test("R24: the CSV file has a byte order mark, words for codes, the hall's own time, and no formula", () => {
  const taken = Date.UTC(2026, 10, 22, 1, 2, 3);
  const file = ledgerFile([row("A001", { taken_at: taken, clerk: "=1+1", window: "7", stage: "done", rating: "lapsed" })], names, "Asia/Shanghai");
  const lines = file.split("\r\n");
  assert.ok(lines[0].startsWith("\uFEFF号码,取号业务,"));
  assert.equal(lines[1], "A001,业务tax,业务tax,普通,已办结,2026-11-22 09:02:03,,,,,,0,7,'=1+1,,未评价,1");
  assert.equal(lines[2], "");
  assert.equal(csvCell('a"b,c'), '"a""b,c"');
  assert.equal(csvCell(-5), "-5");
  assert.equal(stamp(taken, "UTC"), "2026-11-22 01:02:03");
  assert.deepEqual(columnsOf([]), COLUMNS);
  assert.equal(columnsOf([{ ...row("A001"), zebra: 1 }]).at(-1), "zebra");
  for (const name of ["zh", "en"]) {
    language.value = name;
    for (const column of COLUMNS) assert.doesNotMatch(headOf(column), /admin\./);
  }
});

test("pairing: the places of a role, the address with the code, the news of its own terminal only", () => {
  assert.deepEqual(placesOf("kiosk", HALL), HALL.kiosks);
  assert.deepEqual(placesOf("rating", HALL), HALL.windows);
  assert.deepEqual(placesOf("board", HALL), HALL.zones);
  assert.deepEqual(placesOf("admin", HALL), []);
  assert.ok(PAIRED.filter((role) => NEEDS_PLACE.has(role)).every((role) => placesOf(role, HALL).length > 0));
  assert.equal(addressOf("kiosk", "12345678", "http://10.0.0.5:8780"), "http://10.0.0.5:8780/kiosk/#code=12345678");
  assert.equal(addressOf("device", "12345678", "http://10.0.0.5"), null);
  assert.ok(isLocal("http://127.0.0.1:8780") && isLocal("http://localhost") && !isLocal("http://10.0.0.5"));
  const offer = { role: "rating", place: "3" };
  assert.ok(isFor(offer, { role: "rating", place: "3" }));
  assert.ok(!isFor(offer, { role: "rating", place: "4" }));
  assert.ok(isFor({ role: "board", place: null }, { role: "board" }));
});

test("terminals are found by place and ordered as people count", () => {
  const terminals = ["10", "2", "1"].map((place) => ({ terminal: `t${place}`, role: "rating", place })).concat([{ terminal: "k", role: "kiosk", place: "kiosk-1" }]);
  const words = (terminal) => names.place(terminal.role, terminal.place);
  assert.deepEqual(terminalsShown(terminals, "", words).map(({ terminal }) => terminal), ["k", "t1", "t2", "t10"]);
  assert.deepEqual(terminalsShown(terminals, "东门", words).map(({ terminal }) => terminal), ["k"]);
});

test("every text asked for by a code exists", () => {
  const table = { ...texts.zh, ...journalTexts.zh, ...rulesTexts.zh, ...watchTexts.zh };
  const wanted = [
    ...TABS.map(({ tab }) => `admin.tab.${tab}`), ...PAIRED.map((role) => `admin.pair.role.${role}`),
    ...["kiosk", "board", "rating", "device"].map((role) => `admin.pair.place.${role}`),
    ...["window", "guide", "supervisor", "auditor", "admin"].map((role) => `admin.accounts.role.${role}`),
    ...["ready", "degraded", "offline", "connecting", "unknown"].flatMap((state) => [`admin.device.${state}`, `admin.device.${state}.text`]),
    ...["open", "pause", "resume", "close"].map((step) => `admin.window.${step}`), ...[1, 2, 3, 4, 5].map((number) => `admin.reason.${number}`),
    ...["all", "open", "busy", "paused", "closed"].map((state) => `admin.filter.state.${state}`),
    ...["none", "asked", "rated", "lapsed"].map((rating) => `admin.rating.${rating}`), ...[...FAULTS].map((code) => `admin.fault.${code}`),
  ];
  for (const key of wanted) assert.ok(table[key], key);
});
