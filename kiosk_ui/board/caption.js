/**
 * The words of the call that is being spoken, one at a time. Pure: `now` in ms of a clock that never jumps.
 *
 * A loudspeaker speaks one call after the other, so its captions do too; in a hall without one, calls that come
 * together are captioned in turn.
 */

/** Seconds that a caption stands at least, and at most when nothing follows. */
export const LEAST_S = 4;
export const MOST_S = 12;
/** Captions that may wait; older ones are left out, their calls stand on the stage and in the list. */
export const WAITING = 4;

/** No caption: `shown` is `{caption, since}` or null, `queued` are captions. */
export const SILENT = { shown: null, queued: [] };

/** After a caption came; the same ticket's waiting one is replaced. */
export function afterCaption(state, caption, now) {
  const others = state.queued.filter((each) => each.ticket !== caption.ticket);
  return settleCaption({ ...state, queued: [...others, caption].slice(-WAITING) }, now);
}

/** At a later moment: the next one when its turn has come, nothing when it has stood long enough. */
export function settleCaption({ shown, queued }, now) {
  const stays = shown && now - shown.since < (queued.length ? LEAST_S : MOST_S) * 1000;
  if (stays) return { shown, queued };
  if (!queued.length) return SILENT;
  return { shown: { caption: queued[0], since: now }, queued: queued.slice(1) };
}

/** The ms until `settleCaption` may change something, or null. */
export function nextCaption({ shown, queued }, now) {
  return shown && Math.max(0, shown.since + (queued.length ? LEAST_S : MOST_S) * 1000 - now);
}
