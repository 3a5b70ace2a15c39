// Facts of the hall in the kiosk's words, and what the kiosk's own devices can do now.

import { t } from "../shared/i18n.js";
import { when } from "../shared/time.js";

/** Faults with which no slip can come out, as the daemon counts them. */
const BLOCKING = new Set([
  "printer.paper_out", "printer.cover_open", "printer.cutter", "printer.offline", "printer.error", "printer.head_hot",
]);

/** Whether the kiosk's own printer is known to be able to print; unknown is not able. */
function prints({ printer }) {
  if (!printer) return false;
  if (printer.faults.some((fault) => BLOCKING.has(fault))) return false;
  return printer.state === "ready" || (printer.state === "degraded" && printer.faults.length > 0);
}

/** The kiosk where a slip of this one comes out now: itself, else the first able one that it is rerouted to, or null. */
export function printsAt(kiosk, kiosks) {
  if (!kiosk || prints(kiosk)) return kiosk;
  const others = (kiosk.reroute ?? []).map((/** @type {string} */ id) => kiosks.find((/** @type {any} */ row) => row.id === id));
  return others.find((other) => other && prints(other)) ?? null;
}

/** What people call a kiosk: "2 号取号机（大厅入口西）"; ids end in the number that stands on it. */
export function kioskName({ id, name }) {
  const number = /\d+$/.exec(id)?.[0];
  if (!number || /取号机|kiosk/i.test(name) && name !== id) return name;
  return name === id ? t("kiosk.name", { number }) : t("kiosk.name.where", { number, name });
}

/** Reasons for which no number of a service is given that have short words, `kiosk.shut.<code>`. */
const SHUT = new Set([
  "hours.not_yet", "hours.lunch", "hours.cutoff", "hours.closed", "hours.holiday", "limit.day", "limit.segment",
  "limit.segment_over",
]);

/** Why no number of the service is given now, in few words, and when again: `[why, when]`; null while it is given. */
export function shut(service, now) {
  if (!service.closed) return null;
  const { code, opens_at: at } = service.closed;
  const why = t(SHUT.has(code) ? `kiosk.shut.${code}` : "kiosk.shut");
  return [why, at ? t("kiosk.shut.opens", { opens: when(at, now) }) : ""];
}

/** Whether a card can be laid on this kiosk. */
export function canRead(kiosk) {
  const reader = kiosk?.reader;
  return Boolean(reader) && (reader.state === "ready" || reader.state === "degraded");
}

/** Numbers in a row as spans: [1, 2, 3, 7] → ["1–3", "7"]. */
function spans(numbers) {
  const rows = [];
  for (const number of numbers) {
    const last = rows[rows.length - 1];
    if (last && number === last[1] + 1) last[1] = number;
    else rows.push([number, number]);
  }
  return rows.map(([from, to]) => {
    if (from === to) return String(from);
    return `${from}–${to}`;
  });
}

/**
 * Windows in few words: "2–4 号窗口", "综合1、综合2", "1、3、5 等 12 个窗口".
 * @param {string[]} ids @param {{id: string, label: string}[]} windows all of the hall, for their labels
 */
export function windowsText(ids, windows) {
  const labels = ids.map((id) => windows.find((row) => row.id === id)?.label ?? id);
  const numeric = labels.every((label) => /^\d+$/.test(label));
  const parts = numeric ? spans(labels.map(Number).sort((a, b) => a - b)) : labels;
  const list = parts.slice(0, 3).join(t("kiosk.list.comma"));
  if (parts.length > 3) return t("kiosk.windows.many", { list, count: ids.length });
  if (!numeric) return list;
  return t(labels.length === 1 ? "kiosk.windows.one" : "kiosk.windows", { list });
}

/** Room that a text needs, in Chinese characters: Latin letters count half. */
export function width(text) {
  let sum = 0;
  for (const letter of text) sum += letter.charCodeAt(0) < 0x2e80 ? 0.55 : 1;
  return sum;
}
