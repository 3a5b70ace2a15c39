// Choosing a ticket: 指定叫号 (out of turn, with a reason) and 补打 (print a slip again).

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { choosable, reprintable } from "./queues.js";
import { ReasonField } from "./reasons.js";

/** Lines drawn at once; typing narrows the rest. */
const LINES = 60;

function Lines({ tickets, hall, go, disabled }) {
  const services = hall.state.services.value;
  if (tickets.length === 0) return html`<p class="soft">${t("window.no_ticket")}</p>`;
  return html`<div class="menu scroll">${tickets.slice(0, LINES).map((ticket) => html`
    <button type="button" class="menu-item" key=${ticket.id} data-item disabled=${disabled} onClick=${() => go(ticket)}>
      <strong class="figures">${ticket.label}</strong>
      <span>${pick(services.find((each) => each.id === ticket.queue) ?? { name: ticket.queue })}</span>
      ${ticket.priority !== "normal" && html`<span class="chip">${t(`priority.${ticket.priority}`)}</span>`}
      <span class="soft figures">${clock(ticket.taken_at)}</span>
    </button>`)}</div>`;
}

function Find({ typed, setTyped }) {
  return html`<label><span>${t("window.find.label")}</span>
    <input value=${typed} autofocus autocapitalize="characters" onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`;
}

/** 指定叫号. @param {any} props */
export function ChooseTicket({ hall, mine, tickets, runner, close }) {
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const go = async (ticket) => {
    close();
    await runner.here("ticket.call", { ticket: ticket.id, reason: reason.trim() });
  };
  return html`<div class="two-kinds">
    <div class="pair-fields"><${Find} typed=${typed} setTyped=${setTyped} />
      <${ReasonField} group="choose" value=${reason} set=${setReason} required /></div>
    ${!reason.trim() && html`<p class="soft">${t("window.choose_ticket.reason_first")}</p>`}
    <${Lines} tickets=${choosable(mine, tickets, typed)} hall=${hall} go=${go} disabled=${!reason.trim()} />
  </div>`;
}

/** 补打: the slip of an open ticket, at a kiosk that has a printer. @param {any} props */
export function Reprint({ hall, tickets, kiosks, runner, toast, close }) {
  const printers = kiosks.filter((kiosk) => kiosk.printer);
  const [typed, setTyped] = useState("");
  const [kiosk, setKiosk] = useState(printers[0]?.id ?? "");
  const go = async (ticket) => {
    close();
    if (await runner.run("slip.reprint", { ticket: ticket.id, kiosk })) {
      toast.tell(t("window.reprint.done", { label: ticket.label, kiosk: pick(kiosks.find((each) => each.id === kiosk)) || kiosk }));
    }
  };
  return html`<div class="two-kinds">
    <div class="pair-fields"><${Find} typed=${typed} setTyped=${setTyped} />
      <label><span>${t("window.print_at")}</span><select value=${kiosk} onChange=${(event) => setKiosk(event.currentTarget.value)}>
        ${printers.map((each) => html`<option key=${each.id} value=${each.id}>${pick(each) || each.id}</option>`)}</select></label></div>
    <${Lines} tickets=${reprintable(tickets, typed)} hall=${hall} go=${go} disabled=${!kiosk} />
  </div>`;
}
