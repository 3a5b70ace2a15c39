// What happens on the board over time: calls come onto the stage and leave it, captions pass, pages turn.

import { computed, effect, signal, untracked } from "../vendor/signals-core.js";
import { SILENT, afterCaption, nextCaption, settleCaption } from "./caption.js";
import { EMPTY, STALE_S, afterCall, afterUncall, nextChange, settle, stageOf } from "./stage.js";
import { ofZone, zoneOf } from "./words.js";

/** Seconds that a page of services and a notice stand. */
export const TURN_S = 8;
/** What captions a call in a hall without a loudspeaker. */
const CALLING = ["ticket.called", "ticket.recalled", "ticket.resumed"];

/** Runs `change` when it is due; `due` gives the ms until then or null. */
function createAlarm(due, change) {
  let timer;
  const set = () => {
    clearTimeout(timer);
    const wait = due();
    if (wait !== null) timer = setTimeout(() => { change(); set(); }, wait + 10);
  };
  return { set, clear: () => clearTimeout(timer) };
}

/** The stage as a signal, led by the hall's list of calls. */
function createStage(hall, calls, steady) {
  const stage = signal(EMPTY);
  const alarm = createAlarm(
    () => nextChange(stage.value, steady()),
    () => { stage.value = settle(stage.value, steady()); },
  );
  let known = null;
  const follow = (list) => {
    const now = steady();
    const before = known ?? new Map();
    const first = known === null;
    known = new Map(list.map((call) => [call.ticket, call.at]));
    if (first) return stageOf(list, hall.now(), now);
    const gone = [...before.keys()].filter((ticket) => !known.has(ticket));
    const fresh = list.filter((call) => before.get(call.ticket) !== call.at && hall.now() - call.at < STALE_S * 1000);
    const left = gone.reduce((state, ticket) => afterUncall(state, ticket, now), stage.value);
    return fresh.reverse().reduce((state, call) => afterCall(state, call, now), left);
  };
  const stop = effect(() => {
    const list = calls.value;
    untracked(() => { stage.value = follow(list); alarm.set(); });
  });
  return { stage, close: () => { stop(); alarm.clear(); } };
}

/** The caption as a signal: the loudspeaker's, or from the calls themselves where none works. */
function createCaptions(hall, zone, steady) {
  const caption = signal(SILENT);
  const alarm = createAlarm(
    () => nextCaption(caption.value, steady()),
    () => { caption.value = settleCaption(caption.value, steady()); },
  );
  const show = (data) => {
    if (zone.value && data.zone !== zone.value.id) return;
    caption.value = afterCaption(caption.value, data, steady());
    alarm.set();
  };
  const unspoken = (data) => { if (!hall.state.hall.value.voice) show(data); };
  const offs = [hall.on("hall.caption", show), ...CALLING.map((type) => hall.on(type, unspoken))];
  return { caption, close: () => { offs.forEach((off) => off()); alarm.clear(); } };
}

/**
 * @param {any} hall shared/hall.js @param {string|null} asked `?zone=` @param {string|null|undefined} place the terminal's
 * @param {() => number} steady ms of a clock that never jumps
 * @returns `{zone, calls, services, windows, stage, caption, turn, close}`, signals but `close`
 */
export function createBoard(hall, asked, place, steady = () => performance.now()) {
  const zone = computed(() => zoneOf(asked, place, hall.state.zones.value));
  const calls = computed(() => ofZone(hall.state.calls.value, zone.value));
  const services = computed(() => ofZone(hall.state.services.value, zone.value));
  const windows = computed(() => ofZone(hall.state.windows.value, zone.value));
  const turn = signal(0);
  const { stage, close: closeStage } = createStage(hall, calls, steady);
  const { caption, close: closeCaptions } = createCaptions(hall, zone, steady);
  const turning = setInterval(() => { turn.value += 1; }, TURN_S * 1000);
  const close = () => { clearInterval(turning); closeStage(); closeCaptions(); };
  return { zone, calls, services, windows, stage, caption, turn, close };
}
