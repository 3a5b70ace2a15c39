// Appointments at the kiosk: three ways to check in (A05), early and late are told (A03), one way to book.

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { RpcError } from "../../kiosk_ui/shared/rpc.js";
import { language, register } from "../../kiosk_ui/shared/i18n.js";
import texts from "../../kiosk_ui/i18n/kiosk.js";
import bookingTexts from "../../kiosk_ui/i18n/kiosk_booking.js";
import { Flow, NOTICE } from "../../kiosk_ui/kiosk/flow.js";
import { fakeHall, settle } from "./fakes.js";

register(texts);
register(bookingTexts);
beforeEach(() => mock.timers.enable({ apis: ["setInterval", "Date"] }));
afterEach(() => {
  language.value = "zh";
  mock.timers.reset();
});

const READY = { name: "p", state: "ready", faults: [] };
const EMPTY = { name: "p", state: "degraded", faults: ["printer.paper_out"] };
const TAX = { id: "tax", name: "税务", identity: "optional", zone: "a", windows: ["1"], wait_s: [60, 120], waiting: 2, bookable: true };
const EARLY = { code: "appointment.early", zh: "您到早了。", en: "You are early." };
const receipt = { seq: 1, at: 1, ticket: { id: "t1", service: "tax", label: "A003", ahead: 0, slip: "queued" }, notice: EARLY };
const SLOT = { start: 1000, end: 2000, quota: 2, booked: 0, room: 2 };

function kiosk({ printer = READY, reader = READY, answers = {} } = {}) {
  const row = { id: "kiosk-1", services: ["tax"], printer, reader, help: false };
  const hall = fakeHall({ kiosks: [row], services: [TAX] }, { "appointment.check_in": receipt, "card.arm": { seconds: 30 }, ...answers });
  const flow = new Flow(hall, "kiosk-1");
  const asked = () => hall.calls.filter(([method]) => method !== "code.look");
  return { hall, flow, asked, booking: flow.booking, screen: () => flow.view.screen.value, methods: () => hall.calls.map(([method]) => method) };
}

test("A05: a code checks in, and the number tells what is unusual (A03)", async () => {
  const { flow, asked, booking, screen } = kiosk();
  booking.open();
  booking.pad("code");
  booking.typed(screen(), "12345678");
  await settle();
  assert.deepEqual(asked(), [["appointment.check_in", { code: "12345678", kiosk: "kiosk-1", paperless: false }]]);
  assert.equal(screen().name, "done");
  assert.equal(screen().service.id, "tax");
  assert.equal(screen().notice.zh, "您到早了。");
  assert.equal(screen().existing, null);
  flow.close();
});

test("A05: the telephone's last digits check in; a second time is the same number", async () => {
  const again = { ...receipt, notice: { code: "appointment.again", zh: "已签到。", en: "Again." } };
  const { hall, flow, booking, screen } = kiosk({ answers: { "appointment.check_in": again } });
  booking.pad("tail");
  booking.typed(screen(), "5678");
  await settle();
  assert.equal(hall.calls[0][1].tail, "5678");
  assert.equal(screen().existing, "A003");
  flow.close();
});

test("A05, O14: by card only after the notice; the way without a card leads back to the others", async () => {
  const { hall, flow, asked, booking, screen } = kiosk();
  booking.byCard();
  assert.equal(screen().name, "notice");
  flow.withoutCard(screen().service);
  assert.equal(screen().name, "booking");
  booking.byCard();
  flow.readCard(screen().service);
  await settle();
  assert.deepEqual(asked()[0], ["card.arm", { kiosk: "kiosk-1", notice: NOTICE }]);
  hall.tell("card.seen", { kiosk: "kiosk-1", claim: "c", priority: "normal" });
  await settle();
  assert.deepEqual(asked()[1], ["appointment.check_in", { claim: "c", kiosk: "kiosk-1", paperless: false }]);
  flow.close();
});

