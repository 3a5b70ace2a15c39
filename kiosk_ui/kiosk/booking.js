// 预约: check in with the card, a code or the telephone's last digits; book a slot; what the kiosk says to each.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { clock, when } from "../shared/time.js";
import { canRead } from "./words.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
/** Digits of what is typed: at least, at most. */
const LENGTHS = { code: [6, 8], tail: [4, 4], phone: [11, 11] };
/** A scanner types a line faster than anybody; a pause of this long begins anew. */
const SCAN_MS = 300;

/** "10:00–10:30", with the day where it is not today. */
const span = (hall, row) => `${when(row.start, hall.now())}–${clock(row.end)}`;

/** What a code scanner types, ended by Enter, goes to `done`. */
function useScanner(done) {
  useEffect(() => {
    let text = "";
    let last = 0;
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.timeStamp - last > SCAN_MS) text = "";
      last = event.timeStamp;
      if (event.key === "Enter") {
        if (/\d{6}/.test(text)) {
          event.preventDefault();
          done(text);
        }
        text = "";
      } else if (event.key.length === 1) text = (text + event.key).slice(-200);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** A large choice: what it is, and a line about it. */
function Choice({ sign, title, text, press, primary = false }) {
  return html`<button type="button" class=${primary ? "button primary choice" : "button choice"} onClick=${press}>
    <span class="choice-sign" aria-hidden="true">${sign}</span>
    <span class="choice-words"><b>${title}</b>${text && html`<span>${text}</span>`}</span></button>`;
}

function Back({ flow }) {
  return html`<button type="button" class="button plain" onClick=${flow.view.back}>${t("shared.back")}</button>`;
}

/** How do you want to check in? */
export function Ways({ flow }) {
  const { booking } = flow;
  useScanner((text) => booking.checkIn({ code: text }));
  return html`<main class="screen ways">
    <h2 data-say>${t("kiosk.booking.how")}</h2>
    <div class="choices">
      ${canRead(flow.kiosk()) && html`<${Choice} sign="▤" primary title=${t("kiosk.booking.card")} text=${t("kiosk.booking.card.text")} press=${() => booking.byCard()} />`}
      <${Choice} sign="#" primary title=${t("kiosk.booking.code")} text=${t("kiosk.booking.code.text")} press=${() => booking.pad("code")} />
      <${Choice} sign="☎" primary title=${t("kiosk.booking.tail")} text=${t("kiosk.booking.tail.text")} press=${() => booking.pad("tail")} />
      <${Choice} sign="+" title=${t("kiosk.booking.book")} text=${t("kiosk.booking.book.text")} press=${booking.services} />
    </div>
    <${Back} flow=${flow} />
  </main>`;
}

/** Large keys for a code, the last digits of a telephone, or all of them. */
export function Pad({ flow, screen }) {
  const [text, setText] = useState("");
  const [least, most] = LENGTHS[screen.kind];
  const add = (/** @type {string} */ key) => setText((now) => (now + key).slice(0, most));
  const remove = () => setText((now) => now.slice(0, -1));
  const ask = () => { if (text.length >= least) flow.booking.typed(screen, text); };
  useScanner((scanned) => { if (screen.kind === "code") flow.booking.checkIn({ code: scanned }); });
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Backspace") remove();
      else if (/^\d$/.test(event.key)) add(event.key);
      else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) ask();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [text]);
  return html`<main class="screen find">
    <h2 data-say>${t(`kiosk.booking.pad.${screen.kind}`)}</h2>
    <output class=${text ? "find-label figures" : "find-label empty"} aria-live="polite">${text || t(`kiosk.booking.pad.${screen.kind}.example`)}</output>
    <div class="keys digits booking-keys">
      ${DIGITS.map((key) => html`<button key=${key} type="button" class="button key figures" onClick=${() => add(key)}>${key}</button>`)}
      <button type="button" class="button key wide" onClick=${remove} disabled=${!text}>⌫ ${t("shared.delete")}</button>
    </div>
    <div class="actions">
      <button type="button" class="button primary big" disabled=${text.length < least} onClick=${ask}>${t(screen.slot ? "kiosk.booking.book.yes" : "kiosk.booking.check_in")}</button>
      <button type="button" class="button plain" onClick=${screen.slot ? flow.view.home : flow.booking.open}>${t("shared.back")}</button>
    </div>
  </main>`;
}

const nameOf = (hall, id) => pick(hall.state.services.value.find((row) => row.id === id) ?? { name: id });

/** Several appointments today: which one? */
export function Choose({ hall, flow, screen }) {
  return html`<main class="screen ways">
    <h2 data-say>${t("kiosk.booking.choose")}</h2>
    <div class="choices">${screen.rows.map((row) => html`
      <${Choice} key=${row.id} sign=${row.label ? "✓" : "○"} title=${nameOf(hall, row.service)}
        text=${row.label ? t("kiosk.booking.has", { label: row.label }) : span(hall, row)} primary=${!row.label}
        press=${() => flow.booking.checkIn(screen.key, { appointment: row.id })} />`)}</div>
    <${Back} flow=${flow} />
  </main>`;
}

