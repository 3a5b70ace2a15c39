// The hands on a device: its actions as switches that show how it stands, faults apart, and what is left over. Pure.

import { choices } from "./wire.js";

/** @typedef {{action: string, params?: object, value?: string, on?: boolean|null}} Choice `on` null: no state is known */
/** @typedef {{key: string, choices: Choice[]}} Switch */

/** A press of `action`; `on(view)` tells whether the device stands so. */
const press = (action, on = null, params = {}) => ({ action, on, params });

const LINE = {
  plug: [press("plug", (view) => view.plugged), press("unplug", (view) => !view.plugged)],
  power: [press("unmute", (view) => !view.muted), press("mute", (view) => view.muted)],
  noise: [press("noise", (view) => view.noisy)],
};

const PANELS = {
  escpos: {
    front: {
      paper: ["ok", "near_end", "out"].map((state) => press(`paper_${state}`, (view) => view.paper === state)),
      cover: [press("cover_close", (view) => view.cover !== "open"), press("cover_open", (view) => view.cover === "open")],
    },
    faults: {
      cutter: [
        press("cutter_clear", (view) => view.cutter === "ok"), press("cutter_jam", (view) => view.cutter !== "ok"),
        press("cutter_jam", null, { held: "no" }),
      ],
      online: [press("online", (view) => view.online), press("offline", (view) => !view.online)],
      plug: LINE.plug,
      power: LINE.power,
      slow: [0, 3].map((seconds) => press("slow", (view) => view.slow_s === seconds, { seconds })),
      cut: [press("cut_cable_after", null, { bytes: 100 })],
    },
  },
  idcard: {
    front: {},
    faults: {
      ...LINE, self_test: [press("pass_self_test"), press("fail_self_test")],
      checksum: [press("bad_checksum", null, { times: 1 })],
    },
  },
  callpad: { front: {}, faults: LINE },
  ratingpad: { front: {}, faults: LINE },
  ledstrip: { front: {}, faults: { ...LINE, reset: [press("power_cycle")] } },
  voice: { front: { clips: [press("clear")] }, faults: {} },
};

/** Drivers with a picture of their own, and the actions that it carries. */
export const DRAWN = {
  escpos: [], idcard: ["place_card", "lift_card"], callpad: ["key"], ratingpad: ["grade"], ledstrip: [], voice: [],
};

/** What tells a press from another of the same action: its only parameter's value. */
function valueOf(params) {
  const values = Object.values(params);
  return values.length ? String(values[values.length - 1]) : undefined;
}

/** Switches of those actions that the device has. */
function switches(table, actions, view) {
  return Object.entries(table).map(([key, presses]) => ({
    key,
    choices: presses.filter(({ action }) => action in actions).map(({ action, on, params }) => (
      { action, params, value: valueOf(params), on: on === null ? null : Boolean(on(view)) })),
  })).filter((each) => each.choices.length > 0);
}

/**
 * @param {{driver: string, actions: Record<string, Record<string, string>>, view: any}} device
 * @returns {{front: Switch[], faults: Switch[], rest: {action: string, params: Record<string, string>}[]}} `rest`:
 *   actions that this page knows nothing of, all of them for an unknown driver
 */
export function panelOf({ driver, actions, view }) {
  const { front, faults } = PANELS[driver] ?? { front: {}, faults: "mute" in actions ? LINE : {} };
  const known = new Set(DRAWN[driver] ?? []);
  for (const table of [front, faults]) for (const presses of Object.values(table)) for (const { action } of presses) known.add(action);
  return {
    front: switches(front, actions, view),
    faults: switches(faults, actions, view),
    rest: Object.entries(actions).filter(([action]) => !known.has(action)).map(([action, params]) => ({ action, params })),
  };
}

/** The values of an action's parameter that its meaning names, e.g. the cards of a reader. */
export function valuesOf(device, action, parameter) {
  return choices(device.actions[action]?.[parameter]);
}

/** The faults a device stands in now, as keys of its switches' choices other than the first. */
export function faultsOn(panel) {
  return [...panel.front, ...panel.faults].flatMap(({ choices: all }) => all
    .filter((choice, index) => choice.on === true && (index > 0 || all.length === 1))
    .map(({ action }) => action));
}

/** `data-test` of a press: demo-press-<device>-<action>-<value>. */
export function testId(device, action, ...values) {
  return ["demo-press", device, action, ...values.filter((value) => value !== undefined)].join("-");
}
