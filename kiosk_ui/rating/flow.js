// What the rating page shows and when, apart from how it looks.

import { effect, signal } from "../shared/ui.js";

/** Seconds that thanks, or a refusal, stay. */
export const THANKS_S = 4;

export class RatingFlow {
  #hall;
  #until = 0; // end of thanks or of a refusal, by the daemon's clock
  #over = null; // the ticket that was rated or lapsed here, though the daemon's news of it may still be on the way
  #stop;
  #timer;

  /** @param {import("../shared/terminal.js").Hall} hall */
  constructor(hall) {
    this.#hall = hall;
    /** {name: idle|asked|sending|thanks|error, ticket?, error?} */
    this.view = signal(/** @type {any} */ ({ name: "idle" }));
    /** Seconds left to rate. */
    this.left = signal(0);
    this.#stop = effect(() => {
      hall.state.rating.value; // news decide between idle and asked, but do not cut off thanks
      const { name } = this.view.peek();
      if (name === "idle" || name === "asked") this.#settle();
    });
    this.#timer = setInterval(() => this.#tick(), 250);
  }

  /** One tap, one rating: taps while it is sent change nothing. */
  rate = async (level) => {
    const { name, ticket } = this.view.value;
    if (name !== "asked") return;
    this.view.value = { name: "sending", ticket };
    try {
      await this.#hall.call("ticket.rate", { level, ticket: ticket.ticket });
      this.#over = ticket.ticket;
      this.#hold({ name: "thanks" });
    } catch (error) {
      this.#hold({ name: "error", error });
    }
  };

  close = () => {
    this.#stop();
    clearInterval(this.#timer);
  };

  #secondsLeft(ticket) { return Math.max(0, Math.ceil((ticket.until - this.#hall.now()) / 1000)); }

  /** Asked if there is something to rate and time for it, else idle. */
  #settle() {
    const ticket = this.#hall.state.rating.value?.ticket ?? null;
    const asked = ticket && ticket.ticket !== this.#over && this.#secondsLeft(ticket) > 0;
    this.view.value = asked ? { name: "asked", ticket } : { name: "idle" };
    if (asked) this.left.value = this.#secondsLeft(ticket);
  }

  #hold(next) {
    this.#until = this.#hall.now() + THANKS_S * 1000;
    this.view.value = next;
  }

  #tick() {
    const { name, ticket } = this.view.value;
    if ((name === "thanks" || name === "error") && this.#hall.now() >= this.#until) this.#settle();
    if (name !== "asked") return;
    this.left.value = this.#secondsLeft(ticket);
    if (this.left.value > 0) return;
    this.#over = ticket.ticket;
    this.#settle();
  }
}
