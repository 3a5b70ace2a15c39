/**
 * A record of the journal as a sentence for people. Pure but for the texts.
 */

import { t } from "../shared/i18n.js";
import { labelOf } from "./names.js";

/** Every event of a hall that has its sentence, `admin.event.<type>`. */
export const TYPES = new Set([
  "ticket.taken", "ticket.cancelled", "ticket.called", "ticket.recalled", "ticket.started", "ticket.finished",
  "ticket.missed", "ticket.restored", "ticket.held", "ticket.resumed", "ticket.transferred", "ticket.undone",
  "ticket.expired", "ticket.rated", "rating.lapsed", "slip.begun", "slip.confirmed", "slip.failed",
  "slip.doubted", "slip.reprinted", "slip.requeued",
  "window.opened", "window.paused", "window.resumed", "window.closed", "window.taken_over", "clerk.logged_in",
  "clerk.logged_out", "day.opened", "day.closed", "numbers.skipped", "hall.started", "device.reported", "help.requested",
  "help.answered", "terminal.paired", "terminal.revoked", "account.set", "account.removed", "ticket.stepped",
  "window.arranged", "emergency.declared", "emergency.ended", "agent.set", "agent.removed", "alert.raised", "alert.advised",
  "alert.cleared", "alert.confirmed", "alert.dismissed", "appointment.booked", "appointment.imported",
  "appointment.cancelled", "appointment.checked_in", "appointment.missed", "quota.set", "block.lifted", "device.changed",
  "page.scanned", "page.arranged", "page.removed", "page.restored", "page.finished", "page.offered", "page.shown", "page.expired",
]);

/** Faults with a short name, `admin.fault.<code>`; a driver's newer code is shown as it is. */
export const FAULTS = new Set([
  "device.lost", "device.unreachable", "device.silent", "device.wrong_identity", "device.garbled", "device.refused",
  "device.busy", "device.failed", "device.unproven", "printer.paper_out", "printer.paper_near_end", "printer.cover_open",
  "printer.cutter", "printer.offline", "printer.error", "printer.unproven", "card.read_failed", "reader.fault",
  "voice.no_engine", "voice.no_sound", "slip.no_printer", "slip.late", "printer.head_hot",
]);
const REASONS = new Set(["asked", "same_person", "restart", "day.closed"]);
const WHY = new Set(["fifo", "priority", "ratio", "longest_relative_wait", "cap", "returned", "chosen", "target"]);
const RULES = new Set(["unstaffed", "waiting", "wait", "overdue", "pause", "serving"]);
const LEVELS = new Set(["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]);

/** The text of a code that stands in `known`, else the code itself. */
const word = (known, key, code) => (known.has(code) ? t(`admin.${key}.${code}`) : code ?? "");

/** A fault's short name. */
export const faultText = (code) => word(FAULTS, "fault", code);

const LIST = () => t("admin.list");

/** What an alert is about, from the event or, where it only names the alert, from that name: `waiting-417`. */
function alertOf(data, names) {
  const rule = data.rule ?? String(data.alert ?? "").replace(/-\d+$/, "");
  const place = data.service ? names.service(data.service) : data.window ? names.windowName(data.window) : t("admin.name.whole_hall");
  return { rule: RULES.has(rule) ? t(`admin.watch.rule.${rule}`) : rule, place: data.rule ? place : data.alert ?? "" };
}

/** A suggestion's deed in a few words. */
function deedOf(suggestion, names) {
  if (!suggestion) return t("admin.watch.action.none");
  const plan = suggestion.plan ? suggestion.plan.services.map(names.service).join(LIST()) : t("admin.rules.own");
  return t(`admin.watch.action.${suggestion.action}`, { window: names.window(suggestion.window), plan });
}

/** What was done to the config's devices: "添加 printer-2；删除 printer-1". */
function changesOf(data) {
  const parts = ["added", "changed", "removed"].filter((part) => data[part]?.length > 0)
    .map((part) => t(`admin.event.devices.${part}`, { devices: data[part].join(LIST()) }));
  return parts.join(t("admin.event.devices.and")) || t("admin.event.devices.same");
}

/** Everything a sentence may name, "" for what the event does not have. */
function paramsOf({ type, data }, names) {
  const faults = (data.faults ?? []).map(faultText).join(LIST());
  return {
    label: labelOf(data.ticket), service: names.service(data.service), queue: names.service(data.queue),
    window: names.window(data.window), clerk: names.clerk(data.clerk), previous: names.clerk(data.previous),
    where: data.target ? names.windowName(data.target) : names.service(data.queue),
    kiosk: names.kiosk(data.kiosk), device: data.device ?? "", fault: faultText(data.fault),
    state: type === "device.reported" ? t(`admin.device.${data.state}`) : "",
    faults: faults && t("admin.event.faults", { faults }),
    why: data.why ? t("admin.event.why", { why: word(WHY, "why", data.why) }) : "",
    level: word(LEVELS, "level", data.level), reprint: word(REASONS, "reprint", data.reason),
    day: data.day ?? "", version: data.version ?? "", terminal: data.terminal ?? "",
    role: data.role ? t(`role.${data.role}`) : "", place: data.role ? names.place(data.role, data.place) : "",
    account: data.account ?? "", name: data.name ?? "", roles: (data.roles ?? []).map((role) => t(`role.${role}`)).join(LIST()),
    ...alertOf(data, names), deed: deedOf(data.suggestion, names), waiting: data.waiting ?? "", notice: data.notice ?? "", agent: data.agent ?? "",
    plan: data.plan ? data.plan.services.concat(data.plan.help ?? []).map(names.service).join(LIST()) : t("admin.rules.own"),
    appointment: data.appointment ?? "", source: data.source ?? "", booked: data.booked ?? 0, known: data.known ?? 0, refused: data.refused ?? 0,
    counts: data.counts ? t("admin.event.counts") : "", late: data.late ? t("admin.event.late") : "", block: data.block ?? "",
    quota: data.quota ?? t("admin.event.quota.rule"), number: data.number ?? "", again: data.fresh === false ? t("admin.event.again") : "",
    changes: type === "device.changed" ? changesOf(data) : "", count: Array.isArray(data.pages) ? data.pages.length : data.pages ?? 0,
    ahead: data.ahead ?? "", priority: data.priority && data.priority !== "normal" ? `${t(`priority.${data.priority}`)} · ` : "",
  };
}

/** What happened, in one sentence, with the reason that somebody gave. */
export function sentenceOf(record, names) {
  if (!TYPES.has(record.type)) return record.type;
  const said = t(`admin.event.${record.type}`, paramsOf(record, names));
  const reason = record.data.reason;
  const given = typeof reason === "string" && reason !== "" && !REASONS.has(reason);
  return given ? said + t("admin.event.reason", { reason }) : said;
}

/** What kind of line it is, for its mark: a refusal of fate, a person's deed, a device's word. */
export function toneOf({ type, data }) {
  if (type === "emergency.declared" || type === "alert.raised") return "bad";
  if (["slip.failed", "slip.doubted", "ticket.missed", "ticket.expired", "ticket.cancelled"].includes(type)) return "bad";
  if (type === "device.reported") return (data.faults ?? []).length > 0 || data.state === "offline" ? "bad" : "quiet";
  if (type.startsWith("ticket.")) return "ticket";
  return "quiet";
}
