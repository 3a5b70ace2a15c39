// The board: V05 (full state on connect, newest first, notices in turn), V03 (a caption for every call), C06 (recalls).

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { language, register } from "../../kiosk_ui/shared/i18n.js";
import texts from "../../kiosk_ui/i18n/board.js";
import { LEAST_S, MOST_S, SILENT, WAITING, afterCaption, nextCaption, settleCaption } from "../../kiosk_ui/board/caption.js";
import { createBoard } from "../../kiosk_ui/board/flow.js";
import { layout, noticeSize } from "../../kiosk_ui/board/layout.js";
import {
  EMPTY, LINGER_S, LISTED, MINIMUM_S, PLACES, STALE_S, afterCall, afterUncall, listed, nextChange, settle, stageOf,
} from "../../kiosk_ui/board/stage.js";
import { captionText, kept, ofZone, pages, pieces, room, waitText, windowParts, zoneOf } from "../../kiosk_ui/board/words.js";
import { fakeHall } from "./fakes.js";

register(texts);
afterEach(() => { language.value = "zh"; });

const call = (number, at = 0, more = {}) => ({
  ticket: `t${number}`, label: `A${String(number).padStart(3, "0")}`, window: "3", window_label: "3", zone: "a", at, count: 1, ...more,
});
const labels = (stage) => stage.shown.map((place) => place.call.ticket);
const tickets = (rows) => rows.map((row) => row.ticket);
const s = 1000;

test("a call keeps the stage for its minimum time, whatever comes after it", () => {
  let stage = afterCall(EMPTY, call(1), 0);
  stage = afterCall(stage, call(2), 3 * s);
  assert.deepEqual(labels(stage), ["t1", "t2"], "two calls share the stage");
  assert.deepEqual(labels(settle(stage, MINIMUM_S * s - 1)), ["t1", "t2"]);
  stage = afterCall(stage, call(3), 9 * s);
  assert.deepEqual(labels(stage), ["t2", "t3"], "the first has had its time and makes room");
});

test("a lone call lingers, in the list too once its minimum time is over", () => {
  const calls = [call(1)];
  let stage = afterCall(EMPTY, calls[0], 0);
  assert.deepEqual(listed(calls, stage), []);
  assert.equal(nextChange(stage, 0), MINIMUM_S * s);
  stage = settle(stage, MINIMUM_S * s);
  assert.deepEqual([labels(stage), tickets(listed(calls, stage))], [["t1"], ["t1"]]);
  assert.equal(nextChange(stage, MINIMUM_S * s), (LINGER_S - MINIMUM_S) * s);
  stage = settle(stage, LINGER_S * s);
  assert.deepEqual([labels(stage), nextChange(stage, LINGER_S * s)], [[], null]);
});

test("more calls than places: they wait, stand in the list meanwhile, and too old ones are not staged", () => {
  const calls = Array.from({ length: PLACES + 2 }, (_, index) => call(index));
  let stage = calls.reduce((state, each) => afterCall(state, each, 0), EMPTY);
  assert.equal(stage.shown.length, PLACES);
  assert.deepEqual(tickets(listed(calls, stage)), [`t${PLACES}`, `t${PLACES + 1}`]);
  stage = settle(stage, MINIMUM_S * s);
  assert.deepEqual(labels(stage), [`t${PLACES}`, `t${PLACES + 1}`]);
  assert.ok(tickets(listed(calls, stage)).includes(`t${PLACES}`), "it does not leave the list again");
  const full = calls.reduce((state, each) => afterCall(state, each, 0), EMPTY);
  assert.deepEqual(settle(full, STALE_S * s).queued, []);
});

test("C06: a recall stays in its place and begins its minimum time anew", () => {
  let stage = afterCall(afterCall(EMPTY, call(1), 0), call(2), 1 * s);
  stage = afterCall(stage, call(1, 0, { count: 2 }), 7 * s);
  assert.deepEqual(labels(stage), ["t1", "t2"]);
  stage = afterCall(stage, call(3), 10 * s);
  assert.deepEqual(labels(stage), ["t1", "t3"]);
  assert.equal(stage.shown[0].fresh, true);
});

