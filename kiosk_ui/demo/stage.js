// What the emulated devices show, asked for once a second, and a visitor's hand on them.

import { batch, signal } from "../shared/ui.js";

export const POLL_MS = 1000;
/** After a press: the hall has answered the device by then. */
const SOON_MS = 350;

/**
 * @param {any} hall `{call}` @param {() => boolean=} watched whether somebody looks (a hidden tab does not ask)
 * @returns `{list, problem, notes, listened, press, tell, close}`: `list` signal of demo.list's answer or null,
 *   `problem` signal of the error with which the list could not be had, `notes` signal: refusal or remark by spot,
 *   `listened` signal: a spoken call was played here, `tell(spot, said)` a refusal or remark that is no press's
 */
export function createStage(hall, watched = () => true) {
  const list = signal(/** @type {any} */ (null));
  const problem = signal(/** @type {any} */ (null));
  const notes = signal(/** @type {Record<string, any>} */ ({}));
  const listened = signal(false);
  let timer = null;
  let closed = false;
  let presses = 0;
  let looking = false;

  const note = (/** @type {string} */ spot, /** @type {any} */ said) => {
    const { [spot]: _, ...others } = notes.value;
    notes.value = said ? { ...others, [spot]: said } : others;
  };

  const showView = (/** @type {string} */ name, /** @type {any} */ view) => {
    const devices = list.value.devices.map((device) => (device.name === name ? { ...device, view } : device));
    list.value = { ...list.value, devices };
  };

  const look = async () => {
    const before = presses;
    try {
      const answer = await hall.call("demo.list", {});
      if (before === presses || list.value === null) batch(() => { list.value = answer; problem.value = null; });
    } catch (reason) {
      problem.value = reason;
    }
  };

  const turn = async () => {
    looking = true;
    if (list.value === null || watched()) await look();
    looking = false;
    turnIn(POLL_MS);
  };

  const turnIn = (/** @type {number} */ ms) => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(turn, ms);
  };

  /** Press, and show what comes of it or, at `spot`, why not. `remark` is said when it was done. */
  const press = async (device, action, params = {}, { spot = device, remark = null } = {}) => {
    presses += 1;
    note(spot, null);
    try {
      const { view } = await hall.call("demo.press", { device, action, params });
      presses += 1;
      showView(device, view);
      note(spot, remark);
      if (!looking) turnIn(SOON_MS);
      return true;
    } catch (reason) {
      note(spot, reason);
      return false;
    }
  };

  turn();
  return { list, problem, notes, listened, press, tell: note, close: () => { closed = true; clearTimeout(timer); } };
}
