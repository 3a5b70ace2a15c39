// The demo page: where devices stand, their keys, the bytes, and the asking once a second.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { register } from "../../kiosk_ui/shared/i18n.js";
import { RpcError } from "../../kiosk_ui/shared/rpc.js";
import deviceTexts from "../../kiosk_ui/i18n/demo_device.js";
import pageTexts from "../../kiosk_ui/i18n/demo.js";
import { DRAWN, faultsOn, mendsOf, panelOf, testId, valuesOf } from "../../kiosk_ui/demo/actions.js";
import { STEPS, isArmed, isUnproven, linksOf, padDigits, planOf, refusalAt, screenOf, shownAt, slipsFor, stepsDone } from "../../kiosk_ui/demo/plan.js";
import { POLL_MS, createStage } from "../../kiosk_ui/demo/stage.js";
import { bytesOf, choices, lastFrames, viewRows } from "../../kiosk_ui/demo/wire.js";
import { position, told } from "../../kiosk_ui/demo/words.js";
import { fakeHall, settle } from "./fakes.js";

const texts = { zh: { ...pageTexts.zh, ...deviceTexts.zh } };
register(pageTexts);
register(deviceTexts);

const LINE = { mute: {}, unmute: {}, noise: {}, unplug: {}, plug: {} };
const line = { plugged: true, muted: false, noisy: false, wire: [] };
const printer = (view = {}) => ({
  name: "printer-1", driver: "escpos", place: "kiosk-1", units: {},
  actions: {
    paper_out: {}, paper_near_end: {}, paper_ok: {}, cover_open: {}, cover_close: {}, cutter_jam: { held: "yes: a; no: b" },
    cutter_clear: {}, offline: {}, online: {}, mute: {}, unmute: {}, slow: { seconds: "delay" }, unplug: {}, plug: {},
    cut_cable_after: { bytes: "bytes" },
  },
  view: { paper: "ok", cover: "closed", cutter: "ok", online: true, plugged: true, muted: false, slow_s: 0, slips: [], ...view },
});
const pads = { name: "pads", driver: "callpad", place: null, units: { 1: "1", 2: "2" }, actions: { key: { unit: "1", key: "next" }, ...LINE }, view: line };
const ratings = { name: "ratings", driver: "ratingpad", place: null, units: { 129: "1", 130: "2" }, actions: { grade: {}, ...LINE }, view: line };
const voice = { name: "voice", driver: "voice", place: null, units: {}, actions: { clear: {} }, view: { clips: [] } };
const robot = { name: "robot", driver: "robot", place: null, units: {}, actions: { wave: { arm: "left|right" }, mute: {}, unmute: {} }, view: { mood: "good" } };

test("every device stands somewhere on the plan, once", () => {
  const plan = planOf([printer(), pads, ratings, voice, robot], [{ id: "kiosk-1" }, { id: "kiosk-2" }], [{ id: "1" }, { id: "2" }]);
  assert.deepEqual(plan.kiosks.map((each) => each.devices.map((device) => device.name)), [["printer-1"], []]);
  assert.deepEqual(plan.windows.map(({ parts }) => [parts.pad?.unit, parts.rating?.unit, parts.strip]), [["1", "129", undefined], ["2", "130", undefined]]);
  assert.deepEqual(plan.speakers, [voice]);
  assert.deepEqual(plan.lines, [pads, ratings]);
  assert.deepEqual(plan.others, [robot]);
});

test("switches show how the printer stands, faults are told", () => {
  const panel = panelOf(printer({ paper: "out", muted: true }));
  assert.deepEqual(panel.front.map((row) => row.key), ["paper", "cover"]);
  assert.deepEqual(panel.front[0].choices.map(({ action, on }) => [action, on]), [["paper_ok", false], ["paper_near_end", false], ["paper_out", true]]);
  assert.deepEqual(faultsOn(panel).map(({ key, action }) => [key, action]), [["paper", "paper_out"], ["power", "mute"]]);
  assert.deepEqual(panel.rest, []);
});

