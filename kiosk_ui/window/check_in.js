// 预约签到: the clerk checks somebody in who has an appointment today, found by name, telephone, code or time.

import { html, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";

/** Lines drawn at once; typing narrows the rest. */
const LINES = 60;

/** Up to this many a digit presses each. */
const DIGITS = 9;

/**
 * Today's appointments that are still to come, or whose holder may come late, by slot; those that `typed` is in: of the
 * masked name, the masked number, the telephone's last digits, the time.
 * @param {any[]} rows as in the snapshot
 */
export function expected(rows, typed = "") {
  const wanted = typed.trim().toLowerCase();
  const words = (row) => `${row.name_mask} ${row.number_mask} ${row.tail} ${clock(row.start)}`.toLowerCase();
  return rows.filter((row) => row.stage === "booked" || row.stage === "missed")
    .filter((row) => words(row).includes(wanted))
    .sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
}

/** Whether what was typed is a code of an appointment rather than part of a name or number. */
export const isCode = (typed) => /^\d{6,8}$/.test(typed.trim());

function Line({ row, index, service, go }) {
  const digit = index < DIGITS ? index + 1 : undefined;
  return html`<button type="button" class="menu-item" data-item data-digit=${digit} onClick=${() => go({ appointment: row.id })}>
    <kbd>${digit ?? "·"}</kbd>
    <strong class="figures">${clock(row.start)}–${clock(row.end)}</strong>
    <span class="menu-text">${pick(service ?? { name: row.service })} ${row.name_mask}</span>
    ${row.stage === "missed" && html`<span class="chip">${t("window.check_in.late")}</span>`}
    <span class="soft figures">${row.tail || row.number_mask.slice(-4)}</span></button>`;
}

/** @param {any} props */
export function CheckIn({ hall, runner, toast, close }) {
  const [typed, setTyped] = useState("");
  const services = hall.state.services.value;
  const all = hall.state.appointments.value;
  const shown = expected(all, typed);
  const go = async (key) => {
    const receipt = await runner.run("appointment.check_in", key);
    if (!receipt) return;
    close();
    const told = receipt.notice ? ` ${say(receipt.notice)}` : "";
    toast.tell(t("window.check_in.done", { label: receipt.ticket.label }) + told);
  };
  return html`<div class="two-kinds">
    <label><span>${t("window.check_in.find")}</span>
      <input value=${typed} data-find autocomplete="off" onInput=${(event) => setTyped(event.currentTarget.value)} /></label>
    ${isCode(typed) && html`<button type="button" class="menu-item" data-item data-test="window-check-in-code" onClick=${() => go({ code: typed.trim() })}>
      <kbd>·</kbd><span class="menu-text">${t("window.check_in.code", { code: typed.trim() })}</span></button>`}
    <div class="menu scroll">${shown.slice(0, LINES).map((row, index) => html`<${Line} key=${row.id} row=${row} index=${index} go=${go}
      service=${services.find((each) => each.id === row.service)} />`)}
      ${shown.length === 0 && !isCode(typed) && html`<p class="soft">${t("window.check_in.none")}</p>`}</div>
  </div>`;
}