test("several appointments are chosen from", async () => {
  const rows = [{ id: "y1", service: "tax", start: 1, end: 2, label: null }, { id: "y2", service: "tax", start: 3, end: 4, label: null }];
  const answers = {
    "appointment.check_in": ({ appointment }) => (appointment ? receipt : new RpcError({ code: "appointment.choose" })),
    "appointment.find": { appointments: rows },
  };
  const { hall, flow, booking, screen } = kiosk({ answers });
  booking.checkIn({ claim: "c" });
  await settle();
  assert.equal(screen().name, "booking_choose");
  booking.checkIn(screen().key, { appointment: screen().rows[1].id });
  await settle();
  assert.deepEqual(hall.calls.at(-1)[1], { claim: "c", kiosk: "kiosk-1", paperless: false, appointment: "y2" });
  assert.equal(screen().name, "done");
  flow.close();
});

test("T05: without paper it asks first, and remembers what was asked", async () => {
  const { hall, flow, booking, screen, methods } = kiosk({ printer: EMPTY });
  booking.checkIn({ code: "12345678" });
  await settle();
  assert.equal(screen().name, "paperless");
  assert.deepEqual(methods(), []);
  screen().yes();
  await settle();
  assert.deepEqual(hall.calls, [["appointment.check_in", { code: "12345678", kiosk: "kiosk-1", paperless: true }]]);
  flow.close();
});

test("a refusal is told with the ways that are left", async () => {
  const { flow, booking, screen } = kiosk({ answers: { "appointment.check_in": new RpcError({ code: "appointment.unknown" }) } });
  booking.checkIn({ code: "12345678" });
  await settle();
  assert.equal(screen().name, "booking_refused");
  assert.equal(screen().error.code, "appointment.unknown");
  flow.close();
});

test("A02: who came for something else is offered the check-in, and may go on", async () => {
  const { hall, flow, screen } = kiosk({ answers: { "ticket.take": receipt } });
  const other = { ...TAX, id: "social", name: "社保" };
  const seen = { kiosk: "kiosk-1", claim: "c", priority: "normal", booked: [{ id: "y1", service: "tax", start: 1, end: 2 }] };
  flow.readCard(other);
  await settle();
  hall.tell("card.seen", seen);
  await settle();
  assert.equal(screen().name, "booking_offer");
  assert.deepEqual(screen().rows.map((row) => row.id), ["y1"]);
  flow.take(other, { claim: "c" });
  await settle();
  assert.equal(hall.calls.at(-1)[0], "ticket.take");
  flow.readCard(TAX);
  await settle();
  hall.tell("card.seen", seen);
  await settle();
  assert.deepEqual(hall.calls.at(-1)[0], "ticket.take", "for the same service the hall itself checks in");
  flow.close();
});

test("booking: a service, a free slot, a telephone, a code", async () => {
  const days = [{ day: "1970-01-01", slots: [SLOT, { ...SLOT, start: 3000, room: 0 }] }, { day: "1970-01-02", slots: [{ ...SLOT, room: 0 }] }];
  const answers = { "slot.list": { days }, "appointment.book": { appointment: { id: "y1", code: "12345678", start: 1000, end: 2000 } } };
  const { hall, flow, booking, screen } = kiosk({ answers });
  assert.equal(booking.offered(), true);
  booking.slots(TAX);
  await settle();
  assert.deepEqual(screen().days, [{ day: "1970-01-01", slots: [SLOT] }]);
  booking.who(TAX, SLOT);
  booking.pad("phone", screen().slot);
  booking.typed(screen(), "13900005678");
  await settle();
  assert.deepEqual(hall.calls.at(-1), ["appointment.book", { service: "tax", start: 1000, kiosk: "kiosk-1", phone: "13900005678" }]);
  assert.equal(screen().name, "booked");
  assert.equal(screen().appointment.code, "12345678");
  flow.close();
});
