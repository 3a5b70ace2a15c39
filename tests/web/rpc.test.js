// The line to the daemon: hello, subscribe, gaps, reconnects, and calls that change nothing twice (H03, design 6).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, mock, test } from "node:test";
import { CALL_MS, CHANGING, PULSE_MS, READ_MS, Rpc, newId } from "../../kiosk_ui/shared/rpc.js";
import { createHall } from "../../kiosk_ui/shared/hall.js";
import { settle, sockets } from "./fakes.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] }));
afterEach(() => mock.timers.reset());

function connect(options = {}) {
  const wire = sockets();
  const heard = { states: [], events: [], snapshots: [], notices: [] };
  const rpc = new Rpc({
    role: "kiosk", token: "t", url: "ws://x/ws", open: wire.open,
    onState: (state, error) => heard.states.push(error ? `${state}:${error.code}` : state),
    onEvents: (events, to, live) => heard.events.push([events.map((each) => each.seq), to, live]),
    onSnapshot: (seq) => heard.snapshots.push(seq),
    onNotice: (method, params) => heard.notices.push([method, params]),
    ...options,
  });
  return { rpc, wire, heard };
}
const frame = (from, to, ...seqs) => ({ from, to, events: seqs.map((seq) => ({ seq, at: 1, type: "x", data: {} })) });

test("hello, then subscribe, then online", () => {
  const { wire, heard } = connect({ place: "kiosk-1" });
  wire.now.open();
  assert.deepEqual(wire.now.last("hello").params, { api_version: 1, role: "kiosk", token: "t", place: "kiosk-1" });
  assert.equal(wire.now.last("hall.subscribe"), undefined);
  wire.now.answer("hello", { version: "1" });
  assert.deepEqual(wire.now.last("hall.subscribe").params, {});
  wire.now.answer("hall.subscribe", { seq: 42, snapshot: {} });
  assert.deepEqual(heard.states, ["connecting", "online"]);
  assert.deepEqual(heard.snapshots, [42]);
});

test("frames that follow are handed on, also with holes inside the range", () => {
  const { wire, heard } = connect();
  wire.now.greet(42);
  wire.now.tell("hall.events", frame(43, 46, 44, 46));
  wire.now.tell("hall.events", frame(47, 47, 47));
  assert.deepEqual(heard.events, [[[44, 46], 46, true], [[47], 47, true]]);
});

test("a frame that was seen already is dropped", () => {
  const { wire, heard } = connect();
  wire.now.greet(42);
  wire.now.tell("hall.events", frame(40, 42, 42));
  assert.deepEqual(heard.events, []);
});

test("a gap means subscribe again, with what was seen last", () => {
  const { rpc, wire, heard } = connect();
  wire.now.greet(42);
  wire.now.tell("hall.events", frame(45, 45, 45));
  assert.deepEqual(wire.now.last("hall.subscribe").params, { since: 42, epoch: "e1" });
  wire.now.tell("hall.events", frame(46, 46, 46));
  wire.now.answer("hall.subscribe", { seq: 46, epoch: "e1", events: frame(43, 46, 43, 45, 46).events });
  assert.deepEqual(heard.events, [[[43, 45, 46], 46, false]]);
  assert.equal(rpc.seq, 46);
});

test("a skipped reader takes the snapshot that is sent to it", () => {
  const { rpc, wire, heard } = connect();
  wire.now.greet(42);
  wire.now.tell("hall.snapshot", { seq: 99, snapshot: {} });
  assert.deepEqual(heard.snapshots, [42, 99]);
  assert.equal(rpc.seq, 99);
});

test("a lost line is opened again for ever, with since", () => {
  const { wire, heard } = connect();
  wire.now.greet(42);
  wire.now.drop();
  assert.deepEqual(heard.states, ["connecting", "online", "offline"]);
  for (let tries = 2; tries < 12; tries += 1) {
    mock.timers.tick(5000);
    assert.equal(wire.all.length, tries);
    wire.now.drop();
  }
  mock.timers.tick(5000);
  wire.now.open();
  wire.now.answer("hello", {});
  assert.deepEqual(wire.now.last("hall.subscribe").params, { since: 42, epoch: "e1" });
});

test("silence is asked about and a dead line given up", () => {
  const { wire } = connect();
  wire.now.greet(42);
  mock.timers.tick(PULSE_MS);
  assert.ok(wire.now.last("hall.about"));
  wire.now.answer("hall.about", {});
  mock.timers.tick(PULSE_MS - 1);
  assert.equal(wire.all.length, 1);
  mock.timers.tick(1);
  mock.timers.tick(PULSE_MS / 2);
  mock.timers.tick(1000);
  assert.equal(wire.all.length, 2);
});

test("a changing call is sent again with the same request_id after a reconnect", async () => {
  const { rpc, wire } = connect();
  wire.now.greet(42);
  const answer = rpc.call("ticket.take", { service: "tax" });
  const first = wire.now.last("ticket.take").params;
  assert.match(first.request_id, /^[0-9a-f-]{36}$/);
  wire.now.drop();
  mock.timers.tick(1000);
  wire.now.open();
  wire.now.answer("hello", {});
  wire.now.answer("hall.subscribe", { seq: 42, events: [] });
  assert.deepEqual(wire.now.last("ticket.take").params, first);
  wire.now.answer("ticket.take", { seq: 43 });
  assert.deepEqual(await answer, { seq: 43 });
});

