// Services × waiting × expected wait; as many as fit, the others in turn.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { useFit } from "./calls.js";
import { pages, waitMinutes } from "./stage.js";

/** Milliseconds a page of services stays. */
const TURN_MS = 10000;
/** Names longer than this need wider columns. */
const SHORT_NAME = 6;

const portrait = () => matchMedia("(orientation: portrait)").matches;

/** Width of a text in full-width characters. */
const width = (text) => [...text].reduce((sum, char) => sum + (char.charCodeAt(0) > 255 ? 1 : 0.55), 0);

function Row({ service }) {
  const name = useFit(pick(service));
  const wait = waitMinutes(service.wait_s, service.waiting);
  const open = service.windows.length > 0;
  return html`<div class="service">
    <span class="service-name" ref=${name}>${pick(service)}</span>
    <span class="figures service-waiting">${t("board.waiting", { count: service.waiting })}</span>
    <span class="figures service-wait">${open ? (wait ? t("board.wait", { low: wait[0], high: wait[1] }) : t("board.wait.none")) : t("board.closed")}</span>
  </div>`;
}

/** @param {{services: any[]}} props */
export function Services({ services }) {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((now) => now + 1), TURN_MS);
    return () => clearInterval(timer);
  }, []);
  const long = services.some((service) => width(pick(service)) > SHORT_NAME);
  const columns = portrait() ? 1 : long || services.length <= 2 ? 2 : 3;
  const rows = portrait() ? (services.length > 3 ? 4 : services.length) : services.length <= 4 ? 2 : 3;
  const all = pages(services, columns * rows);
  const shown = all[turn % Math.max(1, all.length)] ?? [];
  return html`<section class="services" style=${`--columns: ${columns}; --rows: ${rows}`} aria-label=${t("board.services")}>
    ${shown.map((service) => html`<${Row} key=${service.id} service=${service} />`)}
    ${all.length > 1 && html`<p class="page-of figures">${(turn % all.length) + 1}/${all.length}</p>`}
  </section>`;
}
