// The ledger (台账) of a day: one line per ticket, totals, a CSV file, a printed sheet.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { clock, stopwatch } from "../shared/time.js";
import { go } from "./address.js";
import { namesOf } from "./names.js";
import { fragmentOf } from "./route.js";
import { dayOf, ledgerFile, totalsByService, totalsOf } from "./table.js";
import { useAnswer } from "./ticker.js";

/** Lines drawn at once; a county's day has thousands. */
const SHOWN = 200;

const time = (at) => (at ? clock(at, { seconds: true }) : "");
const span = (seconds) => (seconds === null || seconds === undefined ? "" : stopwatch(seconds));
const idOf = (day, label) => `${day.replaceAll("-", "")}-${label}`;

function save(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function Totals({ rows }) {
  const sum = totalsOf(rows);
  const shown = [
    ["tickets", sum.tickets], ["done", sum.done], ["missed", sum.missed], ["cancelled", sum.cancelled], ["expired", sum.expired],
    ["open", sum.open], ["wait_mean", span(sum.wait_mean_s) || "–"], ["wait_most", span(sum.wait_most_s) || "–"],
    ["serve_mean", span(sum.serve_mean_s) || "–"], ["rated", sum.rated],
  ];
  return html`<dl class="figures-strip small" data-test="admin-ledger-totals">${shown.map(([name, value]) => html`<div key=${name}>
    <dt>${t(`admin.ledger.total.${name}`)}</dt><dd class="figures">${value}</dd></div>`)}</dl>`;
}

function ByService({ rows, names }) {
  const groups = totalsByService(rows);
  if (groups.length < 2) return null;
  return html`<details class="by-service"><summary>${t("admin.ledger.by_service")}</summary><table class="table">
    <thead><tr><th>${t("admin.ledger.service")}</th>${["tickets", "done", "missed", "cancelled", "expired", "wait_mean", "wait_most", "serve_mean"].map((name) => html`
      <th key=${name} class="number">${t(`admin.ledger.total.${name}`)}</th>`)}</tr></thead>
    <tbody>${groups.map((sum) => html`<tr key=${sum.service}><td>${names.service(sum.service)}</td>
      ${[sum.tickets, sum.done, sum.missed, sum.cancelled, sum.expired, span(sum.wait_mean_s), span(sum.wait_most_s), span(sum.serve_mean_s)]
        .map((value, index) => html`<td key=${index} class="number">${value}</td>`)}</tr>`)}</tbody></table></details>`;
}

const HEADS = ["label", "service", "priority", "stage", "taken_at", "first_called_at", "started_at", "ended_at", "wait_s", "serve_s", "window", "clerk", "calls", "rating"];
const NUMBERS = new Set(["wait_s", "serve_s", "calls", "taken_at", "first_called_at", "started_at", "ended_at"]);

function Row({ row, day, names }) {
  const moved = row.queue && row.queue !== row.service;
  const passed = row.first_clerk && row.clerk && row.first_clerk !== row.clerk;
  return html`<tr>
    <td><a class="strong figures" href=${fragmentOf("journal", { ticket: idOf(day, row.label) })}>${row.label}</a></td>
    <td>${names.service(row.service)}${moved ? ` → ${names.service(row.queue)}` : ""}</td>
    <td>${row.priority === "normal" ? "" : t(`priority.${row.priority}`)}</td><td>${t(`stage.${row.stage}`)}</td>
    ${["taken_at", "first_called_at", "started_at", "ended_at"].map((name) => html`<td key=${name} class="number">${time(row[name])}</td>`)}
    <td class="number">${span(row.wait_s)}</td><td class="number">${span(row.serve_s)}</td>
    <td>${row.window ? names.window(row.window) : ""}</td><td>${passed ? `${row.first_clerk} → ${row.clerk}` : row.clerk ?? row.first_clerk ?? ""}</td>
    <td class="number">${row.calls || ""}</td><td>${row.rating === "none" ? "" : t(`admin.rating.${row.rating}`)}</td></tr>`;
}

function Sheet({ rows, day, names, all, showAll }) {
  const shown = all ? rows : rows.slice(0, SHOWN);
  return html`<div class="pane-scroll"><${ByService} rows=${rows} names=${names} />
    <table class="table ledger-table" data-test="admin-ledger-rows">
      <thead><tr>${HEADS.map((name) => html`<th key=${name} class=${NUMBERS.has(name) ? "number" : ""}>${t(`admin.ledger.short.${name}`)}</th>`)}</tr></thead>
      <tbody>${shown.map((row) => html`<${Row} key=${row.label} row=${row} day=${day} names=${names} />`)}</tbody></table>
    ${rows.length === 0 && html`<p class="empty">${t("admin.ledger.none")}</p>`}
    ${shown.length < rows.length && html`<p class="empty"><button type="button" class="button small" onClick=${showAll}>
      ${t("admin.ledger.all", { count: rows.length })}</button></p>`}</div>`;
}

function Bar({ app, day, rows, names, print, again }) {
  const { hall } = app.hall.state;
  const file = () => save(ledgerFile(rows, names, hall.value.timezone), `${hall.value.id}-${day}.csv`);
  return html`<div class="filter"><h2 class="print-title">${pick(hall.value)} · ${t("admin.tab.ledger")}<span class="print-only"> ${day}</span></h2>
    <label><span>${t("admin.ledger.day")}</span><input type="date" value=${day} data-test="admin-ledger-day"
      onChange=${(event) => { if (event.currentTarget.value) go("ledger", { day: event.currentTarget.value }); }} /></label>
    <button type="button" class="button small plain" onClick=${again}>${t("admin.again")}</button>
    <span class="filter-fill"></span>
    <button type="button" class="button small" disabled=${!rows?.length} data-test="admin-ledger-csv" onClick=${file}>${t("admin.ledger.csv")}</button>
    <button type="button" class="button small plain" disabled=${!rows?.length} data-test="admin-ledger-print" onClick=${print}>${t("admin.ledger.print")}</button></div>`;
}

function Day({ app, day }) {
  const [all, setAll] = useState(false);
  const [printing, setPrinting] = useState(false);
  const { answer, error, asking, again } = useAnswer(app.hall, "report.ledger", { day }, day);
  const names = namesOf(app.hall.state);
  useEffect(() => {
    if (!printing) return;
    window.print();
    setPrinting(false);
  }, [printing]);
  const print = () => { setAll(true); setPrinting(true); };
  return html`<section class=${asking ? "pane whole asking" : "pane whole"} data-test="admin-ledger">
    <${Bar} app=${app} day=${day} rows=${answer?.rows} names=${names} print=${print} again=${again} />
    ${error && html`<p class="banner fault" role="alert">${say(error)}</p>`}
    ${!answer && !error && html`<p class="empty">${t("admin.asking")}</p>`}
    ${answer && html`<${Totals} rows=${answer.rows} />
      <${Sheet} rows=${answer.rows} day=${day} names=${names} all=${all} showAll=${() => setAll(true)} />`}</section>`;
}

/** @param {{app: any, query: any}} props `query`: day, default the business day */
export function LedgerTab({ app, query }) {
  const { day: current, timezone } = app.hall.state.hall.value;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(query.day ?? "") ? query.day : current ?? dayOf(app.hall.now(), timezone);
  return html`<${Day} key=${day} app=${app} day=${day} />`;
}
