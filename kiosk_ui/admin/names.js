/**
 * Ids of the hall as people call them: services, windows, kiosks, zones, those who acted. Pure but for the texts.
 */

import { pick, t } from "../shared/i18n.js";

/**
 * @param {{services: any[], windows: any[], kiosks: any[], zones: any[], devices: any[]}} parts of the state, plain
 * @returns `{service(id), window(id), windowName(id), kiosk(id), zone(id), clerk(id), place(role, id), serves(id)}`
 */
export function createNames(parts) {
  const found = (rows, id) => rows.find((row) => row.id === id);
  const named = (rows, id) => (found(rows, id) ? pick(found(rows, id)) : id ?? "");
  const window = (id) => found(parts.windows, id)?.label ?? id ?? "";
  const windowName = (id) => t("admin.name.window", { window: window(id) });
  const kiosk = (id) => named(parts.kiosks, id);
  const zone = (id) => named(parts.zones, id);
  const clerk = (id) => {
    const name = parts.windows.find((each) => each.clerk && each.clerk.id === id)?.clerk.name;
    return name && name !== id ? `${id} ${name}` : id ?? "";
  };
  const place = (role, id) => {
    if (id === null || id === undefined) return t("admin.name.whole_hall");
    if (role === "kiosk") return kiosk(id);
    if (role === "board") return zone(id);
    return found(parts.windows, id) ? windowName(id) : id;
  };
  const serves = (id) => {
    if (found(parts.kiosks, id)) return kiosk(id);
    if (found(parts.zones, id)) return zone(id);
    return found(parts.windows, id) ? windowName(id) : id;
  };
  return { service: (id) => named(parts.services, id), window, windowName, kiosk, zone, clerk, place, serves };
}

/** The parts of a hall's signals that names are made of; read while rendering. */
export function namesOf(state) {
  return createNames({
    services: state.services.value, windows: state.windows.value, kiosks: state.kiosks.value, zones: state.zones.value,
    devices: state.devices.value,
  });
}

/**
 * What a device serves, in words; many windows become ranges: "1–6, 9 号窗口".
 * @param {string[]} ids @param {any} names @param {any[]} windows
 */
export function servesText(ids, names, windows) {
  const known = new Set(windows.map((window) => window.id));
  const others = ids.filter((id) => !known.has(id)).map(names.serves);
  const labels = [...new Set(ids.filter((id) => known.has(id)))].map(names.window);
  if (labels.length === 0) return others.join("、");
  return [...others, t("admin.name.window", { window: ranges(labels) })].join("、");
}

/** Labels with runs of numbers drawn together: ["1","2","3","7"] → "1–3, 7". */
export function ranges(labels) {
  const numbers = labels.filter((label) => /^\d+$/.test(label)).map(Number).sort((a, b) => a - b);
  const words = labels.filter((label) => !/^\d+$/.test(label));
  const runs = [];
  for (const number of numbers) {
    const last = runs[runs.length - 1];
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const drawn = runs.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`));
  return [...drawn, ...words].join(", ");
}

/** Those who act without an account or a terminal. */
const SYSTEM = new Set(["daemon", "timer", "watch", "demo", "anyone"]);
const KINDS = new Set(["clerk", "kiosk", "device", "rating", "board", "admin"]);

/** Who did it, in words: `clerk:1001`, `kiosk:kiosk-1`, `device:printer-1`, `timer` ... */
export function actorText(actor, names) {
  if (SYSTEM.has(actor)) return t(`admin.actor.${actor}`);
  const [kind, ...rest] = String(actor).split(":");
  const id = rest.join(":");
  if (!KINDS.has(kind) || !id) return actor;
  if (kind === "admin") return id === "console" ? t("admin.actor.console") : t("admin.actor.admin");
  const name = { clerk: names.clerk, kiosk: names.kiosk, rating: names.windowName, board: names.zone }[kind] ?? ((each) => each);
  return t(`admin.actor.${kind}`, { name: name(id) });
}

/**
 * What somebody typed for "who" as the journal knows it: a device's or kiosk's id, a clerk's number, or the journal's
 * own form (`kind:id`).
 */
export function actorOf(text, { devices, kiosks }) {
  const typed = text.trim();
  if (typed === "" || typed.includes(":") || SYSTEM.has(typed)) return typed;
  if (devices.some((device) => device.name === typed)) return `device:${typed}`;
  if (kiosks.some((kiosk) => kiosk.id === typed)) return `kiosk:${typed}`;
  return `clerk:${typed}`;
}

/** A ticket's label from its id, `20261122-A012` → `A012`. */
export const labelOf = (ticket) => String(ticket ?? "").replace(/^\d{8}-/, "");

/** A ticket's id from what was typed: a label means the ticket of `day` (YYYY-MM-DD). */
export function ticketOf(text, day) {
  const typed = text.trim().toUpperCase();
  if (typed === "" || /^\d{8}-/.test(typed) || !day) return typed;
  return `${day.replaceAll("-", "")}-${typed}`;
}
