// The steps of taking a number, apart from how they look: which screen is shown, what a tap does, when it goes home.

import { batch, signal } from "../shared/ui.js";
import { language } from "../shared/i18n.js";
import { canPrint, canRead } from "./words.js";

/** Version of the notice shown before a card is read (i18n kiosk.notice.*); told to the daemon with card.arm. */
export const NOTICE = "v1";
/** Seconds until home: after a number was given; the same where something must be photographed; anywhere else. */
export const DONE_S = 15;
export const PHOTO_S = 40;
export const IDLE_S = 60;
export const STAY_S = 60;
/** In 长辈模式 everything waits twice as long. */
const ELDER = 2;
const DEFAULTS = { zone: null, page: 0 };
/** Refusals of the printer: offer a number without paper instead. */
const NO_PAPER = /^(printer\.|slip\.no_printer$|device\.)/;

/**
 * @param {import("../shared/terminal.js").Hall} hall @param {string} place the kiosk's id
 */
export function createFlow(hall, place) {
  const screen = signal(/** @type {any} */ ({ name: "home", ...DEFAULTS }));
  const elder = signal(false);
  const left = signal(/** @type {number|null} */ (null)); // seconds until home, null at rest
  const firstLanguage = language.peek();
  let deadline = 0;
  let busy = false;

  const kiosk = () => hall.state.kiosks.value.find((row) => row.id === place) || null;
  const factor = () => (elder.value ? ELDER : 1);

  const wait = (seconds) => {
    deadline = Date.now() + seconds * 1000;
    left.value = Math.ceil(seconds);
  };
  const changed = () => elder.value || language.value !== firstLanguage || screen.value.zone || screen.value.page > 0;
  /** Start the time of the present screen anew; the first screen at rest has none. */
  const restart = () => {
    const { name, photo } = screen.value;
    if (name === "home" && !changed()) left.value = null;
    else if (name === "done") wait((photo ? PHOTO_S : DONE_S) * factor());
    else wait(IDLE_S * factor());
  };
  const show = (next) => batch(() => {
    screen.value = next;
    restart();
  });
  const disarm = () => {
    if (screen.value.name === "card") hall.call("card.disarm", { kiosk: place }).catch(() => {});
  };

  /** Back to the start for the next person: nothing of the last one is left on the screen. */
  const home = () => {
    disarm();
    batch(() => {
      screen.value = { name: "home", ...DEFAULTS };
      elder.value = false;
      language.value = firstLanguage;
      left.value = null;
    });
  };
  /** Back to the list, the same person going on. */
  const back = () => {
    disarm();
    show({ name: "home", ...DEFAULTS });
  };

  /** A tap anywhere: the person is still there. A number given or a card awaited keeps its own time. */
  const touch = () => {
    const { name, reading } = screen.value;
    if (name !== "done" && name !== "taking" && !reading) restart();
  };
  /** The time of the screen is over. */
  const lapse = () => {
    const { name, service, reading } = screen.value;
    if (name === "taking") return;
    if (reading) show({ name: "card", service, fault: { code: "kiosk.card.lapsed" }, reading: false });
    else home();
  };
  const timer = setInterval(() => {
    if (left.value === null) return;
    left.value = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    if (left.value === 0) lapse();
  }, 250);

  const finish = (service, receipt, { paperless, existing }) => {
    const ticket = receipt.ticket;
    show({
      name: "done", service, ticket: ticket.ticket ?? ticket.id, label: ticket.label, existing, paperless,
      ahead: ticket.ahead ?? receipt.ahead ?? null, wait_s: ticket.wait_s ?? null,
      slip: paperless ? "none" : ticket.slip ?? "queued", fault: null,
      url: receipt.url ?? ticket.url ?? null, photo: paperless,
    });
  };

  /** A number taken earlier has moved on since: ask where it stands now. */
  const refresh = async (label) => {
    const { ahead, wait_s: wait } = await hall.call("ticket.find", { label });
    const now = screen.value;
    if (now.name === "done" && now.label === label) screen.value = { ...now, ahead, wait_s: wait };
  };

  /** Take the number. Without a printer the citizen is asked first (T05); taps meanwhile change nothing. */
  const take = async (service, { claim = null, paperless = false, priority = "normal", existing = null } = {}) => {
    if (busy) return;
    const asked = { claim, priority, existing };
    if (!paperless && !canPrint(kiosk())) {
      show({ name: "paperless", service, ...asked });
      return;
    }
    busy = true;
    show({ name: "taking", service });
    try {
      const params = { service: service.id, kiosk: place, paperless, ...(claim ? { claim, priority } : {}) };
      finish(service, await hall.call("ticket.take", params), { paperless, existing });
      if (existing) refresh(screen.value.label).catch(() => {}); // the figures of its taking stay then
    } catch (error) {
      if (NO_PAPER.test(error.code) && !paperless) show({ name: "paperless", service, ...asked });
      else show({ name: "refused", service, error });
    }
    busy = false;
  };

  /** A tile was tapped. */
  const choose = (service) => {
    if (service.identity === "none") return take(service);
    if (canRead(kiosk())) return show({ name: "notice", service });
    return service.identity === "required" ? show({ name: "nocard", service, reader: false }) : take(service);
  };

  /** The notice has been shown and accepted: only now the reader is opened (O14). */
  const readCard = async (service) => {
    if (busy) return;
    busy = true;
    try {
      const { seconds } = await hall.call("card.arm", { kiosk: place, notice: NOTICE });
      show({ name: "card", service, fault: null, reading: true });
      wait(Math.max(seconds, 5));
    } catch (error) {
      show({ name: "card", service, fault: error, reading: false });
    }
    busy = false;
  };
  const withoutCard = (service) => {
    disarm();
    if (service.identity === "required") show({ name: "nocard", service, reader: true });
    else take(service);
  };

  const onCard = (seen) => {
    const { name, service } = screen.value;
    if (name !== "card" || seen.kiosk !== place) return;
    if (seen.fault) show({ name: "card", service, fault: seen.fault, reading: false });
    else take(service, { claim: seen.claim, priority: seen.priority, existing: seen.existing?.[service.id] ?? null });
  };
  const onSlip = (slip) => (data) => {
    const now = screen.value;
    if (now.name !== "done" || data.ticket !== now.ticket) return;
    const failed = slip === "failed";
    const fault = failed ? { code: data.fault, zh: data.zh, en: data.en } : null;
    if (failed) show({ ...now, slip, fault, photo: true });
    else screen.value = { ...now, slip, fault };
  };
  const reprint = async () => {
    const now = screen.value;
    if (busy) return;
    busy = true;
    try {
      await hall.call("slip.reprint", { ticket: now.ticket, kiosk: place });
      show({ ...now, slip: "queued", fault: null });
    } catch (error) {
      show({ ...now, fault: error });
    }
    busy = false;
  };

  const find = async (label) => {
    if (busy) return;
    busy = true;
    try {
      show({ name: "found", label, ticket: await hall.call("ticket.find", { label }), error: null });
    } catch (error) {
      show({ name: "found", label, ticket: null, error });
    }
    busy = false;
  };
  const help = () => hall.call("help.request", { kiosk: place }).catch((error) => {
    show({ name: "refused", service: null, error });
  });

  const off = [
    hall.on("card.seen", onCard), hall.on("slip.confirmed", onSlip("printed")), hall.on("slip.failed", onSlip("failed")),
  ];
  return {
    place, screen, elder, left, kiosk, home, back, touch, choose, take, readCard, withoutCard, reprint, find, help,
    openZone: (zone) => show({ name: "home", zone, page: 0 }),
    turn: (page) => show({ ...screen.value, page }),
    openFind: () => { disarm(); show({ name: "find" }); },
    stay: () => wait(STAY_S * factor()),
    toggleElder: () => {
      elder.value = !elder.value;
      if (screen.value.name === "home") show({ ...screen.value, page: 0 });
      else if (!screen.value.reading) restart();
    },
    setLanguage: (name) => { language.value = name; touch(); },
    close: () => { clearInterval(timer); for (const stop of off) stop(); },
  };
}
