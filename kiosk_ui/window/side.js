// What waits for me: my queues, those on hold, those who missed their call, today's figures.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock, minutes, stopwatch } from "../shared/time.js";
import { LastRating } from "./current.js";
import { heldTickets, missedTickets, queueRows, todayFigures } from "./queues.js";

/** Lines drawn of a list; the pane scrolls, 更多 reaches the rest. */
const LINES = 20;

function Queues({ hall, mine, tickets, now }) {
  const rows = queueRows(mine, hall.state.services.value, tickets, now);
  const waiting = rows.reduce((sum, row) => sum + row.waiting, 0);
  return html`<section class="pane queues" data-test="window-queue"><h2>${t("window.queues")} <span class="count figures">${waiting}</span></h2>
    <table><thead><tr><th>${t("window.queue.service")}</th><th>${t("window.queue.waiting")}</th>
      <th>${t("window.queue.longest")}</th><th>${t("window.queue.next")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.service.id} class=${row.first ? "first" : ""}>
      <td class="queue-name">${pick(row.service)}</td>
      <td class="figures queue-count">${row.waiting}</td>
      <td class="figures">${row.waiting ? minutes(row.longest_s) : "–"}</td>
      <td class="figures queue-next">${row.next ? html`<strong>${row.next.label}</strong>${why(row.next)}` : "–"}</td>
    </tr>`)}</tbody></table></section>`;
}

/** Why the head of a queue is its head, where it is not simply the time. */
function why(ticket) {
  if (ticket.target) return html`<span class="why">${t("window.why.target")}</span>`;
  return ticket.priority === "normal" ? null : html`<span class="why">${t(`priority.${ticket.priority}`)}</span>`;
}

function Row({ ticket, service, verb, test, act, disabled, detail }) {
  return html`<div class="row">
    <strong class="figures">${ticket.label}</strong>
    <span class="row-text">${detail(ticket)} <span class="soft">${pick(service ?? {})}</span></span>
    <button type="button" class="button small" disabled=${disabled(ticket)} aria-label=${`${verb} ${ticket.label}`} data-test=${test}
      onClick=${(event) => { event.currentTarget.blur(); act(ticket); }}>${verb}</button>
  </div>`;
}

function Rows({ title, tickets, hall, none, name, ...rest }) {
  const services = hall.state.services.value;
  return html`<section class="pane rows" data-test=${`window-${name}-list`}>
    <h2>${title}${tickets.length > 0 && html` <span class="count figures">${tickets.length}</span>`}</h2>
    ${tickets.length === 0 && html`<p class="soft">${none}</p>`}
    ${tickets.slice(0, LINES).map((ticket) => html`<${Row} key=${ticket.id} ticket=${ticket} ...${rest} test=${`window-${name}-row`}
      service=${services.find((each) => each.id === ticket.queue)} />`)}
    ${tickets.length > LINES && html`<p class="soft">${t("window.more_rows", { count: tickets.length - LINES })}</p>`}
  </section>`;
}

function Held({ hall, mine, tickets, account, now, runner, locked }) {
  const here = (ticket) => ticket.window === mine.id;
  const labelOf = (id) => hall.state.windows.value.find((each) => each.id === id)?.label ?? id;
  const cannot = locked || mine.state !== "open" || Boolean(mine.ticket);
  const detail = (ticket) => html`<span class="figures">${stopwatch((now - ticket.held_at) / 1000)}</span> ${
    here(ticket) ? ticket.reason ?? "" : t("window.held.elsewhere", { window: labelOf(ticket.window) })}`;
  return html`<${Rows} title=${t("window.held")} none=${t("window.held.none")} name="held" hall=${hall} detail=${detail}
    tickets=${heldTickets(mine, account, tickets)} disabled=${(ticket) => cannot || !here(ticket)}
    verb=${t("window.resume")} act=${(ticket) => runner.here("ticket.resume", { ticket: ticket.id })} />`;
}

function Missed({ hall, mine, tickets, runner, locked }) {
  return html`<${Rows} title=${t("window.missed")} none=${t("window.missed.none")} name="missed" hall=${hall}
    tickets=${missedTickets(mine, tickets)} disabled=${() => locked} verb=${t("window.restore")}
    act=${(ticket) => runner.run("ticket.restore", { ticket: ticket.id })}
    detail=${(ticket) => html`<span class="figures">${clock(ticket.called_at)}</span>`} />`;
}

function Today({ hall, mine, last }) {
  const today = todayFigures(mine, hall.state.services.value);
  return html`<section class="pane today"><h2>${t("window.today")}</h2>
    <dl class="today-figures">${["done", "issued", "missed"].map((key) => html`
      <div key=${key}><dt>${t(`window.today.${key}`)}</dt><dd class="figures">${today[key]}</dd></div>`)}</dl>
    <${LastRating} last=${last} /></section>`;
}

/** @param {any} props */
export function Side(props) {
  return html`<aside class="side"><${Queues} ...${props} /><${Held} ...${props} /><${Missed} ...${props} /><${Today} ...${props} /></aside>`;
}
