// What the desk asks of the hall: one call at a time; a refusal or a fault becomes a line of the toast.

import { effect, signal } from "../shared/ui.js";

/** Enter means the next step; pressed twice by mistake it must not do two. */
const SETTLE_MS = 600;

/** Whether a call is under way whose effect is not on the screen yet: what is pressed now would be pressed blindly. */
export const busy = signal(false);

/**
 * @returns `{run(method, params), here(method, params), settled()}`: `run` resolves with the receipt or null, `here`
 *   names the window; `settled` tells whether the last step is old enough for Enter to mean something new
 */
export function createRunner(hall, windowId, toast) {
  let last = 0;
  let newest = 0;
  const desk = () => hall.state.windows.value.find((window) => window.id === windowId);

  /** Busy until the answer is here or the window has changed: an event may come before the answer. */
  const occupy = () => {
    newest += 1;
    const mine = newest;
    const before = desk();
    busy.value = true;
    const free = () => {
      if (mine !== newest) return;
      busy.value = false;
      last = Date.now();
    };
    const stop = effect(() => { if (desk() !== before) free(); });
    return () => { stop(); free(); };
  };

  const run = async (method, params = {}) => {
    if (busy.value || !hall.online.value) return null;
    const end = occupy();
    try {
      toast.clear();
      return await hall.call(method, params);
    } catch (error) {
      toast.fault(error);
      return null;
    } finally {
      end();
    }
  };
  return {
    run,
    here: (method, params = {}) => run(method, { window: windowId, ...params }),
    settled: () => Date.now() - last > SETTLE_MS,
  };
}
