// What a step asks before it is done: a reason, a destination, a ticket. Works by keyboard: digits, arrows, Enter, Esc.

import { html, useEffect, useRef } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { ChooseTicket, Reprint, RestoreTicket, ResumeTicket } from "./pick_ticket.js";
import { Reasons } from "./reasons.js";
import { Take } from "./take.js";
import { Transfer } from "./transfer.js";

/** The other steps of the moment. */
function More({ more, act, close }) {
  const press = (step) => {
    close();
    act(step);
  };
  return html`<div class="menu">${more.map((step, index) => html`
    <button type="button" key=${step.name} class="menu-item" data-digit=${index + 1} data-test=${`window-${step.name}`}
      onClick=${() => press(step)}><kbd>${index + 1}</kbd><span>${t(`window.step.${step.name}`)}</span></button>`)}</div>`;
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
  take: Take, reprint: Reprint, resume: ResumeTicket, restore: RestoreTicket };

/** Steps about the ticket at the window: their dialog closes when it is gone. */
const ABOUT_TICKET = new Set(["hold", "cancel", "transfer"]);

const FOCUS = ["[data-find]", "[data-focus]", "[data-digit]:enabled", "[data-item]:enabled", "input, select, button"];

/** Put the focus where the answer is most likely given. */
function focusFirst(body) {
  for (const selector of FOCUS) {
    const found = body?.querySelector(selector);
    if (found) return found.focus();
  }
  return undefined;
}

/** Tab stays among the dialog's own controls. */
function keepTab(event, box) {
  const all = [...box.querySelectorAll("button, input, select")].filter((each) => !each.disabled && each.offsetParent);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge && box.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}

/** Arrows walk through the items, a digit presses the item that shows it, Enter in the search field the first. */
function walk(event, box) {
  const items = [...box.querySelectorAll("[data-digit], [data-item]")].filter((item) => !item.disabled);
  const { tagName, type, dataset } = event.target;
  const inField = ["INPUT", "TEXTAREA", "SELECT"].includes(tagName) && type !== "radio";
  const at = items.indexOf(document.activeElement);
  if (event.key === "Tab") keepTab(event, box);
  else if (["ArrowDown", "ArrowUp"].includes(event.key) && tagName !== "SELECT") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? items.length - 1 : at - 1;
    items[(next + items.length) % items.length]?.focus();
  } else if (event.key === "Enter" && dataset.find) {
    event.preventDefault();
    if (!event.isComposing) items.find((item) => item.tagName === "BUTTON")?.click();
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
  const body = useRef(null);
  const Body = BODIES[name];
  const gone = ABOUT_TICKET.has(name) && !rest.mine.ticket;
  useEffect(() => {
    if (gone) close();
    else if (!locked) focusFirst(body.current);
  }, [gone, locked]);
  // A press may draw other items in the place of the one that had the focus: the keyboard must not fall out.
  useEffect(() => { if (document.activeElement === document.body && !locked) focusFirst(body.current); });
  if (gone) return null;
  return html`<div class="veil" onClick=${(event) => { if (event.target === event.currentTarget) close(); }}>
    <section class=${`dialog ${name}`} role="dialog" aria-modal="true" aria-label=${t(`window.dialog.${name}`)} ref=${box}
        data-test="window-dialog" onKeyDown=${(event) => walk(event, box.current)}>
      <header><h2>${t(`window.dialog.${name}`)}</h2>
        <button type="button" class="button small plain" onClick=${close}>${t("shared.close")} <kbd>Esc</kbd></button></header>
      <fieldset disabled=${locked} ref=${body}><${Body} ...${rest} close=${close} /></fieldset>
    </section></div>`;
}
