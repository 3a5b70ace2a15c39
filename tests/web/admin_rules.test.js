// The supervisor's part of the admin page: L05 (alerts and what would help), C13 (arranging windows), C16 (emergency).

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { language, register, t } from "../../kiosk_ui/shared/i18n.js";
import journalTexts from "../../kiosk_ui/i18n/admin_journal.js";
import rulesTexts from "../../kiosk_ui/i18n/admin_rules.js";
import watchTexts from "../../kiosk_ui/i18n/admin_watch.js";
import texts from "../../kiosk_ui/i18n/admin.js";
import { isTyped } from "../../kiosk_ui/admin/emergency.js";
import { createNames } from "../../kiosk_ui/admin/names.js";
import { alerts } from "../../kiosk_ui/admin/overview.js";
import { sentenceOf } from "../../kiosk_ui/admin/records.js";
import * as rules from "../../kiosk_ui/admin/rules.js";
import { dismissable, rowsOf, saidOf, toldUnserved, waitingNow } from "../../kiosk_ui/admin/watch.js";

for (const table of [texts, journalTexts, rulesTexts, watchTexts]) register(table);
afterEach(() => { language.value = "zh"; });

const advice = { window: "6", action: "mode", queue: "general", zh: "切换。", en: "Switch." };
const alert = (id, more = {}) => ({ id, rule: id.split("-")[0], service: "general", window: null, since: 1, value: 23, line: 20, stage: "raised", by: null,
  at: null, reason: null, waiting: null, zh: `${id}。`, en: `${id}.`, suggestion: null, ...more });

test("L05: one line for a place, with its one suggestion", () => {
  const rows = rowsOf([alert("wait-2"), alert("waiting-1", { suggestion: advice }), alert("pause-3", { service: null, window: "4" }), alert("overdue-4", { service: null })]);
  assert.deepEqual(rows.map(({ key, stage }) => [key, stage]), [["service general", "raised"], ["window 4", "raised"], ["hall", "raised"]]);
  assert.equal(rows[0].main.id, "waiting-1");
  assert.equal(saidOf(rows[0]), "wait-2。 waiting-1。");
  assert.deepEqual(dismissable(rows[0]).map(({ id }) => id), ["wait-2", "waiting-1"]);
});

test("L05: once a suggestion was taken its place asks no more, until there is another one", () => {
  const taken = alert("waiting-1", { stage: "confirmed", suggestion: advice, by: "clerk:boss", at: 5, waiting: 23 });
  assert.equal(rowsOf([taken, alert("wait-2")])[0].stage, "confirmed");
  assert.equal(rowsOf([taken, alert("wait-2", { suggestion: advice })])[0].main.id, "wait-2");
  assert.equal(rowsOf([alert("waiting-1", { stage: "dismissed" }), alert("wait-2")])[0].stage, "raised");
  assert.equal(rowsOf([alert("waiting-1", { stage: "dismissed" })])[0].stage, "dismissed");
  assert.equal(waitingNow(taken, [{ id: "general", waiting: 9 }]), 9);
  assert.equal(waitingNow(alert("pause-1", { service: null }), []), null);
});

test("L05: one list for people: help, rules, devices, and last what is dealt with", () => {
  const watched = [alert("waiting-1", { stage: "confirmed", suggestion: advice }), alert("unstaffed-2", { service: "police" }), alert("pause-3", { service: null, window: "4" })];
  const service = (id) => ({ id, waiting: 3, windows: [] });
  const found = alerts({ hall: { warning: null }, kiosks: [{ id: "k", help: true }], devices: [{ name: "d", state: "offline", faults: [] }], services: [service("police"), service("tax")], watched });
  assert.deepEqual(found.map(({ kind, row, service: of }) => row?.key ?? of?.id ?? kind), ["help", "service police", "window 4", "tax", "device", "service general"]);
  assert.ok(toldUnserved(watched, "police") && !toldUnserved(watched, "tax"));
});

test("L05: what was told and done stands in the journal in words", () => {
  const names = createNames({ services: [{ id: "general", name: "综合受理" }], windows: [{ id: "6", label: "6" }], kiosks: [], zones: [], devices: [] });
  const plan = { services: ["general"], help: [] };
  const said = (type, data) => sentenceOf({ type, data }, names);
  assert.equal(said("alert.raised", { alert: "waiting-9", rule: "waiting", service: "general", window: null, value: 23, line: 20 }), "提醒：等候人多，综合受理");
  assert.equal(said("alert.raised", { alert: "overdue-9", rule: "overdue", service: null, window: null }), "提醒：多人久等，整个大厅");
  assert.equal(said("alert.advised", { alert: "waiting-9", suggestion: null }), "建议（等候人多，waiting-9）：没有能见效的调整");
  assert.equal(said("alert.confirmed", { alert: "waiting-9", suggestion: { window: "6", action: "mode", plan }, waiting: 23 }), "采纳建议（等候人多，waiting-9）：6 号窗口切换到综合受理，当时 23 人等候");
  assert.equal(said("alert.dismissed", { alert: "waiting-9", reason: "快好了" }), "忽略提醒（等候人多，waiting-9）。原因：快好了");
  assert.equal(said("window.arranged", { window: "6", plan }), "6 号窗口改叫：综合受理");
  assert.equal(said("window.arranged", { window: "6", plan: null }), "6 号窗口改叫：平时");
});