test("a call taken back leaves at once, also one that waits", () => {
  const full = Array.from({ length: PLACES + 1 }, (_, index) => call(index)).reduce((state, each) => afterCall(state, each, 0), EMPTY);
  assert.equal(afterUncall(full, `t${PLACES}`, 1).queued.length, 0);
  assert.deepEqual(labels(afterUncall(full, "t0", 1)).at(-1), `t${PLACES}`, "who waits takes the place");
});

test("V05: a board that has just connected shows what it would have shown", () => {
  const at = 100 * s;
  assert.deepEqual(labels(stageOf([call(3, 99 * s), call(2, 97 * s), call(1, 60 * s)], at, 5 * s)), ["t2", "t3"]);
  const late = stageOf([call(1, 60 * s)], at, 5 * s);
  assert.deepEqual([labels(late), late.shown[0].fresh], [["t1"], false]);
  assert.deepEqual(labels(stageOf([call(1, 1 * s)], at, 5 * s)), []);
});

test("the list has the last eight, newest first", () => {
  const calls = Array.from({ length: 12 }, (_, index) => call(index));
  assert.deepEqual(tickets(listed(calls, EMPTY)), tickets(calls.slice(0, LISTED)));
});

test("captions stand one after the other", () => {
  const caption = (ticket) => ({ ticket });
  let state = afterCaption(SILENT, caption("a"), 0);
  assert.equal(nextCaption(state, 0), MOST_S * s);
  state = afterCaption(afterCaption(state, caption("b"), 1 * s), caption("b"), 2 * s);
  assert.deepEqual([state.shown.caption.ticket, state.queued.length], ["a", 1]);
  assert.equal(nextCaption(state, 2 * s), (LEAST_S - 2) * s);
  state = settleCaption(state, LEAST_S * s);
  assert.equal(state.shown.caption.ticket, "b");
  assert.equal(settleCaption(state, (LEAST_S + MOST_S) * s), SILENT);
  for (let count = 0; count < 9; count += 1) state = afterCaption(state, caption(`c${count}`), LEAST_S * s);
  assert.equal(state.queued.length, WAITING);
});

const ZONES = [{ id: "a", name: "一区" }, { id: "b", name: "二区" }];

test("the zone: asked for, else the terminal's place, else all", () => {
  assert.equal(zoneOf("b", "a", ZONES).id, "b");
  assert.equal(zoneOf(null, "a", ZONES).id, "a");
  assert.equal(zoneOf(null, "board-1", ZONES), null);
  assert.equal(zoneOf("all", "a", ZONES), null);
  assert.deepEqual(tickets(ofZone([call(1), call(2, 0, { zone: "b" })], ZONES[1])), ["t2"]);
});

test("a window is said in its own words", () => {
  assert.deepEqual(windowParts("3"), ["", "3", "号窗口"]);
  assert.deepEqual(windowParts("综合1"), ["", "综合1", "窗口"]);
  assert.deepEqual(windowParts("综合窗口"), ["", "综合窗口", ""]);
  assert.equal(captionText({ text: "请 A001 号到 3 号窗口办理", text_en: null }), "请 A001 号到 3 号窗口办理");
  assert.equal(captionText(call(1)), "请 A001 号到 3 号窗口办理");
  language.value = "en";
  assert.deepEqual(windowParts("A12"), ["Window", "A12", ""]);
  assert.equal(captionText({ ...call(1), text: "请", text_en: null }), "Number A001, please go to Window 3");
});

