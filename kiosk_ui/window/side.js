// What waits for me: my queues, those on hold, those who missed their call, today's figures.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock, minutes, stopwatch } from "../shared/time.js";
import { heldTickets, missedTickets, queueRows, todayFigures } from "./queues.js";

/** Lines shown of a list before "and n more". */
const LINES = 5;

function Queues({ hall, mine, tickets, now }) {
  const rows = queueRows(mine, hall.state.services.value, tickets, now);
  return html`<section class="pane queues" data-test="window-queue"><h2>${t("window.queues")}</h2>
    <table><thead><tr><th>${t("window.queue.service")}</th><th>${t("window.queue.waiting")}</th>
      <th>${t("window.queue.longest")}</th><th>${t("window.queue.next")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.service.id}>
      <td class="queue-name">${pick(row.service)}</td>
      <td class="figures queue-count">${row.waiting}</td>
      <td class="figures">${row.waiting ? minutes(row.longest_s) : "–"}</td>
      <td class="figures">${row.next ? html`<strong>${row.next.label}</strong>${why(row.next)}` : "–"}</td>
    </tr>`)}</tbody></table></section>`;
}

/** Why the head of a queue is its head, where it is not simply the time. */
function why(ticket) {
  if (ticket.target) return html`<span class="why">${t("window.why.target")}</span>`;
  return ticket.priority === "normal" ? null : html`<span class="why">${t(`priority.${ticket.priority}`)}</span>`;
}

function Rows({ title, tickets, hall, verb, act, disabled, detail, none }) {
  const services = hall.state.services.value;
  const shown = tickets.slice(0, LINES);
  return html`<section class="pane rows"><h2>${title}${tickets.length > 0 && html` <span class="count figures">${tickets.length}</span>`}</h2>
    ${shown.length === 0 && html`<p class="soft">${none}</p>`}
    ${shown.map((ticket) => html`<div class="row" key=${ticket.id}>
      <strong class="figures">${ticket.label}</strong>
      <span class="row-text">${detail(ticket)} <span class="soft">${pick(services.find((each) => each.id === ticket.queue) ?? {})}</span></span>
      <button type="button" class="button small" disabled=${disabled} aria-label=${`${verb} ${ticket.label}`}
        onClick=${(event) => { event.currentTarget.blur(); act(ticket); }}>${verb}</button>
    </div>`)}
    ${tickets.length > LINES && html`<p class="soft">${t("window.more_rows", { count: tickets.length - LINES })}</p>`}
  </section>`;
}

/** @param {any} props */
export function Side({ hall, mine, now, account, tickets, runner, locked }) {
  const held = heldTickets(mine, account, tickets);
  const missed = missedTickets(mine, tickets);
  const today = todayFigures(mine, hall.state.services.value);
  const cannotResume = locked || mine.state !== "open" || Boolean(mine.ticket);
  return html`<aside class="side">
    <${Queues} hall=${hall} mine=${mine} tickets=${tickets} now=${now} />
    <${Rows} title=${t("window.held")} none=${t("window.held.none")} tickets=${held} hall=${hall} disabled=${cannotResume}
      verb=${t("window.resume")} act=${(ticket) => runner.here("ticket.resume", { ticket: ticket.id })}
      detail=${(ticket) => html`<span class="figures">${stopwatch((now - ticket.held_at) / 1000)}</span> ${ticket.reason ?? ""}`} />
    <${Rows} title=${t("window.missed")} none=${t("window.missed.none")} tickets=${missed} hall=${hall} disabled=${locked}
      verb=${t("window.restore")} act=${(ticket) => runner.run("ticket.restore", { ticket: ticket.id })}
      detail=${(ticket) => html`<span class="figures">${clock(ticket.called_at)}</span>`} />
    <section class="pane today"><h2>${t("window.today")}</h2>
      <dl class="today-figures">
        <div><dt>${t("window.today.done")}</dt><dd class="figures">${today.done}</dd></div>
        <div><dt>${t("window.today.issued")}</dt><dd class="figures">${today.issued}</dd></div>
        <div><dt>${t("window.today.missed")}</dt><dd class="figures">${today.missed}</dd></div>
      </dl></section>
  </aside>`;
}
