/**
 * Which steps fit a window's state. Pure: reads the snapshot's shapes, changes nothing.
 *
 * A step is `{name, method, key, primary}`: `name` is its text's key (`step.<name>`), `method` the API method it
 * calls without further questions, or null where the page asks first; `key` the keyboard's key. The order of `main`
 * is the order on the screen: the usual next step first. Mirrors the tables of `hallctl/domain/lifecycle.py`; the
 * daemon decides, this only keeps useless buttons away.
 */

const STEPS = {
  open: { method: "window.open", key: "F2" },
  call: { method: "ticket.call", key: "F2" },
  recall: { method: "ticket.recall", key: "F3" },
  start: { method: "ticket.start", key: "F4" },
  miss: { method: "ticket.miss", key: "F6" },
  undo: { method: "ticket.undo", key: "F7" },
  finish: { method: "ticket.finish", key: "F8" },
  resume_window: { method: "window.resume", key: "F2" },
  hold: { method: null, key: "" },
  resume: { method: null, key: "" },
  restore: { method: null, key: "" },
  transfer: { method: null, key: "" },
  choose: { method: null, key: "" },
  take: { method: null, key: "F1" },
  reprint: { method: null, key: "" },
  pause: { method: null, key: "" },
  cancel: { method: null, key: "" },
  close: { method: "window.close", key: "" },
  move: { method: null, key: "" },
  leave: { method: null, key: "" },
};

/** The key that opens the other steps. */
export const MORE_KEY = "F9";

/** The key that tells that somebody goes to the kiosk that calls for help. */
export const HELP_KEY = "F10";

/** Seconds in which a call can be undone, where the hall does not tell. */
export const UNDO_S = 30;

const step = (name, primary = false) => ({ name, primary, ...STEPS[name] });

/**
 * Seconds left to undo the call of the ticket at the window; 0 when it cannot be undone.
 *
 * @param {{stage: string, called_at: number|null}|null} ticket as in `windows[].ticket`
 * @param {number} now ms
 * @param {number} undoS seconds the hall allows
 */
export function undoLeft(ticket, now, undoS = UNDO_S) {
  if (!ticket || ticket.stage !== "called" || !ticket.called_at) return 0;
  return Math.max(0, Math.ceil((ticket.called_at + undoS * 1000 - now) / 1000));
}

/** Name of the window's situation: closed | paused | idle | called | serving. */
export function situation(window) {
  if (window.ticket) return window.ticket.stage === "called" ? "called" : "serving";
  return window.state === "open" ? "idle" : window.state;
}

/**
 * When the step that the running clock shows began (ms): the call, or the start; after a hold, the call back.
 *
 * @param {{stage: string, called_at: number|null, started_at: number|null}} ticket as in `windows[].ticket`
 */
export function stepSince(ticket) {
  const called = ticket.called_at ?? 0;
  return ticket.stage === "called" ? called : Math.max(called, ticket.started_at ?? 0);
}

/**
 * The big buttons of the situation, at most five, the usual next step first and `primary`.
 *
 * @param {object} window as in the snapshot
 * @param {{now: number, undoS?: number, kiosks?: number}} options `kiosks`: how many kiosks the hall has; without any,
 *   taking a number for somebody is among the big ones
 */
export function mainSteps(window, { now, undoS = UNDO_S, kiosks = 1 }) {
  const taking = kiosks === 0 ? [step("take")] : [];
  const undo = undoLeft(window.ticket, now, undoS) > 0 ? [step("undo")] : [];
  switch (situation(window)) {
    case "called":
      return [step("start", true), step("recall"), step("miss"), ...undo, ...taking];
    case "serving":
      return [step("finish", true), ...taking];
    case "paused":
      return [step("resume_window", true), ...taking];
    case "closed":
      return [step("open", true), ...taking];
    default:
      return [step("call", true), ...taking];
  }
}

const MORE = {
  called: ["transfer", "cancel", "restore", "take", "reprint", "pause"],
  serving: ["hold", "transfer", "restore", "take", "reprint", "pause"],
  idle: ["resume", "restore", "choose", "take", "reprint", "pause", "close", "move", "leave"],
  paused: ["restore", "take", "reprint", "close", "move", "leave"],
  closed: ["restore", "take", "reprint", "move", "leave"],
};

/**
 * The other steps of the situation, in a fixed order: what is impossible now is left out.
 *
 * @param {object} window as in the snapshot
 * @param {{held?: number, missed?: number, waiting?: number, printers?: number}} counts tickets that this window
 *   may resume, restore and choose; kiosks that can print
 */
export function moreSteps(window, { held = 0, missed = 0, waiting = 0, printers = 0 } = {}) {
  const pausing = window.state === "paused" && window.ticket;
  const needs = { resume: held, restore: missed, choose: waiting, reprint: printers, pause: window.state === "open" };
  const names = MORE[situation(window)].filter((name) => needs[name] ?? true);
  return [...names, ...(pausing ? ["resume_window"] : [])].map((name) => step(name));
}

/**
 * The step that a key means now, or null. Enter is the primary step.
 *
 * @param {string} key as in KeyboardEvent.key
 * @param {ReturnType<typeof mainSteps>} steps
 */
export function stepOfKey(key, steps) {
  if (key === "Enter") return steps.find((each) => each.primary) ?? null;
  return steps.find((each) => each.key && each.key === key) ?? null;
}

/** The keys that this page keeps from the browser (F1 would open help, F3 search, F6 leave the page). */
export const OWN_KEYS = new Set(["F1", "F2", "F3", "F4", "F6", "F7", "F8", MORE_KEY, HELP_KEY]);
