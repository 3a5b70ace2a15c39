// What waits for me: my queues, those on hold, those who missed their call, today's figures.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock, dayOf, minutes, stopwatch } from "../shared/time.js";
import { LastRating } from "./current.js";
import { carried, mayRestore, missedTickets, queueRows, resumable, todayFigures } from "./queues.js";
import { NextUp } from "./why.js";

/** Lines drawn of a list; the pane scrolls, 更多 reaches the rest. */
const LINES = 20;

/** What there is to say of a queue besides its figures. */
function notes(row) {
  const parts = [];
  if (row.help) parts.push(t("window.queue.help"));
  if (row.special) parts.push(t("window.queue.special", { count: row.special }));
  if (row.meant) parts.push(t("window.queue.meant", { count: row.meant }));
  return parts.join(" · ");
}

function Queues({ hall, mine, tickets, now }) {
  const rows = queueRows(mine, hall.state.services.value, tickets, now);
  const waiting = rows.reduce((sum, row) => sum + row.waiting, 0);
  return html`<section class="pane queues" data-test="window-queue"><h2>${t("window.queues")} <span class="count figures">${waiting}</span></h2>
    <table><thead><tr><th>${t("window.queue.service")}</th><th>${t("window.queue.waiting")}</th><th>${t("window.queue.longest")}</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.service.id}>
      <td class="queue-name">${pick(row.service)}${notes(row) && html`<span class="why">${notes(row)}</span>`}</td>
      <td class="figures queue-count">${row.waiting}</td>
      <td class="figures">${row.waiting ? minutes(row.longest_s) : "–"}</td>
    </tr>`)}</tbody></table></section>`;
}

/** @param {any} props `over(ticket)`: why nothing can be done about it, in its button's place */
function Row({ ticket, service, verb, test, act, disabled, detail, over = (_ticket) => null }) {
  return html`<div class="row">
    <strong class="figures">${ticket.label}</strong>
    <span class="row-text">${detail(ticket)} <span class="soft">${pick(service ?? {})}</span></span>
    ${over(ticket) ? html`<span class="chip quiet">${over(ticket)}</span>` : html`<button type="button" class="button small"
      disabled=${disabled(ticket)} aria-label=${`${verb} ${ticket.label}`} data-test=${test}
      onClick=${(event) => { event.currentTarget.blur(); act(ticket); }}>${verb}</button>`}
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

function Held({ hall, mine, tickets, now, runner, locked }) {
  const { day, emergency } = hall.state.hall.value;
  const windows = hall.state.windows.value;
  const labelOf = (id) => windows.find((each) => each.id === id)?.label ?? id;
  const cannot = locked || mine.state !== "open" || Boolean(mine.ticket) || Boolean(emergency);
  const since = (ticket) => (carried(ticket, day) ? html`<b class="carried">${t("window.carried", { day: dayOf(ticket.taken_at) })}</b>`
    : html`<span class="figures">${stopwatch((now - ticket.held_at) / 1000)}</span>`);
  const detail = (ticket) => html`${since(ticket)} ${
    ticket.window === mine.id ? ticket.reason ?? "" : t("window.held.elsewhere", { window: labelOf(ticket.window) })}`;
  return html`<${Rows} title=${t("window.held")} none=${t("window.held.none")} name="held" hall=${hall} detail=${detail}
    tickets=${resumable(mine, tickets, windows)} disabled=${() => cannot}
    verb=${t("window.resume")} act=${(ticket) => runner.here("ticket.resume", { ticket: ticket.id })} />`;
}

function Missed({ hall, mine, tickets, runner, locked }) {
  const services = hall.state.services.value;
  return html`<${Rows} title=${t("window.missed")} none=${t("window.missed.none")} name="missed" hall=${hall}
    tickets=${missedTickets(mine, tickets)} disabled=${() => locked} verb=${t("window.restore")}
    over=${(ticket) => (mayRestore(ticket, services) ? null : t("window.missed.void"))}
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
  return html`<aside class="side"><${Queues} ...${props} /><${Held} ...${props} /><${Missed} ...${props} />
    <${NextUp} hall=${props.hall} next=${props.next} open=${props.explain} /><${Today} ...${props} /></aside>`;
}
