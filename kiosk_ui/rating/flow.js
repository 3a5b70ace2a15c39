// What the rating page shows and when, apart from how it looks.

import { effect, signal } from "../shared/ui.js";

/** Seconds that thanks, or a refusal, stay. */
export const THANKS_S = 4;

/**
 * @param {import("../shared/terminal.js").Hall} hall
 * @returns `view` signal {name: idle|asked|sending|thanks|error, ticket?, error?}, `left` seconds to rate
 */
export function createRating(hall) {
  const view = signal(/** @type {any} */ ({ name: "idle" }));
  const left = signal(0);
  let until = 0; // end of thanks or of a refusal
  let lapsed = null; // the ticket whose time is over here, though the daemon has not said so yet

  const asked = () => {
    const ticket = hall.state.rating.value?.ticket ?? null;
    return ticket && ticket.ticket !== lapsed && ticket.until > hall.now() ? ticket : null;
  };
  const settle = () => {
    const ticket = asked();
    view.value = ticket ? { name: "asked", ticket } : { name: "idle" };
    if (ticket) left.value = Math.max(0, Math.ceil((ticket.until - hall.now()) / 1000));
  };
  const tick = () => {
    const { name, ticket } = view.value;
    const now = hall.now();
    if ((name === "thanks" || name === "error") && now >= until) settle();
    if (name !== "asked") return;
    left.value = Math.max(0, Math.ceil((ticket.until - now) / 1000));
    if (left.value === 0) {
      lapsed = ticket.ticket;
      settle();
    }
  };
  const hold = (next) => {
    until = hall.now() + THANKS_S * 1000;
    view.value = next;
  };

  /** One tap, one rating: taps while it is sent change nothing. */
  const rate = async (level) => {
    const { name, ticket } = view.value;
    if (name !== "asked") return;
    view.value = { name: "sending", ticket };
    try {
      await hall.call("ticket.rate", { level, ticket: ticket.ticket });
      lapsed = ticket.ticket;
      hold({ name: "thanks" });
    } catch (error) {
      hold({ name: "error", error });
    }
  };

  const stop = effect(() => {
    hall.state.rating.value; // the hall's news decide between idle and asked, but do not cut off thanks
    const { name } = view.peek();
    if (name === "idle" || name === "asked") settle();
  });
  const timer = setInterval(tick, 250);
  return { view, left, rate, close: () => { stop(); clearInterval(timer); } };
}
