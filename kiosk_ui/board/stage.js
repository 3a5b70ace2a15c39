/**
 * Which calls stand large on the board, and for how long. Pure: `now` is passed in, ms of a clock that never jumps.
 *
 * A call stays on the stage for its minimum time, whatever comes after it (pages.md "Board"). Calls that come together
 * share the stage; more wait for a place. A call that has waited too long for one is not staged any more: it stands in
 * the list, which shows it from the moment it had to wait. A call taken back leaves at once.
 */

/** Seconds that a call stays large at least. */
export const MINIMUM_S = 8;
/** Seconds after which the stage goes back to notices when nothing new was called. */
export const LINGER_S = 60;
/** Calls that can share the stage. */
export const PLACES = 6;
/** Seconds after which a call is too old to be put on the stage. */
export const STALE_S = 30;
/** Lines of the list. */
export const LISTED = 8;

/**
 * An empty stage. `shown` are `{call, since, fresh, waited}` in the order they came: `fresh` within the minimum time,
 * `waited` had no place at first. `queued` are `{call, since}`: calls that wait for a place.
 */
export const EMPTY = { shown: [], queued: [] };

/** The stage after a new call, or a recall, which begins its minimum time anew. */
export function afterCall(stage, call, now) {
  const mine = (each) => each.call.ticket === call.ticket;
  if (stage.shown.some(mine)) {
    const shown = stage.shown.map((place) => (mine(place) ? { ...place, call, since: now } : place));
    return settle({ ...stage, shown }, now);
  }
  const queued = [...stage.queued.filter((each) => !mine(each)), { call, since: now }];
  return settle({ ...stage, queued }, now);
}

/** The stage after a call was taken back or left. */
export function afterUncall(stage, ticket, now) {
  const other = (each) => each.call.ticket !== ticket;
  return settle({ shown: stage.shown.filter(other), queued: stage.queued.filter(other) }, now);
}

/** The stage at a later moment: who has had the minimum time makes room, who waits comes in, quiet empties it. */
export function settle(stage, now) {
  const past = (each, seconds) => now - each.since >= seconds * 1000;
  let queued = stage.queued.filter((each) => !past(each, STALE_S));
  let shown = stage.shown.filter((place) => !past(place, queued.length ? MINIMUM_S : LINGER_S));
  const entering = queued.slice(0, PLACES - shown.length);
  queued = queued.slice(entering.length);
  shown = [...shown, ...entering.map(({ call, since }) => ({ call, since: now, waited: since !== now }))];
  return { shown: shown.map((place) => ({ ...place, fresh: !past(place, MINIMUM_S) })), queued };
}

/** The ms until `settle` may change something, or null when nothing is pending. */
export function nextChange(stage, now) {
  const moments = stage.shown.map((place) => place.since + (place.fresh ? MINIMUM_S : LINGER_S) * 1000);
  return moments.length ? Math.max(0, Math.min(...moments) - now) : null;
}

/**
 * The stage of a board that has just connected: what it would show had it been there all the time.
 *
 * @param {any[]} calls newest first, as in the snapshot @param {number} at the daemon's time (ms), as in `call.at`
 */
export function stageOf(calls, at, now) {
  const age = (call) => Math.max(0, at - call.at);
  const fresh = calls.filter((call) => age(call) < MINIMUM_S * 1000).slice(0, PLACES).reverse();
  const shown = fresh.length ? fresh : calls.slice(0, 1);
  return settle({ shown: shown.map((call) => ({ call, since: now - age(call), waited: false })), queued: [] }, now);
}

/** The last calls, newest first, without those that stand on the stage for their minimum time. */
export function listed(calls, stage, count = LISTED) {
  const staged = new Set(stage.shown.filter((place) => place.fresh && !place.waited).map((place) => place.call.ticket));
  return calls.filter((call) => !staged.has(call.ticket)).slice(0, count);
}
