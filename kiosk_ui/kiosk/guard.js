// A double tap is one tap: the second would land on whatever the first one brought up.

const QUIET_MS = 350;

/** Swallow clicks shortly after a screen has appeared; returns the way to stop. */
export function guardTaps(flow) {
  let shownAt = 0;
  const stopWatching = flow.view.screen.subscribe(() => { shownAt = performance.now(); });
  const onClick = (/** @type {MouseEvent} */ event) => {
    if (event.detail > 0 && performance.now() - shownAt < QUIET_MS) {
      event.stopPropagation();
      event.preventDefault();
    }
  };
  document.addEventListener("click", onClick, true);
  return () => { stopWatching(); document.removeEventListener("click", onClick, true); };
}
