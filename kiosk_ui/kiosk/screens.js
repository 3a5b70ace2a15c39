// Which screen the kiosk shows and for how long; in the end it goes home by itself, as the next person is another.

import { batch, signal } from "../shared/ui.js";
import { language } from "../shared/i18n.js";

/** Seconds until home: after a number was given; the same where something must be photographed; anywhere else. */
export const DONE_S = 15;
export const PHOTO_S = 40;
export const IDLE_S = 60;
export const STAY_S = 60;
/** In 长辈模式 everything waits twice as long. */
const ELDER = 2;
const FIRST = { name: "home", zone: null, page: 0 };

export class Screens {
  #firstLanguage = language.peek();
  #deadline = 0;
  #onLeave;
  #timer;

  /** @param {(screen: any) => void} onLeave the person turned away from `screen` before it was through */
  constructor(onLeave) {
    this.#onLeave = onLeave;
    /** What is shown: `name` and what it is about. */
    this.screen = signal(/** @type {any} */ (FIRST));
    /** 长辈模式 */
    this.elder = signal(false);
    /** Seconds until home, null at rest. */
    this.left = signal(/** @type {number|null} */ (null));
    this.#timer = setInterval(() => this.#tick(), 250);
  }

  /** Show `next` and start its time. */
  show = (next) => batch(() => {
    this.screen.value = next;
    this.#restart();
  });

  /** Change what the present screen says without starting its time anew. */
  amend = (fields) => { this.screen.value = { ...this.screen.value, ...fields }; };

  /** Leave this screen after so many seconds, whatever its kind. */
  wait = (seconds) => {
    this.#deadline = Date.now() + seconds * 1000;
    this.left.value = Math.ceil(seconds);
  };

  /** Back to the start for the next person: nothing of the last one is left on the screen. */
  home = () => {
    this.#onLeave(this.screen.value);
    batch(() => {
      this.screen.value = FIRST;
      this.elder.value = false;
      language.value = this.#firstLanguage;
      this.left.value = null;
    });
  };

  /** Back to the list, the same person going on. */
  back = () => {
    this.#onLeave(this.screen.value);
    this.show(FIRST);
  };

  /** A tap anywhere: the person is still there. A number given or a card awaited keeps its own time. */
  touch = () => {
    const { name, reading } = this.screen.value;
    if (name !== "done" && name !== "taking" && !reading) this.#restart();
  };

  /** The person asks for more time. */
  stay = () => this.wait(STAY_S * this.#factor());

  openZone = (zone) => this.show({ name: "home", zone, page: 0 });

  turn = (page) => this.show({ ...this.screen.value, page });

  openFind = () => {
    this.#onLeave(this.screen.value);
    this.show({ name: "find" });
  };

  toggleElder = () => {
    this.elder.value = !this.elder.value;
    const { name, reading } = this.screen.value;
    if (name === "home") this.turn(0);
    else if (!reading) this.#restart();
  };

  setLanguage = (name) => {
    language.value = name;
    this.touch();
  };

  close = () => clearInterval(this.#timer);

  #factor() { return this.elder.value ? ELDER : 1; }

  /** Whether the first screen is not as the next person should find it. */
  #changed() {
    const { zone, page } = this.screen.value;
    return this.elder.value || language.value !== this.#firstLanguage || zone || page > 0;
  }

  #restart() {
    const { name, photo } = this.screen.value;
    if (name === "home" && !this.#changed()) this.left.value = null;
    else if (name === "done") this.wait((photo ? PHOTO_S : DONE_S) * this.#factor());
    else this.wait(IDLE_S * this.#factor());
  }

  #tick() {
    if (this.left.value === null) return;
    this.left.value = Math.max(0, Math.ceil((this.#deadline - Date.now()) / 1000));
    if (this.left.value > 0) return;
    const { name, service, reading } = this.screen.value;
    if (name === "taking") return;
    if (reading) this.show({ name: "card", service, fault: { code: "kiosk.card.lapsed" }, reading: false });
    else this.home();
  }
}
