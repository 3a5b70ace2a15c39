/**
 * What waits for a window: reading of the snapshot's tickets and services. Pure.
 */

/** Classes, most urgent first; the order of service (hallctl/domain/model.py, Priority). */
export const PRIORITIES = ["green", "military", "disabled", "elder", "pregnant", "appointment", "normal"];

const rank = (ticket) => {
  const at = PRIORITIES.indexOf(ticket.priority);
  return at < 0 ? PRIORITIES.length : at;
};

/** The order in which `window` calls: by class and then place, or by place alone (its policy). */
export function turnAt(window) {
  const byPlace = (a, b) => a.place - b.place || (a.id < b.id ? -1 : 1);
  return window.policy === "fifo" ? byPlace : (a, b) => rank(a) - rank(b) || byPlace(a, b);
}

/** Whether `ticket` waits where `window` may call it. */
export function mayCall(window, ticket) {
  if (ticket.stage !== "waiting") return false;
  return ticket.target ? ticket.target === window.id : window.services.includes(ticket.queue);
}

/** Everybody whom `window` may call, in the order in which it calls. */
export const waitingFor = (window, tickets) => tickets.filter((ticket) => mayCall(window, ticket)).sort(turnAt(window));

/**
 * One row per queue of the window, in the window's own order:
 * `{service, waiting, longest_s, next, first}`; `next` is the ticket at the head or null, `first` whether it is the
 * one that the window calls next of all its queues. Tickets sent to this window by transfer count in the row of
 * their queue, also when the window does not serve it (then a row is added).
 *
 * @param {object} window
 * @param {object[]} services
 * @param {object[]} tickets
 * @param {number} now ms
 */
export function queueRows(window, services, tickets, now) {
  const mine = waitingFor(window, tickets);
  const ids = [...new Set([...window.services, ...mine.map((ticket) => ticket.queue)])];
  return ids.flatMap((id) => {
    const service = services.find((each) => each.id === id);
    if (!service) return [];
    const waiting = mine.filter((ticket) => ticket.queue === id);
    const oldest = Math.min(...waiting.map((ticket) => ticket.taken_at));
    return [{
      service,
      waiting: waiting.length,
      longest_s: waiting.length ? Math.max(0, Math.round((now - oldest) / 1000)) : 0,
      next: waiting[0] ?? null,
      first: waiting.length > 0 && waiting[0] === mine[0],
    }];
  });
}

/**
 * Tickets on hold that concern the clerk, longest hold first: this window's, whoever held them (only here are they
 * resumed), then those that the clerk left on hold at another window.
 */
export function heldTickets(window, clerk, tickets) {
  const elsewhere = (ticket) => (ticket.window === window.id ? 0 : 1);
  return tickets
    .filter((ticket) => ticket.stage === "held" && (ticket.window === window.id || ticket.clerk === clerk))
    .sort((a, b) => elsewhere(a) - elsewhere(b) || (a.held_at ?? 0) - (b.held_at ?? 0));
}

/** Those of them that this window may resume. */
export const resumable = (window, tickets) => heldTickets(window, null, tickets).filter((ticket) => ticket.window === window.id);

/** Missed tickets of this window and of its queues, the latest first. */
export function missedTickets(window, tickets) {
  return tickets
    .filter((ticket) => ticket.stage === "missed" && (ticket.window === window.id || window.services.includes(ticket.queue)))
    .sort((a, b) => (b.called_at ?? 0) - (a.called_at ?? 0));
}

/** Tickets a clerk may pick out of turn, in turn order; `typed` narrows by label. */
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
