/**
 * Which calls stand large on the board, and for how long. Pure: time is passed in.
 *
 * A call stays on the stage for its minimum time, whatever comes after it (pages.md "Board"). Calls that come together
 * share the stage, up to four; more wait for a place. A call that has waited too long for one is not staged any more:
 * it stands in the list, which shows every call at once. A place taken back (`uncall`) is empty at once.
 */

/** Seconds that a call stays large at least. */
export const MINIMUM_S = 8;
/** Seconds after which the stage goes back to notices when nothing new was called. */
export const LINGER_S = 60;
/** Calls that can share the stage. */
export const PLACES = 4;
/** Seconds after which a call is too old to be put on the stage. */
export const STALE_S = 30;
/** Lines of the list. */
export const LISTED = 8;

/** An empty stage: `shown` are `{call, since}` in the order they came, `queued` are calls that wait for a place. */
export const EMPTY = { shown: [], queued: [] };

const same = (a, b) => a.ticket === b.ticket;

/** The stage after a new call (or a recall, which begins its minimum time anew). */
export function afterCall(stage, call, now) {
  const shown = stage.shown.map((place) => (same(place.call, call) ? { call, since: now } : place));
  if (stage.shown.some((place) => same(place.call, call))) return { ...stage, shown };
  const queued = [...stage.queued.filter((each) => !same(each, call)), call];
  return settle({ shown, queued }, now);
}

/** The stage after a call was taken back or left. */
export function afterUncall(stage, ticket, now) {
  return settle({
    shown: stage.shown.filter((place) => place.call.ticket !== ticket),
    queued: stage.queued.filter((call) => call.ticket !== ticket),
  }, now);
}

/** The stage at a later moment: who has had the minimum time makes room, who waits comes in, quiet empties it. */
export function settle(stage, now) {
  const due = (place) => now - place.since >= MINIMUM_S * 1000;
  let queued = stage.queued.filter((call) => now - call.at < STALE_S * 1000);
  let shown = stage.shown.filter((place) => now - place.since < LINGER_S * 1000);
  if (queued.length) shown = shown.filter((place) => !due(place));
  const entering = queued.slice(0, Math.max(0, PLACES - shown.length));
  queued = queued.slice(entering.length);
  shown = [...shown, ...entering.map((call) => ({ call, since: now }))];
  return { shown, queued };
}

/** The ms until `settle` may change something, or null when nothing is pending. */
export function nextChange(stage, now) {
  const moments = stage.shown.flatMap((place) => [
    place.since + LINGER_S * 1000,
    ...(stage.queued.length ? [place.since + MINIMUM_S * 1000] : []),
  ]);
  return moments.length ? Math.max(0, Math.min(...moments) - now) : null;
}

/**
 * The stage of a board that has just connected: calls not older than the minimum time, oldest first.
 *
 * @param {object[]} calls newest first, as in the snapshot
 */
export function stageOf(calls, now) {
  const fresh = calls.filter((call) => now - call.at < MINIMUM_S * 1000).slice(0, PLACES).reverse();
  return { shown: fresh.map((call) => ({ call, since: Math.min(now, call.at) })), queued: [] };
}

/** The last calls that are not on the stage, newest first. */
export function listed(calls, stage, count = LISTED) {
  const staged = new Set(stage.shown.map((place) => place.call.ticket));
  return calls.filter((call) => !staged.has(call.ticket)).slice(0, count);
}

/** The calls of one zone, or all of them. */
export const ofZone = (calls, zone) => (zone ? calls.filter((call) => call.zone === zone) : calls);

/** `rows` in pages of `size`, so that 40 services pass in turn. */
export function pages(rows, size) {
  const out = [];
  for (let start = 0; start < rows.length; start += size) out.push(rows.slice(start, start + size));
  return out;
}

/** Expected wait for people, minutes: `[low, high]` rounded so that it is never 0 while somebody waits. */
export function waitMinutes(waitS, waiting) {
  const [low, high] = (waitS ?? [0, 0]).map((seconds) => seconds / 60);
  if (!waiting && high < 1) return null;
  const from = Math.max(1, Math.floor(low));
  return [from, Math.max(from + (waiting ? 1 : 0), Math.ceil(high))];
}
