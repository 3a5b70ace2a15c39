// The rating page: asked, one rating per tap, thanks, and running out of time without a rating (E06).

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { RpcError } from "../../kiosk_ui/shared/rpc.js";
import { RatingFlow, THANKS_S } from "../../kiosk_ui/rating/flow.js";
import { fakeHall, settle } from "./fakes.js";

beforeEach(() => mock.timers.enable({ apis: ["setInterval", "Date"] }));
afterEach(() => mock.timers.reset());

const ask = (id, seconds) => ({ window: "2", ticket: { ticket: id, label: id, service_name: "x", clerk: "1", until: Date.now() + seconds * 1000 } });

function page(answers = { "ticket.rate": { seq: 1 } }) {
  const hall = fakeHall({ rating: { window: "2", ticket: null } }, answers);
  const flow = new RatingFlow(hall);
  return { hall, flow, name: () => flow.view.value.name };
}

test("idle, asked, sent once, thanks, idle", async () => {
  const { hall, flow, name } = page();
  assert.equal(name(), "idle");
  hall.state.rating.value = ask("t1", 30);
  assert.equal(name(), "asked");
  flow.rate("dissatisfied");
  flow.rate("satisfied");
  await settle();
  assert.deepEqual(hall.calls, [["ticket.rate", { level: "dissatisfied", ticket: "t1" }]]);
  assert.equal(name(), "thanks");
  hall.state.rating.value = { window: "2", ticket: null };
  assert.equal(name(), "thanks");
  mock.timers.tick(THANKS_S * 1000 + 250);
  assert.equal(name(), "idle");
  flow.close();
});

test("time runs out without a rating", () => {
  const { hall, flow, name } = page();
  hall.state.rating.value = ask("t1", 30);
  mock.timers.tick(30250);
  assert.equal(name(), "idle");
  assert.deepEqual(hall.calls, []);
  flow.close();
});

test("the next service is asked for after thanks", async () => {
  const { hall, flow, name } = page();
  hall.state.rating.value = ask("t1", 30);
  flow.rate("satisfied");
  await settle();
  hall.state.rating.value = ask("t2", 30);
  mock.timers.tick(THANKS_S * 1000 + 250);
  assert.equal(name(), "asked");
  assert.equal(flow.view.value.ticket.ticket, "t2");
  flow.close();
});

test("a refusal is said and the page goes on", async () => {
  const { hall, flow, name } = page({ "ticket.rate": new RpcError({ code: "rating.not_asked", zh: "没有", en: "none" }) });
  hall.state.rating.value = ask("t1", 30);
  flow.rate("satisfied");
  await settle();
  assert.equal(name(), "error");
  hall.state.rating.value = { window: "2", ticket: null };
  mock.timers.tick(THANKS_S * 1000 + 250);
  assert.equal(name(), "idle");
  flow.close();
});
