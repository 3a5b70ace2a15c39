// The devices tab of the admin page: H01 (states), H07 (month report), O09 (changes that are checked, kept and not lost).

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { afterEach, test } from "node:test";
import { language, register } from "../../kiosk_ui/shared/i18n.js";
import { RpcError } from "../../kiosk_ui/shared/rpc.js";
import formTexts from "../../kiosk_ui/i18n/admin_device_form.js";
import optionTexts from "../../kiosk_ui/i18n/admin_device_options.js";
import deviceTexts from "../../kiosk_ui/i18n/admin_devices.js";
import journalTexts from "../../kiosk_ui/i18n/admin_journal.js";
import texts from "../../kiosk_ui/i18n/admin.js";
import { lineToType, refusalOf } from "../../kiosk_ui/admin/device_changes.js";
import * as drafts from "../../kiosk_ui/admin/device_draft.js";
import { EXAMPLES, linkOf, newParts, partsOf } from "../../kiosk_ui/admin/device_links.js";
import * as list from "../../kiosk_ui/admin/device_list.js";
import { faultName, hours, monthFile, monthsUpTo, shareText, worstFirst } from "../../kiosk_ui/admin/device_months.js";
import { draftOptions, fieldsOf, isSet, optionsOf, read } from "../../kiosk_ui/admin/device_options.js";
import { aboutOption, choiceText, optionText } from "../../kiosk_ui/admin/device_words.js";

for (const table of [texts, journalTexts, deviceTexts, formTexts, optionTexts]) register(table);
afterEach(() => { language.value = "zh"; });

const SCHEMA = {
  type: "object", required: ["url"], properties: {
    width: { type: "integer", default: 48, minimum: 24, maximum: 64, description: "Characters." },
    proof_s: { type: "number", default: 10, exclusiveMinimum: 0, maximum: 120 },
    cut: { enum: ["partial", "full"], default: "partial", type: "string" },
    rotation: { enum: [0, 90], default: 0 },
    asb: { type: "boolean", default: true },
    font: { type: "string", default: "", maxLength: 32 },
    focus: { anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }], default: null },
    keymap: { type: "object", additionalProperties: { type: "string" }, default: {} },
    areas: { type: "object", additionalProperties: { $ref: "#/$defs/Area" }, default: {} },
    cards: { type: "array", items: { type: "integer" }, default: [1] },
    url: { type: "string" },
  },
};
const FIELDS = fieldsOf(SCHEMA);
const field = (name) => FIELDS.find((each) => each.name === name);
const PRINTER = { name: "escpos", title: { zh: "小票打印机", en: "Slip printer" }, links: ["tcp", "serial"], capabilities: ["slip_printer"],
  options: { properties: { width: SCHEMA.properties.width, keymap: SCHEMA.properties.keymap } } };
const PADS = { ...PRINTER, name: "callpad", links: ["serial"], capabilities: ["call_pad", "window_display"] };

test("H01: a row's state is the live one, the rest is what the list knows", () => {
  const listed = { devices: [{ name: "a", driver: "escpos", state: "offline", identity: "HC-80", title: { zh: "打印机", en: "Printer" } }] };
  const [a, b] = list.rowsOf([{ name: "a", state: "ready", faults: [], sentences: [] }, { name: "b", driver: "voice", state: "ready", faults: [] }], listed);
  assert.deepEqual([a.state, a.identity, a.known, list.titleOf(a)], ["ready", "HC-80", true, "打印机"]);
  assert.deepEqual([b.known, list.titleOf(b)], [false, "语音播报"]);
  assert.equal(list.titleOf({ driver: "newdriver" }), "newdriver");
  assert.equal(list.shownState({ state: "degraded", faults: ["device.unproven"] }), "unproven");
  assert.equal(list.rowsOf([{ name: "a", state: "ready" }], null)[0].known, false);
});

test("H01: those that need a person come first, then by number", () => {
  const row = (name, state) => ({ name, state, faults: [] });
  assert.deepEqual(list.ordered([row("p-10", "ready"), row("p-2", "ready"), row("z", "offline")]).map(({ name }) => name), ["z", "p-2", "p-10"]);
});

test("O09: two sections are the same whatever the order of their keys; state is no part of them", () => {
  const row = { name: "p", driver: "escpos", link: "none:", kiosk: null, units: {}, options: { b: 1, a: [1, { x: 1 }] }, state: "ready", counts: {} };
  const section = list.sectionOf(row);
  assert.deepEqual(section, { name: "p", driver: "escpos", link: "none:", units: {}, options: { b: 1, a: [1, { x: 1 }] } });
  assert.ok(list.sameSection(section, { ...section, options: { a: [1, { x: 1 }], b: 1 } }));
  assert.ok(!list.sameSection(section, { ...section, options: { a: [1, { x: 2 }], b: 1 } }));
  assert.ok(!list.sameSection(section, { ...section, kiosk: "kiosk-1" }));
});

