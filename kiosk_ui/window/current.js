// The ticket at the window, very large; the running clock of the step; who it is, masked, where identified.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock, dayOf, minutes, stopwatch } from "../shared/time.js";
import { callsText, isFlexible } from "./plan.js";
import { carried, ownWaiting, waitingFor } from "./queues.js";
import { lostPage, stepSince } from "./steps.js";
import { stepText } from "./told.js";
import { NextUp, WhyLine } from "./why.js";

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

/** When the number was taken; one that was kept over night tells its day (C09). */
const takenAt = (ticket, day) => (carried(ticket, day) ? `${dayOf(ticket.taken_at)} ${clock(ticket.taken_at)}` : clock(ticket.taken_at));

/** What is unusual about the ticket, as `[key, text]`: it must be seen, in the narrow window too. */
function unusual(hall, ticket, account) {
  const rows = [];
  if (ticket.agent || ticket.principals > 1) rows.push(["principals", t("window.fact.people", { count: ticket.principals ?? 1 })]);
  if (ticket.for_clerk === account) rows.push(["for", t("window.fact.for.me")]);
  else if (ticket.target) rows.push(["for", t("window.fact.for.here")]);
  if (ticket.steps?.length) rows.push(["steps", ticket.steps.map((step) => stepText(step, hall.state)).join(" → ")]);
  if (ticket.misses > 0) rows.push(["misses", t("window.times", { count: ticket.misses })]);
  if (ticket.appointment && ticket.priority !== "appointment") rows.push(["appointment", t("window.fact.appointment.late")]);
  return rows;
}

function Facts({ hall, ticket, account, slim }) {
  const person = usePerson(hall, ticket);
  const services = hall.state.services.value;
  const { day } = hall.state.hall.value;
  const named = (id) => pick(services.find((service) => service.id === id) ?? { name: id });
  const clerks = hall.state.windows.value.map((window) => window.clerk).filter(Boolean);
  const first = ticket.first_clerk && ticket.first_clerk !== account ? ticket.first_clerk : null;
  const old = carried(ticket, day);
  const rows = [
    ...(old ? [] : [["waited", minutes(((ticket.called_at ?? ticket.taken_at) - ticket.taken_at) / 1000)]]),
    ...(slim && !old ? [] : [["taken_at", takenAt(ticket, day)]]),
    ...unusual(hall, ticket, account),
    ...(ticket.service !== ticket.queue ? [["from", named(ticket.service)]] : []),
    ...(first ? [["first", clerks.find((clerk) => clerk.id === first)?.name ?? first]] : []),
    ...(person ? [["person", `${person.name_mask} ${person.number_mask}`]] : []),
    ...(ticket.reason ? [["reason", ticket.reason]] : []),
    ...(ticket.stage === "called" && (!slim || ticket.calls > 1) ? [["calls", t("window.times", { count: ticket.calls })]] : []),
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

/** Waiting now: the window's own, and where it has none those with whom it helps out. */
function countOf(mine, tickets, next) {
  const own = ownWaiting(mine, tickets).length;
  return own === 0 && next?.ticket ? waitingFor(mine, tickets).length : own;
}

/** Why the window stands still, in words, where it is not simply open. */
function Still({ mine }) {
  if (lostPage(mine)) return html`<p class="idle-lost" data-test="window-lost">${t("window.lost")}</p>`;
  return mine.state === "paused" ? html`<p class="idle-reason">${mine.reason}</p>` : null;
}

function Idle({ hall, mine, tickets, last, slim, next, explain }) {
  const waiting = countOf(mine, tickets, next);
  const { emergency } = hall.state.hall.value;
  const state = mine.state === "open" && emergency ? "emergency" : mine.state;
  const text = state === "open" ? (waiting ? t("window.idle.waiting") : t("window.idle.nobody")) : t(`window.idle.${state}`);
  return html`<section class="current idle-pane">
    ${mine.state === "open" && html`<p class=${`idle-count figures ${waiting ? "" : "none"}`}>${waiting}</p>`}
    <p class="idle-text">${text}</p>
    <${Still} mine=${mine} />
    ${slim && isFlexible(mine) && html`<p class="idle-calls">${t("window.plan.now", { calls: callsText(mine, hall.state.services.value) })}</p>`}
    ${slim && html`<${NextUp} hall=${hall} next=${next} open=${explain} slim />`}
    ${slim && html`<${LastRating} last=${last} />`}
  </section>`;
}

/** A pause that waits for the end of the service, or that came by itself. */
function pausedText(mine) {
  if (mine.state !== "paused") return "";
  return ` · ${t(lostPage(mine) ? "window.lost.short" : "window.pause_after")}`;
}

/** @param {any} props */
export function Current({ hall, mine, now, ticket, tickets, last, account, slim, next, why, explain }) {
  const active = mine.ticket;
  if (!active) {
    return html`<${Idle} hall=${hall} mine=${mine} tickets=${tickets} last=${last} slim=${slim} next=${next} explain=${explain} />`;
  }
  const service = hall.state.services.value.find((each) => each.id === active.queue);
  return html`<section class=${`current ${active.stage}`} aria-live="polite">
    <p class="current-stage">${t(`stage.${active.stage}`)}${pausedText(mine)}</p>
    <p class="current-label figures" data-test="window-ticket">${active.label}</p>
    <p class="current-service">${pick(service ?? { name: active.queue })}</p>
    ${ticket && ticket.priority !== "normal" && html`<p class="current-class">${t(`priority.${ticket.priority}`)}</p>`}
    <${StepClock} active=${active} now=${now} />
    <${WhyLine} why=${why} label=${active.label} open=${explain} />
    ${ticket && html`<${Facts} hall=${hall} ticket=${ticket} account=${account} slim=${slim} />`}
    ${service?.note && html`<p class="current-note">${service.note}</p>`}
  </section>`;
}
