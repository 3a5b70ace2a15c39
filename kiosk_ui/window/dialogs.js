// What a step asks before it is done: a reason, a destination, a ticket. Works by keyboard: digits, arrows, Enter, Esc.

import { html, useEffect, useRef } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { ChooseTicket, Reprint } from "./pick_ticket.js";
import { Reasons } from "./reasons.js";
import { Take } from "./take.js";
import { Transfer } from "./transfer.js";

/** The other steps of the moment. */
function More({ more, act, open, close }) {
  const press = (step) => {
    close();
    if (step.method || step.name === "leave") act(step);
    else open(step.name);
  };
  return html`<div class="menu">${more.map((step, index) => html`
    <button type="button" key=${step.name} class="menu-item" data-digit=${index + 1} onClick=${() => press(step)}>
      <kbd>${index + 1}</kbd><span>${t(`window.step.${step.name}`)}</span></button>`)}</div>`;
}

function Hold({ runner, close }) {
  return html`<${Reasons} group="hold" optional done=${async (reason) => {
    close();
    await runner.here("ticket.hold", reason ? { reason } : {});
  }} />`;
}

function Pause({ runner, close }) {
  return html`<${Reasons} group="pause" done=${async (reason) => {
    close();
    await runner.here("window.pause", { reason });
  }} />`;
}

function Cancel({ runner, close, mine }) {
  return html`<${Reasons} group="cancel" done=${async (reason) => {
    close();
    await runner.run("ticket.cancel", { ticket: mine.ticket.ticket, reason });
  }} />`;
}

const BODIES = { more: More, hold: Hold, pause: Pause, cancel: Cancel, transfer: Transfer, choose: ChooseTicket,
  take: Take, reprint: Reprint };

/** Arrows walk through the items, a digit presses the item that shows it. */
function walk(event, box) {
  const items = [...box.querySelectorAll("[data-digit], [data-item]")].filter((item) => !item.disabled);
  const inField = ["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName);
  const at = items.indexOf(document.activeElement);
  if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.tagName !== "SELECT") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? items.length - 1 : at - 1;
    items[(next + items.length) % items.length]?.focus();
  } else if (!inField && !event.repeat && /^[1-9]$/.test(event.key)) {
    const item = items.find((each) => each.dataset.digit === event.key);
    if (item) {
      event.preventDefault();
      item.click();
    }
  }
}

/** @param {any} props `name` is the step; the rest is what the desk knows */
export function Dialog({ name, close, locked, ...rest }) {
  const box = useRef(null);
  const Body = BODIES[name];
  const gone = ["hold", "cancel"].includes(name) && !rest.mine.ticket;
  useEffect(() => {
    if (gone) close();
    const first = ["[autofocus]", "[data-digit], [data-item]", "input", "button"]
      .map((selector) => box.current?.querySelector(selector)).find(Boolean);
    first?.focus();
  }, [gone]);
  if (gone) return null;
  return html`<div class="veil" onClick=${(event) => { if (event.target === event.currentTarget) close(); }}>
    <section class=${`dialog ${name}`} role="dialog" aria-modal="true" aria-label=${t(`window.dialog.${name}`)} ref=${box}
        onKeyDown=${(event) => walk(event, box.current)}>
      <header><h2>${t(`window.dialog.${name}`)}</h2>
        <button type="button" class="button small plain" onClick=${close}>${t("shared.close")} <kbd>Esc</kbd></button></header>
      <fieldset disabled=${locked}><${Body} ...${rest} close=${close} /></fieldset>
    </section></div>`;
}