test("a trace is bounded, its bytes are in pairs, a long piece is cut with its length", () => {
  assert.deepEqual(list.keptRows([1, 2], [3, 4], 3), [2, 3, 4]);
  assert.equal(list.hexText("1b40ff"), "1B 40 FF");
  assert.equal(list.hexText("00".repeat(100), 2), "00 00 …（共 100 字节）");
  assert.equal(list.countsText({ opened: 2, lost: 0, failed: 1 }), "连上 2 次 · 连接失败 1 次");
  assert.equal(list.countsText(undefined), "");
});

test("a link in parts is the same link again; one that is written otherwise stays as it is", () => {
  const links = [...Object.values(EXAMPLES), "tcp://[fe80::1]:9100", "tcp://10.0.0.5:9100?gap_ms=5", "serial:///dev/ttyS0", "serial:///dev/x?parity=E&baud=9600",
    "serial:///dev/x?baud=9600&parity=E&stop=2", "serial://1a86:7523/AB12?baud=115200", "usb://0416:5011@1-1.2?interface=0&split=7", "pcsc:READER%20NAME", "tcp://host", ""];
  for (const link of links) assert.equal(linkOf(partsOf(link)), link);
  assert.deepEqual(partsOf("tcp://10.0.0.5:9100"), { scheme: "tcp", host: "10.0.0.5", port: "9100", rest: "" });
  assert.deepEqual(partsOf("serial:///dev/x?baud=9600&parity=E"), { scheme: "serial", place: "/dev/x", baud: "9600", rest: "parity=E" });
  assert.equal(partsOf("serial:///dev/x?parity=E&baud=9600").text, "serial:///dev/x?parity=E&baud=9600");
  assert.equal(linkOf({ ...newParts("tcp", "escpos"), host: " 10.0.0.5 " }), "tcp://10.0.0.5:9100");
  assert.equal(linkOf(newParts("none", "voice")), "none:");
});

test("a driver's schema is a form: required first, kinds and limits", () => {
  assert.equal(FIELDS[0].name, "url");
  assert.deepEqual(Object.fromEntries(FIELDS.map(({ name, kind }) => [name, kind])), { url: "text", width: "number", proof_s: "number", cut: "choice",
    rotation: "choice", asb: "boolean", font: "text", focus: "number", keymap: "map", areas: "json", cards: "json" });
  assert.deepEqual([field("width").least, field("width").most, field("focus").least, field("font").longest], [24, 64, 0, 32]);
});

test("O09: only what differs from the default, or stands in the config already, is sent", () => {
  const given = { width: 48, keymap: { 12: "pause" }, unheard_of: 1 };
  const typed = draftOptions(FIELDS, given);
  assert.equal(typed.keymap, "12 = pause");
  assert.deepEqual(optionsOf(FIELDS, { ...typed, url: "http://x" }, given), { options: { ...given, url: "http://x" }, problems: [] });
  assert.deepEqual(optionsOf(FIELDS, { ...draftOptions(FIELDS), url: "u" }).options, { url: "u" });
  const changed = { ...typed, url: "u", width: "32", rotation: "90", asb: false, focus: " 7 ", cards: "[1, 2]", keymap: "" };
  assert.deepEqual(optionsOf(FIELDS, changed, given).options, { unheard_of: 1, url: "u", width: 32, rotation: 90, asb: false, focus: 7, cards: [1, 2] });
  assert.ok(isSet(field("width"), "32") && !isSet(field("width"), "48"));
});

test("O09: what is typed wrong is told with its line, before it is sent", () => {
  const said = (name, typed) => read(field(name), typed).problem?.zh ?? "";
  assert.deepEqual(read(field("keymap"), '# keys\n\n"12" = "pause"\n5+0f = miss'), { value: { 12: "pause", "5+0f": "miss" } });
  assert.match(said("keymap", "1 = next\npause"), /第 2 行/);
  assert.match(said("keymap", "1 = next\n1 = miss"), /第 2 行.*1.*两次/);
  assert.match(said("areas", '{\n"1": {\n}'), /JSON.*第 3 行/);
  assert.match(said("areas", '{"1": 1,\n oops}'), /第 2 行/);
  assert.match(said("areas", "[1]"), /\{ … \}/);
  assert.match(said("cards", "{}"), /列表/);
  assert.match(said("width", "wide"), /数字/);
  assert.match(said("width", "48.5"), /整数/);
  assert.match(said("width", "999"), /24 到 64/);
  assert.match(said("proof_s", "0"), /大于 0，不大于 120/);
  assert.match(said("url", " "), /必须填写/);
  assert.equal(read(field("focus"), "").value, undefined);
});

