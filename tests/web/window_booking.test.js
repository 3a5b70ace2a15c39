// Appointments at the window: 预约签到 among the other steps, and whom it finds (A05).

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimezone } from "../../kiosk_ui/shared/time.js";
import { expected, isCode } from "../../kiosk_ui/window/check_in.js";
import { moreSteps } from "../../kiosk_ui/window/steps.js";

setTimezone("Asia/Shanghai");
const desk = { id: "1", state: "open", ticket: null, plan: { choose: true } };
const names = (steps) => steps.map((step) => step.name);
const row = (id, start, more = {}) => ({
  id, service: "tax", start, end: start + 1_800_000, stage: "booked", name_mask: "张*", number_mask: "**001X", tail: "5678", ...more,
});

test("A05: the check-in is offered where something can be booked, not in an emergency", () => {
  assert.ok(!names(moreSteps(desk)).includes("check_in"));
  assert.ok(names(moreSteps(desk, { bookable: 1 })).includes("check_in"));
  assert.ok(!names(moreSteps(desk, { bookable: 1, emergency: true })).includes("check_in"));
});

test("A05: found by name, last digits or time; who has come is not expected", () => {
  const nine = Date.UTC(2026, 10, 23, 1);
  const rows = [
    row("y3", nine + 3_600_000, { name_mask: "李*" }), row("y1", nine), row("y2", nine, { tail: "0000", stage: "missed" }),
    row("y4", nine, { stage: "checked_in" }),
  ];
  const ids = (typed) => expected(rows, typed).map((each) => each.id);
  assert.deepEqual(ids(""), ["y1", "y2", "y3"]);
  assert.deepEqual(ids("李"), ["y3"]);
  assert.deepEqual(ids("5678"), ["y1", "y3"]);
  assert.deepEqual(ids("09:0"), ["y1", "y2"]);
  assert.ok(isCode(" 12345678 ") && !isCode("5678") && !isCode("123456789"));
});
