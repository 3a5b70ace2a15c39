// Why this ticket: the hall's own sentence under the number, and on demand the heads of the queues that it beat.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { WHY_KEY } from "./steps.js";

/** A call that has just been made is looked up once more after this long, if it was not found. */
const AGAIN_MS = 2000;

/** Why the ticket at the window was called, as `ticket.why` tells it; null while unknown. Asked once for each call. */
export function useWhy(hall, active) {
  const [why, setWhy] = useState(null);
  const call = active ? `${active.ticket} ${active.called_at}` : null;
  useEffect(() => {
    setWhy(null);
    if (!call) return undefined;
    let timer = null;
    let here = true;
    const ask = (again) => hall.call("ticket.why", { ticket: active.ticket }).then(
      (answer) => { if (here) setWhy(answer); },
      () => { if (here && again) timer = setTimeout(() => ask(false), AGAIN_MS); }, // then the line stays away
    );
    ask(true);
    return () => { here = false; clearTimeout(timer); };
  }, [hall, call]);
  return why;
}

function Details({ open }) {
  return html`<button type="button" class="why-more" data-test="window-why-more" aria-label=${t("window.why.details")} onClick=${(event) => {
    event.currentTarget.blur();
    open();
  }}>${t("window.why.more")} <kbd>${WHY_KEY}</kbd></button>`;
}

/** One calm line under the number. @param {{why: any, label: string, open: () => void}} props */
export function WhyLine({ why, label, open }) {
  if (!why || !say(why)) return null;
  return html`<p class="why-line" data-test="window-why"><span class="why-text">${t("window.why.line", { label, why: say(why) })}</span>
    <${Details} open=${open} /></p>`;
}

/** 下一位: who it would be now. @param {{hall: any, next: any, open: () => void, slim?: boolean}} props */
export function NextUp({ hall, next, open, slim }) {
  if (!next?.ticket) return null;
  const { label, queue, priority } = next.ticket;
  const service = hall.state.services.value.find((each) => each.id === queue);
  return html`<section class=${slim ? "next-up" : "pane next-up"} data-test="window-preview">
    <h2>${t("window.next")}</h2>
    <p class="next-who"><strong class="figures">${label}</strong>
      ${priority !== "normal" && html`<span class="chip">${t(`priority.${priority}`)}</span>`}
      <span class="next-service">${pick(service ?? { name: queue })}</span></p>
    <p class="next-why"><span>${say(next)}</span><${Details} open=${open} /></p>
  </section>`;
}

/** The details: the reason, and the heads that were not chosen with the reason of each. @param {any} props */
export function WhyDetails({ mine, why, next }) {
  const told = mine.ticket ? why : next;
  const label = mine.ticket?.label ?? next?.ticket?.label;
  if (!told || !label) return html`<p class="soft" tabindex="-1" data-focus>${t("window.why.none")}</p>`;
  const beat = told.beat ?? [];
  const more = (told.among ?? 0) - 1 - beat.length;
  return html`<div class="why-body" tabindex="-1" data-focus>
    <p class="why-head"><strong class="figures">${label}</strong><span>${say(told)}</span></p>
    ${beat.length > 0 && html`<p class="soft">${t(mine.ticket ? "window.why.beat" : "window.why.before")}</p>
      <ol class="why-beat">${beat.map((each) => html`<li key=${each.ticket}>${say(each)}</li>`)}</ol>`}
    ${more > 0 && html`<p class="soft">${t("window.why.others", { count: more })}</p>`}
    ${beat.length === 0 && told.why !== "chosen" && html`<p class="soft">${t("window.why.alone")}</p>`}
  </div>`;
}