test("a new device has a free name, its usual link, and the kiosk where there is only one", () => {
  const draft = drafts.newDraft(PRINTER, ["printer-1"], [{ id: "kiosk-1" }]);
  assert.deepEqual([draft.name, draft.kiosk, linkOf({ ...draft.link, host: "x" })], ["printer-2", "kiosk-1", "tcp://x:9100"]);
  assert.equal(drafts.newDraft(PRINTER, [], [{ id: "a" }, { id: "b" }]).kiosk, "");
  assert.equal(drafts.proposedName(PADS, []), "pads-1");
  assert.deepEqual(drafts.placesAsked(PADS, drafts.newDraft(PADS, [], [])), ["units"]);
  assert.deepEqual(drafts.placesAsked(PRINTER, { ...draft, zone: "a" }), ["kiosk", "zone"]);
});

test("O09: a section becomes a draft and the same section again", () => {
  const section = { name: "pads", driver: "callpad", link: "serial:///dev/x?baud=9600", units: { 1: "w1", 3: "w3" }, window: "w9", options: { width: 32 } };
  assert.deepEqual(drafts.sectionOfDraft(drafts.draftOf(section, PADS), PADS), { section, problems: [] });
  assert.deepEqual(drafts.unitsOfWindows([{ id: "w3", label: "3" }, { id: "b", label: "B1" }]), [{ address: "3", window: "w3" }]);
});

test("O09: all that can be seen to be wrong is told at once, each beside its field", () => {
  const draft = { ...drafts.newDraft(PADS, [], []), name: "Pads 1", units: [{ address: "x", window: "w1" }, { address: "2", window: "" }, { address: "3", window: "w1" }, { address: "3", window: "w2" }],
    options: { width: "a", keymap: "" } };
  const { problems } = drafts.sectionOfDraft(draft, PADS);
  assert.deepEqual(problems.map(({ key }) => key), ["name", "options.width", "units", "units", "units", "link"]);
  assert.deepEqual(Object.keys(drafts.problemsOf({ problems }, 0).at).sort(), ["link", "name", "options.width", "units"]);
});

test("O09: what the hall refuses stands beside its field, what is wrong elsewhere above the form", () => {
  const row = (key) => ({ key, zh: `${key} 不对`, en: `${key} is wrong` });
  const error = RpcError.fromWire({ code: -32000, message: "x", data: { code: "config.invalid", zh: "有错", en: "wrong",
    problems: ["name", "devices.2.link", "devices.2.units.3", "devices.2.options.areas.1.width", "devices.0.link", "hall.name"].map(row) } });
  const { at, others } = drafts.problemsOf(error, 2);
  assert.deepEqual(Object.keys(at).sort(), ["link", "name", "options.areas", "units"]);
  assert.deepEqual(others.map(({ key }) => key), ["devices.0.link", "hall.name"]);
  const plain = RpcError.fromWire({ code: -32000, message: "x", data: { code: "config.read_only", zh: "不能写入，请运行：chgrp", en: "chgrp" } });
  assert.deepEqual(drafts.problemsOf(plain, 2), { at: {}, others: [plain] });
  assert.deepEqual(drafts.problemsOf(null, 0), { at: {}, others: [] });
  assert.deepEqual(refusalOf(error).zh.split(" 不对"), ["name", " devices.2.link", " devices.2.units.3", " devices.2.options.areas.1.width", " devices.0.link", " hall.name", ""]);
  assert.equal(refusalOf(plain).en, "chgrp");
  assert.equal(lineToType("/etc/hallctl/hall.toml"), "chgrp hallctl /etc/hallctl /etc/hallctl/hall.toml && chmod g+w /etc/hallctl /etc/hallctl/hall.toml");
});

const month = (device, more = {}) => ({ device, ready_s: 3600, degraded_s: 0, offline_s: 0, downs: 0, share: 100, faults: [], ...more });
const PAPER = { code: "printer.paper_out", sentence: ["打印机缺纸，请换纸。", "The printer is out of paper; put in a new roll."], times: 3, seconds: 5400 };