test("a call without an answer rejects with code offline and words in both languages", async () => {
  const { rpc, wire } = connect();
  wire.now.greet(42);
  const taking = rpc.call("ticket.take", { service: "tax" });
  const finding = rpc.call("ticket.find", { label: "A001" });
  mock.timers.tick(READ_MS);
  await assert.rejects(finding, { code: "offline" });
  mock.timers.tick(CALL_MS);
  await assert.rejects(taking, (error) => error.code === "offline" && error.zh !== error.en);
});

test("a device's test has its time, and is not begun anew after the line was lost: paper would come out twice", async () => {
  const { rpc, wire } = connect();
  wire.now.greet(42);
  const testing = rpc.call("device.test", { device: "printer-1" });
  const listing = rpc.call("device.list");
  mock.timers.tick(READ_MS);
  await assert.rejects(listing, { code: "offline" });
  const finding = rpc.call("ticket.find", { label: "A001" });
  wire.now.drop();
  mock.timers.tick(1000);
  wire.now.greet(42);
  await assert.rejects(testing, { code: "offline" });
  assert.equal(wire.now.last("device.test"), undefined);
  wire.now.answer("ticket.find", { label: "A001" });
  assert.deepEqual(await finding, { label: "A001" });
  rpc.close();
});

test("reading calls carry no request_id", () => {
  const { rpc, wire } = connect();
  wire.now.greet(42);
  rpc.call("ticket.find", { label: "A001" }).catch(() => {});
  assert.deepEqual(wire.now.last("ticket.find").params, { label: "A001" });
  rpc.close();
});

test("a refusal carries code, zh, en and params", async () => {
  const { rpc, wire } = connect();
  wire.now.greet(42);
  const answer = rpc.call("ticket.call");
  wire.now.refuse("ticket.call", "queue.empty", "没有等候的人。", "Nobody is waiting.");
  await assert.rejects(answer, { code: "queue.empty", zh: "没有等候的人。", en: "Nobody is waiting." });
});

test("a refused token is said and tried again slowly", () => {
  const { wire, heard } = connect();
  wire.now.open();
  wire.now.refuse("hello", "auth.bad_token");
  assert.equal(heard.states.at(-1), "refused:auth.bad_token");
  mock.timers.tick(29000);
  assert.equal(wire.all.length, 1);
  mock.timers.tick(1000);
  assert.equal(wire.all.length, 2);
});

test("notices are handed on", () => {
  const { wire, heard } = connect();
  wire.now.greet(42);
  wire.now.tell("card.seen", { kiosk: "kiosk-1" });
  assert.deepEqual(heard.notices, [["card.seen", { kiosk: "kiosk-1" }]]);
});

test("an id is made where crypto.randomUUID is missing", () => {
  const kept = crypto.randomUUID;
  crypto.randomUUID = undefined;
  const ids = new Set(Array.from({ length: 50 }, newId));
  crypto.randomUUID = kept;
  assert.equal(ids.size, 50);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a hall is offline only after a second, and its clock is the daemon's", async () => {
  const wire = sockets();
  const hall = createHall({ role: "board", token: "t", url: "ws://x/ws", open: wire.open });
  wire.now.greet(42, { at: Date.now() + 60000, hall: { id: "h", timezone: "Asia/Shanghai" } });
  assert.equal(hall.now(), Date.now() + 60000);
  wire.now.drop();
  mock.timers.tick(999);
  assert.equal(hall.online.value, true);
  mock.timers.tick(1);
  assert.equal(hall.online.value, false);
  wire.now.greet(42, { at: Date.now() + 60000, hall: { id: "h" } });
  assert.equal(hall.online.value, true);
  await settle();
  hall.close();
});

test("live events reach their listeners, and the state before them", () => {
  const wire = sockets();
  const hall = createHall({ role: "board", token: "t", url: "ws://x/ws", open: wire.open });
  wire.now.greet(42, { at: Date.now(), services: [{ id: "a", waiting: 0 }] });
  const seen = [];
  hall.on("ticket.taken", (data) => seen.push([data.label, hall.state.services.value[0].waiting]));
  wire.now.tell("hall.events", { from: 43, to: 43, events: [
    { seq: 43, at: Date.now(), type: "ticket.taken", data: { label: "A1", services: [{ id: "a", waiting: 1 }] } }] });
  assert.deepEqual(seen, [["A1", 1]]);
  hall.close();
});

test("T11: services that only time has changed are told without a number", () => {
  const wire = sockets();
  const hall = createHall({ role: "kiosk", token: "t", url: "ws://x/ws", open: wire.open });
  wire.now.greet(42, { services: [{ id: "tax", open: true }, { id: "police", open: true }] });
  const heard = [];
  hall.on("hall.services", (params) => heard.push(params.at));
  wire.now.tell("hall.services", { at: 5, services: [{ id: "tax", open: false }] });
  assert.deepEqual(hall.state.services.value, [{ id: "tax", open: false }, { id: "police", open: true }]);
  assert.equal(hall.state.seq.value, 42);
  assert.deepEqual(heard, [5]);
  hall.close();
});

test("every method that changes the hall is known as one, so that it gets its request_id", async () => {
  const { paths, components } = JSON.parse(await readFile(new URL("../../hallctl/api/openapi.json", import.meta.url), "utf8"));
  const bodyOf = ({ post }) => post.requestBody?.content["application/json"].schema.$ref?.split("/").at(-1);
  const changing = Object.entries(paths)
    .filter(([, path]) => path.post && components.schemas[bodyOf(path)]?.properties?.request_id)
    .map(([path]) => path.split("/").slice(-2).join("."));
  assert.ok(changing.length > 30);
  assert.deepEqual(changing.filter((method) => !CHANGING.has(method)), []);
});
