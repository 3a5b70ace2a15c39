// The hands on a device: its actions as switches that show how it stands, faults apart, and what is left over. Pure.

import { choices } from "./wire.js";

/** @typedef {{action: string, params?: object, value?: string, on?: boolean|null}} Choice `on` null: no state is known */
/** @typedef {{key: string, choices: Choice[]}} Switch */

/** A press of `action`; `on(view)` tells whether the device stands so, `fits(view)` whether this device has it. */
const press = (action, on = null, params = {}, fits = () => true) => ({ action, on, params, fits });

const LINE = {
  plug: [press("plug", (view) => view.plugged), press("unplug", (view) => !view.plugged)],
  power: [press("unmute", (view) => !view.muted), press("mute", (view) => view.muted)],
  noise: [press("noise", (view) => view.noisy)],
  half: [press("half", (view) => view.halved)],
  damage: [press("damage", (view) => view.damaged)],
  slow: [0, 3].map((seconds) => press("slow", (view) => view.slow_s === seconds, { seconds })),
};

/** Of a device that never says a word; what is wrong with its words cannot be seen. */
const QUIET = Object.fromEntries(Object.entries(LINE).map(([key, presses]) => [
  key, ["plug", "power"].includes(key) ? presses : presses.map((each) => ({ ...each, fits: () => false })),
]));

const RESET = [press("power_cycle")];
const CHECKSUM = [press("bad_checksum", null, { times: 1 })];
const isModule = (view) => view.kind === "gm65";
const isKeyboard = (view) => view.kind === "keyboard";
const card = (view) => Object.values(view.cards ?? {})[0] ?? {};

/** A switch whose positions are a view's values: `[action, value]` each, the first one is well. */
const positions = (key, ...rows) => rows.map(([action, value = action]) => press(action, (view) => view[key] === value));

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
      head: [press("head_cool", (view) => view.head !== "hot"), press("head_hot", (view) => view.head === "hot")],
      roll: [press("paper_out_after", null, { lines: 3 })],
      online: [press("online", (view) => view.online), press("offline", (view) => !view.online)],
      ...LINE,
      damage: [],
      queue: [press("queue_status", (view) => view.queues_status)],
      cut: [press("cut_cable_after", null, { bytes: 100 })],
    },
  },
  idcard: {
    front: {},
    faults: {
      ...LINE, self_test: [press("pass_self_test"), press("fail_self_test")],
      checksum: CHECKSUM,
      in_read: ["lift_card", "half", "unplug"].map((then) => press("in_read", null, { then })),
      fingerprint: [press("refuse_fingerprint")],
    },
  },
  barcode: {
    front: {},
    faults: {
      ...LINE,
      code: [
        press("half_code"), press("slow_code"), press("rubbish"), press("overflow", null, {}, isKeyboard),
      ],
      checksum: CHECKSUM.map((each) => ({ ...each, fits: isModule })),
      reset: [press("power", null, {}, isModule)],
    },
  },
  callpad: { front: {}, faults: LINE },
  ratingpad: { front: {}, faults: LINE },
  padframe: { front: {}, faults: { ...LINE, checksum: CHECKSUM } },
  hidpad: { front: {}, faults: { ...LINE, keys: [press("half_key"), press("hold"), press("overflow")] } },
  ledstrip: { front: {}, faults: { ...QUIET, reset: RESET } },
  eqsign: { front: {}, faults: { ...LINE, reset: RESET } },
  onbon: {
    front: {},
    faults: {
      screen: [press("on", (view) => card(view).on !== false), press("off", (view) => card(view).on === false)],
      refuse: [0, 3].map((error) => press("refuse", (view) => view.refuses === error, { error })),
      ...LINE, reset: RESET,
    },
  },
  camera: { front: {}, faults: { picture: [...positions("mode", ["well"], ["frozen"], ["no_frames"]), press("dies")], plug: LINE.plug } },
  escl: {
    front: { sheets: [3, 1, 0].map((sheets) => press("load", (view) => view.sheets === sheets, { sheets })) },
    faults: {
      feeder: [
        press("clear", (view) => !["ScannerAdfJam", "ScannerAdfDoorOpen"].includes(view.adf) && view.mode === "well"),
        press("cover_open", (view) => view.adf === "ScannerAdfDoorOpen"), press("jam", (view) => view.adf === "ScannerAdfJam"),
        press("busy"),
      ],
      answers: [press("clear", (view) => view.mode === "well"), ...["mute", "stopped", "cut", "garbage", "huge", "laughs", "web", "redirect", "wrong_host", "lies"]
        .map((mode) => press(mode, (view) => view.mode === mode))],
      plug: LINE.plug,
    },
  },
  sane: {
    front: {},
    faults: {
      feeder: positions("fault", ["well"], ["no_paper"], ["jam"], ["cover_open"], ["busy"], ["io_error"]),
      pace: [press("fast", (view) => !view.slow), press("slow", (view) => view.slow)],
      plug: LINE.plug,
    },
  },
  voice: {
    front: { clips: [press("clear")] },
    faults: {
      plug: LINE.plug,
      power: [press("unmute", (view) => view.fault !== "mute"), press("mute", (view) => view.fault === "mute")],
      ...Object.fromEntries(["noise", "half", "damage"].map((fault) => [fault, [press(fault, (view) => view.fault === fault)]])),
      slow: [0, 3].map((seconds) => press("slow", (view) => (view.fault === "slow 3") === (seconds === 3), { seconds })),
    },
  },
};

/** Drivers with a picture of their own, and the actions that it carries. */
export const DRAWN = {
  escpos: [], idcard: ["place_card", "lift_card"], barcode: ["scan"], callpad: ["key"], ratingpad: ["grade"], padframe: ["key"],
  hidpad: ["key", "numlock"], ledstrip: [], eqsign: [], onbon: [], camera: ["lay"], escl: [], sane: [], voice: [],
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
    choices: presses.filter(({ action, fits }) => action in actions && fits(view)).map(({ action, on, params }) => (
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

/** Whether a choice is a fault that the device stands in: not the first of several, or the only one. */
const isFault = (choice, index, all) => choice.on === true && (index > 0 || all.length === 1);

/** The faults a device stands in now: `[{key, action, value}]`, the switch and its position. */
export function faultsOn(panel) {
  return [...panel.front, ...panel.faults].flatMap(({ key, choices: all }) => (
    all.filter(isFault).map(({ action, value }) => ({ key, action, value }))));
}

/**
 * The presses that mend what a device suffers from, as far as it tells: each switch to its first position, or once more
 * where it has one only. What a reader's self-test is to say, no view tells: its pass comes along.
 * @returns {Choice[]}
 */
export function mendsOf(panel) {
  const rows = [...panel.front, ...panel.faults].map(({ choices: all }) => all);
  const mends = rows.filter((all) => all.some(isFault)).map((all) => all[0]);
  return mends.length ? [...mends, ...rows.flat().filter(({ action }) => action === "pass_self_test")] : [];
}

/** `data-test` of a press: demo-press-<device>-<action>-<value>. */
export function testId(device, action, ...values) {
  return ["demo-press", device, action, ...values.filter((value) => value !== undefined)].join("-");
}
