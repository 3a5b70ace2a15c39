// Which taps the kiosk takes: the first at once, the second of a double tap not (one tap, one number).

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { signal } from "../../kiosk_ui/shared/ui.js";
import { guardTaps } from "../../kiosk_ui/kiosk/guard.js";

const QUIET_MS = 350;
let page;
let now;

beforeEach(() => {
  now = 5_000;
  page = new EventTarget();
  mock.method(performance, "now", () => now);
  globalThis.document = /** @type {any} */ (page);
});
afterEach(() => {
  mock.restoreAll();
  delete (/** @type {any} */ (globalThis)).document;
});

/** Whether a click that is the `detail`-th of a row (0: by a key) gets to the page. */
function taken(detail = 1) {
  const click = Object.assign(new Event("click", { cancelable: true }), { detail });
  page.dispatchEvent(click);
  return !click.defaultPrevented;
}

test("the page has just come up: a tap is taken, no other tap brought the screen up", () => {
  const stop = guardTaps({ view: { screen: signal("home") } });
  assert.ok(taken());
  stop();
});

test("one screen has followed another: for a third of a second it takes no tap, but a key", () => {
  const screen = signal("home");
  const stop = guardTaps({ view: { screen } });
  screen.value = "notice";
  now += QUIET_MS - 1;
  assert.ok(!taken());
  assert.ok(taken(0));
  now += 1;
  assert.ok(taken());
  screen.value = "card";
  stop();
  assert.ok(taken(), "nothing is held back any more");
});
