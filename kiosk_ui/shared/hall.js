// The hall as a page sees it: one snapshot, then numbered events merged into it by one rule.

import { batch, signal } from "../vendor/signals-core.js";
import { Rpc, RpcError } from "./rpc.js";
import { setTimezone } from "./time.js";

/** Calls kept, as many as the daemon keeps. */
export const CALLS_KEPT = 32;
const LISTS = ["services", "windows", "kiosks", "devices"];
const KEYS = ["hall", "zones", "services", "windows", "calls", "kiosks", "tickets", "appointments", "devices", "alerts", "rating", "seq"];
const ENDED = new Set(["done", "cancelled", "expired"]);
/** Offline is shown after this long, not at once: a restart of the daemon or a roaming tablet is not news. */
export const OFFLINE_MS = 1000;

/**
 * @typedef {object} HallState
 * @property {number} seq
 * @property {any} hall null before the first snapshot
 * @property {any[]} zones @property {any[]} services @property {any[]} windows @property {any[]} calls
 * @property {any[]} kiosks @property {any[]} tickets @property {any[]} appointments @property {any[]} devices @property {any[]} alerts
 * @property {any} rating
 */

/** @returns {HallState} */
export function emptyState() {
  return {
    seq: 0, hall: null, zones: [], services: [], windows: [], calls: [], kiosks: [], tickets: [], devices: [],
    appointments: [], alerts: [], rating: null,
  };
}

/** The state of a snapshot; what the role does not receive is empty. @returns {HallState} */
export function fromSnapshot(seq, snapshot) {
  const state = emptyState();
  for (const key of KEYS) if (snapshot[key] !== undefined) state[key] = snapshot[key];
  state.seq = seq;
  return state;
}

/** What a row is known by: its id, or a device's name. */
const idOf = (row) => row.id ?? row.name;

/** `rows` with each of `changed` in place of the row with its id, new ones at the end. */
function mergeById(rows, changed) {
  const byId = new Map(changed.map((row) => [idOf(row), row]));
  const merged = rows.map((row) => {
    const next = byId.get(idOf(row));
    if (next === undefined) return row;
    byId.delete(idOf(row));
    return next;
  });
  return [...merged, ...byId.values()];
}

/** A ticket that has ended leaves the list, unless its rating is still asked. */
function isOpen(ticket) {
  return !ENDED.has(ticket.stage) || ticket.rating === "asked";
}

/** A rating terminal hears of its own window only. */
function ratingOf(state, rating) {
  const mine = state.rating === null || state.rating.window === rating.window;
  return mine ? rating : state.rating;
}

/**
 * The state after `event`; neither argument is changed, and parts that did not change stay the same objects.
 * @param {HallState} state @param {{seq: number, type: string, data: any}} event @returns {HallState}
 */
export function reduce(state, event) {
  const data = event.data || {};
  const next = { ...state, seq: event.seq };
  for (const key of LISTS) if (Array.isArray(data[key])) next[key] = mergeById(state[key], data[key]);
  if (Array.isArray(data.tickets)) next.tickets = mergeById(state.tickets, data.tickets).filter(isOpen);
  if (Array.isArray(data.alerts)) next.alerts = mergeById(state.alerts, data.alerts).filter((alert) => alert.stage !== "cleared");
  if (Array.isArray(data.appointments)) next.appointments = mergeById(state.appointments, data.appointments).filter((row) => row.stage !== "cancelled");
  if (data.uncall) next.calls = next.calls.filter((call) => call.ticket !== data.uncall);
  if (data.call) {
    const others = next.calls.filter((call) => call.ticket !== data.call.ticket);
    next.calls = [data.call, ...others].slice(0, CALLS_KEPT);
  }
  if (data.hall) next.hall = { ...state.hall, ...data.hall };
  if (data.rating) next.rating = ratingOf(state, data.rating);
  return next;
}

/** Signals of every part of the state, written only where something changed. */
function createSignals() {
  const empty = emptyState();
  /** @type {any} */
  const signals = {};
  for (const key of KEYS) signals[key] = signal(empty[key]);
  const show = (/** @type {any} */ state) => batch(() => {
    for (const key of KEYS) signals[key].value = state[key];
  });
  return { signals, show };
}

