// Services, people waiting, expected wait; what does not fit comes in turn.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { pages, room, waitText } from "./words.js";

/** A name takes at most so many lines; the rest is cut. */
const LINES = 3;

/** The lines that a name needs in `em`; words leave the ends of lines empty. */
function linesOf(name, em) {
  const need = room(name) / em;
  return need <= 1 ? 1 : Math.min(LINES, Math.ceil(need * (/[a-z]/.test(name) ? 1.08 : 1)));
}

/** The services in pages for the board's measures. */
export function pagesOf(services, rows, name) {
  return pages(services, rows, (service) => linesOf(pick(service), name));
}

function Row({ service, em }) {
  const closed = service.windows.length === 0;
  return html`<div class=${closed ? "service closed" : "service"} style=${`--lines: ${linesOf(pick(service), em)}`}>
    <span class="service-name">${pick(service)}</span>
    <span class="service-people figures">${t("board.people", { count: service.waiting })}</span>
    <span class="service-wait figures">${waitText(service)}</span>
  </div>`;
}

/** @param {{board: any, measures: any, tall: boolean}} props `tall`: the stage's place is taken too */
export function Services({ board, measures, tall }) {
  const all = pagesOf(board.services.value, tall ? measures.allRows : measures.rows, measures.name);
  const page = board.turn.value % Math.max(1, all.length);
  return html`<section class="services" data-test="board-services" style=${`--people: ${measures.people}em; --range: ${measures.range}em`}>
    <header class="service">
      <span class="service-name">${t("board.service")}${all.length > 1 && html`<span class="service-page figures">${page + 1}/${all.length}</span>`}</span>
      <span class="service-people">${t("board.waiting")}</span>
      <span class="service-wait">${t("board.wait")}</span>
    </header>
    ${all.length === 0 && html`<p class="services-empty">${t("board.zone_empty")}</p>`}
    <div key=${page} class="services-page">${(all[page] ?? []).map((service) => html`<${Row} key=${service.id} service=${service} em=${measures.name} />`)}</div>
  </section>`;
}
