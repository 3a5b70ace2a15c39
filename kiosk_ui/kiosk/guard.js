// A double tap is one tap: the second would land on whatever the first one brought up.

const QUIET_MS = 350;
const EARLY = { capture: true };

/** Swallow clicks shortly after one screen has followed another; returns the way to stop. */
export function guardTaps(flow) {
  let shownAt = 0;
  const stopWatching = flow.view.screen.subscribe(() => { shownAt = performance.now(); });
  shownAt = -Infinity; // a subscriber is told the present screen at once, but no tap brought that one up
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.detail > 0 && performance.now() - shownAt < QUIET_MS) {
      event.stopPropagation();
      event.preventDefault();
    }
  };
  document.addEventListener("click", onClick, EARLY);
  return () => { stopWatching(); document.removeEventListener("click", onClick, EARLY); };
}
