// What stands around the calls: the hall's name and clock, the line for what is wrong, the bottom line, and the calm
// screens without a call.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { clock, date } from "../shared/time.js";
import { captionText, kept, pieces, room, title } from "./words.js";

/** The time now, drawn anew every second. */
function useNow(hall) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return hall.now();
}

export function Head({ hall, board }) {
  const now = useNow(hall);
  const name = title(hall.state.hall.value, board.zone.value);
  return html`<header class="head">
    <h1 style=${`--room: ${room(name)}`}><span>${name}</span></h1>
    <span class="head-date">${date(now)}</span><span class="head-clock figures">${clock(now)}</span>
  </header>`;
}

/** Whether the line for "offline" and warnings is there. */
export const hasStatus = (hall) => !hall.online.value || Boolean(hall.state.hall.value.warning);

/** A thin line: no connection and since when, or the hall's warning. What stands on the board stays. */
export function Status({ hall }) {
  if (!hall.online.value) {
    const since = hall.heard.value ? ` · ${t("shared.offline.since", { clock: clock(hall.heard.value, { seconds: true }) })}` : "";
    const text = t("board.offline") + since;
    return html`<p class="status offline" role="status" data-test="board-offline" style=${`--room: ${room(text) + 2}`}><span>${text}</span></p>`;
  }
  const { warning } = hall.state.hall.value;
  if (!warning) return null;
  return html`<p class="status" role="status" data-test="board-warning" style=${`--room: ${room(say(warning)) + 2}`}><span>${say(warning)}</span></p>`;
}

/** The piece of the lines whose turn it is, or null. */
function currentPiece(lines, most, turn) {
  const all = lines.flatMap((line) => pieces(line, most));
  return all.length ? all[turn % all.length] : null;
}

/** The bottom: the caption of the call being spoken, else one of `lines` in turn; the telephone beside it. */
export function Foot({ hall, board, measures, lines }) {
  const { phone } = hall.state.hall.value;
  const telephone = phone ? t("board.phone", { phone }) : "";
  const { shown } = board.caption.value;
  if (shown) {
    const text = captionText(shown.caption);
    return html`<footer class="foot speaking"><p class="caption" data-test="board-caption" aria-live="polite" style=${`--room: ${room(text) + 3}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"
        stroke-linejoin="round"><path d="M3 9v6h4l6 5V4L7 9zM16.500 8.500a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12" /></svg>
      <span>${text}</span></p></footer>`;
  }
  const most = measures.line - (measures.upright || !telephone ? 0 : room(telephone) + 2);
  const line = currentPiece(lines, most, board.turn.value);
  return html`<footer class="foot">
    <p class="notice" key=${line}>${line}</p>
    ${telephone && html`<p class="phone figures">${telephone}</p>`}
  </footer>`;
}

/** In the stage's place while nobody is called: the notices in turn, large. */
export function Quiet({ hall, board }) {
  const { notices } = hall.state.hall.value;
  const text = notices.length ? kept(notices[board.turn.value % notices.length]) : t("board.hint");
  return html`<section class="quiet"><p key=${text} class=${room(text) > 40 ? "long" : ""}>${text}</p></section>`;
}

/** The day is over: nobody is called, nothing is asked of anybody. */
export function Closed({ hall, board }) {
  const now = useNow(hall);
  const { notices } = hall.state.hall.value;
  const text = notices.length ? kept(notices[board.turn.value % notices.length]) : "";
  return html`<main class="closed-screen" data-test="board-closed">
    <p class="closed-clock figures">${clock(now)}</p>
    <h2>${t("board.closed")}</h2>
    <p class="closed-name">${pick(hall.state.hall.value)}</p>
    <p class="closed-notice" key=${text}>${text}</p>
  </main>`;
}
