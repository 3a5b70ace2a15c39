// Choosing a ticket: 指定叫号 (out of turn, with a reason), 补打 (a slip again), 回呼 (from hold), 恢复 (a missed one).

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock, dayOf } from "../shared/time.js";
import { carried, choosable, reprintable, restorable, resumable } from "./queues.js";
import { Reasons } from "./reasons.js";

/** Lines drawn at once; typing narrows the rest. */
const LINES = 60;

/** Up to this many there is nothing to search for: a digit presses each. */
const DIGITS = 9;

const byLabel = (tickets, typed) => tickets.filter((ticket) => ticket.label.toUpperCase().includes(typed.trim().toUpperCase()));

function Line({ ticket, index, service, go, disabled, day }) {
  const digit = index < DIGITS ? index + 1 : undefined;
  return html`<button type="button" class="menu-item" data-item data-digit=${digit} disabled=${disabled} onClick=${() => go(ticket)}>
    <kbd>${digit ?? "·"}</kbd>
    <strong class="figures">${ticket.label}</strong>
    <span class="menu-text">${pick(service ?? { name: ticket.queue })}</span>
    ${ticket.priority !== "normal" && html`<span class="chip">${t(`priority.${ticket.priority}`)}</span>`}
    ${carried(ticket, day) ? html`<b class="carried">${t("window.carried", { day: dayOf(ticket.taken_at) })}</b>`
      : html`<span class="soft figures">${clock(ticket.taken_at)}</span>`}
  </button>`;
}

function Lines({ tickets, hall, go, disabled }) {
  const services = hall.state.services.value;
  if (tickets.length === 0) return html`<p class="soft">${t("window.no_ticket")}</p>`;
  return html`<div class="menu scroll">${tickets.slice(0, LINES).map((ticket, index) => html`<${Line} key=${ticket.id}
    ticket=${ticket} index=${index} go=${go} disabled=${disabled} day=${hall.state.hall.value.day}
    service=${services.find((each) => each.id === ticket.queue)} />`)}</div>`;
}

function Find({ typed, setTyped }) {
  return html`<label><span>${t("window.find.label")}</span>
    <input value=${typed} data-find autocomplete="off" autocapitalize="characters"
      onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`;
}

/** 指定叫号: first the reason, which stands in the ledger, then the ticket. @param {any} props */
export function ChooseTicket({ hall, mine, tickets, runner, close }) {
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const go = async (ticket) => {
    close();
    await runner.here("ticket.call", { ticket: ticket.id, reason });
  };
  if (!reason) {
    return html`<div class="two-kinds" key="reason"><p class="soft">${t("window.choose_ticket.reason_first")}</p>
      <${Reasons} group="choose" done=${setReason} /></div>`;
  }
  return html`<div class="two-kinds" key="ticket">
    <p class="soft">${t("window.choose_ticket.reason", { reason })}</p>
    ${choosable(mine, tickets).length > DIGITS && html`<${Find} typed=${typed} setTyped=${setTyped} />`}
    <${Lines} tickets=${choosable(mine, tickets, typed)} hall=${hall} go=${go} />
  </div>`;
}

/** 补打: the slip of an open ticket, at a kiosk that has a printer. @param {any} props */
export function Reprint({ hall, mine, tickets, kiosks, runner, toast, close }) {
  const printers = kiosks.filter((kiosk) => kiosk.printer);
  const [typed, setTyped] = useState("");
  const [kiosk, setKiosk] = useState(printers[0]?.id ?? "");
  const go = async (ticket) => {
    close();
    if (await runner.run("slip.reprint", { ticket: ticket.id, kiosk })) {
      toast.tell(t("window.reprint.done", { label: ticket.label, kiosk: pick(kiosks.find((each) => each.id === kiosk)) || kiosk }));
    }
  };
  const all = reprintable(tickets, mine.ticket?.ticket);
  return html`<div class="two-kinds">
    <div class="pair-fields">
      ${all.length > DIGITS && html`<${Find} typed=${typed} setTyped=${setTyped} />`}
      <label><span>${t("window.print_at")}</span><select value=${kiosk} onChange=${(event) => setKiosk(event.currentTarget.value)}>
        ${printers.map((each) => html`<option key=${each.id} value=${each.id}>${pick(each) || each.id}</option>`)}</select></label></div>
    <${Lines} tickets=${byLabel(all, typed)} hall=${hall} go=${go} disabled=${!kiosk} />
  </div>`;
}

/** 回呼: a ticket of this window's hold list. @param {any} props */
export function ResumeTicket({ hall, mine, tickets, runner, close }) {
  const go = async (ticket) => {
    close();
    await runner.here("ticket.resume", { ticket: ticket.id });
  };
  return html`<${Lines} tickets=${resumable(mine, tickets, hall.state.windows.value)} hall=${hall} go=${go} />`;
}

/** 过号恢复: back into the queue at its old place. @param {any} props */
export function RestoreTicket({ hall, mine, tickets, runner, close }) {
  const [typed, setTyped] = useState("");
  const missed = restorable(mine, tickets, hall.state.services.value);
  const go = async (ticket) => {
    close();
    await runner.run("ticket.restore", { ticket: ticket.id });
  };
  return html`<div class="two-kinds">
    ${missed.length > DIGITS && html`<${Find} typed=${typed} setTyped=${setTyped} />`}
    <${Lines} tickets=${byLabel(missed, typed)} hall=${hall} go=${go} /></div>`;
}
