// The page's place in the address bar, as a signal: links and the browser's own Back change it.

import { signal } from "../shared/ui.js";
import { fragmentOf } from "./route.js";

/** location.hash as it is now. */
export const fragment = signal(location.hash);

addEventListener("hashchange", () => { fragment.value = location.hash; });

/** Go to a place; Back returns. */
export function go(tab, query) { location.hash = fragmentOf(tab, query); }

/** The same place with another filter: no step for Back, so that typing does not fill the history. */
export function refine(tab, query) {
  history.replaceState(null, "", location.pathname + location.search + fragmentOf(tab, query));
  fragment.value = location.hash;
}
