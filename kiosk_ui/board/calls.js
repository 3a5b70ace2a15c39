// The stage with the latest calls, large, and the list of those before.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { LISTED, listed } from "./stage.js";
import { room, windowParts } from "./words.js";

/** From this many calls on, the stage has two columns. */
const TWO_COLUMNS = 5;
/** The arrow with the gap behind it, in em. */
const ARROW = 1.1;
/** "号窗口" beside the number is set at this share of its size. */
const SMALL = 0.46;

function Arrow() {
  return html`<svg class="arrow" viewBox="0 0 24 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3.6"
    stroke-linecap="round" stroke-linejoin="round"><path d="M2 10h19M13 2l8 8-8 8" /></svg>`;
}

/** The em that a zone's name takes: one line where it is short or the call stands alone, else two. */
function zoneRoom(name, alone) {
  if (!name) return 0;
  return alone || room(name) <= 5 ? room(name) + 0.3 : Math.ceil(room(name) / 2) + 1;
}

function BigCall({ place, zone, alone }) {
  const { call, fresh } = place;
  const [before, label, after] = windowParts(call.window_label);
  const windowRoom = room(label) + SMALL * room(before + after) + 0.25;
  const style = `--label: ${room(call.label)}; --window: ${ARROW + windowRoom}; --zone: ${zoneRoom(zone, alone)}`;
  const look = `call${fresh ? " fresh" : ""}${fresh && call.count > 1 ? " again" : ""}`;
  return html`<div class=${look} style=${style} data-test="board-call"><div class="call-in">
    <span class="call-label figures">${call.label}</span>
    <span class="call-window figures"><${Arrow} />${before && html`<small>${before}</small>`}<b>${label}</b>${after && html`<small>${after}</small>`}</span>
    ${zone && html`<span class="call-zone">${zone}</span>`}
  </div></div>`;
}

/** How the calls share the stage. On a screen that lies, three or four leave no line under them for the zone. */
function shapeOf(count, { upright, wide }) {
  if (count === 1) return "one";
  if (count >= TWO_COLUMNS) return "columns";
  const low = !upright && (count === 4 || (count === 3 && wide > 90));
  return low ? "rows beside" : "rows";
}

/** The calls of the moment; the latest stands first. */
export function Stage({ hall, board, measures }) {
  const { shown } = board.stage.value;
  const zones = hall.state.zones.value;
  const nameOf = (id) => (zones.length > 1 && !board.zone.value ? pick(zones.find((zone) => zone.id === id) ?? {}) : "");
  const count = shown.length;
  return html`<section class=${`stage ${shapeOf(count, measures)}`} aria-live="assertive">
    ${[...shown].reverse().map((place) => html`
      <${BigCall} key=${`${place.call.ticket} ${place.since}`} place=${place} zone=${nameOf(place.call.zone)} alone=${count === 1} />`)}
  </section>`;
}

/** The em of the widest number and window that can come: the list's lines have one size, and keep it. */
export function listRoom(board) {
  const labels = [...board.services.value.map((service) => `${service.prefix}000`), ...board.calls.value.map((call) => call.label)];
  const windows = ["00", ...board.windows.value.map((window) => window.label), ...board.calls.value.map((call) => call.window_label)];
  return { label: Math.max(2, ...labels.map(room)), window: Math.max(...windows.map(room)) };
}

/** The last calls, newest first. */
export function List({ board }) {
  const rows = listed(board.calls.value, board.stage.value);
  const { label, window } = listRoom(board);
  return html`<section class="list" data-test="board-list" style=${`--label: ${label}; --window: ${window}; --lines: ${LISTED}`}>
    <div class="list-in">
      <header>${[1, 2].map((column) => html`
        <span key=${column}><span>${t("board.list.number")}</span><span>${t("board.list.window")}</span></span>`)}</header>
      ${rows.length === 0 && html`<p class="list-empty">${t("board.list.empty")}</p>`}
      <ol>${rows.map((call) => html`<li key=${call.ticket} class="figures">
        <b>${call.label}</b><${Arrow} /><span>${call.window_label}</span></li>`)}</ol>
    </div>
  </section>`;
}
