// H06: what a code reader has read at the kiosk: the slip finds its ticket, an appointment's code checks in.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { register, t } from "../../kiosk_ui/shared/i18n.js";
import { RpcError } from "../../kiosk_ui/shared/rpc.js";
import texts from "../../kiosk_ui/i18n/kiosk.js";
import bookingTexts from "../../kiosk_ui/i18n/kiosk_booking.js";
import { CODE_S, Flow } from "../../kiosk_ui/kiosk/flow.js";
import { fakeHall, settle } from "./fakes.js";

register(texts);
register(bookingTexts);
beforeEach(() => mock.timers.enable({ apis: ["setInterval", "Date"] }));
afterEach(() => mock.timers.reset());

const TOKEN = "20261122-A003.0123456789abcdef0123";
const READY = { name: "p", state: "ready", faults: [] };
const TAX = { id: "tax", name: "税务", identity: "none", zone: "a", windows: ["1"], wait_s: [0, 0], waiting: 0, bookable: true };
const found = { label: "A003", stage: "waiting", queue: "tax", ahead: 1, wait_s: [60, 120] };
const receipt = { ticket: { id: "t1", service: "tax", label: "A003", ahead: 0, slip: "queued" }, notice: null };

function kiosk({ answers = {}, hall: state = null } = {}) {
  const row = { id: "kiosk-1", services: ["tax"], printer: READY, reader: null, help: false };
  const parts = { kiosks: [row], services: [TAX], hall: state };
  const hall = fakeHall(parts, { "ticket.find": found, "appointment.check_in": receipt, ...answers });
  const flow = new Flow(hall, "kiosk-1");
  const scan = async (kind, value, place = "kiosk-1") => {
    hall.tell("code.seen", { kiosk: place, kind, value });
    await settle();
  };
  return { hall, flow, scan, screen: () => flow.view.screen.value };
}

test("H06: a slip's code finds its ticket by the token", async () => {
  const { hall, flow, scan, screen } = kiosk();
  await scan("ticket", TOKEN);
  assert.deepEqual(hall.calls, [["ticket.find", { token: TOKEN }]]);
  assert.equal(screen().name, "found");
  assert.equal(screen().ticket.label, "A003");
  flow.close();
});

test("a slip of another day that is not known any more is said in words", async () => {
  const gone = new RpcError({ code: "ticket.unknown", zh: "没有这个号。", en: "No such number." });
  const { flow, scan, screen } = kiosk({ answers: { "ticket.find": gone } });
  await scan("ticket", TOKEN);
  assert.equal(screen().name, "found");
  assert.equal(screen().error.code, "ticket.unknown");
  flow.close();
});

test("A05, H06: an appointment's code checks in from the first screen and from those of appointments", async () => {
  const { hall, flow, scan, screen } = kiosk();
  for (const open of [flow.view.home, flow.booking.open, () => flow.booking.pad("code")]) {
    open();
    await scan("appointment", "12345678");
    assert.equal(screen().name, "done");
    flow.view.home();
  }
  assert.deepEqual(hall.calls[0], ["appointment.check_in", { code: "12345678", kiosk: "kiosk-1", paperless: false }]);
  assert.equal(hall.calls.filter(([method]) => method === "appointment.check_in").length, 3);
  flow.close();
});

test("H06: a reader that is dark until it is told lights up where a code is awaited, and only there", async () => {
  const { hall, flow, screen } = kiosk({ answers: { "code.look": new RpcError({ code: "device.silent", zh: "无应答", en: "silent" }) } });
  const looks = () => hall.calls.filter(([method]) => method === "code.look");
  flow.booking.pad("tail");
  flow.booking.pad("phone", { service: TAX, start: 1, end: 2 });
  flow.view.home();
  assert.deepEqual(looks(), []);
  for (const open of [flow.booking.open, () => flow.booking.pad("code"), flow.view.openFind]) open();
  await settle();
  assert.deepEqual(looks(), Array(3).fill(["code.look", { kiosk: "kiosk-1" }]));
  assert.equal(screen().name, "find");
  flow.close();
  flow.booking.open();
  assert.equal(looks().length, 3);
});

test("other codes are told to be none, for a short while, and nothing is asked", async () => {
  const { hall, flow, scan, screen } = kiosk();
  for (const kind of ["unknown", "receipt"]) {
    await scan(kind, null);
    assert.equal(screen().name, "code");
    assert.equal(screen().kind, kind);
    assert.equal(flow.view.left.value, CODE_S);
    assert.ok(t(`kiosk.code.${kind}.text`));
  }
  mock.timers.tick((CODE_S + 1) * 1000);
  assert.equal(screen().name, "home");
  assert.deepEqual(hall.calls, []);
  flow.close();
});

test("a code changes nothing while somebody is at work, at another kiosk, or in an emergency", async () => {
  const { hall, flow, scan, screen } = kiosk();
  for (const busy of [{ name: "notice", service: TAX }, { name: "card", service: TAX, reading: true }, { name: "done", service: TAX, label: "A001" }]) {
    flow.view.show(busy);
    await scan("ticket", TOKEN);
    assert.equal(screen().name, busy.name);
  }
  flow.booking.pad("phone", { service: TAX, start: 1, end: 2 });
  await scan("appointment", "12345678");
  assert.equal(screen().name, "booking_pad");
  flow.view.show({ name: "home", zone: null, page: 0 });
  await scan("ticket", TOKEN, "kiosk-2");
  assert.equal(screen().name, "home");
  assert.deepEqual(hall.calls.filter(([method]) => method !== "card.disarm"), []);
  flow.close();
  const alarmed = kiosk({ hall: { emergency: "请撤离", open: true } });
  await alarmed.scan("appointment", "12345678");
  assert.deepEqual(alarmed.hall.calls, []);
  alarmed.flow.close();
});
