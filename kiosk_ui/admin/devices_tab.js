// The devices: the list, one of them, adding one, the month report. Each is a URL; the technician's tools are the administrator's.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { ago, clock } from "../shared/time.js";
import { refine } from "./address.js";
import { FileNotes, Removed } from "./device_changes.js";
import { Detail } from "./device_detail.js";
import { canRetry, countsText, ordered, rowsOf, titleOf } from "./device_list.js";
import { Report } from "./device_report.js";
import { Condition, StateChip } from "./device_state.js";
import { Wizard } from "./device_wizard.js";
import { Dialog } from "./dialog.js";
import { namesOf, servesText } from "./names.js";
import { troubled } from "./overview.js";
import { fragmentOf } from "./route.js";
import { useNow } from "./ticker.js";

const COLUMNS = ["state", "device", "serves", "link", "since", "fault"];

/** Nothing tells when a device was last heard; so long it may be old. */
const RENEW_MS = 20000;
/** Events of one moment are asked about together. */
const SETTLE_MS = 150;

/** The technician's list: asked when the hall tells a change, and now and then for what is never told. */
function useListed(app) {
  const devices = app.hall.state.devices.value;
  const [state, setState] = useState({ listed: null, error: null });
  const [count, setCount] = useState(0);
  const again = () => setCount((before) => before + 1);
  useEffect(() => {
    if (app.role !== "admin") return undefined;
    let current = true;
    const timer = setTimeout(() => app.hall.call("device.list").then(
      (listed) => { if (current) setState({ listed, error: null }); },
      (error) => { if (current) setState((before) => ({ ...before, error })); },
    ), SETTLE_MS);
    return () => { current = false; clearTimeout(timer); };
  }, [devices, count]);
  useEffect(() => {
    if (app.role !== "admin") return undefined;
    const timer = setInterval(() => { if (!document.hidden) again(); }, RENEW_MS);
    return () => clearInterval(timer);
  }, []);
  return { ...state, again };
}

function Row({ app, row, names, windows, now, chosen }) {
  const line = useRef(null);
  useEffect(() => { if (chosen) line.current.scrollIntoView({ block: "center" }); }, [chosen]);
  const link = (part) => fragmentOf("devices", { name: row.name, part });
  const retry = async () => { if (await app.run("device.retry", { device: row.name })) app.notice.tell(t("admin.devices.retried", { device: row.name })); };
  return html`<tr ref=${line} class=${chosen ? "chosen" : ""} data-test=${`admin-device-${row.name}`} data-state=${row.state}>
    <td><${StateChip} row=${row} /></td>
    <td class="device-name">${row.known ? html`<a class="strong" href=${link("")} data-test="admin-device-open">${row.name}</a>` : html`<span class="strong">${row.name}</span>`}
      <span class="under">${titleOf(row)}</span></td>
    <td>${servesText(row.serves, names, windows) || t("admin.name.whole_hall")}</td>
    <td class="link"><code title=${row.link}>${row.link}</code>${row.identity && html`<span class="under" title=${row.identity}>${row.identity}</span>`}</td>
    <td class="figures">${row.since ? html`${clock(row.since)}<span class="under">${ago(row.since, now)}</span>` : "–"}</td>
    <td class="wide"><${Condition} row=${row} /><span class="under">${row.heard_at ? t("admin.devices.heard", { ago: ago(row.heard_at, now) }) : ""}
      ${row.heard_at && countsText(row.counts) ? " · " : ""}${countsText(row.counts)}</span></td>
    <td class="steps"><span class="steps-line">${row.known && canRetry(row) && html`<button type="button" class="button small" data-test="admin-device-retry" onClick=${retry}>${t("admin.devices.retry")}</button>`}
      ${row.known && html`<a class="button small plain" href=${link("test")}>${t("admin.devices.part.test")}</a>`}
      <a class="button small plain" href=${fragmentOf("journal", { actor: `device:${row.name}` })}>${t("admin.devices.journal")}</a></span></td></tr>`;
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

function Head({ app, query, rows, bad, listed, show }) {
  const count = bad.length > 0 ? t("admin.devices.trouble", { count: bad.length, all: rows.length }) : t("admin.devices.well", { all: rows.length });
  return html`<div class="filter"><h2>${t("admin.devices.title")} <span class="soft">${count}</span></h2>
    <label class="check"><input type="checkbox" checked=${query.only === "trouble"} data-test="admin-devices-only"
      onChange=${(event) => refine("devices", { only: event.currentTarget.checked ? "trouble" : "" })} />${t("admin.devices.only")}</label>
    ${app.manages && html`<button type="button" class="button small plain" data-test="admin-slip-preview" onClick=${show}>${t("admin.slip.show")}</button>`}
    <a class="button small plain" data-test="admin-devices-report" href=${fragmentOf("devices", { view: "report" })}>${t("admin.devices.month")}</a>
    ${app.role === "admin" && listed && listed.path !== null && html`<a class="button small primary" data-test="admin-devices-add" href=${fragmentOf("devices", { view: "add" })}>${t("admin.devices.add")}</a>`}</div>`;
}

function List({ app, query, rows, listed, error, again }) {
  const [preview, setPreview] = useState(false);
  const now = useNow(app.hall, 5000);
  const names = namesOf(app.hall.state);
  const bad = troubled(rows);
  const shown = ordered(query.only === "trouble" ? bad : rows);
  return html`<section class="pane whole">
    <${Head} app=${app} query=${query} rows=${rows} bad=${bad} listed=${listed} show=${() => setPreview(true)} />
    ${error && html`<p class="device-note bad" role="alert">${say(error)}</p>`}
    <${Removed} app=${app} again=${again} /><${FileNotes} app=${app} listed=${listed} again=${again} />
    <div class="pane-scroll"><table class="table device-list" data-test="admin-devices">
      <thead><tr>${COLUMNS.map((name) => html`<th key=${name} class=${`device-${name}`}>${t(`admin.column.${name}`)}</th>`)}<th class="device-steps"></th></tr></thead>
      <tbody>${shown.map((row) => html`<${Row} key=${row.name} app=${app} row=${row} names=${names} windows=${app.hall.state.windows.value} now=${now}
        chosen=${query.name === row.name} />`)}</tbody></table>
      ${shown.length === 0 && html`<p class="empty">${t(rows.length === 0 ? "admin.devices.none" : "admin.devices.no_trouble")}</p>`}</div>
    ${preview && html`<${Preview} app=${app} onClose=${() => setPreview(false)} />`}</section>`;
}

/** @param {{app: any, query: any}} props `query`: only=trouble; name and part (one device); view=add|report; month */
export function DevicesTab({ app, query }) {
  const { listed, error, again } = useListed(app);
  const rows = rowsOf(app.hall.state.devices.value, listed);
  if (query.view === "report") return html`<${Report} app=${app} rows=${rows} month=${query.month} />`;
  if (app.role === "admin" && query.view === "add") return html`<${Wizard} app=${app} rows=${rows} listed=${listed} again=${again} />`;
  if (app.role === "admin" && query.name) {
    return html`<${Detail} key=${query.name} app=${app} query=${query} row=${rows.find((row) => row.name === query.name)} listed=${listed} again=${again} />`;
  }
  return html`<${List} app=${app} query=${query} rows=${rows} listed=${listed} error=${error} again=${again} />`;
}
