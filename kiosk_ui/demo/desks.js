// The windows: over each its strip, on each its call pad and its rating pad.

import { html, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Face, LEVELS } from "../rating/face.js";
import { Note, Press, noteText } from "./device.js";
import { OpenPage } from "./links.js";
import { padDigits, refusalAt } from "./plan.js";
import { word } from "./words.js";

const KEYS = ["next", "recall", "start", "finish", "miss", "hold", "resume", "pause", "cancel", "transfer"];

export function Desks({ stage, windows }) {
  return html`<section class="area counter" aria-label=${t("demo.area.windows")}>
    <h2>${t("demo.area.windows")}</h2>
    <div class="desks">${windows.map(({ window, parts }) => html`
      <${Desk} key=${window.id} stage=${stage} window=${window} parts=${parts} />`)}</div>
  </section>`;
}

const MARKS = { open: "online", paused: "fault", closed: "quiet" };

function Desk({ stage, window, parts }) {
  const { id, label, post, state, ticket } = window;
  return html`<article class="desk" data-window=${id} data-test=${`demo-window-${id}`}>
    <header class="desk-head"><h3 title=${post}><b>${label}</b><span>${post}</span></h3>
      <span class=${`chip ${MARKS[state]}`}>${t(`desk.${state}`)}</span>
      <${OpenPage} stage=${stage} page="window" place=${id} kind="bare">${t("demo.open.window")}<span class="hidden-text">${label}</span><//></header>
    ${parts.strip && html`<${Strip} ...${parts.strip} />`}
    <p class="desk-now">${ticket
      ? html`<b class="figures">${ticket.label}</b> ${t(`stage.${ticket.stage}`)}`
      : html`<span class="soft">${t("demo.window.none")}</span>`}</p>
    <div class="desk-pads">
      ${parts.pad && html`<${CallPad} stage=${stage} window=${window} ...${parts.pad} />`}
      ${parts.rating && html`<${RatingPad} stage=${stage} ...${parts.rating} />`}
    </div>
  </article>`;
}

/** An LED strip: its own text in its own colour, dark without power or text. */
function Strip({ device, unit }) {
  const { text, colour } = device.view.strips?.[unit] ?? { text: "", colour: "red" };
  const dark = device.view.muted; // without its cable a strip goes on showing what it last heard
  return html`<div class=${`led ${colour} ${dark ? "dark" : ""}`} role="img" aria-label=${`${t("demo.driver.ledstrip")} ${text}`}
    data-test=${`demo-strip-${device.name}-${unit}`} data-colour=${colour}
    style=${`--letters: ${Math.max(6, text.length)}`}><span>${text}</span></div>`;
}

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

/** The pad's lamp, or what came of its last key. */
function ratingText({ lamp, grade, acknowledged }, said) {
  if (said) return noteText(said);
  if (lamp === "asked" && grade === null) return t("demo.rating.asked");
  if (grade === null) return t("demo.rating.idle");
  return t(acknowledged ? "demo.rating.heard" : "demo.rating.sent", { level: t(`demo.rating.${LEVELS[4 - grade]}`) });
}

/** Five faces; key 4 is the best one. */
function RatingPad({ stage, device, unit }) {
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
