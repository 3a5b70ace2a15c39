// The one place where pages get their view library from: preact, htm and signals, vendored, without a build.
//
//   import { html, render, signal } from "../shared/ui.js";
//
// A component that reads `someSignal.value` while rendering is drawn again when that signal changes.

import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export { h, render, Fragment, createContext, createRef } from "../vendor/preact.js";
export {
  useCallback, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState,
} from "../vendor/hooks.js";
export {
  batch, computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect,
} from "../vendor/signals.js";

/** Tagged template: html`<p class="note">${text}</p>` → a preact element. */
export const html = htm.bind(h);

/**
 * Keep a screen as it is: no context menu, no drag, no pinch or ctrl-wheel zoom. For public screens (kiosk, board,
 * rating), not for pages that people work with.
 */
export function lockScreen() {
  const stop = (/** @type {Event} */ event) => event.preventDefault();
  document.addEventListener("contextmenu", stop);
  document.addEventListener("dragstart", stop);
  document.addEventListener("gesturestart", stop);
  document.addEventListener("touchmove", (event) => { if (event.touches.length > 1) event.preventDefault(); },
    { passive: false });
  document.addEventListener("wheel", (event) => { if (event.ctrlKey) event.preventDefault(); }, { passive: false });
  document.documentElement.classList.add("locked");
}
