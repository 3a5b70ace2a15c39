/**
 * The ledger (台账) as columns, rows and a CSV file. Pure.
 */

/** Columns in the order of reading; a column that no row has is left out, one not named here comes at the end. */
export const COLUMNS = [
  "label", "service", "queue", "priority", "stage", "source", "kiosk", "taken_at", "first_called_at", "called_at",
  "started_at", "ended_at", "wait_s", "held_s", "serve_s", "service_s", "calls", "window", "clerk", "first_clerk",
  "rating", "level", "reason", "copies",
];

/** Columns that are of no use to a reader. */
const HIDDEN = new Set(["ticket", "id", "day", "place", "seq", "number", "raw", "slip", "slip_fault"]);

/** The columns that `rows` really have. */
export function columnsOf(rows) {
  const present = new Set(rows.flatMap((row) => Object.keys(row)));
  const known = COLUMNS.filter((column) => present.has(column));
  const others = [...present].filter((column) => !COLUMNS.includes(column) && !HIDDEN.has(column)).sort();
  return [...known, ...others];
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
