/**
 * Which steps fit a window's state. Pure: reads the snapshot's shapes, changes nothing.
 *
 * A step is `{name, method, key, primary, params?, locked?}`: `name` is its text's key (`step.<name>`), `method` the
 * API method it calls without further questions, or null where the page asks first; `key` the keyboard's key; `locked`:
 * not now, an emergency is on. The order of `main` is the order on the screen: the usual next step first. Mirrors the
 * tables of `hallctl/domain/lifecycle.py`; the daemon decides, this only keeps useless buttons away.
 */

const STEPS = {
  open: { method: "window.open", key: "F2" },
  call: { method: "ticket.call", key: "F2" },
  recall: { method: "ticket.recall", key: "F3" },
  start: { method: "ticket.start", key: "F4" },
  miss: { method: "ticket.miss", key: "F6" },
  undo: { method: "ticket.undo", key: "F7" },
  finish: { method: "ticket.finish", key: "F8" },
  finish_then: { method: "ticket.finish", key: "Shift+F8" },
  finish_other: { method: null, key: "" },
  resume_window: { method: "window.resume", key: "F2" },
  hold: { method: null, key: "" },
  resume: { method: null, key: "" },
  restore: { method: null, key: "" },
  transfer: { method: null, key: "" },
  choose: { method: null, key: "" },
  take: { method: null, key: "F1" },
  check_in: { method: null, key: "" },
  reprint: { method: null, key: "" },
  pause: { method: null, key: "" },
  scan: { method: null, key: "Shift+F4" },
  cancel: { method: null, key: "" },
  close: { method: "window.close", key: "" },
  move: { method: null, key: "" },
  leave: { method: null, key: "" },
};

/** The key that opens the other steps. */
export const MORE_KEY = "F9";

/** The key that tells that somebody goes to the kiosk that calls for help. */
export const HELP_KEY = "F10";

/** The key that tells why this ticket. */
export const WHY_KEY = "F5";

/** The reason of a pause that the daemon made because the clerk's page was gone (hallctl/engine/presence.py, C11). */
export const PAGE_LOST = "工作人员暂离";

/**
 * What an emergency stops (C16): nobody is called, no number is given, and who was called and had to leave has not
 * missed the call. Who is at the window is served to the end.
 */
const STOPPED = new Set(["call", "recall", "miss", "resume", "choose", "take", "check_in"]);

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

/** Whether the window was paused by itself, because this page was gone for too long (C11). */
export const lostPage = (window) => window.state === "paused" && window.reason === PAGE_LOST;

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
 * 办结 and the usual next step of the service beside it (受理 → 出件), unless it is where the ticket goes anyway. A
 * consultation that ends here is asked how it ended.
 */
function finishing({ then, steps, consult }) {
  const finish = { ...step("finish", true), ...(consult && !steps.length ? { method: null } : {}) };
  const next = then && steps[0]?.queue !== then.id ? [{ ...step("finish_then"), service: then, params: { then: then.id } }] : [];
  return [finish, ...next];
}

/** The big buttons but for taking. A page that comes back to its running ticket is offered to go on (C11). */
function stepsOf(window, { now, undoS, then, steps, consult }) {
  const back = lostPage(window) && window.ticket ? [step("resume_window")] : [];
  const undo = !back.length && undoLeft(window.ticket, now, undoS) > 0 ? [step("undo")] : [];
  switch (situation(window)) {
    case "called":
      return [step("start", true), ...back, step("recall"), step("miss"), ...undo];
    case "serving":
      return [...finishing({ then, steps, consult }), ...(window.scanner ? [step("scan")] : []), ...back];
    case "paused":
      return [step("resume_window", true)];
    case "closed":
      return [step("open", true)];
    default:
      return [step("call", true)];
  }
}

/**
 * The big buttons of the situation, at most five, the usual next step first and `primary`.
 *
 * @param {object} window as in the snapshot
 * @param {{now: number, undoS?: number, kiosks?: number, then?: object|null, steps?: object[], consult?: boolean,
 *   emergency?: boolean}} options
 *   `kiosks`: how many kiosks the hall has; without any, taking a number for somebody is among the big ones; `then`: the
 *   service of the usual next step, `steps` are those that the ticket has still to come; `consult`: a consultation
 */
export function mainSteps(window, { now, undoS = UNDO_S, kiosks = 1, then = null, steps = [], consult = false, emergency = false }) {
  const taking = kiosks === 0 ? [step("take")] : [];
  const all = [...stepsOf(window, { now, undoS, then, steps, consult }), ...taking];
  return all.map((each) => (emergency && STOPPED.has(each.name) ? { ...each, locked: true } : each));
}

const MORE = {
  called: ["transfer", "cancel", "restore", "take", "check_in", "reprint", "pause"],
  serving: ["hold", "transfer", "finish_other", "restore", "take", "check_in", "reprint", "pause"],
  idle: ["resume", "restore", "choose", "take", "check_in", "reprint", "pause", "close", "move", "leave"],
  paused: ["restore", "take", "check_in", "reprint", "close", "move", "leave"],
  closed: ["restore", "take", "check_in", "reprint", "move", "leave"],
};

/**
 * The other steps of the situation, in a fixed order: what is impossible now is left out.
 *
 * @param {object} window as in the snapshot
 * @param {{held?: number, missed?: number, waiting?: number, printers?: number, services?: number, bookable?: number, emergency?: boolean}} counts
 *   tickets that this window may resume, restore and choose; kiosks that can print; services of the hall, and those with appointments
 */
export function moreSteps(window, { held = 0, missed = 0, waiting = 0, printers = 0, services = 2, bookable = 0, emergency = false } = {}) {
  const pausing = window.state === "paused" && window.ticket && !lostPage(window);
  const needs = {
    check_in: bookable, resume: held, restore: missed, choose: waiting && (window.plan?.choose ?? true), reprint: printers,
    pause: window.state === "open", finish_other: services > 1,
  };
  const names = MORE[situation(window)].filter((name) => (needs[name] ?? true) && !(emergency && STOPPED.has(name)));
  return [...names, ...(pausing ? ["resume_window"] : [])].map((name) => step(name));
}

/**
 * The step that a key means now, or null. Enter is the primary step.
 *
 * @param {string} key as `keyOf` names it
 * @param {ReturnType<typeof mainSteps>} steps
 */
export function stepOfKey(key, steps) {
  const found = steps.find((each) => (key === "Enter" ? each.primary : each.key && each.key === key));
  return found && !found.locked ? found : null;
}

/** The name of a key as the steps have it: "F8", "Shift+F8", "Enter". @param {{key: string, shiftKey?: boolean}} event */
export const keyOf = (event) => (event.shiftKey && /^F\d+$/.test(event.key) ? `Shift+${event.key}` : event.key);

/** The keys that this page keeps from the browser (F1 would open help, F3 search, F5 reload, F6 leave the page). */
export const OWN_KEYS = new Set(["F1", "F2", "F3", "F4", WHY_KEY, "F6", "F7", "F8", MORE_KEY, HELP_KEY]);
