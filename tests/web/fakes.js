// Fakes at the byte boundary: a websocket whose other end is the test, and a hall without a daemon.

import { signal } from "../../kiosk_ui/vendor/signals-core.js";
import { emptyState } from "../../kiosk_ui/shared/hall.js";

/** A WebSocket; `sent` are the messages that went out, `answer` and `tell` come in. */
export class FakeSocket {
  constructor() {
    this.readyState = 0;
    this.sent = [];
  }

  send(text) { this.sent.push(JSON.parse(text)); }

  close() { this.readyState = 3; }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  drop() {
    this.readyState = 3;
    this.onclose?.();
  }

  tell(method, params) { this.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", method, params }) }); }

  last(method) { return this.sent.findLast((message) => message.method === method); }

  answer(method, result) {
    this.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", id: this.last(method).id, result }) });
  }

  refuse(method, code, zh = "不行", en = "no") {
    const error = { code: -32000, message: zh, data: { code, zh, en, params: {} } };
    this.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", id: this.last(method).id, error }) });
  }

  /** Answer hello and the subscription with a snapshot. */
  greet(seq, snapshot = {}) {
    this.open();
    this.answer("hello", { role: "kiosk", place: "kiosk-1", version: "0.1.0" });
    this.answer("hall.subscribe", { seq, epoch: "e1", snapshot });
  }
}

/** Opens FakeSockets and keeps them; `now` is the newest. */
export function sockets() {
  const all = [];
  return {
    all,
    open: () => {
      const socket = new FakeSocket();
      all.push(socket);
      return socket;
    },
    get now() { return all[all.length - 1]; },
  };
}

/** A hall for a page's flow: state to set, calls to read, answers by method (a value, or a function of the params). */
export function fakeHall(parts = {}, answers = {}) {
  const state = {};
  for (const [key, value] of Object.entries({ ...emptyState(), ...parts })) state[key] = signal(value);
  const listeners = new Map();
  const calls = [];
  return {
    state,
    calls,
    answers,
    now: () => Date.now(),
    on: (type, listener) => {
      listeners.set(type, listener);
      return () => listeners.delete(type);
    },
    tell: (type, data) => listeners.get(type)?.(data),
    call: async (method, params) => {
      calls.push([method, params]);
      const answer = answers[method];
      const value = typeof answer === "function" ? answer(params) : answer;
      if (value instanceof Error) throw value;
      return value;
    },
  };
}

/** Let promises settle. */
export async function settle() {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