/** Listeners by event type or notice name; "*" hears every live event and notice. */
function createListeners() {
  const listeners = new Map();
  const on = (type, listener) => {
    if (!listeners.has(type)) listeners.set(type, new Set());
    listeners.get(type).add(listener);
    return () => listeners.get(type).delete(listener);
  };
  const tell = (type, data, event) => {
    for (const listener of [...(listeners.get(type) || []), ...(listeners.get("*") || [])]) listener(data, event);
  };
  return { on, tell };
}

/** The daemon's clock seen from here: `at` of news that has just arrived. */
function createClock() {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    align: (/** @type {number|undefined} */ at) => {
      if (at !== undefined && Math.abs(at - Date.now() - offset) > 500) offset = at - Date.now();
    },
  };
}

/** `online` turns false only when the line has been down for OFFLINE_MS; `heard` is the time of the last news. */
function createLine() {
  const online = signal(true);
  const error = signal(/** @type {RpcError|null} */ (null));
  let timer = null;
  const onState = (state, problem) => {
    if (state === "online") {
      clearTimeout(timer);
      timer = null;
      batch(() => { online.value = true; error.value = null; });
      return;
    }
    if (state === "refused") error.value = problem;
    if (timer === null && online.value) timer = setTimeout(() => { online.value = false; }, OFFLINE_MS);
  };
  return { online, error, onState };
}

/**
 * Reload the page when the daemon came back as another version, as soon as `may()` allows (nobody is in the middle
 * of something). A screen on a wall has nobody to press F5.
 */
function createRefresher(may) {
  let version = null;
  return (hello) => {
    if (version === null) version = hello.version;
    if (hello.version === version) return;
    const timer = setInterval(() => {
      if (!may()) return;
      clearInterval(timer);
      location.reload();
    }, 1000);
  };
}

/**
 * @param {import("./rpc.js").RpcOptions & {mayReload?: () => boolean}} options role, token, place, ...
 * @returns `{state, online, error, hello, heard, call, now, on, close}`:
 *   `state` signals hall, zones, services, windows, calls, kiosks, tickets, appointments, devices,
 *   alerts, rating, seq;
 *   `online` signal(bool), false only after 1 s without a line; `error` signal(null | the refusal of this page's token);
 *   `hello` signal of the daemon's greeting {role, name, place, ...} or null; `heard` signal of the daemon's time (ms)
 *   of the last news; `call(method, params)`; `now()` the daemon's time in ms;
 *   `on(type, (data, event) => …)` live events (`ticket.called`), notices (`hall.caption`, `card.seen`) or "*" → off()
 */
export function createHall(options) {
  const { signals, show } = createSignals();
  const { on, tell } = createListeners();
  const { online, error, onState } = createLine();
  const clock = createClock();
  const hello = signal(null);
  const heard = signal(0);
  const refresh = createRefresher(options.mayReload || (() => true));
  let current = emptyState();

  const set = (state) => {
    current = state;
    if (state.hall?.timezone) setTimezone(state.hall.timezone);
    heard.value = clock.now();
    show(state);
  };
  const rpc = new Rpc({
    ...options,
    onState,
    onHello: (greeting) => { hello.value = greeting; refresh(greeting); },
    onSnapshot: (seq, snapshot) => { clock.align(snapshot.at); set(fromSnapshot(seq, snapshot)); },
    onEvents: (events, to, live) => {
      if (live && events.length) clock.align(events[events.length - 1].at);
      set({ ...events.reduce(reduce, current), seq: to });
      if (live) for (const event of events) tell(event.type, event.data || {}, event);
    },
    onNotice: (method, params) => {
      if (method === "hall.services") { // only time has passed
        clock.align(params.at);
        set(reduce(current, { seq: current.seq, type: method, data: params }));
      }
      tell(method, params, { type: method, data: params });
    },
  });
  return {
    state: signals, online, error, hello, heard, on,
    call: (/** @type {string} */ method, /** @type {object=} */ params) => rpc.call(method, params),
    now: clock.now,
    close: () => rpc.close(),
  };
}
