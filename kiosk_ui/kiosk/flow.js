// The steps of taking a number, apart from how they look: what a tap does, what the hall answers, what is shown then.

import { canRead, printsAt } from "./words.js";
import { Booking } from "./booking_flow.js";
import { Screens } from "./screens.js";

/** Version of the notice shown before a card is read (i18n kiosk.notice.*); told to the daemon with card.arm. */
export const NOTICE = "v1";
/** Refusals of the printer: offer a number without paper instead. */
const NO_PAPER = /^(printer\.|slip\.no_printer$|device\.)/;

/** Screens on which a code that is held before the reader means something; on the others somebody is at work. */
const SCANNED_AT = new Set(["home", "find", "found", "refused", "code", "booking", "booking_pad", "booking_refused"]);
/** Screens on which a code is awaited: a reader that is dark until it is told lights up. */
const LOOKED_AT = new Set(["find", "booking", "booking_pad"]);
/** Seconds for which it is said that a code leads nowhere. */
export const CODE_S = 12;

/** What the number's screen tells, from the answer of ticket.take or appointment.check_in. */
function done(service, { ticket, notice = null }, { paperless, existing }) {
  return {
    name: "done", service, ticket: ticket.id, label: ticket.label, existing, paperless, photo: paperless,
    ahead: ticket.ahead ?? null, wait_s: ticket.wait_s ?? null, pause: ticket.break ?? null, url: ticket.url ?? null,
    slip: paperless ? "none" : ticket.slip ?? "queued", at: null, fault: null, notice,
  };
}

export class Flow {
  #hall;
  #busy = false;
  #off;

  /** @param {import("../shared/terminal.js").Hall} hall @param {string} place the kiosk's id */
  constructor(hall, place) {
    this.#hall = hall;
    this.place = place;
    this.view = new Screens((screen) => this.#left(screen));
    this.booking = new Booking(hall, this, done);
    this.#off = [
      hall.on("card.seen", (seen) => this.#cardSeen(seen)),
      hall.on("code.seen", (seen) => this.#codeSeen(seen)),
      hall.on("slip.begun", (data) => this.#slipBegun(data)),
      hall.on("slip.confirmed", (data) => this.#slipKnown("printed", data)),
      hall.on("slip.failed", (data) => this.#slipKnown("failed", data)),
      hall.on("slip.doubted", (data) => this.#slipKnown("unknown", data)),
      this.view.screen.subscribe((screen) => this.#lightFor(screen)),
    ];
  }

  /** This kiosk as the hall knows it: printer, reader, whether help is asked. */
  kiosk = () => this.#hall.state.kiosks.value.find((row) => row.id === this.place) || null;

  /** The kiosk where a slip would come out now, or null. */
  printsAt = () => printsAt(this.kiosk(), this.#hall.state.kiosks.value);

  /** A tile was tapped. */
  choose = (service) => {
    if (service.identity === "none") this.take(service);
    else if (canRead(this.kiosk())) this.view.show({ name: "notice", service });
    else if (service.identity === "required") this.view.show({ name: "nocard", service, reader: false });
    else this.take(service);
  };

  /** Take the number. Without any printer the citizen is asked first (T05); taps meanwhile change nothing. */
  take = (service, { claim = null, paperless = false, priority = "normal", existing = null } = {}) => this.#once(async () => {
    const asked = { name: "paperless", service, claim, priority, existing };
    if (!paperless && !this.printsAt()) return this.view.show(asked);
    this.view.show({ name: "taking", service });
    try {
      const params = { service: service.id, kiosk: this.place, paperless, ...(claim ? { claim, priority } : {}) };
      this.view.show(done(service, await this.#hall.call("ticket.take", params), { paperless, existing }));
      if (existing) this.#update(this.view.screen.value.label).catch(() => {}); // the figures of its taking stay then
    } catch (error) {
      if (NO_PAPER.test(error.code) && !paperless) this.view.show(asked);
      else this.view.show({ name: "refused", service, error });
    }
    return undefined;
  });

  /** The notice has been shown and accepted: only now the reader is opened (O14). */
  readCard = (service) => this.#once(async () => {
    try {
      const { seconds } = await this.#hall.call("card.arm", { kiosk: this.place, notice: NOTICE });
      this.view.show({ name: "card", service, fault: null, reading: true });
      this.view.wait(Math.max(seconds, 5));
    } catch (error) {
      this.view.show({ name: "card", service, fault: error, reading: false });
    }
  });

  /** The person has no card here, or does not want to show it. */
  withoutCard = (service) => {
    this.#left(this.view.screen.value);
    if (service.booking) this.booking.open();
    else if (service.identity === "required") this.view.show({ name: "nocard", service, reader: true });
    else this.take(service);
  };

  /** Another try at the slip of the number on the screen. */
  reprint = () => this.#once(async () => {
    const now = this.view.screen.value;
    try {
      await this.#hall.call("slip.reprint", { ticket: now.ticket, kiosk: this.place });
      this.view.show({ ...now, slip: "queued", at: null, fault: null });
    } catch (error) {
      this.view.show({ ...now, fault: error });
    }
  });

  /** Where the ticket of a `label` stands. */
  find = (label) => this.#look(label, { label });

  #look = (label, key) => this.#once(async () => {
    try {
      this.view.show({ name: "found", label, ticket: await this.#hall.call("ticket.find", key), error: null });
    } catch (error) {
      this.view.show({ name: "found", label, ticket: null, error });
    }
  });

  help = () => this.#hall.call("help.request", { kiosk: this.place }).catch((error) => {
    this.view.show({ name: "refused", service: null, error });
  });

  close = () => {
    this.view.close();
    for (const stop of this.#off) stop();
  };

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

  /** Turned away from `screen`: a reader that was opened for it is closed. */
  #left(screen) {
    if (screen.reading) this.#hall.call("card.disarm", { kiosk: this.place }).catch(() => {}); // it closes by itself too
  }

  /** Nothing is lost when it cannot be done: what a code says can be typed. */
  #lightFor({ name, kind }) {
    if (!LOOKED_AT.has(name) || kind === "phone" || kind === "tail") return;
    this.#hall.call("code.look", { kiosk: this.place }).catch(() => {});
  }

  #cardSeen(seen) {
    const { name, service } = this.view.screen.value;
    if (name !== "card" || seen.kiosk !== this.place) return;
    if (seen.fault) this.view.show({ name: "card", service, fault: seen.fault, reading: false });
    else if (service.booking) this.booking.claimed(service, seen);
    else if (!this.booking.offer(service, seen)) this.take(service, { claim: seen.claim, priority: seen.priority, existing: seen.existing?.[service.id] ?? null });
  }

