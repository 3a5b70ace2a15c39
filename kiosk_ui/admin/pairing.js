/**
 * What a new terminal may be paired for, and how it is done there. Pure.
 */

/** Roles in the order offered. */
export const PAIRED = ["kiosk", "board", "rating", "device", "admin"];

/** Roles that cannot do without a place; the others may stand for the whole hall. */
export const NEEDS_PLACE = new Set(["kiosk", "rating"]);

/** `[{id, name, name_en, label, post}]` that a terminal of the role may stand for; an administrator's has none. */
export function placesOf(role, { kiosks, windows, zones }) {
  if (role === "kiosk") return kiosks;
  if (role === "board") return zones;
  return role === "rating" || role === "device" ? windows : [];
}

/** The address that opens the role's page with the code in it; a device has no page. */
export function addressOf(role, code, origin) {
  return role === "device" ? null : `${origin}/${role}/#code=${code}`;
}

/** Whether another machine cannot reach this origin. */
export const isLocal = (origin) => /^https?:\/\/(localhost|127\.|\[::1\])/.test(origin);

/** Whether the news that a terminal was paired is about this offer. */
export const isFor = (offer, data) => data.role === offer.role && (data.place ?? null) === (offer.place ?? null);

/** Terminals with `text` in their id, role or place (as told by `words(terminal)`), ordered by role and place. */
export function terminalsShown(terminals, text, words) {
  const wanted = text.trim().toLowerCase();
  const order = new Intl.Collator("zh", { numeric: true }).compare;
  return terminals.filter((terminal) => !wanted || `${terminal.terminal} ${words(terminal)}`.toLowerCase().includes(wanted))
    .sort((a, b) => PAIRED.indexOf(a.role) - PAIRED.indexOf(b.role) || order(a.place ?? "", b.place ?? "") || order(a.terminal, b.terminal));
}