test("H07: the month report, worst first, with faults by name", () => {
  const devices = worstFirst([month("a"), month("b", { share: null }), month("c", { share: 91.5, downs: 2 })]);
  assert.deepEqual(devices.map(({ device }) => device), ["c", "a", "b"]);
  assert.deepEqual([91.5, 100, 0, null].map(shareText), ["91.50%", "100%", "0%", "–"]);
  assert.deepEqual([0, 60, 5400].map(hours), ["0.0", "< 0.1", "1.5"]);
  assert.equal(faultName(PAPER), "打印机缺纸");
  language.value = "en";
  assert.equal(faultName(PAPER), "The printer is out of paper");
});

test("H07: the CSV file has a byte order mark, a line for each fault, numbers as numbers, and no formula", () => {
  const file = monthFile([month("printer-1", { share: 91.5, downs: 2, offline_s: 7200, faults: [PAPER] }), month("=evil", { share: null })], new Map([["printer-1", "小票打印机"]]));
  const lines = file.split("\r\n");
  assert.ok(lines[0].startsWith("\uFEFF设备,类型,正常率（%）,"));
  assert.equal(lines[1], "printer-1,小票打印机,91.5,2,0,2,1,打印机缺纸,3,1.5");
  assert.equal(lines[2], "'=evil,,,0,0,0,1,,,");
});

test("H07: months go back from the hall's own month", () => {
  const months = monthsUpTo(Date.UTC(2025, 11, 31, 17), "Asia/Shanghai");
  assert.deepEqual([months[0], months[1], months.length], ["2026-01", "2025-12", 24]);
});

test("options and their values have words where there are some, else their own", () => {
  assert.match(optionText("escpos", { name: "width" }), /58 毫米/);
  assert.match(optionText("onbon", { name: "width" }), /像素/);
  assert.equal(optionText("new", { name: "brand_new" }), "brand_new");
  assert.equal(aboutOption("escpos", { name: "width", about: "Characters." }), "");
  assert.equal(aboutOption("new", { name: "brand_new", about: "What it is." }), "What it is.");
  assert.equal(choiceText("cut", "full"), "全切（full）");
  assert.equal(choiceText("rotation", 90), "90");
});

test("no text is left of an option that no driver has", async () => {
  const folder = new URL("../../drivers/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".py"));
  const sources = await Promise.all(files.map(async (name) => [name, await readFile(new URL(name, folder), "utf8")]));
  for (const key of Object.keys(optionTexts.zh).filter((each) => each.startsWith("admin.option."))) {
    const [driver, name] = key.split(".").length === 4 ? key.split(".").slice(2) : [null, key.split(".")[2]];
    const mine = sources.filter(([file]) => !driver || file.startsWith(`${driver}/`) || !file.includes("/"));
    assert.ok(mine.some(([, source]) => new RegExp(`^    ${name}:`, "m").test(source)), key);
  }
});

test("every text asked for by a code exists", () => {
  const table = { ...deviceTexts.zh, ...formTexts.zh, ...texts.zh };
  const capabilities = ["slip_printer", "window_display", "speaker", "card_reader", "code_reader", "call_pad", "rating_pad", "page_scanner"];
  const wanted = [
    ...capabilities.map((name) => `admin.devices.can.${name}`), ...["state", "test", "trace", "edit"].map((part) => `admin.devices.part.${part}`),
    ...["in", "out", "end", "state", "signal"].map((what) => `admin.devices.trace.${what}`), ...["sure", "likely", "possible"].map((how) => `admin.devices.scan.${how}`),
    ...Object.keys(EXAMPLES).flatMap((scheme) => [`admin.devices.link.${scheme}`, ...(scheme === "none" ? [] : [`admin.devices.link.${scheme}.hint`])]),
    ...["state", "condition", "title", "place", "link", "identity", "heard", "counts", "trouble"].map((fact) => `admin.devices.fact.${fact}`),
    ...["kiosk", "zone", "window"].flatMap((place) => ["", ".hint", ".none"].map((end) => `admin.devices.form.${place}${end}`)),
    ...["address_bad", "address_twice", "no_window", "no_tcp", "no_serial"].map((name) => `admin.devices.form.${name}`),
    ...["opened", "lost", "failed"].map((name) => `admin.devices.count.${name}`), ...["what", "how", "family"].map((name) => `admin.devices.scan.column.${name}`),
    ...["device", "title", "share", "downs", "degraded", "offline", "ready", "fault", "faults", "times", "fault_hours"].map((name) => `admin.devices.month.${name}`),
  ];
  for (const key of wanted) assert.ok(table[key], key);
});
