// 查询我的排队: type the number on the slip, see where it stands.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { range } from "../shared/time.js";
import { Pause } from "./done.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
const LONGEST = 7;

/** The letters that labels of this hall begin with. */
function letters(hall) {
  const prefixes = hall.state.services.value.map((service) => service.prefix).join("");
  return [...new Set(prefixes)].sort();
}

export function Find({ hall, flow }) {
  const [label, setLabel] = useState("");
  const add = (/** @type {string} */ key) => setLabel((now) => (now + key).slice(0, LONGEST));
  const remove = () => setLabel((now) => now.slice(0, -1));
  const ask = () => { if (/\d/.test(label)) flow.find(label); };
  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Backspace") remove();
      else if (/^[a-z0-9]$/i.test(event.key)) add(event.key.toUpperCase());
      else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) ask();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [label]);
  const keys = letters(hall);
  const button = (/** @type {string} */ key) => html`
    <button key=${key} type="button" class="button key figures" onClick=${() => add(key)}>${key}</button>`;
  return html`<main class="screen find">
    <h2 data-say>${t("kiosk.find")}</h2>
    <output class=${label ? "find-label figures" : "find-label empty"} aria-live="polite">${label || t("kiosk.find.example", { example: `${keys[0] || ""}012` })}</output>
    <div class="find-pads">
      <div class="keys letters" aria-label=${t("kiosk.find.letters")}>${keys.map(button)}</div>
      <div class="keys digits">
        ${DIGITS.map(button)}
        <button type="button" class="button key wide" onClick=${remove} disabled=${!label}>⌫ ${t("shared.delete")}</button>
      </div>
    </div>
    <div class="actions">
      <button type="button" class="button primary big" disabled=${!/\d/.test(label)} onClick=${ask}>${t("kiosk.find.ask")}</button>
      <button type="button" class="button plain" onClick=${flow.view.back}>${t("shared.back")}</button>
    </div>
  </main>`;
}

function Stage({ hall, ticket }) {
  const { stage } = ticket;
  if (stage === "called" || stage === "serving") {
    const window = hall.state.windows.value.find((row) => row.id === ticket.window);
    return html`<p class="found-call" data-say>${t(`kiosk.found.${stage}`, { window: window?.label ?? ticket.window })}</p>`;
  }
  if (stage === "waiting") {
    return html`<div class="done-facts">
      <p data-say aria-label=${t("kiosk.done.ahead.say", { count: ticket.ahead })}><span>${t("kiosk.done.ahead")}</span><b class="figures">${t("kiosk.done.people", { count: ticket.ahead })}</b></p>
      <p data-say><span>${t("kiosk.done.wait")}</span> <b class="figures">${range(ticket.wait_s)}</b></p></div>
      <${Pause} hall=${hall} pause=${ticket.break} />`;
  }
  return html`<p class="screen-text" data-say>${t(`kiosk.found.${stage}`)}</p>`;
}

/** A code was read that leads to nothing here: whose it is, and which codes do. */
export function OtherCode({ flow, screen }) {
  const kind = screen.kind === "receipt" ? "receipt" : "unknown";
  return html`<main class="screen" data-test="kiosk-code">
    <h2 data-say>${t(`kiosk.code.${kind}`)}</h2>
    <p class="screen-text" data-say>${t(`kiosk.code.${kind}.text`)}</p>
    <div class="actions">
      <button type="button" class="button primary big" onClick=${flow.view.home}>${t("kiosk.home.back")}</button>
      <button type="button" class="button plain" onClick=${flow.help}>${t("kiosk.bar.help")}</button>
    </div>
  </main>`;
}

export function Found({ hall, flow, screen }) {
  const { ticket, error, label } = screen;
  const service = ticket && hall.state.services.value.find((row) => row.id === ticket.queue);
  return html`<main class="screen">
    ${service && html`<p class="screen-service">${pick(service)}</p>`}
    <p class="found-label figures" data-say>${ticket ? ticket.label : label}</p>
    ${error && html`<p class="banner fault refused-words" role="alert" data-say>${say(error)}</p>`}
    ${ticket && html`<p class="found-stage" data-say>${t(`stage.${ticket.stage}`)}</p><${Stage} hall=${hall} ticket=${ticket} />`}
    <div class="actions">
      ${error && html`<button type="button" class="button primary big" onClick=${flow.view.openFind}>${t("kiosk.found.again")}</button>`}
      <button type="button" class=${error ? "button big" : "button primary big"} onClick=${flow.view.home}>${t("kiosk.home.back")}</button>
    </div>
  </main>`;
}
