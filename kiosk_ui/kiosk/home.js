// The head of every screen, the first screen (services or zones), and the line that warns before going home.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { clock, date } from "../shared/time.js";
import { Pager, ServiceTile, ZoneTile, landscape, zoneColour } from "./tiles.js";
import { kioskName } from "./words.js";

/** Services on one screen, and in 长辈模式. */
const PAGE = 12;
const ELDER_PAGE = 4;
/** The line that warns before going home appears this many seconds before. */
const WARN_S = 20;

/** A signal-free clock that draws itself once a second. */
function Now({ hall }) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const now = hall.now();
  return html`<div class="head-time"><span class="head-clock figures">${clock(now)}</span><span>${date(now)}</span></div>`;
}

export function Head({ hall }) {
  return html`<header class="head"><h1>${pick(hall.state.hall.value)}</h1><${Now} hall=${hall} /></header>`;
}

/** Why none of the services gives a number now, where that is the same for all; else null. */
function closedAll(services) {
  const [first] = services;
  return first && services.every((service) => service.closed?.zh === first.closed?.zh) ? first.closed : null;
}

/** What everybody should know before choosing: closed, or no paper. */
function Banner({ hall, flow }) {
  const { open, notices } = hall.state.hall.value;
  if (!open) {
    return html`<div class="banner fault home-banner" role="alert"><div>
      <p data-say>${t("kiosk.closed")}</p>${notices.map((line) => html`<p key=${line} class="home-notice">${line}</p>`)}
    </div></div>`;
  }
  const kiosk = flow.kiosk();
  const closed = closedAll(offered(hall, flow));
  if (closed) return html`<div class="banner note home-banner" role="status"><p data-say>${say(closed)}</p></div>`;
  const at = flow.printsAt();
  if (at) return at === kiosk ? null : html`<div class="banner note home-banner" role="status"><p data-say>${t("kiosk.elsewhere", { kiosk: kioskName(at) })}</p></div>`;
  if (kiosk && !kiosk.printer) return html`<div class="banner note home-banner"><p data-say>${t("kiosk.without_printer")}</p></div>`;
  const key = kiosk?.printer?.faults.includes("printer.paper_out") ? "kiosk.no_paper" : "kiosk.no_printer";
  return html`<div class="banner fault home-banner" role="alert"><p data-say>${t(key)}</p></div>`;
}

/** The services this kiosk offers, in the order of the config. */
function offered(hall, flow) {
  const mine = flow.kiosk()?.services || [];
  return hall.state.services.value.filter((service) => mine.length === 0 || mine.includes(service.id));
}

/** What to draw: zones first where there are many services, else services, a page at a time. */
function rowsOf(hall, flow, screen) {
  const services = offered(hall, flow);
  const zones = hall.state.zones.value.filter((zone) => services.some((service) => service.zone === zone.id));
  if (services.length > PAGE && zones.length > 1 && !screen.zone) return { kind: "zones", rows: zones, services };
  const rows = screen.zone ? services.filter((service) => service.zone === screen.zone) : services;
  return { kind: "services", rows, services };
}

function columns(count, elder) {
  if (elder) return landscape.value ? 2 : 1;
  if (landscape.value) return count <= 4 ? 2 : count <= 9 ? 3 : 4;
  return count <= 5 ? 1 : 2;
}

export function Home({ hall, flow, screen }) {
  const elder = flow.view.elder.value;
  const { kind, rows, services } = rowsOf(hall, flow, screen);
  const size = elder ? ELDER_PAGE : PAGE;
  const pages = Math.ceil(rows.length / size);
  const page = Math.min(screen.page, Math.max(0, pages - 1));
  const shown = rows.slice(page * size, (page + 1) * size);
  const zones = hall.state.zones.value;
  const zone = zones.find((row) => row.id === screen.zone);
  const across = columns(Math.min(rows.length, size), elder);
  const wide = across === (landscape.value && !elder ? 2 : 1);
  return html`<main class="home">
    <${Banner} hall=${hall} flow=${flow} />
    <div class="home-title">
      ${zone && html`<button type="button" class="button" onClick=${flow.view.back}>‹ ${t("shared.back")}</button>`}
      ${!zone && flow.booking.offered() && hall.state.hall.value.open && html`<button type="button" class="button home-booking" data-test="kiosk-booking" onClick=${flow.booking.open}>${t("kiosk.booking")}</button>`}
      <h2 data-say>${zone ? pick(zone) : t(kind === "zones" ? "kiosk.home.zones" : "kiosk.home")}</h2>
    </div>
    <div class=${wide ? "tiles wide" : across > 3 ? "tiles dense" : "tiles"} style=${`--columns: ${across}`}>
      ${kind === "zones"
        ? shown.map((row) => html`<${ZoneTile} key=${row.id} zone=${row} colour=${zoneColour(zones, row.id)}
            services=${services.filter((service) => service.zone === row.id)} open=${() => flow.view.openZone(row.id)} />`)
        : shown.map((row) => html`<${ServiceTile} key=${row.id} service=${row} hall=${hall} choose=${() => flow.choose(row)}
            colour=${zoneColour(zones, row.zone)}
            zone=${wide && !elder && !zone && zones.length > 1 ? zones.find((each) => each.id === row.zone) : null} />`)}
    </div>
    ${pages > 1 && html`<${Pager} page=${page} pages=${pages} turn=${flow.view.turn} />`}
  </main>`;
}

/** Before a screen is left for want of a tap: how long, and a way to stay. */
export function IdleBar({ flow }) {
  const left = flow.view.left.value;
  const { name } = flow.view.screen.value;
  if (left === null || left > WARN_S || name === "done" || name === "card" || name === "taking") return null;
  return html`<div class="idle" role="alert">
    <span>${t("kiosk.idle", { seconds: left })}</span>
    <button type="button" class="button primary" onClick=${flow.view.stay}>${t("kiosk.idle.stay")}</button>
  </div>`;
}
