// The rating page on a window's tablet: idle, five faces when a service is done, thanks, idle. Time runs out without
// a rating, which is not a rating.

import { html, lockScreen, useEffect, useMemo } from "../shared/ui.js";
import { language, pick, register, say, setLanguage, t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { startTerminal } from "../shared/terminal.js";
import texts from "../i18n/rating.js";
import { Face, LEVELS } from "./face.js";
import { RatingFlow } from "./flow.js";

register(texts);

/** Which window and who; the number only, never a name. */
function Who({ hall, clerk }) {
  const id = hall.state.rating.value?.window;
  const window = hall.state.windows.value.find((row) => row.id === id);
  const number = clerk ?? window?.clerk?.id;
  return html`<p class="who">
    ${id && html`<span>${t("rating.window", { window: window?.label ?? id })}</span>`}
    ${number && html`<span>${t("rating.clerk", { clerk: number })}</span>`}</p>`;
}

function Idle({ hall }) {
  return html`<main class="rest">
    <h1>${pick(hall.state.hall.value)}</h1>
    <${Who} hall=${hall} />
    <p class="rest-text">${t("rating.idle")}</p>
  </main>`;
}

function Asked({ hall, flow, ticket }) {
  const busy = flow.view.value.name === "sending";
  return html`<main class="asked">
    <header><h1>${t("rating.ask")}</h1>
      <p class="asked-service">${pick(ticket, "service_name")} <span class="figures">${ticket.label}</span></p>
      <${Who} hall=${hall} clerk=${ticket.clerk} /></header>
    <div class="faces">${LEVELS.map((level) => html`
      <button key=${level} type="button" class="button face-button" disabled=${busy} onClick=${() => flow.rate(level)}>
        <${Face} level=${level} /><span>${t(`rating.${level}`)}</span></button>`)}</div>
    <footer><span>${t("rating.anonymous")}</span>
      <span class="figures">${t("rating.left", { seconds: flow.left.value })}</span></footer>
  </main>`;
}

function Words({ sign, text }) {
  return html`<main class="rest" role="status"><div class="rest-sign" aria-hidden="true">${sign}</div><h1>${text}</h1></main>`;
}

function Rating({ hall }) {
  const flow = useMemo(() => new RatingFlow(hall), [hall]);
  useEffect(() => flow.close, [flow]);
  const { name, ticket, error } = flow.view.value;
  const other = language.value === "en" ? "zh" : "en";
  return html`<div class="rating" data-view=${name}>
    ${name === "idle" && html`<${Idle} hall=${hall} />`}
    ${(name === "asked" || name === "sending") && html`<${Asked} hall=${hall} flow=${flow} ticket=${ticket} />`}
    ${name === "thanks" && html`<${Words} sign="✓" text=${t("rating.thanks")} />`}
    ${name === "error" && html`<${Words} sign="!" text=${say(error)} />`}
    <button type="button" class="button plain language" onClick=${() => setLanguage(other, { keep: false })}>${t("shared.language.other")}</button>
    <${OfflineBar} hall=${hall} text="rating.offline" />
  </div>`;
}

lockScreen();
startTerminal({ page: "rating", role: "rating", View: Rating });
