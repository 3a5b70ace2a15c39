// The ledger (台账) of a day: one line per ticket, totals, a CSV file, a printed sheet.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { clock, stopwatch } from "../shared/time.js";
import { go } from "./address.js";
import { saveFile } from "./file.js";
import { namesOf } from "./names.js";
import { fragmentOf } from "./route.js";
import { GROUPS, dayOf, ledgerFile, rowsOf, totalsBy, totalsOf, valuesOf } from "./table.js";
import { useAnswer } from "./ticker.js";

/** Lines drawn at once; a county's day has thousands. */
const SHOWN = 200;

const time = (at) => (at ? clock(at, { seconds: true }) : "");
const span = (seconds) => (seconds === null || seconds === undefined ? "" : stopwatch(seconds));
const idOf = (day, label) => `${day.replaceAll("-", "")}-${label}`;

function Totals({ rows }) {
  const sum = totalsOf(rows);
  const shown = [
    ["tickets", sum.tickets], ["done", sum.done], ["missed", sum.missed], ["cancelled", sum.cancelled], ["expired", sum.expired],
    ["open", sum.open], ["wait_mean", span(sum.wait_mean_s) || "–"], ["wait_most", span(sum.wait_most_s) || "–"],
    ["serve_mean", span(sum.serve_mean_s) || "–"], ["rated", sum.rated],
    ...["principals", "extra", "overtime"].filter((name) => sum[name] > 0).map((name) => [name, sum[name]]),
  ];
  return html`<dl class="figures-strip small" data-test="admin-ledger-totals">${shown.map(([name, value]) => html`<div key=${name}>
    <dt>${t(`admin.ledger.total.${name}`)}</dt><dd class="figures">${value}</dd></div>`)}</dl>`;
}

const SUMS = ["tickets", "done", "missed", "cancelled", "expired", "wait_mean", "wait_most", "serve_mean"];
const sumsOf = (sum) => [sum.tickets, sum.done, sum.missed, sum.cancelled, sum.expired, span(sum.wait_mean_s), span(sum.wait_most_s), span(sum.serve_mean_s)];

/** A value of a group in words. */
const wordOf = (column, value, names) => ({ service: names.service, window: names.windowName, clerk: names.clerk })[column](value);

/** Totals by service, window or clerk; a line leads to its tickets. */
function Groups({ rows, names, query }) {
  const [column, setColumn] = useState(GROUPS[0]);
  return html`<details class="groups" data-test="admin-ledger-groups"><summary>${t("admin.ledger.groups")}</summary>
    <div class="group-choice" role="group">${GROUPS.map((each) => html`<button type="button" key=${each} aria-pressed=${each === column}
      class=${each === column ? "button small primary" : "button small plain"} onClick=${() => setColumn(each)}>${t(`admin.ledger.by.${each}`)}</button>`)}</div>
    <table class="table"><thead><tr><th>${t(`admin.ledger.short.${column}`)}</th>
      ${SUMS.map((name) => html`<th key=${name} class="number">${t(`admin.ledger.total.${name}`)}</th>`)}</tr></thead>
    <tbody>${totalsBy(rows, column).map((sum) => html`<tr key=${sum.value}>
      <td><a href=${fragmentOf("ledger", { ...query, [column]: sum.value })}>${wordOf(column, sum.value, names)}</a></td>
      ${sumsOf(sum).map((value, index) => html`<td key=${index} class="number">${value}</td>`)}</tr>`)}</tbody></table></details>`;
}

