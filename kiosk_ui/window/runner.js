// What the desk asks of the hall: one call at a time; a refusal or a fault becomes a line of the toast.

import { signal } from "../shared/ui.js";

/** Enter means the next step; pressed twice by mistake it must not do two. */
const SETTLE_MS = 600;

/** Whether a call is under way. */
export const busy = signal(false);

/**
 * @returns `{run(method, params), here(method, params), settled()}`: `run` resolves with the receipt or null, `here`
 *   names the window; `settled` tells whether the last answer is old enough for Enter to mean something new
 */
export function createRunner(hall, windowId, toast) {
  let last = 0;
  const run = async (method, params = {}) => {
    if (busy.value || !hall.online.value) return null;
    busy.value = true;
    try {
      toast.clear();
      return await hall.call(method, params);
    } catch (error) {
      toast.fault(error);
      return null;
    } finally {
      busy.value = false;
      last = Date.now();
    }
  };
  return {
    run,
    here: (method, params = {}) => run(method, { window: windowId, ...params }),
    settled: () => Date.now() - last > SETTLE_MS,
  };
}