  /** H06: a slip or an appointment's code was held before the reader; of others it is said that they are none. */
  #codeSeen({ kiosk, kind, value }) {
    const { name, slot } = this.view.screen.value;
    if (kiosk !== this.place || slot || !SCANNED_AT.has(name) || this.#hall.state.hall.value?.emergency) return;
    if (kind === "ticket") this.#look("", { token: value });
    else if (kind === "appointment") this.booking.checkIn({ code: value });
    else {
      this.view.show({ name: "code", kind });
      this.view.wait(CODE_S);
    }
  }

  /** The slip comes out now; where it does so elsewhere, the person has to be sent there. */
  #slipBegun({ ticket, kiosk }) {
    const now = this.view.screen.value;
    if (now.name !== "done" || ticket !== now.ticket) return;
    if (kiosk === this.place) this.view.amend({ slip: "printing", at: null, fault: null });
    else this.view.show({ ...now, slip: "printing", at: kiosk, photo: true, fault: null });
  }

  /** News of the paper, if it is of the number on the screen. */
  #slipKnown(slip, data) {
    const now = this.view.screen.value;
    if (now.name !== "done" || data.ticket !== now.ticket) return;
    if (slip === "printed") this.view.amend({ slip, fault: null });
    else this.view.show({ ...now, slip, photo: true, fault: { code: data.fault, zh: data.zh, en: data.en } });
  }

  /** A number taken earlier has moved on since: ask where it stands now. */
  async #update(label) {
    const { ahead, wait_s: wait, break: pause } = await this.#hall.call("ticket.find", { label });
    const now = this.view.screen.value;
    if (now.name === "done" && now.label === label) this.view.amend({ ahead, wait_s: wait, pause: pause ?? null });
  }
}
