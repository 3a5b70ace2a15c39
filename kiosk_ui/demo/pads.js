// What the clerk and the citizen press at a window: call pads of three kinds, and the rating pad.

import { html, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Face, LEVELS } from "../rating/face.js";
import { Note, Press, noteText } from "./device.js";
import { padDigits, refusalAt } from "./plan.js";
import { word } from "./words.js";

const KEYS = ["next", "recall", "start", "finish", "miss", "hold", "resume", "pause", "cancel", "transfer"];

/** What the pad tells about its last key. */
function PadAnswer({ pad, window, spot, stage }) {
  if (stage.notes.value[spot]) return html`<${Note} stage=${stage} spot=${spot} />`;
  if (pad.key === null) return html`<p class="note">${t("demo.pad.idle")}</p>`;
  const key = word("key", pad.key);
  if (pad.result === "ok") return html`<p class="note good" role="status">${t("demo.pad.ok", { key })}</p>`;
  if (pad.result === "fail") {
    const why = refusalAt(window);
    return html`<p class="note refused" role="status">${t("demo.pad.fail", { key })}${why && t(why)}</p>`;
  }
  return html`<p class="note" role="status">${t(pad.acknowledged ? "demo.pad.heard" : "demo.pad.sent", { key })}</p>`;
}

/** An FF 68 pad: six digits, ten keys, and what the hall answered. */
function CallPad({ stage, window, device, unit }) {
  const [digits, setDigits] = useState("");
  const spot = `${device.name}/${unit}`;
  const pad = device.view.pads?.[unit] ?? { display: "", key: null };
  const { waiting, called } = padDigits(pad.display);
  const params = (key) => ({ unit: Number(unit), key: digits ? `${digits}+${key}` : key });
  return html`<div class="call-pad" data-test=${`demo-pad-${device.name}-${unit}`}>
    <div class="pad-display" role="img" aria-label=${t("demo.pad.shows", { display: pad.display })} data-display=${pad.display}>
      <span><small>${t("demo.pad.waiting")}</small>${waiting}</span><span><small>${t("demo.pad.called")}</small>${called}</span></div>
    <div class="pad-keys" onClick=${() => setDigits("")}>
      ${KEYS.map((key) => html`<${Press} key=${key} stage=${stage} device=${device.name} action="key" spot=${spot} kind=${`pad-key ${key}`}
        params=${params(key)} values=${[unit, key]}>${word("key", key)}<//>`)}
      <input class="pad-digits" inputmode="numeric" maxlength="4" placeholder="0–9"
        aria-label=${t("demo.pad.digits")} title=${t("demo.pad.digits")} value=${digits}
        onClick=${(event) => event.stopPropagation()} onInput=${(event) => setDigits(event.currentTarget.value.replace(/\D/g, ""))} />
    </div>
    <${PadAnswer} pad=${pad} window=${window} spot=${spot} stage=${stage} />
  </div>`;
}

/** A pad that the config describes: the keys it names, and whether the hall has answered; it has no display. */
function FramePad({ stage, window, device, unit }) {
  const spot = `${device.name}/${unit}`;
  const { keys = {}, pads = {} } = device.view;
  const { key = null, acknowledged = null } = pads[unit] ?? {};
  const why = refusalAt(window);
  const told = acknowledged ? "demo.pad.got" : "demo.pad.sent";
  return html`<div class="call-pad" data-test=${`demo-pad-${device.name}-${unit}`} data-acknowledged=${String(acknowledged)}>
    <p class="pad-about">${t("demo.pad.described")}</p>
    <div class="pad-keys">${Object.values(keys).map((meaning) => html`
      <${Press} key=${meaning} stage=${stage} device=${device.name} action="key" spot=${spot} kind=${`pad-key ${meaning}`}
        params=${{ unit: Number(unit), key: meaning }} values=${[unit, meaning]}>${word("key", meaning)}<//>`)}</div>
    ${stage.notes.value[spot] ? html`<${Note} stage=${stage} spot=${spot} />` : html`<p class="note" role="status">
      ${key === null ? t("demo.pad.idle") : t(told, { key: word("key", keys[key] ?? key) })} ${key !== null && why && t(why)}</p>`}
  </div>`;
}

/** Keys as they lie on a numeric keypad, and what the clerk means by them. */
const NUMBER_KEYS = [
  ["slash", "finish"], ["star", "start"], ["minus", "miss"], ["plus", "recall"],
  ["7"], ["8"], ["9"], ["dot", "hold"], ["4"], ["5"], ["6"], ["0"], ["1"], ["2"], ["3"], ["enter", "next"],
];

/** A USB keypad: the computer's, or a serial one; nothing on it tells what came of a key. */
function NumberPad({ stage, window, device }) {
  const spot = device.name;
  const { keys = [] } = device.view;
  const why = refusalAt(window);
  return html`<div class="call-pad" data-test=${`demo-pad-${device.name}`}>
    <div class="pad-keys">${NUMBER_KEYS.map(([key, meaning]) => html`
      <${Press} key=${key} stage=${stage} device=${device.name} action="key" spot=${spot} kind=${meaning ? `pad-key meant ${meaning}` : "pad-key"}
        params=${{ key }} values=${[key]}><b>${word("cap", key)}</b>${meaning && html`<small>${word("key", meaning)}</small>`}<//>`)}</div>
    ${stage.notes.value[spot] ? html`<${Note} stage=${stage} spot=${spot} />` : html`<p class="note" role="status">
      ${keys.length === 0 ? t("demo.pad.keypad") : t("demo.pad.typed", { keys: keys.slice(-4).map((key) => word("cap", key)).join(" ") })}
      ${keys.length > 0 && why && ` ${t(why)}`}</p>`}
  </div>`;
}

const PADS = { callpad: CallPad, padframe: FramePad, hidpad: NumberPad };

/** The clerk's pad, of whatever kind it is. */
export function ClerkPad(props) {
  const Pad = PADS[props.device.driver];
  return html`<${Pad} ...${props} />`;
}

/** The pad's lamp, or what came of its last key. */
function ratingText({ lamp, grade, acknowledged }, said) {
  if (said) return noteText(said);
  if (lamp === "asked" && grade === null) return t("demo.rating.asked");
  if (grade === null) return t("demo.rating.idle");
  return t(acknowledged ? "demo.rating.heard" : "demo.rating.sent", { level: t(`demo.rating.${LEVELS[4 - grade]}`) });
}

/** Five faces; key 4 is the best one. */
export function RatingPad({ stage, device, unit }) {
  const pad = device.view.pads?.[unit] ?? { lamp: "idle", grade: null };
  const spot = `${device.name}/${unit}`;
  const asked = pad.lamp === "asked";
  const remark = () => (asked ? null : { key: "demo.rating.unasked" });
  return html`<div class=${asked ? "rating-pad asked" : "rating-pad"} data-test=${`demo-rating-${device.name}-${unit}`} data-lamp=${pad.lamp}>
    <p class="rating-lamp" role="status"><span class="light" aria-hidden="true"></span>${ratingText(pad, stage.notes.value[spot])}</p>
    <div class="rating-keys">${LEVELS.map((level, index) => html`
      <${Press} key=${level} stage=${stage} device=${device.name} action="grade" spot=${spot} kind="rating-key" values=${[unit, 4 - index]}
        params=${{ unit: Number(unit), grade: 4 - index }} remark=${remark}>
        <${Face} level=${level} /><span>${t(`demo.rating.${level}`)}</span><//>`)}</div>
  </div>`;
}
