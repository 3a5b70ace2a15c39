// 办结并转: the service is done here, and the same number waits for another one next (T17).

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { steppedText } from "./told.js";

/** Up to this many a digit presses each; more are searched. */
const DIGITS = 9;

/** The services that the ticket may wait for next, the usual one first; those that `typed` names. */
export function nextServices(services, queue, typed = "") {
  const wanted = typed.trim().toLowerCase();
  const usual = services.find((each) => each.id === queue)?.then;
  const away = (service) => (service.id === usual ? 0 : 1);
  return services.filter((each) => each.id !== queue && `${each.name}${each.name_en}${each.prefix}`.toLowerCase().includes(wanted))
    .sort((a, b) => away(a) - away(b));
}

/** @param {any} props */
export function FinishOther({ hall, mine, runner, toast, close }) {
  const [typed, setTyped] = useState("");
  const services = hall.state.services.value;
  const searching = nextServices(services, mine.ticket.queue).length > DIGITS;
  const shown = nextServices(services, mine.ticket.queue, searching ? typed : "");
  const go = async (service) => {
    close();
    const text = steppedText(await runner.here("ticket.finish", { then: service.id }), { queue: service.id }, hall.state);
    if (text) toast.tell(text);
  };
  return html`<div class="two-kinds"><p class="soft">${t("window.finish_other.how", { label: mine.ticket.label })}</p>
    ${searching && html`<label><span>${t("window.find")}</span>
      <input value=${typed} data-find autocomplete="off" onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`}
    <div class="menu scroll">${shown.map((service, index) => html`
      <button type="button" class="menu-item" key=${service.id} data-item data-digit=${index < DIGITS ? index + 1 : undefined} onClick=${() => go(service)}>
        <kbd>${index < DIGITS ? index + 1 : "·"}</kbd><span class="menu-text">${pick(service)}</span>
        <span class="soft figures">${service.windows.length ? t("window.transfer.waiting", { count: service.waiting }) : t("window.transfer.no_window")}</span></button>`)}
      ${shown.length === 0 && html`<p class="soft">${t("window.transfer.nowhere")}</p>`}</div></div>`;
}
