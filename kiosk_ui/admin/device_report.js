// The month report of the devices: how long each was ready, how often and how long it failed, and of what.

import { html } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { go } from "./address.js";
import { saveFile } from "./file.js";
import { titleOf } from "./device_list.js";
import { faultName, hours, monthFile, monthsUpTo, shareText, worstFirst } from "./device_months.js";
import { fragmentOf } from "./route.js";
import { useAnswer } from "./ticker.js";

function Faults({ faults }) {
  if (faults.length === 0) return html`<span class="soft">${t("admin.devices.month.none")}</span>`;
  return html`<ul class="month-faults">${faults.map((fault) => html`<li key=${fault.code}>${t("admin.devices.month.line", {
    fault: faultName(fault), times: fault.times, hours: hours(fault.seconds) })}</li>`)}</ul>`;
}

function Row({ row, title }) {
  const low = row.share !== null && row.share < 95;
  return html`<tr data-test=${`admin-month-${row.device}`}><td><span class="strong">${row.device}</span><span class="under">${title}</span></td>
    <td class=${low ? "number strong red" : "number strong"}>${shareText(row.share)}${low && html`<span class="under">${t("admin.devices.month.low")}</span>`}</td>
    <td class="number">${row.downs}</td><td class="number">${hours(row.degraded_s)}</td><td class="number">${hours(row.offline_s)}</td>
    <td class="number">${hours(row.ready_s)}</td><td class="wide"><${Faults} faults=${row.faults} /></td></tr>`;
}

function Bar({ app, month, devices, titles, again }) {
  const { hall } = app.hall.state;
  const months = monthsUpTo(app.hall.now(), hall.value.timezone);
  const save = () => saveFile(monthFile(devices, titles), `${hall.value.id}-devices-${month}.csv`);
  return html`<div class="filter"><a class="button small plain" href=${fragmentOf("devices")}>${t("admin.devices.back")}</a>
    <h2>${t("admin.devices.month")}<span class="print-only"> · ${pick(hall.value)} · ${month}</span></h2>
    <label><span>${t("admin.devices.month.of")}</span><select value=${month} data-test="admin-month"
      onChange=${(event) => go("devices", { view: "report", month: event.currentTarget.value })}>
      ${[...new Set([month, ...months])].map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label>
    <button type="button" class="button small plain" onClick=${again}>${t("admin.again")}</button>
    <button type="button" class="button small" data-test="admin-month-csv" disabled=${devices.length === 0} onClick=${save}>${t("admin.ledger.csv")}</button>
    <button type="button" class="button small plain" disabled=${devices.length === 0} onClick=${() => print()}>${t("admin.ledger.print")}</button></div>`;
}

/** @param {{app: any, rows: any[], month: string}} props `rows` as in the list, for the devices' titles */
export function Report({ app, rows, month }) {
  const { timezone } = app.hall.state.hall.value;
  const wanted = /^\d{4}-(0[1-9]|1[0-2])$/.test(month ?? "") ? month : monthsUpTo(app.hall.now(), timezone)[0];
  const { answer, error, asking, again } = useAnswer(app.hall, "report.devices", { month: wanted }, wanted);
  const titles = new Map(rows.map((row) => [row.name, titleOf(row)]));
  const devices = worstFirst(answer?.devices ?? []);
  const heads = ["device", "share", "downs", "degraded", "offline", "ready", "faults"];
  return html`<section class=${asking ? "pane whole asking" : "pane whole"} data-test="admin-devices-month">
    <${Bar} app=${app} month=${wanted} devices=${devices} titles=${titles} again=${again} />
    ${error && html`<p class="banner fault" role="alert">${say(error)}</p>`}
    ${!answer && !error && html`<p class="empty">${t("admin.asking")}</p>`}
    <div class="pane-scroll"><table class="table"><thead><tr>${heads.map((name) => html`
        <th key=${name} class=${["device", "faults"].includes(name) ? "" : "number"}>${t(`admin.devices.month.${name}`)}</th>`)}</tr></thead>
      <tbody>${devices.map((row) => html`<${Row} key=${row.device} row=${row} title=${titles.get(row.device) ?? t("admin.devices.month.gone")} />`)}</tbody></table>
      ${answer && devices.length === 0 && html`<p class="empty">${t("admin.devices.month.empty")}</p>`}
      ${answer && html`<p class="soft month-note">${t("admin.devices.month.note")}</p>`}</div></section>`;
}
