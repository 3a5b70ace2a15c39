// 取号 for somebody: service and class; in a hall without a kiosk this is how every number is taken.

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { PRIORITIES } from "./queues.js";
import { ReasonField } from "./reasons.js";

/** Classes with the usual one first. */
const CLASSES = ["normal", ...PRIORITIES.filter((each) => each !== "normal")];

/** Up to this many a digit presses each; more are searched. */
const DIGITS = 9;

/** The window's own services first, then the others; those that `typed` names. */
export function takeable(window, services, typed = "") {
  const wanted = typed.trim().toLowerCase();
  const away = (service) => (window.services.includes(service.id) ? 0 : 1);
  return services.filter((each) => `${each.name}${each.name_en}${each.prefix}`.toLowerCase().includes(wanted))
    .sort((a, b) => away(a) - away(b));
}

/** Whether the reason is that an agent (代办员) acts for others: then it is asked for how many. */
export const forOthers = (reason) => reason === t("window.reason.take.4");

/** The parameters of `ticket.take`, or null where the service asks for a card and no reason stands for it. */
export function order(service, { priority, kiosk, reason, principals = 1 }) {
  const given = reason.trim();
  if (service.identity === "required" && !given) return null;
  const people = forOthers(given) && principals > 1 ? { principals } : {};
  return { service: service.id, priority, ...(kiosk ? { kiosk } : {}), ...(given ? { reason: given } : {}), ...people };
}

function Taken({ label, close, again }) {
  return html`<div class="taken-number"><p class="soft">${t("window.take.done")}</p>
    <p class="big figures" data-test="window-taken-label">${label}</p>
    <p>${t("window.take.tell")}</p>
    <div class="taken-ways"><button type="button" class="button primary" data-item data-focus onClick=${close}>${t("shared.confirm")}</button>
      <button type="button" class="button" data-item onClick=${again}>${t("window.take.again")}</button></div></div>`;
}

function Classes({ priority, set }) {
  const at = CLASSES.indexOf(priority);
  const beside = (by) => CLASSES[(at + by + CLASSES.length) % CLASSES.length];
  const mark = (each, by) => (each === beside(by) ? "" : undefined);
  return html`<div class="classes" role="radiogroup" aria-label=${t("window.take.class")}>${CLASSES.map((each) => html`
    <label key=${each} class=${each === priority ? "class on" : "class"}><input type="radio" name="class" checked=${each === priority}
      data-left=${mark(each, -1)} data-right=${mark(each, 1)} onChange=${() => set(each)} />${t(`priority.${each}`)}</label>`)}<kbd class="hint">← →</kbd></div>`;
}

function Printers({ printers, kiosk, set }) {
  return html`<label><span>${t("window.print_at")}</span>
    <select value=${kiosk} onChange=${(event) => set(event.currentTarget.value)}>
      <option value="">${t("window.print.none")}</option>
      ${printers.map((each) => html`<option key=${each.id} value=${each.id}>${pick(each) || each.id}</option>`)}</select></label>`;
}

function Services({ services, go }) {
  return html`<div class="menu scroll">${services.map((service, index) => html`
    <button type="button" class="menu-item" key=${service.id} data-item data-digit=${index < DIGITS ? index + 1 : undefined} onClick=${() => go(service)}>
      <kbd>${index < DIGITS ? index + 1 : "·"}</kbd><span class="menu-text">${pick(service)}</span>
      <span class="soft figures">${t("window.transfer.waiting", { count: service.waiting })}</span></button>`)}</div>`;
}

/** For how many the agent acts. */
function Principals({ principals, set }) {
  return html`<label><span>${t("window.take.principals")}</span>
    <input type="number" inputmode="numeric" min="1" max="99" value=${principals} data-test="window-principals"
      onInput=${(event) => set(Math.round(Number(event.currentTarget.value)) || 1)} /></label>`;
}

/** @param {any} props */
export function Take({ hall, mine, kiosks, runner, close }) {
  const printers = kiosks.filter((kiosk) => kiosk.printer);
  const [priority, setPriority] = useState("normal");
  const [kiosk, setKiosk] = useState("");
  const [reason, setReason] = useState("");
  const [principals, setPrincipals] = useState(1);
  const [asking, setAsking] = useState(false);
  const [label, setLabel] = useState(null);
  const [typed, setTyped] = useState("");
  const all = hall.state.services.value;
  const searching = all.length > DIGITS;
  const go = async (service) => {
    const params = order(service, { priority, kiosk, reason, principals });
    setAsking(params === null);
    const receipt = params && await runner.run("ticket.take", params);
    if (receipt) setLabel(receipt.ticket.label);
  };
  const again = () => {
    setLabel(null);
    setPriority("normal");
    setReason("");
    setPrincipals(1);
  };
  if (label) return html`<${Taken} key="taken" label=${label} close=${close} again=${again} />`;
  return html`<div class="two-kinds" key="take">
    <${Classes} priority=${priority} set=${setPriority} />
    <div class="pair-fields">
      ${searching && html`<label><span>${t("window.find")}</span>
        <input value=${typed} data-find autocomplete="off" onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`}
      ${printers.length > 0 && html`<${Printers} printers=${printers} kiosk=${kiosk} set=${setKiosk} />`}
      <${ReasonField} group="take" value=${reason} set=${setReason} />
      ${forOthers(reason) && html`<${Principals} principals=${principals} set=${setPrincipals} />`}
    </div>
    ${asking && html`<p class="ask" role="alert">${t("window.take.identity")}</p>`}
    <${Services} services=${takeable(mine, all, searching ? typed : "")} go=${go} />
  </div>`;
}
