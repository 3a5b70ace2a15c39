// A service or a zone as a large button.

import { html, signal } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { range } from "../shared/time.js";
import { Icon } from "./icons.js";
import { shut, width, windowsText } from "./words.js";

/** Zones are told apart by colour and by name; red and green mean other things. */
const COLOURS = ["#0b3f8f", "#0f6f80", "#6d449b", "#8a5200", "#1f5f9f", "#7a3f6d", "#4a5768", "#40508f"];

/** @returns {string} the colour of a zone, by its place in the hall's list */
export function zoneColour(zones, id) {
  const index = zones.findIndex((zone) => zone.id === id);
  return COLOURS[Math.max(0, index) % COLOURS.length];
}

const shape = typeof matchMedia === "function" ? matchMedia("(min-aspect-ratio: 1/1)") : null;
/** Whether the screen is wider than high. */
export const landscape = signal(shape ? shape.matches : false);
shape?.addEventListener("change", () => { landscape.value = shape.matches; });

/** Long names are set smaller rather than cut. */
function nameClass(name) {
  const room = width(name);
  if (room > 22) return "tile-name huge";
  if (room > 15) return "tile-name longest";
  return room > 8 ? "tile-name long" : "tile-name";
}

/** Where it is served, or why it is not: `[text, whether that is a hindrance]`. */
function line(service, hall) {
  if (!hall.state.hall.value.open) return [t("kiosk.tile.closed"), true];
  if (service.closed) return [shut(service, hall.now())[0], true];
  const left = service.remaining ?? null;
  const more = left === null ? "" : ` · ${t("kiosk.tile.remaining", { count: left })}`;
  if (service.windows.length === 0) return [t("kiosk.tile.no_window") + more, true];
  return [windowsText(service.windows, hall.state.windows.value) + more, false];
}

/** At the right: how many wait and how long, or when numbers are given again. */
function Figures({ service, hall }) {
  if (service.closed) return html`<span class="tile-wait"><span class="tile-people figures">${shut(service, hall.now())[1]}</span></span>`;
  return html`<span class="tile-wait">
    <span class="tile-people figures">${service.waiting > 0 ? t("kiosk.tile.waiting", { count: service.waiting }) : t("kiosk.tile.nobody")}</span>
    ${service.windows.length > 0 && service.wait_s?.[1] > 0 && html`<span class="tile-range figures">${range(service.wait_s)}</span>`}
  </span>`;
}

export function ServiceTile({ service, hall, colour, zone, choose }) {
  const open = hall.state.hall.value.open;
  const [text, hindered] = line(service, hall);
  return html`<button type="button" class="tile" style=${`--zone: ${colour}`} disabled=${!open || Boolean(service.closed)} onClick=${choose}>
    <${Icon} name=${service.icon} prefix=${service.prefix} />
    <span class="tile-words">
      <span class=${nameClass(pick(service))}>${pick(service)}</span>
      <span class=${hindered ? "tile-line hindered" : "tile-line"}>${zone ? `${text} · ${pick(zone)}` : text}</span>
    </span>
    ${open && html`<${Figures} service=${service} hall=${hall} />`}
  </button>`;
}

export function ZoneTile({ zone, services, colour, open }) {
  const waiting = services.reduce((sum, service) => sum + service.waiting, 0);
  return html`<button type="button" class="tile" style=${`--zone: ${colour}`} onClick=${open}>
    <span class="tile-words">
      <span class=${nameClass(pick(zone))}>${pick(zone)}</span>
      <span class="tile-line list">${services.slice(0, 3).map((service) => pick(service)).join(t("kiosk.list.comma"))}${services.length > 3 ? "…" : ""}</span>
    </span>
    <span class="tile-wait">
      <span class="tile-people figures">${t("kiosk.zone.services", { count: services.length })}</span>
      <span class="tile-range figures">${waiting ? t("kiosk.tile.waiting", { count: waiting }) : t("kiosk.tile.nobody")}</span>
    </span>
  </button>`;
}

export function Pager({ page, pages, turn }) {
  return html`<div class="pager">
    <button type="button" class="button" disabled=${page === 0} onClick=${() => turn(page - 1)}>‹ ${t("kiosk.pager.back")}</button>
    <span class="figures">${page + 1} / ${pages}</span>
    <button type="button" class="button primary" disabled=${page === pages - 1} onClick=${() => turn(page + 1)}>${t("kiosk.pager.next")} ›</button>
  </div>`;
}