test("no key is lost: what the page does not know is left over", () => {
  assert.deepEqual(panelOf(robot).rest, [{ action: "wave", params: { arm: "left|right" } }]);
  const older = { ...printer(), actions: { paper_out: {}, fold: {} } };
  assert.deepEqual(panelOf(older).front, [{ key: "paper", choices: [{ action: "paper_out", params: {}, value: undefined, on: false }] }]);
  assert.deepEqual(panelOf(older).rest, [{ action: "fold", params: {} }]);
});

/** Any device of a driver that is known: it has every action, and shows nothing. */
const every = (driver, kind) => ({ name: driver, driver, place: null, units: {}, actions: new Proxy({}, { has: () => true, ownKeys: () => [] }), view: { kind } });

test("every switch of a known driver has its word, every fault says what it does", () => {
  const plain = (text) => !/^[a-z ]+$/.test(text);
  for (const driver of Object.keys(DRAWN)) {
    assert.ok(`demo.driver.${driver}` in texts.zh, driver);
    for (const kind of ["keyboard", "gm65"]) {
      const panel = panelOf(every(driver, kind));
      for (const { key, choices: all } of [...panel.front, ...panel.faults]) {
        assert.ok(`demo.switch.${key}` in texts.zh, `${driver} ${key}`);
        for (const { action, value } of all) assert.ok(plain(position(key, action, value)), `${driver} ${key} ${action} ${value}`);
      }
      for (const { key } of panel.faults) assert.ok(told(driver, key), `${driver} ${key}`);
    }
  }
});

test("one key mends what a device suffers from, and nothing else", () => {
  const actions = { ...LINE, half: {}, slow: {}, fail_self_test: {}, pass_self_test: {} };
  const reader = (view) => ({ name: "reader", driver: "idcard", actions, view: { ...line, slow_s: 0, ...view } });
  assert.deepEqual(mendsOf(panelOf(reader({}))), []);
  const presses = mendsOf(panelOf(reader({ muted: true, halved: true, slow_s: 3 })));
  assert.deepEqual(presses.map(({ action, params }) => [action, params]), [["unmute", {}], ["half", {}], ["slow", { seconds: 0 }], ["pass_self_test", {}]]);
  const scanner = (view) => ({ name: "copier", driver: "escl", actions: { clear: {}, jam: {}, mute: {}, load: {} }, view: { sheets: 3, adf: "ScannerAdfLoaded", mode: "well", ...view } });
  assert.deepEqual(mendsOf(panelOf(scanner({ sheets: 0, mode: "mute" }))).map(({ action }) => action), ["load", "clear"]);
  assert.deepEqual(mendsOf(panelOf(scanner({}))), []);
});

test("devices of one window stand there, a sign for several hangs in the hall", () => {
  const at = (name, driver, units, window = null) => ({ name, driver, place: null, window, units, actions: {}, view: line });
  const devices = [
    at("strips", "ledstrip", { 1: "1", 3: "3" }), at("sign-2", "eqsign", { 1: "2" }), at("pad-2", "padframe", { 1: "2" }),
    at("camera-3", "camera", {}, "3"), at("sign-hall", "onbon", { 1: "1", 2: "2" }),
  ];
  const plan = planOf(devices, [], [{ id: "1" }, { id: "2" }, { id: "3" }]);
  assert.deepEqual(plan.windows.map(({ parts, own }) => [parts.strip?.device.name, parts.pad?.device.name, own.map(({ name }) => name)]),
    [["strips", undefined, []], ["sign-2", "pad-2", ["sign-2", "pad-2"]], ["strips", undefined, ["camera-3"]]]);
  assert.deepEqual([plan.signs, plan.lines, plan.others].map((all) => all.map(({ name }) => name)), [["sign-hall"], ["strips"], []]);
});

test("signs: one line over a window, a screen to scale in the hall, dark when off or without power", () => {
  const area = (y, text) => ({ x: 0, y, width: 128, height: 16, colour: "red", text });
  const card = { areas: { 0: area(0, "请A001号"), 1: area(16, "未开放") }, on: true, brightness: 12 };
  const sign = { driver: "onbon", units: { 10: "6", 2: "4" }, view: { ...line, cards: { 1: card } } };
  const { rows, ...screen } = screenOf(sign);
  assert.deepEqual(screen, { width: 128, height: 32, on: true, brightness: 12 });
  assert.deepEqual(rows.map(({ window, text }) => [window, text]), [["4", "请A001号"], ["6", "未开放"]]);
  assert.equal(screenOf({ ...sign, view: { ...sign.view, muted: true } }).on, false);
  assert.deepEqual(screenOf({ driver: "onbon", units: {}, view: line }).rows, []);
  assert.deepEqual(shownAt({ device: sign, unit: "2" }), { text: "请A001号", colour: "red", on: true });
  const strips = { driver: "ledstrip", view: { ...line, strips: { 3: { text: "3", colour: "green" } } } };
  assert.deepEqual(shownAt({ device: strips, unit: "3" }), { text: "3", colour: "green", on: true });
});