const HEADS = ["label", "service", "priority", "stage", "taken_at", "first_called_at", "started_at", "ended_at", "wait_s", "serve_s", "window", "clerk", "calls", "rating", "principals", "served"];
const NUMBERS = new Set(["wait_s", "serve_s", "calls", "principals", "taken_at", "first_called_at", "started_at", "ended_at"]);

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
    <td class="number">${row.calls || ""}</td><td>${row.rating === "none" ? "" : t(`admin.rating.${row.rating}`)}</td>
    <td class="number">${row.principals ?? ""}</td><td>${row.served && row.served !== "regular" ? t(`admin.served.${row.served}`) : ""}</td></tr>`;
}

function Sheet({ rows, day, names, query, all, showAll }) {
  const shown = all ? rows : rows.slice(0, SHOWN);
  return html`<div class="pane-scroll"><${Groups} rows=${rows} names=${names} query=${query} />
    <table class="table ledger-table" data-test="admin-ledger-rows">
      <thead><tr>${HEADS.map((name) => html`<th key=${name} class=${NUMBERS.has(name) ? "number" : ""}>${t(`admin.ledger.short.${name}`)}</th>`)}</tr></thead>
      <tbody>${shown.map((row) => html`<${Row} key=${row.label} row=${row} day=${day} names=${names} />`)}</tbody></table>
    ${rows.length === 0 && html`<p class="empty">${t("admin.ledger.none")}</p>`}
    ${shown.length < rows.length && html`<p class="empty"><button type="button" class="button small" onClick=${showAll}>
      ${t("admin.ledger.all", { count: rows.length })}</button></p>`}</div>`;
}

function Choice({ column, all, query, names }) {
  return html`<select aria-label=${t(`admin.ledger.short.${column}`)} value=${query[column] ?? ""} data-test=${`admin-ledger-${column}`}
      onChange=${(event) => go("ledger", { ...query, [column]: event.currentTarget.value })}>
    <option value="">${t(`admin.ledger.any.${column}`)}</option>
    ${valuesOf(all, column).map((value) => html`<option key=${value} value=${value}>${wordOf(column, value, names)}</option>`)}</select>`;
}

/** What the printed sheet is limited to, in words. */
const limits = (query, names) => GROUPS.filter((column) => query[column]).map((column) => ` · ${wordOf(column, query[column], names)}`).join("");

function Bar({ app, query, all, rows, names, print, again }) {
  const { hall } = app.hall.state;
  const { day } = query;
  const name = [hall.value.id, day, ...GROUPS.map((column) => query[column])].filter(Boolean).join("-");
  const file = () => saveFile(ledgerFile(rows, names, hall.value.timezone), `${name}.csv`);
  return html`<div class="filter"><h2>${t("admin.tab.ledger")}<span class="print-only"> · ${pick(hall.value)} · ${day}${limits(query, names)}</span></h2>
    <label><span>${t("admin.ledger.day")}</span><input type="date" value=${day} data-test="admin-ledger-day"
      onChange=${(event) => { if (event.currentTarget.value) go("ledger", { ...query, day: event.currentTarget.value }); }} /></label>
    ${GROUPS.map((column) => html`<${Choice} key=${column} column=${column} all=${all} query=${query} names=${names} />`)}
    <button type="button" class="button small plain" onClick=${again}>${t("admin.again")}</button>
    <button type="button" class="button small" disabled=${rows.length === 0} data-test="admin-ledger-csv" onClick=${file}>${t("admin.ledger.csv")}</button>
    <button type="button" class="button small plain" disabled=${rows.length === 0} data-test="admin-ledger-print" onClick=${print}>${t("admin.ledger.print")}</button></div>`;
}

function Day({ app, query }) {
  const [whole, setWhole] = useState(false);
  const [printing, setPrinting] = useState(false);
  const { day } = query;
  const { answer, error, asking, again } = useAnswer(app.hall, "report.ledger", { day }, day);
  const names = namesOf(app.hall.state);
  const all = answer?.rows ?? [];
  const rows = rowsOf(all, query);
  useEffect(() => {
    if (!printing) return;
    window.print();
    setPrinting(false);
  }, [printing]);
  const print = () => { setWhole(true); setPrinting(true); };
  return html`<section class=${asking ? "pane whole asking" : "pane whole"} data-test="admin-ledger">
    <${Bar} app=${app} query=${query} all=${all} rows=${rows} names=${names} print=${print} again=${again} />
    ${error && html`<p class="banner fault" role="alert">${say(error)}</p>`}
    ${!answer && !error && html`<p class="empty">${t("admin.asking")}</p>`}
    ${answer && html`<${Totals} rows=${rows} />
      <${Sheet} rows=${rows} day=${day} names=${names} query=${query} all=${whole} showAll=${() => setWhole(true)} />`}</section>`;
}

/** @param {{app: any, query: any}} props `query`: day, default the business day; service, window, clerk */
export function LedgerTab({ app, query }) {
  const { day: current, timezone } = app.hall.state.hall.value;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(query.day ?? "") ? query.day : current ?? dayOf(app.hall.now(), timezone);
  return html`<${Day} key=${day} app=${app} query=${{ ...query, day }} />`;
}