test("services pass in pages, long names take more lines, none is an empty page", () => {
  assert.deepEqual(pages([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(pages(["a", "long", "b"], 2, (row) => row.length), [["a"], ["long"], ["b"]]);
  assert.deepEqual(pages([], 3), []);
  assert.equal(waitText({ windows: [], wait_s: [60, 120] }), texts.zh["board.no_window"]);
  assert.equal(waitText({ windows: ["1"], wait_s: [300, 600] }), "约 5–10 分钟");
});

test("a notice wider than the line comes in pieces, cut behind punctuation", () => {
  const text = "老年人、残疾人、军人、孕妇可优先取号，请到导办台";
  const parts = pieces(text, 12);
  assert.ok(parts.every((part) => room(part) <= 12), parts.join("|"));
  assert.deepEqual(parts, ["老年人、残疾人、军人", "孕妇可优先取号", "请到导办台"]);
  assert.deepEqual(pieces(text, 40), [text]);
  assert.equal(pieces("一二三四五六七八九十", 4).join(""), "一二三四五六七八九十");
  assert.equal(kept("08:30–12:00").length, "08:30–12:00".length + 2);
});

test("the measures: the stage has a third of the screen, whatever its size", () => {
  for (const [width, height] of [[1920, 1080], [3840, 2160], [1366, 768], [1080, 1920]]) {
    const { upright, stage, list, wide, rows, allRows, name } = layout(width, height, "zh", false, 3.7);
    const column = upright ? wide - 1.5 : wide - list - 2.25;
    const area = (stage * column) / (60 * Math.max(width, height) / Math.min(width, height) * 60);
    assert.ok(area > 0.32 && area < 0.35, `${width}×${height}: ${area}`);
    assert.ok(rows >= 4 && allRows > rows && name > 8, `${width}×${height}: ${rows} ${allRows} ${name}`);
  }
  const { list, stage, rows } = layout(1366, 768, "en", true, 8);
  assert.ok(list < 48.1 && stage > 20 && rows >= 1);
});

test("C16: an emergency's notice is as large as the screen allows, and long ones are smaller, never under 1/24", () => {
  const long = "请从最近的安全出口有序离开。".repeat(14);
  for (const [width, height] of [[1920, 1080], [3840, 2160], [1024, 768], [1080, 1920]]) {
    const sizes = ["停电", "消防报警：请从东侧安全出口离开", long].map((text) => noticeSize(text, width, height));
    assert.ok(sizes[0] >= 5 && sizes[0] >= sizes[1] && sizes[1] > sizes[2] && sizes[2] >= 2.5, `${width}×${height}: ${sizes}`);
  }
  assert.equal(noticeSize("停电", 1920, 1080), noticeSize("停电", 3840, 2160));
});

function board({ voice = true, zone = null, calls = [] } = {}) {
  const parts = { hall: { voice }, zones: ZONES, calls };
  const hall = fakeHall(parts);
  const flow = createBoard(hall, zone, undefined, () => Date.now());
  const news = (...rows) => { hall.state.calls.value = [...rows, ...hall.state.calls.value.filter((old) => !rows.some((row) => row.ticket === old.ticket))]; };
  return { hall, flow, news, wait: (seconds) => mock.timers.tick(seconds * s) };
}

beforeEach(() => mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"], now: 1000 * s }));
afterEach(() => mock.timers.reset());

test("calls of the hall come onto the stage and leave it by themselves", () => {
  const { flow, news, wait, hall } = board();
  news(call(1, Date.now()));
  wait(2);
  news(call(2, Date.now()));
  assert.deepEqual(labels(flow.stage.value), ["t1", "t2"]);
  wait(7);
  assert.deepEqual(flow.stage.value.shown.map((place) => place.fresh), [false, true]);
  hall.state.calls.value = [];
  assert.deepEqual(labels(flow.stage.value), []);
  flow.close();
});

test("a call that was made long ago, while offline, is listed only; a recent one is shown", () => {
  const { flow, news } = board();
  news(call(2, Date.now() - 5 * s), call(1, Date.now() - (STALE_S + 1) * s));
  assert.deepEqual(labels(flow.stage.value), ["t2"]);
  flow.close();
});

test("V03: the loudspeaker's captions; without one, the calls' own", () => {
  const spoken = { ...call(1), text: "请", text_en: null };
  const loud = board();
  loud.hall.tell("ticket.called", call(1));
  assert.equal(loud.flow.caption.value.shown, null);
  loud.hall.tell("hall.caption", spoken);
  assert.equal(loud.flow.caption.value.shown.caption.ticket, "t1");
  loud.wait(MOST_S + 1);
  assert.equal(loud.flow.caption.value.shown, null);
  loud.flow.close();
  const silent = board({ voice: false, zone: "a" });
  silent.hall.tell("ticket.recalled", call(7, 0, { zone: "b" }));
  assert.equal(silent.flow.caption.value.shown, null, "another zone's");
  silent.hall.tell("ticket.recalled", call(7));
  assert.equal(silent.flow.caption.value.shown.caption.ticket, "t7");
  silent.flow.close();
});
