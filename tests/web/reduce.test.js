// The reducer merges events as hallctl/api/README.md says (design 6: one stream of facts).

import assert from "node:assert/strict";
import { test } from "node:test";
import { CALLS_KEPT, emptyState, fromSnapshot, reduce } from "../../kiosk_ui/shared/hall.js";

const event = (data, seq = 1, type = "x") => ({ seq, at: 1, type, data });
const state = (parts) => ({ ...emptyState(), ...parts });

test("a snapshot gives every part, what the role does not get is empty", () => {
  const seen = fromSnapshot(42, { hall: { id: "h" }, services: [{ id: "a" }], seq: 42 });
  assert.equal(seen.seq, 42);
  assert.deepEqual(seen.services, [{ id: "a" }]);
  assert.deepEqual(seen.devices, []);
  assert.equal(seen.rating, null);
});

test("rows are replaced by id in place, new ones come last", () => {
  const before = state({ services: [{ id: "a", waiting: 1 }, { id: "b", waiting: 2 }] });
  const after = reduce(before, event({ services: [{ id: "b", waiting: 3 }, { id: "c", waiting: 0 }] }));
  assert.deepEqual(after.services, [{ id: "a", waiting: 1 }, { id: "b", waiting: 3 }, { id: "c", waiting: 0 }]);
});

test("a replaced row is the new one in full", () => {
  const before = state({ windows: [{ id: "1", clerk: { id: "9" }, ticket: { label: "A1" } }] });
  const after = reduce(before, event({ windows: [{ id: "1", clerk: null, ticket: null }] }));
  assert.deepEqual(after.windows, [{ id: "1", clerk: null, ticket: null }]);
});

test("nothing is changed in the old state and unchanged parts stay the same objects", () => {
  const before = Object.freeze(state({ services: Object.freeze([{ id: "a" }]), windows: Object.freeze([{ id: "1" }]) }));
  const after = reduce(before, event({ services: [{ id: "a", waiting: 1 }] }, 7));
  assert.deepEqual(before.services, [{ id: "a" }]);
  assert.equal(after.windows, before.windows);
  assert.equal(after.seq, 7);
});

for (const stage of ["done", "cancelled", "expired"]) {
  test(`a ticket that is ${stage} leaves the list`, () => {
    const before = state({ tickets: [{ id: "t", stage: "serving", rating: "none" }] });
    assert.deepEqual(reduce(before, event({ tickets: [{ id: "t", stage, rating: "none" }] })).tickets, []);
  });
}

test("a finished ticket stays while its rating is asked and leaves when it is given", () => {
  const asked = reduce(state({}), event({ tickets: [{ id: "t", stage: "done", rating: "asked" }] }));
  assert.equal(asked.tickets.length, 1);
  assert.deepEqual(reduce(asked, event({ tickets: [{ id: "t", stage: "done", rating: "rated" }] })).tickets, []);
});

test("an alert that is over leaves the list, others are replaced by id", () => {
  const before = state({ alerts: [{ id: "wait-3", stage: "raised" }, { id: "waiting-9", stage: "raised" }] });
  const after = reduce(before, event({ alerts: [{ id: "wait-3", stage: "confirmed" }, { id: "waiting-9", stage: "cleared" }] }));
  assert.deepEqual(after.alerts, [{ id: "wait-3", stage: "confirmed" }]);
  assert.deepEqual(reduce(before, event({ alerts: [{ id: "gone-1", stage: "cleared" }] })).alerts, before.alerts);
});

test("a call comes first and replaces the older line of its ticket", () => {
  const before = state({ calls: [{ ticket: "b", count: 1 }, { ticket: "a", count: 1 }] });
  const after = reduce(before, event({ call: { ticket: "a", count: 2 } }));
  assert.deepEqual(after.calls, [{ ticket: "a", count: 2 }, { ticket: "b", count: 1 }]);
});

test("only so many calls are kept", () => {
  let now = state({});
  for (let index = 0; index < CALLS_KEPT + 5; index += 1) now = reduce(now, event({ call: { ticket: `t${index}` } }, index));
  assert.equal(now.calls.length, CALLS_KEPT);
  assert.equal(now.calls[0].ticket, `t${CALLS_KEPT + 4}`);
});

test("an uncall takes the line away", () => {
  const before = state({ calls: [{ ticket: "b" }, { ticket: "a" }] });
  assert.deepEqual(reduce(before, event({ uncall: "b" })).calls, [{ ticket: "a" }]);
});

test("the hall is merged", () => {
  const before = state({ hall: { name: "n", open: true } });
  assert.deepEqual(reduce(before, event({ hall: { open: false } })).hall, { name: "n", open: false });
});

test("a rating terminal hears of its own window only", () => {
  const before = state({ rating: { window: "2", ticket: null } });
  assert.equal(reduce(before, event({ rating: { window: "3", ticket: { label: "A1" } } })).rating, before.rating);
  assert.equal(reduce(before, event({ rating: { window: "2", ticket: { label: "A1" } } })).rating.ticket.label, "A1");
});

test("an event without data only moves the number", () => {
  const before = state({ services: [{ id: "a" }] });
  assert.deepEqual(reduce(before, { seq: 5, at: 1, type: "day.opened", data: undefined }), { ...before, seq: 5 });
});
