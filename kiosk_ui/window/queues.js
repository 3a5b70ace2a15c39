/**
 * What waits for a window: reading of the snapshot's tickets, windows and services. Pure.
 *
 * Lists are in the order of places, which is that of coming. Who is called next is the hall's to say (next.js): it
 * depends on classes, shares, caps and hours that a page does not know.
 */

import { isoDay } from "../shared/time.js";

/** Classes, most urgent first (hallctl/domain/model.py, Priority). */
export const PRIORITIES = ["green", "military", "disabled", "elder", "pregnant", "appointment", "normal"];

const byPlace = (a, b) => a.place - b.place || (a.id < b.id ? -1 : 1);

/** Whether `ticket` waits where `window` may call it: for this window, for its clerk, or in a queue that it serves. */
export function mayCall(window, ticket) {
  if (ticket.stage !== "waiting") return false;
  if (ticket.target || ticket.for_clerk) {
    return ticket.target === window.id || Boolean(ticket.for_clerk && ticket.for_clerk === window.clerk?.id);
  }
  return window.services.includes(ticket.queue);
}

/** Whether it waits for this window or its clerk only. */
export const meant = (ticket) => Boolean(ticket.target || ticket.for_clerk);

/** Whether it waits in a queue with which the window only helps out. */
const helped = (window, ticket) => !meant(ticket) && (window.plan?.help ?? []).includes(ticket.queue);

/** Everybody whom `window` may call, by place. */
export const waitingFor = (window, tickets) => tickets.filter((ticket) => mayCall(window, ticket)).sort(byPlace);

/** Those of them whom it calls for itself, not as a help. */
export const ownWaiting = (window, tickets) => waitingFor(window, tickets).filter((ticket) => !helped(window, ticket));

/**
 * One row per queue of the window, in the window's own order: `{service, help, waiting, meant, special, longest_s}`;
 * `help`: it only helps out there; `meant`: how many wait for this window or its clerk only; `special`: how many have
 * a class. Who was sent to this window counts in the row of the queue, also when the window does not serve that.
 *
 * @param {object} window @param {object[]} services @param {object[]} tickets @param {number} now ms
 */
export function queueRows(window, services, tickets, now) {
  const mine = waitingFor(window, tickets);
  const ids = [...new Set([...window.services, ...mine.map((ticket) => ticket.queue)])];
  return ids.flatMap((id) => {
    const service = services.find((each) => each.id === id);
    if (!service) return [];
    const waiting = mine.filter((ticket) => ticket.queue === id);
    const oldest = Math.min(...waiting.map((ticket) => ticket.place));
    return [{
      service,
      help: (window.plan?.help ?? []).includes(id),
      waiting: waiting.length,
      meant: waiting.filter(meant).length,
      special: waiting.filter((ticket) => ticket.priority !== "normal").length,
      longest_s: waiting.length ? Math.max(0, Math.round((now - oldest) / 1000)) : 0,
    }];
  });
}

/** Whether `window` may call the held `ticket` back: it held it, its clerk did elsewhere, or nobody sits there now. */
export function mayResume(window, ticket, windows) {
  if (ticket.stage !== "held") return false;
  if (ticket.window === window.id || (ticket.clerk && ticket.clerk === window.clerk?.id)) return true;
  const there = windows.find((each) => each.id === ticket.window);
  return (!there || there.state === "closed") && window.services.includes(ticket.queue);
}

/** Tickets on hold that this window may call back: its own first, the longest hold first. */
export function resumable(window, tickets, windows) {
  const elsewhere = (ticket) => (ticket.window === window.id ? 0 : 1);
  return tickets.filter((ticket) => mayResume(window, ticket, windows))
    .sort((a, b) => elsewhere(a) - elsewhere(b) || (a.held_at ?? 0) - (b.held_at ?? 0));
}

/** Missed tickets of this window and of its queues, the latest first. */
export function missedTickets(window, tickets) {
  return tickets
    .filter((ticket) => ticket.stage === "missed" && (ticket.window === window.id || window.services.includes(ticket.queue)))
    .sort((a, b) => (b.called_at ?? 0) - (a.called_at ?? 0));
}

/** Whether the rule of its service leaves it to the staff to put a missed ticket back (C07). */
export function mayRestore(ticket, services) {
  const policy = services.find((each) => each.id === ticket.queue)?.missed_policy ?? "staff_restore";
  return policy === "staff_restore";
}

/** Those missed that can be put back. */
export const restorable = (window, tickets, services) => missedTickets(window, tickets).filter((ticket) => mayRestore(ticket, services));

/** Whether the ticket was kept over night (C09): `day` is the business day, "2026-11-22", or null. */
export const carried = (ticket, day) => Boolean(day) && isoDay(ticket.taken_at) < day;

/** Tickets a clerk may pick out of turn, by place; `typed` narrows by label. */
export function choosable(window, tickets, typed = "") {
  const wanted = typed.trim().toUpperCase();
  return waitingFor(window, tickets).filter((ticket) => ticket.label.toUpperCase().includes(wanted));
}

/** Open tickets whose slip can be printed again: the one with the id `here` first, then the newest. */
export function reprintable(tickets, here = null) {
  const away = (ticket) => (ticket.id === here ? 0 : 1);
  return tickets
    .filter((ticket) => ["waiting", "called", "serving", "held", "missed"].includes(ticket.stage))
    .sort((a, b) => away(a) - away(b) || b.taken_at - a.taken_at);
}

/** Today's figures of the window's queues: `{done, missed, issued}`; `done` is the window's own. */
export function todayFigures(window, services) {
  const mine = services.filter((service) => window.services.includes(service.id));
  const sum = (key) => mine.reduce((total, service) => total + (service[key] ?? 0), 0);
  return { done: window.done ?? 0, missed: sum("missed"), issued: sum("issued") };
}

/** The finished ticket of this window whose rating is still asked, as `ratingAfter` tells it, or null. */
export function ratingNow(window, tickets) {
  const asked = tickets.find((ticket) => ticket.window === window.id && ticket.stage === "done" && ticket.rating === "asked");
  return asked ? { ticket: asked.id, label: asked.label, state: "asked" } : null;
}

/**
 * What is known of the rating of the window's last finished service, never its level:
 * null | `{ticket, label, state: "asked"|"rated"|"lapsed"}`. "lapsed" is also a service for which none is asked.
 *
 * @param {{ticket: string, label: string, state: string}|null} last what was known before
 * @param {{type: string, data: object}} event a delta
 * @param {string} windowId this window
 */
export function ratingAfter(last, event, windowId) {
  const data = event.data ?? {};
  const ticket = (data.tickets ?? [])[0];
  if (event.type === "ticket.finished" && ticket && (data.windows ?? []).some((window) => window.id === windowId)) {
    return { ticket: ticket.id, label: ticket.label, state: ticket.rating === "asked" ? "asked" : "lapsed" };
  }
  const id = data.ticket ?? ticket?.id;
  if (!last || id !== last.ticket) return last;
  if (event.type === "ticket.rated") return { ...last, state: "rated" };
  if (event.type === "rating.lapsed") return { ...last, state: "lapsed" };
  return last;
}
