// Scanning at the window: when it is offered, the live picture's frames, pages in their order, what is wrong in words (H05).

import assert from "node:assert/strict";
import { test } from "node:test";
import { register } from "../../kiosk_ui/shared/i18n.js";
import texts from "../../kiosk_ui/i18n/window_scan.js";
import { CHANGING } from "../../kiosk_ui/shared/rpc.js";
import { isThere, troubleText } from "../../kiosk_ui/window/scan.js";
import { createFrames, startPreview } from "../../kiosk_ui/window/scan_frames.js";
import { createPages, moved, nextTo } from "../../kiosk_ui/window/scan_pages.js";
import { keyOf, mainSteps, stepOfKey } from "../../kiosk_ui/window/steps.js";
import { fakeHall, settle } from "./fakes.js";

register(texts);

const ticket = { ticket: "t1", label: "A001", stage: "serving", queue: "tax", called_at: 0, started_at: 0 };
const desk = (more = {}) => ({ id: "1", state: "open", plan: { choose: true }, ticket, scanner: null, ...more });
const names = (steps) => steps.map((step) => step.name);
const SCANNER = { name: "scanner-1", state: "ready", faults: [], sentences: [] };

test("H05: scanning is offered while a ticket is served where a scanner stands", () => {
  assert.ok(!names(mainSteps(desk(), { now: 0 })).includes("scan"));
  const steps = mainSteps(desk({ scanner: SCANNER }), { now: 0, kiosks: 0, then: { id: "issue" } });
  assert.deepEqual(names(steps), ["finish", "finish_then", "scan", "take"]);
  assert.equal(stepOfKey(keyOf({ key: "F4", shiftKey: true }), steps).name, "scan");
  assert.ok(!names(mainSteps(desk({ scanner: SCANNER, ticket: { ...ticket, stage: "called" } }), { now: 0 })).includes("scan"));
  assert.ok(!names(mainSteps(desk({ scanner: SCANNER, ticket: null }), { now: 0 })).includes("scan"));
});

test("every step of the pane may be repeated without doing it twice", () => {
  for (const verb of ["scan", "arrange", "remove", "restore", "finish", "offer"]) assert.ok(CHANGING.has(`page.${verb}`), verb);
  for (const verb of ["list", "show", "stop"]) assert.ok(!CHANGING.has(`page.${verb}`), verb);
});

