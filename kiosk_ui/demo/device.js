// What every device has: how the hall sees it, its switches, its faults, its wire; and a device the page does not know.

import { html, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { DRAWN, faultsOn, mendsOf, panelOf, testId } from "./actions.js";
import { isUnproven } from "./plan.js";
import { bytesOf, choices, lastFrames, viewRows } from "./wire.js";
import { position, told, word } from "./words.js";

/** A key of the device. `on`: whether the device stands so (null: it tells no state). */
export function Press({ stage, device, action, params = {}, values = [], on = null, spot, remark, kind = "", children }) {
  const press = () => stage.press(device, action, params, { spot: spot ?? device, remark: remark?.() ?? null });
  return html`<button type="button" class=${`press ${kind} ${on ? "on" : ""}`} aria-pressed=${on === null ? undefined : String(on)}
    data-test=${testId(device, action, ...values)} onClick=${press}>${children ?? word("action", action)}</button>`;
}

/** A refusal's sentence, a remark's text (`{key}`), or nothing. */
export function noteText(said) {
  if (!said) return "";
  return said.key ? t(said.key) : say(said);
}

/** Why the last press was refused, or what it meant. */
export function Note({ stage, spot }) {
  const said = stage.notes.value[spot];
  return html`<p class=${said?.code ? "note refused" : "note"} role="status">${noteText(said)}</p>`;
}

const MARKS = { ready: "online", degraded: "fault", offline: "fault", connecting: "quiet", unknown: "quiet" };

/** The device as the daemon sees it, in words. */
export function Seen({ hall, device }) {
  const row = hall.state.devices.value.find((each) => each.name === device.name);
  if (!row) return null;
  if (isUnproven(row, device.view)) {
    return html`<p class="seen"><span class="chip quiet" title=${row.link}>${t("demo.unproven")}</span>
      <span class="soft">${t("demo.unproven.text")}</span></p>`;
  }
  const sentences = row.sentences ?? [];
  return html`<p class="seen"><span class=${`chip ${MARKS[row.state] ?? "quiet"}`} title=${row.link}>${word("state", row.state)}</span>
    ${sentences.map((sentence) => html`<span key=${sentence.code} class="seen-words">${say(sentence)}</span>`)}</p>`;
}

function SwitchRow({ stage, device, row, text = "" }) {
  return html`<div class="switch" role="group" aria-label=${word("switch", row.key)}>
    <span class="switch-name">${word("switch", row.key)}</span>
    <span class="switch-keys">${row.choices.map(({ action, params, value, on }) => html`
      <${Press} key=${action + (value ?? "")} stage=${stage} device=${device} action=${action} params=${params}
        values=${[value]} on=${on}>${position(row.key, action, value)}<//>`)}</span>
    ${text && html`<span class="switch-told">${text}</span>`}</div>`;
}

export function Front({ stage, device }) {
  return panelOf(device).front.map((row) => html`<${SwitchRow} key=${row.key} stage=${stage} device=${device.name} row=${row} />`);
}

/** One key that undoes every fault the device stands in; it is there as long as there is one. */
function Mend({ stage, device, panel }) {
  const mends = mendsOf(panel);
  if (mends.length === 0) return null;
  const mend = async () => { for (const { action, params } of mends) await stage.press(device, action, params); };
  return html`<button type="button" class="press mend" data-test=${`demo-mend-${device}`} onClick=${mend}>${t("demo.mend")}</button>`;
}

/** The faults, folded away, each with what it does; the fold says which are on, and a key beside it mends them all. */
export function Faults({ stage, device }) {
  const panel = panelOf(device);
  const rest = device.driver in DRAWN ? panel.rest : []; // an unknown device's keys are not faults: they stand open
  const on = faultsOn({ front: [], faults: panel.faults });
  if (panel.faults.length + rest.length === 0) return null;
  return html`<${Mend} stage=${stage} device=${device.name} panel=${panel} />
    <details class="fold" data-test=${`demo-faults-${device.name}`}><summary>${t("demo.faults")}
      ${on.map(({ key, action, value }) => html`<span key=${action} class="chip fault">${position(key, action, value)}</span>`)}</summary>
    ${panel.faults.map((row) => html`<${SwitchRow} key=${row.key} stage=${stage} device=${device.name} row=${row}
      text=${told(device.driver, row.key)} />`)}
    <${Rest} stage=${stage} device=${device} rows=${rest} />
  </details>`;
}

function Rest({ stage, device, rows }) {
  return rows.map((row) => html`<${Unknown} key=${row.action} stage=${stage} device=${device.name} row=${row} />`);
}

/** An action without a drawing: a key for each named value, or fields. */
function Unknown({ stage, device, row }) {
  const [fields, setFields] = useState(/** @type {Record<string, string>} */ ({}));
  const names = Object.keys(row.params);
  const only = names.length === 1 ? choices(row.params[names[0]]) : [];
  if (only.length) {
    return html`<div class="switch"><span class="switch-name">${word("action", row.action)}</span><span class="switch-keys">
      ${only.map((value) => html`<${Press} key=${value} stage=${stage} device=${device} action=${row.action}
        params=${{ [names[0]]: value }} values=${[value]}>${value}<//>`)}</span></div>`;
  }
  const params = Object.fromEntries(names.filter((name) => fields[name]).map((name) => [name, fields[name]]));
  return html`<div class="switch">
    ${names.map((name) => html`<label key=${name} class="field">${name}<input value=${fields[name] ?? ""} placeholder=${row.params[name]}
      onInput=${(event) => setFields({ ...fields, [name]: event.currentTarget.value })} /></label>`)}
    <${Press} stage=${stage} device=${device} action=${row.action} params=${params} /></div>`;
}

/** The bytes, newest first. They can be held still for reading. */
export function Wire({ device }) {
  const [open, setOpen] = useState(false);
  const [held, setHeld] = useState(/** @type {any[]|null} */ (null));
  if ((device.view.wire ?? []).length === 0 && !open) return null;
  const frames = held ?? lastFrames(device.view.wire, 40);
  return html`<details class="fold wire" data-test=${`demo-wire-${device.name}`} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${t("demo.wire")}</summary>
    ${open && html`<div class="wire-bar"><span class="soft">${t("demo.wire.how")}</span>
      <button type="button" class=${held ? "press on" : "press"} aria-pressed=${String(held !== null)}
        onClick=${() => setHeld(held ? null : frames)}>${t(held ? "demo.wire.go" : "demo.wire.hold")}</button></div>
    <ol class="frames" tabindex="0" aria-label=${t("demo.wire")}>${frames.map((frame) => html`<${Frame} key=${frame.key} frame=${frame} />`)}</ol>`}
  </details>`;
}

function Frame({ frame }) {
  const { bytes, note } = bytesOf(frame.hex);
  const [sign, key] = frame.dir === "in" ? ["→", "demo.wire.in"] : ["←", "demo.wire.out"];
  return html`<li class=${`frame ${frame.dir}`}>
    <span class="frame-head"><span class="frame-way" title=${t(key)}>${sign}</span> <time class="figures">${clock(frame.at, { seconds: true })}</time>
      <b>${frame.text}</b></span>
    <code>${bytes.join(" ")} ${note}</code></li>`;
}

/** What the switches and the windows' pictures show of a known device. */
const TOLD = ["pads", "strips", "cards", "plugged", "muted", "noisy", "halved", "damaged", "slow_s"];

/** A device whose picture this page does not have: what it shows, and all its keys. */
export function PlainDevice({ hall, stage, device }) {
  const rows = viewRows(device.view, device.driver in DRAWN ? TOLD : []);
  return html`<article class="device" data-test=${`demo-device-${device.name}`}>
    <header class="device-head"><h3>${word("driver", device.driver)}</h3><span class="soft">${device.name}</span></header>
    <${Seen} hall=${hall} device=${device} />
    ${rows.length > 0 && html`<dl class="facts">${rows.map(([key, value]) => html`<div key=${key}><dt>${word("fact", key)}</dt>
      <dd>${showValue(value)}</dd></div>`)}</dl>`}
    <${Front} stage=${stage} device=${device} />
    ${!(device.driver in DRAWN) && html`<${Rest} stage=${stage} device=${device} rows=${panelOf(device).rest} />`}
    <${Note} stage=${stage} spot=${device.name} />
    <${Faults} stage=${stage} device=${device} />
    <${Wire} device=${device} />
  </article>`;
}

function showValue(value) {
  if (typeof value === "boolean") return t(value ? "demo.yes" : "demo.no");
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? "–");
}
