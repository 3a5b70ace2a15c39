// The steps of an appointment at the kiosk, apart from how they look: check in by card, code or telephone; book a slot.

import { canRead } from "./words.js";

/** Refusals of the printer: offer the number without paper instead. */
const NO_PAPER = /^(printer\.|slip\.no_printer$|device\.)/;

/** What stands in for a service while it is not known which appointment the card has. */
export const BY_CARD = {
  id: "", name: "预约签到", name_en: "Appointment", identity: "required", booking: "check_in", windows: [], wait_s: [0, 0],
};

export class Booking {
  #hall;
  #flow;
  #done;
  #busy = false;

  /** @param {any} hall @param {any} flow the kiosk's steps @param {Function} done makes the screen of a number */
  constructor(hall, flow, done) {
    this.#hall = hall;
    this.#flow = flow;
    this.#done = done;
  }

  /** Whether anything can be booked here. */
  offered = () => this.#hall.state.services.value.some((service) => service.bookable);

  open = () => this.#show({ name: "booking" });

  /** The large keys: `kind` is code, tail (of a telephone) or phone; `slot` where a slot is booked with it. */
  pad = (kind, slot = null) => this.#show({ name: "booking_pad", kind, slot });

  /** Lay the card down: to check in, or to book the `slot`. */
  byCard = (slot = null) => {
    const service = slot ? { ...slot.service, identity: "required", booking: "book", slot } : BY_CARD;
    this.#show(canRead(this.#flow.kiosk()) ? { name: "notice", service } : { name: "nocard", service, reader: false });
  };

  /** What was typed or scanned. */
  typed = ({ kind, slot }, text) => (kind === "phone" ? this.book(slot, { phone: text }) : this.checkIn({ [kind]: text }));

  /** A card was read for an appointment. */
  claimed = ({ booking, slot }, { claim }) => (booking === "book" ? this.book(slot, { claim }) : this.checkIn({ claim }));

  /**
   * The number of the appointment that `key` ({code} | {tail} | {claim}) finds. Without a printer the citizen is asked
   * first; of several appointments one is chosen.
   */
  checkIn = (key, { appointment = null, paperless = false } = {}) => this.#once(async () => {
    const asked = { name: "paperless", service: BY_CARD, yes: () => this.checkIn(key, { appointment, paperless: true }) };
    if (!paperless && !this.#flow.printsAt()) return this.#show(asked);
    this.#show({ name: "taking", service: BY_CARD });
    try {
      const params = { ...key, kiosk: this.#flow.place, paperless, ...(appointment ? { appointment } : {}) };
      this.#checkedIn(await this.#hall.call("appointment.check_in", params), paperless);
    } catch (error) {
      if (NO_PAPER.test(error.code) && !paperless) this.#show(asked);
      else if (error.code === "appointment.choose") await this.#choose(key);
      else this.#show({ name: "booking_refused", error, key });
    }
    return undefined;
  });

  /** The card of somebody who came for `service` has appointments for something else today. */
  offer = (service, seen) => {
    const others = (seen.booked ?? []).filter((row) => row.service !== service.id);
    const same = (seen.booked ?? []).some((row) => row.service === service.id);
    if (same || others.length === 0 || seen.existing?.[service.id]) return false;
    this.#show({ name: "booking_offer", service, seen, rows: others });
    return true;
  };

  /** Which service to book. */
  services = () => this.#show({ name: "booking_services" });

  /** The free slots of a service, a page for each day. */
  slots = (service) => this.#once(async () => {
    try {
      const { days } = await this.#hall.call("slot.list", { service: service.id });
      const now = this.#hall.now();
      const free = days.map(({ day, slots }) => ({ day, slots: slots.filter((slot) => slot.room > 0 && slot.end > now) }));
      this.#show({ name: "booking_slots", service, days: free.filter(({ slots }) => slots.length > 0), page: 0 });
    } catch (error) {
      this.#show({ name: "booking_refused", error, key: null });
    }
  });

  /** Who books the slot: by card or telephone. */
  who = (service, slot) => this.#show({ name: "booking_who", slot: { ...slot, service } });

  /** Book `slot` for the person of the card or the telephone. */
  book = (slot, key) => this.#once(async () => {
    this.#show({ name: "taking", service: slot.service });
    try {
      const params = { service: slot.service.id, start: slot.start, kiosk: this.#flow.place, ...key };
      const { appointment } = await this.#hall.call("appointment.book", params);
      this.#show({ name: "booked", service: slot.service, appointment, photo: true });
    } catch (error) {
      this.#show({ name: "booking_refused", error, key: null, slot });
    }
  });

  #show(screen) { this.#flow.view.show(screen); }

  #checkedIn(receipt, paperless) {
    const { ticket, notice } = receipt;
    const service = this.#hall.state.services.value.find((row) => row.id === ticket.service) ?? { ...BY_CARD, id: ticket.service };
    const existing = notice?.code === "appointment.again" ? ticket.label : null;
    this.#show(this.#done(service, receipt, { paperless, existing }));
  }

  async #choose(key) {
    const { appointments } = await this.#hall.call("appointment.find", { ...key, kiosk: this.#flow.place });
    this.#show({ name: "booking_choose", key, rows: appointments });
  }

  /** One step at a time: a second tap while one is under way does nothing. */
  async #once(step) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await step();
    } finally {
      this.#busy = false;
    }
  }
}