const part = (bytes) => Buffer.concat([
  Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`), Buffer.from(bytes), Buffer.from("\r\n"),
]);

test("frames are found however the stream is cut", () => {
  const body = Buffer.concat([part([255, 216, 13, 10, 13, 10, 255, 217]), part([1]), part([]), part([2, 3])]);
  const wanted = [[255, 216, 13, 10, 13, 10, 255, 217], [1], [], [2, 3]];
  for (const size of [1, 2, 7, 50, body.length]) {
    const frames = createFrames();
    const found = [];
    for (let at = 0; at < body.length; at += size) found.push(...frames.feed(new Uint8Array(body.subarray(at, at + size))));
    assert.deepEqual(found.map((each) => [...each]), wanted, `pieces of ${size}`);
  }
});

test("what is no such stream is no frame, and never grows", () => {
  assert.throws(() => createFrames().feed(new Uint8Array(2000)));
  assert.throws(() => createFrames().feed(new TextEncoder().encode("--frame\r\nContent-Length: 99999999999\r\n\r\n")));
  assert.throws(() => createFrames().feed(new TextEncoder().encode("--frame\r\nContent-Type: image/jpeg\r\n\r\n")));
});

const streamed = (...bodies) => ({ ok: true, body: new ReadableStream({
  start(controller) {
    for (const body of bodies) controller.enqueue(new Uint8Array(body));
    controller.close();
  },
}) });

test("the live picture is asked for by header, again when it ends, and not after it was let go", async () => {
  const asked = [];
  const shown = [];
  let stop = () => {};
  await new Promise((resolve) => {
    stop = startPreview({
      token: "secret", place: "1", again: 0, fail: () => {},
      show: (frame) => { shown.push([...frame]); if (shown.length === 2) resolve(null); },
      ask: async (url, given) => { asked.push([url, given.headers]); return streamed(part([asked.length]), part([asked.length * 10])); },
    });
  });
  stop();
  const before = asked.length;
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  assert.equal(asked.length, before);
  assert.ok(asked.every(([url, headers]) => !url.includes("secret") && headers.Authorization === "Bearer secret" && headers["X-Hallctl-Place"] === "1"));
  assert.ok(shown.every((frame) => frame.length === 1));
});

test("a device without a picture is not asked again; another fault is", async () => {
  const refused = (code) => ({ ok: false, json: async () => ({ error: { data: { code, zh: "不行", en: "no" } } }) });
  for (const [code, times] of [["scanner.no_preview", 1], ["device.lost", 3]]) {
    const told = [];
    let asked = 0;
    const stop = startPreview({ token: "x", place: "1", again: 0, show: () => {}, fail: (error) => told.push(error?.code),
      ask: async () => { asked += 1; if (asked === 3) stop(); return refused(code); } });
    await new Promise((resolve) => { setTimeout(resolve, 15); });
    stop();
    assert.equal(asked, times, code);
    assert.equal(told[0], code);
  }
});

test("a page is moved within the order, never out of it", () => {
  assert.deepEqual(moved(["a", "b", "c"], 0, 1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], 2, 0), ["c", "a", "b"]);
  for (const [from, to] of [[0, -1], [2, 3], [-1, 0], [1, 1]]) assert.deepEqual(moved(["a", "b", "c"], from, to), ["a", "b", "c"]);
  assert.equal(nextTo(["a", "b", "c"], "b"), "c");
  assert.equal(nextTo(["a", "b", "c"], "c"), "b");
  assert.equal(nextTo(["a"], "a"), null);
});

const row = (page) => ({ page, at: 0, size: 1, width: 10, height: 10 });
function pagesOf(...ids) {
  const list = { ticket: "t1", label: "A001", pages: ids.map(row), removed: [], finished_at: null, kind: "pdf", max_pages: 9, straighten: true, scan: null };
  const hall = fakeHall({}, { "page.list": () => ({ ...list, pages: [...list.pages] }), "page.show": ({ page }) => ({ page, jpeg: page }) });
  const done = [];
  const runner = { here: async (method, params) => { done.push([method, params]); return {}; } };
  const pages = createPages({ ...hall, on: (type, listener) => hall.on(type, (data, event) => listener(data, event ?? { type: "page.scanned" })) }, "1", runner);
  return { hall, list, done, pages };
}

test("the list follows the daemon: new thumbnails are fetched once, those of gone pages are dropped", async () => {
  const { hall, list, pages } = pagesOf("a", "b");
  await settle(); await settle();
  assert.deepEqual(Object.keys(pages.pictures.value), ["a", "b"]);
  list.pages = [row("b"), row("c")];
  hall.tell("*", { window: "2" });
  await settle();
  assert.equal(pages.list.value.pages[0].page, "a", "another window's");
  hall.tell("*", { window: "1" });
  await settle(); await settle();
  assert.deepEqual(Object.keys(pages.pictures.value), ["b", "c"]);
  assert.deepEqual(hall.calls.filter(([method]) => method === "page.show").map(([, params]) => params.page), ["a", "b", "c"]);
  pages.close();
});

test("reorder, remove and what is looked at then", async () => {
  const { done, pages } = pagesOf("a", "b", "c");
  await settle(); await settle();
  await pages.move("b", -1);
  await pages.move("a", -1);
  assert.deepEqual(done, [["page.arrange", { pages: ["b", "a", "c"] }]], "the first does not move further");
  pages.choose("b");
  await pages.remove("b");
  assert.equal(pages.chosen.value, "c");
  assert.deepEqual(done.at(-1), ["page.remove", { page: "b" }]);
  pages.close();
});

test("what is wrong is said in words; while it scans nothing is", () => {
  const fault = { code: "page.too_many", zh: "满了", en: "full" };
  assert.equal(troubleText(SCANNER, null), "");
  assert.equal(troubleText(SCANNER, { state: "failed", fault }), "满了");
  assert.equal(troubleText(SCANNER, { state: "scanning", fault }), "");
  assert.equal(troubleText({ ...SCANNER, sentences: [{ zh: "卡纸" }] }, { state: "done", fault: null }), "卡纸");
  assert.match(troubleText({ ...SCANNER, state: "offline" }, null), /没有连接/);
  assert.ok(isThere(SCANNER) && !isThere({ state: "offline" }) && !isThere(null));
});
