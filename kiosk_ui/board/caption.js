// The caption of each spoken call, for those who do not hear (V03); without a voice, of each call.

import { html, useEffect, useState } from "../shared/ui.js";
import { language, t } from "../shared/i18n.js";
import { windowText, useFit } from "./calls.js";

/** Milliseconds a caption stays after the last one began: two readings of a call. */
const STAYS_MS = 12000;

/** @param {{hall: any, zone: string|null}} props */
export function Caption({ hall, zone }) {
  const [caption, setCaption] = useState(null);
  useEffect(() => {
    const mine = (each) => !zone || each === zone;
    const spoken = hall.on("hall.caption", (data) => {
      if (mine(data.zone)) setCaption({ zh: data.text, en: data.text_en, from: Date.now() });
    });
    const called = (data) => {
      const { call } = data;
      if (!call || !mine(call.zone) || hall.state.hall.value.voice) return;
      const text = t("board.caption", { label: call.label, window: windowText(call.window_label) });
      setCaption({ zh: text, en: text, from: Date.now() });
    };
    const offs = ["ticket.called", "ticket.recalled", "ticket.resumed"].map((type) => hall.on(type, called));
    return () => [spoken, ...offs].forEach((off) => off());
  }, [hall, zone]);
  useEffect(() => {
    if (!caption) return undefined;
    const timer = setTimeout(() => setCaption(null), STAYS_MS);
    return () => clearTimeout(timer);
  }, [caption]);
  const text = caption ? (language.value === "en" && caption.en) || caption.zh : "";
  const ref = useFit(text);
  return html`<p class=${`caption ${text ? "speaking" : ""}`} ref=${ref} data-test="board-caption" role="status">
    ${text && html`<span aria-hidden="true">🔊︎</span> `}${text}</p>`;
}