test("slips to be held before a reader: each printer's newest, the kiosk's own first", () => {
  const slip = (label) => ({ text: [label], qr: [`20261122-${label}.0123456789abcdef0123`] });
  const devices = [
    { ...printer({ slips: [slip("A001"), slip("A002")] }), name: "printer-1", place: "kiosk-1" },
    { ...printer({ slips: [slip("C001"), { text: ["补"], qr: [] }] }), name: "printer-2", place: "kiosk-2" },
  ];
  assert.deepEqual(slipsFor("kiosk-2", devices).map(({ device, label }) => [device, label]), [["printer-2", "C001"], ["printer-1", "A002"]]);
  assert.deepEqual(slipsFor("kiosk-1", [printer()]), []);
});

test("names for browser tests", () => {
  assert.equal(testId("pads", "key", "2", "next"), "demo-press-pads-key-2-next");
  assert.equal(testId("printer-1", "paper_out", undefined), "demo-press-printer-1-paper_out");
});

test("a reader is armed while it is asked for cards", () => {
  const view = { wire: [{ at: 1000, text: "find card" }, { at: 5000, text: "status" }] };
  assert.equal(isArmed(view, 2000), true);
  assert.equal(isArmed(view, 5000), false);
  assert.equal(isArmed({}, 0), false);
});

test("a device that never answers is not called faulty while nothing is wrong with it", () => {
  const row = { state: "degraded", faults: ["device.unproven"] };
  assert.equal(isUnproven(row, line), true);
  assert.equal(isUnproven(row, { ...line, muted: true }), false);
  assert.equal(isUnproven({ ...row, faults: ["printer.paper_out"] }, line), false);
  assert.equal(isUnproven({ state: "ready", faults: [] }, line), false);
});

test("pads: digits, and why a closed window says no", () => {
  assert.deepEqual(padDigits("002001"), { waiting: "002", called: "001" });
  assert.deepEqual(padDigits(""), { waiting: "---", called: "---" });
  assert.equal(refusalAt({ state: "closed" }), "demo.pad.closed");
  assert.equal(refusalAt({ state: "open" }), null);
});

test("links to the pages keep their token and lose their host", () => {
  const pages = [
    { page: "kiosk", place: "kiosk-1", url: "http://127.0.0.1:8780/kiosk/#token=a&place=kiosk-1" },
    { page: "window", place: "1", url: "http://127.0.0.1:8780/window/?window=1#token=b" },
    { page: "kiosk", place: "kiosk-2", url: "/kiosk/#token=c" }, { page: "demo", place: null, url: "/demo/#token=d" },
  ];
  assert.deepEqual(linksOf(pages), [
    { page: "kiosk", links: [{ place: "kiosk-1", href: "/kiosk/#token=a&place=kiosk-1" }, { place: "kiosk-2", href: "/kiosk/#token=c" }] },
    { page: "window", links: [{ place: "1", href: "/window/?window=1#token=b" }] },
  ]);
});

test("the first walk is ticked off as the hall sees it", () => {
  const nothing = { windows: [{ state: "closed" }], services: [{ issued: 0, done: 0 }], calls: [], devices: [printer()], listened: false };
  assert.deepEqual(Object.values(stepsDone(nothing)), STEPS.map(() => false));
  const all = { windows: [{ state: "open" }], services: [{ issued: 2, done: 1 }], calls: [{}], devices: [printer({ paper: "out" })], listened: true };
  assert.deepEqual(Object.values(stepsDone(all)), STEPS.map(() => true));
  for (const step of STEPS) for (const kind of ["step", "step.text", "step.key"]) assert.ok(`demo.${kind}.${step}` in texts.zh, step);
});

