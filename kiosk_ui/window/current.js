// The ticket at the window, very large; the running clock of the step; who it is, masked, where identified.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock, minutes, stopwatch } from "../shared/time.js";
import { waitingFor } from "./queues.js";
import { stepSince } from "./steps.js";

/** The masked person of the ticket at this window, asked once per ticket; null while unknown. */
function usePerson(hall, ticket) {
  const [person, setPerson] = useState(null);
  const wanted = ticket?.identified ? ticket.id : null;
  useEffect(() => {
    setPerson(null);
    if (!wanted) return undefined;
    let here = true;
    hall.call("ticket.show", { ticket: wanted }).then(
      (shown) => { if (here) setPerson(shown.person ?? null); },
      () => {}, // the pane stays without a name; the call itself is not touched by it
    );
    return () => { here = false; };
  }, [hall, wanted]);
  return person;
}

/** The step's running clock: since the call, or since the start. */
function StepClock({ active, now }) {
  return html`<p class="step-clock"><span>${t(`window.since.${active.stage}`)}</span>
    <span class="figures">${stopwatch((now - stepSince(active)) / 1000)}</span></p>`;
}

function Facts({ hall, ticket, account, slim }) {
  const person = usePerson(hall, ticket);
  const services = hall.state.services.value;
  const named = (id) => pick(services.find((service) => service.id === id) ?? { name: id });
  const clerks = hall.state.windows.value.map((window) => window.clerk).filter(Boolean);
  const first = ticket.first_clerk && ticket.first_clerk !== account ? ticket.first_clerk : null;
  const rows = [
    ["waited", minutes(((ticket.called_at ?? ticket.taken_at) - ticket.taken_at) / 1000)],
    ...(slim ? [] : [["taken_at", clock(ticket.taken_at)]]),
    ...(ticket.service !== ticket.queue ? [["from", named(ticket.service)]] : []),
    ...(first ? [["first", clerks.find((clerk) => clerk.id === first)?.name ?? first]] : []),
    ...(person ? [["person", `${person.name_mask} ${person.number_mask}`]] : []),
    ...(ticket.reason ? [["reason", ticket.reason]] : []),
    ...(ticket.stage === "called" ? [["calls", t("window.times", { count: ticket.calls })]] : []),
  ];
  return html`<dl class="facts">${rows.map(([key, value]) => html`
    <div key=${key}><dt>${t(`window.fact.${key}`)}</dt><dd class="figures">${value}</dd></div>`)}</dl>`;
}

/** Of the last rating only whether there is one, never which. @param {any} props */
export function LastRating({ last }) {
  if (!last) return null;
  return html`<p class="last-rating">${t("window.last", { label: last.label })}
    <span class=${`chip ${last.state === "rated" ? "online" : "quiet"}`}>${t(`window.rating.${last.state}`)}</span></p>`;
}

function Idle({ mine, tickets, last, slim }) {
  const waiting = waitingFor(mine, tickets).length;
  const text = mine.state === "open" ? (waiting ? t("window.idle.waiting") : t("window.idle.nobody")) : t(`window.idle.${mine.state}`);
  return html`<section class="current idle-pane">
    ${mine.state === "open" && html`<p class=${`idle-count figures ${waiting ? "" : "none"}`}>${waiting}</p>`}
    <p class="idle-text">${text}</p>
    ${mine.state === "paused" && html`<p class="idle-reason">${mine.reason}</p>`}
    ${slim && html`<${LastRating} last=${last} />`}
  </section>`;
}

/** @param {any} props */
export function Current({ hall, mine, now, ticket, tickets, last, account, slim }) {
  const active = mine.ticket;
  if (!active) return html`<${Idle} mine=${mine} tickets=${tickets} last=${last} slim=${slim} />`;
  const service = hall.state.services.value.find((each) => each.id === active.queue);
  return html`<section class=${`current ${active.stage}`} aria-live="polite">
    <p class="current-stage">${t(`stage.${active.stage}`)}${mine.state === "paused" ? ` · ${t("window.pause_after")}` : ""}</p>
    <p class="current-label figures" data-test="window-ticket">${active.label}</p>
    <p class="current-service">${pick(service ?? { name: active.queue })}</p>
    ${ticket && ticket.priority !== "normal" && html`<p class="current-class">${t(`priority.${ticket.priority}`)}</p>`}
    <${StepClock} active=${active} now=${now} />
    ${ticket && html`<${Facts} hall=${hall} ticket=${ticket} account=${account} slim=${slim} />`}
    ${service?.note && html`<p class="current-note">${service.note}</p>`}
  </section>`;
}
