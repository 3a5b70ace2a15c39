// The devices: state since when, faults in words, the driver and its line, what depends on it; a look at the slip.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { language, say, t } from "../shared/i18n.js";
import { ago, clock } from "../shared/time.js";
import { Dialog } from "./dialog.js";
import { namesOf, servesText } from "./names.js";
import { UNPROVEN, isUnproven, troubled } from "./overview.js";
import { refine } from "./address.js";
import { fragmentOf } from "./route.js";
import { useNow } from "./ticker.js";

const CHIPS = { ready: "chip online", degraded: "chip waiting", offline: "chip fault", connecting: "chip", unknown: "chip quiet" };
const DRIVERS = new Set(["escpos", "idcard", "callpad", "ratingpad", "ledstrip", "voice"]);

function Row({ device, names, windows, now, chosen }) {
  const row = useRef(null);
  const shown = isUnproven(device) ? "unproven" : device.state;
  useEffect(() => { if (chosen) row.current.scrollIntoView({ block: "center" }); }, [chosen]);
  return html`<tr ref=${row} class=${chosen ? "chosen" : ""} data-test=${`admin-device-${device.name}`} data-state=${device.state}>
    <td><span class=${CHIPS[shown] ?? "chip quiet"}>${t(`admin.device.${shown}`)}</span></td>
    <td><span class="strong">${device.name}</span>
      <span class="under">${DRIVERS.has(device.driver) ? t(`admin.driver.${device.driver}`) : device.driver}</span></td>
    <td>${servesText(device.serves, names, windows) || t("admin.name.whole_hall")}</td>
    <td class="figures nowrap">${device.since ? html`${clock(device.since)}<span class="under">${ago(device.since, now)}</span>` : "–"}</td>
    <td class="wide">${device.sentences.length > 0 ? device.sentences.map((each) => html`<span key=${each.code} class=${each.code === UNPROVEN ? "soft" : "fault-line"}>${say(each)}</span>`)
      : html`<span class="soft">${t(`admin.device.${device.state}.text`)}</span>`}</td>
    <td class="link"><code title=${device.link}>${device.link}</code><a href=${fragmentOf("journal", { actor: `device:${device.name}` })}>${t("admin.devices.journal")}</a></td>
  </tr>`;
}

function Preview({ app, onClose }) {
  const [png, setPng] = useState("");
  useEffect(() => { app.run("slip.preview").then((answer) => (answer ? setPng(answer.png) : onClose())); }, []);
  return html`<${Dialog} title=${t("admin.slip.title")} onClose=${onClose}>
    <p class="soft">${t("admin.slip.text")}</p>
    <div class="slip">${png ? html`<img src=${`data:image/png;base64,${png}`} alt=${t("admin.slip.title")} data-test="admin-slip" />`
      : html`<p class="soft">${t("admin.asking")}</p>`}</div>
    <div class="dialog-buttons"><button type="button" class="button plain" data-first onClick=${onClose}>${t("shared.close")}</button></div>
  </${Dialog}>`;
}

/** Those that need a person first, then by name as people count. */
function ordered(devices) {
  const bad = new Set(troubled(devices).map((device) => device.name));
  const byName = new Intl.Collator(language.value, { numeric: true }).compare;
  return [...devices].sort((a, b) => Number(bad.has(b.name)) - Number(bad.has(a.name)) || byName(a.name, b.name));
}

/** @param {{app: any, query: any}} props `query`: only=trouble, name (a device to point at) */
export function DevicesTab({ app, query }) {
  const [preview, setPreview] = useState(false);
  const now = useNow(app.hall, 5000);
  const { devices, windows } = app.hall.state;
  const names = namesOf(app.hall.state);
  const bad = troubled(devices.value);
  const shown = ordered(query.only === "trouble" ? bad : devices.value);
  return html`<section class="pane whole">
    <div class="filter"><h2>${t("admin.devices.title")} <span class="soft">${bad.length > 0
        ? t("admin.devices.trouble", { count: bad.length, all: devices.value.length }) : t("admin.devices.well", { all: devices.value.length })}</span></h2>
      <label class="check"><input type="checkbox" checked=${query.only === "trouble"}
        onChange=${(event) => refine("devices", { only: event.currentTarget.checked ? "trouble" : "" })} />${t("admin.devices.only")}</label>
      ${app.manages && html`<button type="button" class="button small" data-test="admin-slip-preview" onClick=${() => setPreview(true)}>${t("admin.slip.show")}</button>`}
    </div>
    <div class="pane-scroll"><table class="table" data-test="admin-devices">
      <thead><tr>${["state", "device", "serves", "since", "fault", "link"].map((name) => html`<th key=${name}>${t(`admin.column.${name}`)}</th>`)}</tr></thead>
      <tbody>${shown.map((device) => html`<${Row} key=${device.name} device=${device} names=${names} windows=${windows.value} now=${now}
        chosen=${query.name === device.name} />`)}</tbody></table>
      ${shown.length === 0 && html`<p class="empty">${t(devices.value.length === 0 ? "admin.devices.none" : "admin.devices.no_trouble")}</p>`}</div>
    ${preview && html`<${Preview} app=${app} onClose=${() => setPreview(false)} />`}</section>`;
}
