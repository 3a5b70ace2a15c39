// A ticket's life: the time it spent in each stage as a bar, and every step with how long it lasted.

import { html, useEffect, useRef } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { clock, stopwatch } from "../shared/time.js";
import { actorText, labelOf } from "./names.js";
import { sentenceOf, toneOf } from "./records.js";
import { useNow } from "./ticker.js";
import { life, spent, stageNow, stretches } from "./timeline.js";

function Bar({ parts }) {
  return html`<div class="life-bar" role="img" aria-label=${parts.map((part) => `${t(`stage.${part.stage}`)} ${stopwatch(part.lasted_s)}`).join(", ")}>
    ${parts.map((part, index) => html`<span key=${index} class=${`life-part ${part.stage} ${part.ongoing ? "ongoing" : ""}`}
      style=${`flex-grow: ${Math.max(1, part.lasted_s)}`} title=${`${t(`stage.${part.stage}`)} ${stopwatch(part.lasted_s)}`}></span>`)}</div>`;
}

function Sums({ steps }) {
  return html`<dl class="life-sums">${Object.entries(spent(steps)).map(([stage, seconds]) => html`<div key=${stage}>
    <dt><span class=${`life-dot ${stage}`} aria-hidden="true"></span>${t(`stage.${stage}`)}</dt>
    <dd class="figures">${stopwatch(seconds)}</dd></div>`)}</dl>`;
}

function Step({ step, names }) {
  const { record, stage, lasted_s: lasted, ongoing } = step;
  const words = ongoing ? "admin.life.ongoing" : "admin.life.lasted";
  return html`<li class=${`life-step ${toneOf(record)}`} data-test=${`admin-life-${record.type}`}>
    <span class="figures life-at">${clock(record.at, { seconds: true })}</span>
    <span class=${`life-dot ${stage ?? "none"}`} aria-hidden="true"></span>
    <span class="life-said">${sentenceOf(record, names)}<span class="under">${actorText(record.actor, names)} · ${record.seq}</span></span>
    <span class="life-lasted">${lasted !== null && html`${t(words, { stage: t(`stage.${stage}`), time: stopwatch(lasted) })}`}</span></li>`;
}

/** @param {{app: any, ticket: string, records: any[], names: any, again: () => void}} props records newest first */
export function Life({ app, ticket, records, names, again }) {
  const now = useNow(app.hall, 1000);
  const open = app.hall.state.tickets.value.find((each) => each.id === ticket);
  const known = JSON.stringify(open ?? null);
  const read = useRef(known);
  useEffect(() => {
    if (read.current !== known) again();
    read.current = known;
  }, [known]);
  if (records.length === 0) return html`<p class="empty">${t("admin.life.none", { label: labelOf(ticket) })}</p>`;
  const steps = life(records, open ? now : null);
  const first = steps[0].record;
  const stage = stageNow(steps);
  return html`<div class="pane-scroll life" data-test="admin-life">
    <header class="life-head"><p class="life-label figures">${labelOf(ticket)}</p>
      <div><p class="strong">${names.service(first.data.service)}</p><p class="soft figures">${first.day ?? ""}</p></div>
      ${stage && html`<span class="chip">${t(`stage.${stage}`)}</span>`}<${Sums} steps=${steps} /></header>
    <${Bar} parts=${stretches(steps)} />
    <ol class="life-steps">${steps.map((step) => html`<${Step} key=${step.record.seq} step=${step} names=${names} />`)}</ol></div>`;
}
