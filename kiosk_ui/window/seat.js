/**
 * How a clerk becomes the clerk of a window. Pure.
 */

/** Whether `window` is nobody else's. */
export const freeFor = (window, account) => !window.clerk || window.clerk.id === account;

/** The methods that lead to the desk at `window`: an open window only needs its clerk, another's is taken over. */
export function methodsFor(window, account) {
  if (!freeFor(window, account)) return ["window.take_over"];
  const sit = window.clerk ? [] : ["clerk.login"];
  return window.state === "closed" ? [...sit, "window.open"] : sit;
}
