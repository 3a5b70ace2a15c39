// The short screens: no paper, one moment, and a refusal in words.

import { html } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";

/** One clear question before a number without paper is given. */
export function Paperless({ flow, screen }) {
  const { service, claim, priority, existing } = screen;
  const kiosk = flow.kiosk();
  const title = kiosk && !kiosk.printer ? "kiosk.paperless.always" : "kiosk.paperless";
  const yes = screen.yes ?? (() => flow.take(service, { claim, priority, existing, paperless: true }));
  return html`<main class="screen">
    <p class="screen-service">${pick(service)}</p>
    <h2 data-say>${t(title)}</h2>
    <p class="screen-text" data-say>${t("kiosk.paperless.text")}</p>
    <div class="actions">
      <button type="button" class="button primary big" onClick=${yes}>${t("kiosk.paperless.yes")}</button>
      <button type="button" class="button big" onClick=${flow.view.home}>${t("kiosk.paperless.no")}</button>
    </div>
  </main>`;
}

export function Taking({ screen }) {
  return html`<main class="screen"><p class="screen-service">${pick(screen.service)}</p>
    <div class="turning" aria-hidden="true"></div><h2 role="status">${t("kiosk.taking")}</h2></main>`;
}

export function Refused({ flow, screen }) {
  const { service, error } = screen;
  const again = error.code === "offline" && service;
  return html`<main class="screen">
    ${service && html`<p class="screen-service">${pick(service)}</p>`}
    <h2>${t(service ? "kiosk.refused" : "kiosk.refused.help")}</h2>
    <p class="banner fault refused-words" role="alert" data-say>${say(error)}</p>
    <div class="actions">
      ${again && html`<button type="button" class="button primary big" onClick=${() => flow.choose(service)}>${t("kiosk.again")}</button>`}
      <button type="button" class=${again ? "button big" : "button primary big"} onClick=${flow.view.home}>${t("kiosk.home.back")}</button>
    </div>
  </main>`;
}