const ORDER = ["tax", "police", "issue"];
const plan = (more = {}) => ({ services: ["tax"], help: [], policy: "priority", ratio: {}, help_when: 0, help_from: 1, choose: true, mode: null, ...more });
const desk = (id, more = {}) => ({ id, label: id, zone: "a", plan: plan(), modes: [], arranged: false, ...more });

test("C13: a service is a window's own, helped out with, or not called; shares follow", () => {
  const draft = rules.draftOf(desk("1"));
  assert.deepEqual(ORDER.map((id) => rules.partOf(draft, id)), ["own", "none", "none"]);
  const helping = rules.withPart(draft, "issue", "help", ORDER);
  assert.deepEqual([helping.services, helping.help, helping.ratio], [["tax"], ["issue"], {}]);
  const shared = rules.withPolicy(helping, "ratio");
  assert.deepEqual(shared.ratio, { tax: 1, issue: 1 });
  assert.deepEqual(rules.withPart({ ...shared, ratio: { tax: 3, issue: 1 } }, "issue", "none", ORDER).ratio, { tax: 3 });
  assert.deepEqual(rules.withPolicy(shared, "fifo").ratio, {});
  assert.deepEqual(draft.services, ["tax"], "a draft is never changed in place");
});

test("C13: only what is another plan is sent, all windows together, in their order", () => {
  const windows = [desk("1"), desk("2"), desk("3", { arranged: true }), desk("4")];
  const same = rules.draftOf(windows[0]);
  const other = rules.withPart(same, "police", "own", ORDER);
  assert.ok(!rules.isChanged(same, windows[0]) && rules.isChanged(other, windows[0]));
  assert.ok(!rules.isChanged({ ...same, help_when: 9 }, windows[0]), "without help it means nothing");
  const back = rules.withPart(rules.withPart(other, "tax", "none", ORDER), "tax", "own", ORDER);
  assert.ok(rules.isChanged(back, windows[0]));
  const sent = rules.arrangements({ 4: other, 3: { own: true }, 2: { own: true }, 1: same }, windows);
  assert.deepEqual(sent.map(({ window }) => window), ["3", "4"]);
  assert.deepEqual(sent[0], { window: "3" });
  assert.deepEqual(sent[1].plan, { services: ["tax", "police"], help: [], policy: "priority", ratio: {}, help_when: 0, help_from: 1, choose: true });
});

test("C13: a plan needs a service of its own; other mistakes are the hall's to tell, at the window's row", () => {
  assert.equal(rules.lacking(rules.withPart(rules.draftOf(desk("1")), "tax", "none", ORDER)), "services");
  assert.equal(rules.lacking({ own: true }), null);
  assert.equal(rules.refusedAt({ code: "window.ratio", params: { window: "3" } }), "3");
  assert.equal(rules.refusedAt({ code: "store.unavailable", params: {} }), null);
  assert.equal(rules.refusedAt(null), null);
});

test("W07: the pressed mode is the one in force; flexible windows come first", () => {
  const modes = [{ name: "general", title: "综合受理" }];
  assert.equal(rules.modeOf(desk("6", { modes })), "");
  assert.equal(rules.modeOf(desk("6", { modes, arranged: true, plan: plan({ mode: "general" }) })), "general");
  assert.equal(rules.modeOf(desk("6", { modes, arranged: true })), null);
  const windows = [desk("10"), desk("2"), desk("6", { modes }), desk("7", { zone: "b" })];
  assert.deepEqual(rules.windowsOf(windows, "").map(({ id }) => id), ["6", "2", "7", "10"]);
  assert.deepEqual(rules.windowsOf(windows, "b").map(({ id }) => id), ["7"]);
});

test("C16: the word must be typed, in the page's language", () => {
  assert.ok(isTyped(" 紧急 ", t("admin.emergency.word")) && !isTyped("", t("admin.emergency.word")));
  language.value = "en";
  assert.ok(isTyped("Emergency", t("admin.emergency.word")));
});

test("every text asked for by a code exists", () => {
  const table = { ...texts.zh, ...rulesTexts.zh, ...watchTexts.zh };
  const wanted = [
    ...["unstaffed", "waiting", "wait", "overdue", "pause", "serving"].map((rule) => `admin.watch.rule.${rule}`),
    ...["none", "mode", "plan", "own", "resume", "open", "staff"].map((action) => `admin.watch.action.${action}`),
    ...[1, 2, 3].flatMap((number) => [`admin.watch.reason.${number}`, `admin.emergency.kind.${number}`, `admin.emergency.notice.${number}`]),
    ...rules.POLICIES.flatMap((policy) => [`admin.rules.policy.${policy}`, `admin.rules.policy.${policy}.text`]),
    ...rules.PARTS.map((part) => `admin.rules.part.${part}`), ...["window", "plan", "modes"].map((name) => `admin.rules.column.${name}`),
    ...["help_when", "help_from"].map((name) => `admin.rules.${name}`),
  ];
  for (const key of wanted) assert.ok(table[key], key);
});
