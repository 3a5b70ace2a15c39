// What needs a person now, most urgent first, each with the step that mends it.

import { html } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { alerts } from "./overview.js";
import { WatchAlert } from "./watch_alert.js";
import { fragmentOf } from "./route.js";

function Help({ app, kiosk }) {
  return html`<li class="alert red"><b>${t("admin.alert.help")}</b>
    <span>${t("admin.alert.help.text", { kiosk: pick(kiosk) || kiosk.id })}</span>
    ${app.manages && html`<button type="button" class="button small" data-test="admin-help-answer"
      onClick=${() => app.run("help.answer", { kiosk: kiosk.id })}>${t("admin.alert.help.answer")}</button>`}</li>`;
}

function Unserved({ app, service }) {
  const windows = app.hall.state.windows.value;
  const labels = service.all_windows.map((id) => windows.find((window) => window.id === id)?.label ?? id);
  const few = labels.length > 6 ? `${labels.slice(0, 6).join(" ")} …` : labels.join(" ");
  return html`<li class="alert amber"><b>${t("admin.alert.unserved")}</b>
    <span>${labels.length > 0 ? t("admin.alert.unserved.text", { service: pick(service), count: service.waiting, windows: few })
      : t("admin.alert.unserved.nowhere", { service: pick(service), count: service.waiting })}</span>
    <a class="button small plain" href=${fragmentOf("hall", { zone: service.zone })}>${t("admin.alert.unserved.go")}</a></li>`;
}

function Fault({ device }) {
  const said = device.sentences.length > 0 ? say(device.sentences[0]) : t(`admin.device.${device.state}`);
  return html`<li class="alert amber"><b>${t("admin.alert.device", { device: device.name })}</b>
    <span>${said}</span>
    <a class="button small plain" href=${fragmentOf("devices", { name: device.name })}>${t("admin.alert.device.go")}</a></li>`;
}

/** Alerts drawn one by one; more of them are counted in a line. */
const SHOWN = 12;

/** @param {{app: any}} props */
export function Alerts({ app }) {
  const { hall, kiosks, devices, services, alerts: watched } = app.hall.state;
  const all = alerts({
    hall: { ...hall.value, warning: null }, kiosks: kiosks.value, devices: devices.value, services: services.value,
    watched: watched.value,
  });
  if (all.length === 0) return html`<p class="all-well" data-test="admin-alerts">${t("admin.alert.none")}</p>`;
  return html`<ul class="alerts" data-test="admin-alerts" aria-label=${t("admin.alert.list")}>
    ${all.slice(0, SHOWN).map((alert) => {
      if (alert.kind === "help") return html`<${Help} key=${alert.kiosk.id} app=${app} kiosk=${alert.kiosk} />`;
      if (alert.kind === "watch") return html`<${WatchAlert} key=${alert.row.key} app=${app} row=${alert.row} />`;
      if (alert.kind === "unserved") return html`<${Unserved} key=${alert.service.id} app=${app} service=${alert.service} />`;
      return html`<${Fault} key=${`device ${alert.device.name}`} device=${alert.device} />`;
    })}
    ${all.length > SHOWN && html`<li class="alert amber"><span>${t("admin.alert.more", { count: all.length - SHOWN })}</span></li>`}</ul>`;
}
