// 取号 for somebody: service and class; in a hall without a kiosk this is how every number is taken.

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { PRIORITIES } from "./queues.js";

/** Classes with the usual one first. */
const CLASSES = ["normal", ...PRIORITIES.filter((each) => each !== "normal")];

function Taken({ label, close, again }) {
  return html`<div class="taken-number"><p class="soft">${t("window.take.done")}</p><p class="big figures">${label}</p>
    <p>${t("window.take.tell")}</p>
    <div class="taken-ways"><button type="button" class="button primary" autofocus data-item onClick=${close}>${t("shared.confirm")}</button>
      <button type="button" class="button" data-item onClick=${again}>${t("window.take.again")}</button></div></div>`;
}

/** @param {any} props */
export function Take({ hall, mine, kiosks, runner, close }) {
  const printers = kiosks.filter((kiosk) => kiosk.printer);
  const [priority, setPriority] = useState("normal");
  const [kiosk, setKiosk] = useState("");
  const [label, setLabel] = useState(null);
  const [typed, setTyped] = useState("");
  const all = hall.state.services.value;
  const services = [...all].sort((a, b) => mine.services.includes(b.id) - mine.services.includes(a.id))
    .filter((each) => !typed.trim() || `${each.name}${each.name_en}${each.prefix}`.toLowerCase().includes(typed.trim().toLowerCase()));
  const go = async (service) => {
    const receipt = await runner.run("ticket.take", { service: service.id, priority, ...(kiosk ? { kiosk } : {}) });
    if (receipt) setLabel(receipt.ticket.label);
  };
  if (label) return html`<${Taken} label=${label} close=${close} again=${() => setLabel(null)} />`;
  return html`<div class="two-kinds">
    <div class="classes" role="radiogroup" aria-label=${t("window.take.class")}>${CLASSES.map((each) => html`
      <label key=${each} class=${each === priority ? "class on" : "class"}><input type="radio" name="class" checked=${each === priority}
        onChange=${() => setPriority(each)} />${t(`priority.${each}`)}</label>`)}</div>
    ${(printers.length > 0 || all.length > 9) && html`<div class="pair-fields">
      ${all.length > 9 && html`<label><span>${t("window.find")}</span>
        <input value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`}
      ${printers.length > 0 && html`<label><span>${t("window.print_at")}</span>
        <select value=${kiosk} onChange=${(event) => setKiosk(event.currentTarget.value)}>
          <option value="">${t("window.print.none")}</option>
          ${printers.map((each) => html`<option key=${each.id} value=${each.id}>${pick(each) || each.id}</option>`)}</select></label>`}
    </div>`}
    <div class="menu scroll">${services.map((service, index) => html`
      <button type="button" class="menu-item" key=${service.id} data-item data-digit=${index < 9 ? index + 1 : undefined} onClick=${() => go(service)}>
        <kbd>${index < 9 ? index + 1 : "·"}</kbd><span>${pick(service)}</span>
        <span class="soft figures">${t("window.transfer.waiting", { count: service.waiting })}</span></button>`)}</div>
  </div>`;
}