test("bytes and what is said behind them", () => {
  assert.deepEqual(bytesOf("1b 40 0a"), { bytes: ["1B", "40", "0A"], note: "" });
  assert.deepEqual(bytesOf("aa aa 96 … (1295 bytes, personal)"), { bytes: ["AA", "AA", "96"], note: "… (1295 bytes, personal)" });
  assert.deepEqual(bytesOf(undefined), { bytes: [], note: "" });
});

test("frames: newest first, each with a lasting key", () => {
  const wire = [{ at: 1, text: "a" }, { at: 1, text: "b" }, { at: 2, text: "c" }];
  assert.deepEqual(lastFrames(wire, 2).map(({ key, text }) => [key, text]), [["2-0", "c"], ["1-1", "b"]]);
});

test("choices that a parameter's meaning names", () => {
  assert.deepEqual(choices("1-3"), ["1", "2", "3"]);
  assert.deepEqual(choices("resident|elder"), ["resident", "elder"]);
  assert.deepEqual(choices("yes: cutter_clear frees it; no: DLE ENQ does"), ["yes", "no"]);
  assert.deepEqual(choices("delay of each answer, 0 for none"), []);
  assert.deepEqual(valuesOf(robot, "wave", "arm"), ["left", "right"]);
  assert.deepEqual(viewRows({ wire: [], mood: "good", hidden: 1 }, ["hidden"]), [["mood", "good"]]);
});

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

const listed = (paper) => ({ devices: [printer({ paper })], pages: [], accounts: [] });
const asked = (hall) => hall.calls.filter(([method]) => method === "demo.list").length;

test("the list is asked for once a second, and not by a hidden tab", async () => {
  const hall = fakeHall({}, { "demo.list": listed("ok") });
  let seen = true;
  const stage = createStage(hall, () => seen);
  await settle();
  assert.equal(asked(hall), 1);
  for (const [visible, count] of [[true, 2], [false, 2], [true, 3]]) {
    seen = visible;
    mock.timers.tick(POLL_MS);
    await settle();
    assert.equal(asked(hall), count);
  }
  stage.close();
  mock.timers.tick(POLL_MS * 3);
  assert.equal(asked(hall), 3);
});

test("a press shows at once; a refusal is said at its spot and goes with the next press", async () => {
  const refusal = new RpcError({ code: "request.invalid_params", zh: "不行", en: "no" });
  const hall = fakeHall({}, { "demo.list": listed("ok"), "demo.press": { view: { paper: "out" } } });
  const stage = createStage(hall);
  await settle();
  assert.equal(await stage.press("printer-1", "paper_out"), true);
  assert.equal(stage.list.value.devices[0].view.paper, "out");
  hall.answers["demo.press"] = refusal;
  assert.equal(await stage.press("pads", "key", { unit: 2, key: "x" }, { spot: "pads/2" }), false);
  assert.equal(stage.notes.value["pads/2"], refusal);
  hall.answers["demo.press"] = { view: {} };
  await stage.press("pads", "key", { unit: 2, key: "next" }, { spot: "pads/2", remark: { key: "demo.rating.unasked" } });
  assert.deepEqual(stage.notes.value, { "pads/2": { key: "demo.rating.unasked" } });
  stage.close();
});

test("a list that was asked for before a press does not undo what the press showed", async () => {
  let answer = /** @type {any} */ (null);
  const hall = fakeHall({}, { "demo.list": listed("ok"), "demo.press": { view: { paper: "out" } } });
  const stage = createStage(hall);
  await settle();
  hall.answers["demo.list"] = () => new Promise((resolve) => { answer = resolve; });
  mock.timers.tick(POLL_MS);
  await stage.press("printer-1", "paper_out");
  answer(listed("ok"));
  await settle();
  assert.equal(stage.list.value.devices[0].view.paper, "out");
  stage.close();
});

test("not a demo: the refusal of the list is kept for the page to say", async () => {
  const unknown = new RpcError({ code: "request.unknown_method", zh: "没有", en: "none" });
  const stage = createStage(fakeHall({}, { "demo.list": unknown }));
  await settle();
  assert.equal(stage.problem.value, unknown);
  assert.equal(stage.list.value, null);
  stage.close();
});
