/**
 * The ledger (台账) as columns, totals and a CSV file. Pure but for the texts of codes.
 */

import { t } from "../shared/i18n.js";

/** Columns in the order of reading (hallctl/store/reports.py, LedgerRow); one not named here comes at the end. */
export const COLUMNS = [
  "label", "service", "queue", "priority", "stage", "taken_at", "first_called_at", "started_at", "ended_at", "wait_s",
  "serve_s", "calls", "window", "clerk", "first_clerk", "rating", "copies", "principals", "served",
];

/** The columns that `rows` really have; all of the known ones where there is no row. */
export function columnsOf(rows) {
  if (rows.length === 0) return COLUMNS;
  const present = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...COLUMNS.filter((column) => present.has(column)), ...[...present].filter((column) => !COLUMNS.includes(column)).sort()];
}

/** A moment as "2026-11-22 09:05:33" in the hall's time zone: what a spreadsheet takes for a time. */
export function stamp(ms, timezone) {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: timezone }).format(ms);
}

/** The day (YYYY-MM-DD) of a moment in the hall's time zone. */
export const dayOf = (ms, timezone) => new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format(ms);

/** A row's value as a person reads it: names for ids, words for codes, moments in the hall's time; numbers stay. */
export function valueOf(row, column, names, timezone) {
  const value = row[column];
  if (value === null || value === undefined) return "";
  if (column.endsWith("_at")) return stamp(value, timezone);
  if (column === "service" || column === "queue") return names.service(value);
  if (column === "window") return names.window(value);
  if (column === "priority" || column === "stage") return t(`${column}.${value}`);
  if (column === "rating" || column === "served") return t(`admin.${column}.${value}`);
  return value;
}

const mean = (values) => (values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length));
const numbers = (rows, column) => rows.map((row) => row[column]).filter((value) => typeof value === "number");
const servedCount = (rows, served) => rows.filter((row) => row.served === served).length;
const stageCount = (rows, stage) => rows.filter((row) => row.stage === stage).length;

/**
 * Totals of rows: `{tickets, done, missed, cancelled, expired, open, wait_mean_s, wait_most_s, serve_mean_s, rated,
 * principals, extra, overtime}`; means are null where nothing was measured. `principals` are those for whom agents came.
 */
export function totalsOf(rows) {
  const ended = { done: stageCount(rows, "done"), missed: stageCount(rows, "missed"), cancelled: stageCount(rows, "cancelled"), expired: stageCount(rows, "expired") };
  const waits = numbers(rows, "wait_s");
  return {
    tickets: rows.length, ...ended, open: rows.length - ended.done - ended.missed - ended.cancelled - ended.expired,
    wait_mean_s: mean(waits), wait_most_s: waits.length === 0 ? null : waits.reduce((most, value) => Math.max(most, value), 0),
    serve_mean_s: mean(numbers(rows, "serve_s")), rated: rows.filter((row) => row.rating === "rated").length,
    principals: numbers(rows, "principals").reduce((sum, value) => sum + value, 0),
    extra: servedCount(rows, "extra"), overtime: servedCount(rows, "overtime"),
  };
}

/** What the ledger is summed and filtered by (L02). */
export const GROUPS = ["service", "window", "clerk"];

/** Rows of the service, window and clerk that are asked for; "" or nothing asks for all. */
export const rowsOf = (rows, query) => rows.filter((row) => GROUPS.every((column) => !query[column] || row[column] === query[column]));

/** The values of a column that occur, ordered as people count; tickets that never came so far have none. */
export function valuesOf(rows, column) {
  const values = new Set(rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined));
  return [...values].sort(new Intl.Collator("zh", { numeric: true }).compare);
}

/** Totals by a column's value: `[{value, ...totals}]`. */
export function totalsBy(rows, column) {
  return valuesOf(rows, column).map((value) => ({ value, ...totalsOf(rows.filter((row) => row[column] === value)) }));
}

/**
 * One cell of a CSV file (RFC 4180). A text that a spreadsheet would take for a formula is led by an apostrophe.
 */
export function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A CSV file: UTF-8 with byte order mark (without it the usual spreadsheet shows garbage), lines end in CR LF. */
export function csvFile(header, rows) {
  return `\uFEFF${[header, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

/** Columns that have a heading, `admin.ledger.<column>`; an unknown one is headed by its own name. */
export const headOf = (column) => (COLUMNS.includes(column) ? t(`admin.ledger.${column}`) : column);

/** The ledger's CSV file in the page's language. */
export function ledgerFile(rows, names, timezone) {
  const columns = columnsOf(rows);
  return csvFile(columns.map(headOf), rows.map((row) => columns.map((column) => valueOf(row, column, names, timezone))));
}
