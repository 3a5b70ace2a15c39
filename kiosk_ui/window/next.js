// Who would be next at the window, and why: the hall says it (`hall.preview`), since only the hall knows the rules.

import { computed, effect, signal, untracked } from "../vendor/signals-core.js";
import { waitingFor } from "./queues.js";

/** Between two questions at least so long: a busy morning changes the queues many times a second. */
export const LEAST_MS = 1000;
/** Asked again after so long though nothing has happened: waiting alone changes who is next. */
export const STALE_MS = 60000;

/** Whether the window would call somebody now if it were asked to: open, free, no emergency. */
const free = (window, hall) => window?.state === "open" && !window.ticket && !hall?.emergency;

/** What the answer depends on, as one text; null while nobody needs it. */
function questionOf({ windows, tickets, hall }, windowId) {
  const window = windows.find((each) => each.id === windowId);
  if (!free(window, hall)) return null;
  const waiting = waitingFor(window, tickets).map((ticket) => `${ticket.id}:${ticket.priority}:${ticket.queue}:${ticket.place}`);
  return JSON.stringify([window.clerk?.id, window.plan, window.services, waiting]);
}

/**
 * @param {any} hall shared/hall.js @param {string} windowId
 * @param {{visible: {value: boolean}, clock?: () => number}} options `visible`: signal, whether anybody sees the page
 * @returns `{next, close}`: `next` is a signal of null (not known) or the answer of `hall.preview`:
 *   `{ticket: null|{id, label, queue, priority}, why, zh, en, among, beat}`
 */
export function createNext(hall, windowId, { visible, clock = () => performance.now() }) {
  const next = signal(/** @type {any} */ (null));
  const question = computed(() => {
    if (!visible.value || !hall.online.value) return null;
    const { windows, tickets, hall: about } = hall.state;
    return questionOf({ windows: windows.value, tickets: tickets.value, hall: about.value }, windowId);
  });
  let timer = null;
  let askedAt = -Infinity;
  let asking = false;

  const plan = () => {
    clearTimeout(timer);
    timer = null;
    const now = question.peek();
    if (now === null || asking) return;
    timer = setTimeout(ask, Math.max(0, askedAt + LEAST_MS - clock()));
  };
  async function ask() {
    const asked = question.peek();
    if (asked === null) return;
    askedAt = clock();
    asking = true;
    const answer = await hall.call("hall.preview", { window: windowId }).catch(() => null);
    asking = false;
    const now = question.peek();
    if (now === asked) {
      next.value = answer;
      clearTimeout(timer);
      timer = setTimeout(ask, STALE_MS);
    } else {
      plan();
    }
  }
  /** What was said last is shown until the new answer comes, but never one who does not wait any more. */
  const keep = () => {
    const known = next.peek()?.ticket;
    const waits = known && hall.state.tickets.peek().some((ticket) => ticket.id === known.id && ticket.stage === "waiting");
    if (!waits) next.value = null;
  };
  const stop = effect(() => {
    const now = question.value;
    untracked(() => {
      if (now === null) next.value = null;
      else keep();
      plan();
    });
  });
  return { next, close: () => { stop(); clearTimeout(timer); } };
}