/** Somebody who came for something else has an appointment today (A02). */
export function Offer({ hall, flow, screen }) {
  const { service, seen, rows } = screen;
  const go = () => flow.take(service, { claim: seen.claim, priority: seen.priority });
  return html`<main class="screen ways">
    <h2 data-say>${t("kiosk.booking.offer")}</h2>
    <div class="choices">
      ${rows.map((row) => html`<${Choice} key=${row.id} sign="✓" primary title=${t("kiosk.booking.offer.yes", { service: nameOf(hall, row.service) })}
        text=${span(hall, row)} press=${() => flow.booking.checkIn({ claim: seen.claim }, { appointment: row.id })} />`)}
      <${Choice} sign="›" title=${t("kiosk.booking.offer.no", { service: pick(service) })} press=${go} />
    </div>
  </main>`;
}

/** It did not work: why, another way, or a number like anybody else. */
export function BookingRefused({ flow, screen }) {
  const { error, key, slot } = screen;
  return html`<main class="screen">
    <h2>${t(slot ? "kiosk.booking.failed" : "kiosk.booking.refused")}</h2>
    <p class="banner fault refused-words" role="alert" data-say>${say(error)}</p>
    <div class="actions">
      ${key && html`<button type="button" class="button primary big" onClick=${flow.booking.open}>${t("kiosk.booking.again")}</button>`}
      ${slot && html`<button type="button" class="button primary big" onClick=${() => flow.booking.slots(slot.service)}>${t("kiosk.booking.other")}</button>`}
      <button type="button" class="button big" onClick=${flow.view.home}>${t("kiosk.booking.walk_in")}</button>
      <button type="button" class="button plain" onClick=${flow.help}>${t("kiosk.bar.help")}</button>
    </div>
  </main>`;
}

/** What can be booked here. */
export function BookableServices({ hall, flow }) {
  const rows = hall.state.services.value.filter((service) => service.bookable);
  return html`<main class="screen ways">
    <h2 data-say>${t("kiosk.booking.services")}</h2>
    <div class="choices many">${rows.map((service) => html`
      <${Choice} key=${service.id} sign=${service.prefix || "○"} title=${pick(service)} press=${() => flow.booking.slots(service)} />`)}</div>
    <${Back} flow=${flow} />
  </main>`;
}

/** The free slots, one day at a time. */
export function FreeSlots({ hall, flow, screen }) {
  const { service, days, page } = screen;
  const day = days[page];
  const turn = (/** @type {number} */ to) => flow.view.show({ ...screen, page: to });
  return html`<main class="screen ways">
    <p class="screen-service">${pick(service)}</p>
    <h2 data-say>${day ? t("kiosk.booking.slots", { day: when(day.slots[0].start, hall.now()).replace(/\s*\d+:\d+$/, "") || t("kiosk.booking.today") }) : t("kiosk.booking.no_slots")}</h2>
    ${day && html`<div class="slots">${day.slots.map((slot) => html`
      <button type="button" key=${slot.start} class="button slot figures" onClick=${() => flow.booking.who(service, slot)}>
        <b>${clock(slot.start)}–${clock(slot.end)}</b><span>${t("kiosk.booking.room", { count: slot.room })}</span></button>`)}</div>`}
    ${days.length > 1 && html`<div class="pager">
      <button type="button" class="button" disabled=${page === 0} onClick=${() => turn(page - 1)}>‹ ${t("kiosk.booking.earlier")}</button>
      <span class="figures">${page + 1} / ${days.length}</span>
      <button type="button" class="button primary" disabled=${page === days.length - 1} onClick=${() => turn(page + 1)}>${t("kiosk.booking.later")} ›</button>
    </div>`}
    <button type="button" class="button plain" onClick=${flow.booking.services}>${t("shared.back")}</button>
  </main>`;
}

/** Who books it? */
export function Who({ hall, flow, screen }) {
  const { slot } = screen;
  return html`<main class="screen ways">
    <p class="screen-service">${pick(slot.service)} · ${span(hall, slot)}</p>
    <h2 data-say>${t("kiosk.booking.who")}</h2>
    <div class="choices">
      ${canRead(flow.kiosk()) && html`<${Choice} sign="▤" primary title=${t("kiosk.booking.card")} text=${t("kiosk.booking.who.card")} press=${() => flow.booking.byCard(slot)} />`}
      <${Choice} sign="☎" primary title=${t("kiosk.booking.phone")} text=${t("kiosk.booking.who.phone")} press=${() => flow.booking.pad("phone", slot)} />
    </div>
    <button type="button" class="button plain" onClick=${() => flow.booking.slots(slot.service)}>${t("shared.back")}</button>
  </main>`;
}

/** Booked: the code, to be photographed. */
export function Booked({ hall, flow, screen }) {
  const { service, appointment } = screen;
  const code = appointment.code.replace(/^(\d{4})(\d{4})$/, "$1 $2");
  return html`<main class="screen">
    <h2 data-say><span class="done-sign" aria-hidden="true">✓</span>${t("kiosk.booking.booked")}</h2>
    <p class="screen-service" data-say>${pick(service)} · ${span(hall, appointment)}</p>
    <p class="screen-text">${t("kiosk.booking.booked.code")}</p>
    <p class="booked-code figures" data-say>${code}</p>
    <p class="screen-text" data-say>${t("kiosk.booking.booked.text")}</p>
    <div class="actions"><button type="button" class="button primary big" onClick=${flow.view.home}>${t("kiosk.home.back")}</button></div>
  </main>`;
}

/** The screens by name. */
export const SCREENS = {
  booking: Ways, booking_pad: Pad, booking_choose: Choose, booking_offer: Offer, booking_refused: BookingRefused,
  booking_services: BookableServices, booking_slots: FreeSlots, booking_who: Who, booked: Booked,
};
