// Who would be next at a window, and why, without calling.

import { html, useEffect, useRef } from "../shared/ui.js";
import { language, say, t } from "../shared/i18n.js";
import { namesOf } from "./names.js";
import { useAnswer } from "./ticker.js";

/** Asked again at most so often, and only where something has happened. */
const RENEW_MS = 2000;

function Next({ answer, names }) {
  const { ticket, among, beat } = answer;
  return html`<p class="next-line"><b class="next-label figures" data-test="admin-next">${ticket.label}</b>
      <span>${names.service(ticket.queue)} · ${t(`priority.${ticket.priority}`)}</span></p>
    <p data-test="admin-next-why">${say(answer)}</p>
    ${beat.length > 0 && html`<p class="soft">${t("admin.next.among", { among })}</p>
      <ul class="next-beat">${beat.map((row) => html`<li key=${row.label}>${say(row)}</li>`)}</ul>`}`;
}

/** @param {{app: any, window: any}} props */
export function Preview({ app, window }) {
  const { answer, error, asking, again } = useAnswer(app.hall, "hall.preview", { window: window.id }, `${window.id} ${JSON.stringify(window.plan)}`);
  const seen = useRef(app.hall.state.seq.value);
  useEffect(() => {
    const timer = setInterval(() => {
      if (seen.current === app.hall.state.seq.value) return;
      seen.current = app.hall.state.seq.value;
      again();
    }, RENEW_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<section class=${asking ? "card next asking" : "card next"} lang=${language.value === "en" ? "en" : "zh-CN"} data-test="admin-preview">
    <h2>${t("admin.next.title", { window: window.label })}</h2>
    ${error && html`<p class="form-error" role="alert">${say(error)}</p>`}
    ${answer && (answer.ticket ? html`<${Next} answer=${answer} names=${namesOf(app.hall.state)} />` : html`<p class="soft" data-test="admin-next-none">${say(answer) || t("admin.next.none")}</p>`)}
    ${!answer && !error && html`<p class="soft">${t("admin.asking")}</p>`}</section>`;
}
