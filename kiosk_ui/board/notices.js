// Notices: one line at the foot at a calm pace, and large while nothing is called.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { useFit } from "./calls.js";

/** Milliseconds a notice stays: about five characters a second, and time to look up. */
const stays = (text) => Math.max(8000, 3000 + text.length * 200);

/** What is told in turn: the hall's notices, and the telephone number. */
export function noticesOf(hall) {
  const { notices = [], phone } = hall;
  return [...notices, ...(phone ? [t("board.phone", { phone })] : [])];
}

/** The notice of the moment; each stays as long as it takes to read. */
function useNotice(notices) {
  const [turn, setTurn] = useState(0);
  const text = notices[turn % Math.max(1, notices.length)] ?? "";
  useEffect(() => {
    const timer = setTimeout(() => setTurn((now) => now + 1), stays(text));
    return () => clearTimeout(timer);
  }, [turn, text]);
  return text;
}

/** @param {{hall: any}} props */
export function Ticker({ hall }) {
  const text = useNotice(noticesOf(hall.state.hall.value));
  const ref = useFit(text);
  return html`<p class="ticker" ref=${ref}><span key=${text}>${text}</span></p>`;
}

/** The stage while nobody is called: the hall's name, whether it is open, a notice large. */
export function Idle({ hall }) {
  const info = hall.state.hall.value;
  const text = useNotice(info.notices ?? []);
  const first = info.open ? t("board.welcome", { hall: pick(info) }) : t("board.day_closed");
  const ref = useFit(first);
  return html`<section class="stage idle"><p class="idle-first" ref=${ref}>${first}</p>
    ${text && html`<p class="idle-notice" key=${text}>${text}</p>`}</section>`;
}
