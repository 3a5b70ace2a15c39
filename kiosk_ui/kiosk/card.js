// Taking a number with an identity card: the notice, the picture of where to lay it, and the way without one.

import { html } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";

const PARTS = ["what", "why", "how_long", "refuse"];

/** A part of the notice; what is booked is kept for longer than a number. */
function noticeText(part, service) {
  return t(service.booking && part === "how_long" ? "kiosk.booking.notice.how_long" : `kiosk.notice.${part}.text`);
}

function Title({ service }) {
  return html`<p class="screen-service">${pick(service)}</p>`;
}

/** What is read, why, how long it is kept (requirements 7.2); the reader opens only after the answer. */
export function Notice({ flow, screen }) {
  const { service } = screen;
  const required = service.identity === "required";
  return html`<main class="screen">
    <${Title} service=${service} />
    <h2 data-say>${t(service.booking ? "kiosk.booking.notice" : required ? "kiosk.notice.required" : "kiosk.notice.optional")}</h2>
    <dl class="notice card">${PARTS.map((part) => html`<div key=${part}>
      <dt>${t(`kiosk.notice.${part}`)}</dt><dd data-say>${noticeText(part, service)}</dd></div>`)}</dl>
    <div class="actions">
      <button type="button" class="button primary big" onClick=${() => flow.readCard(service)}>${t("kiosk.notice.agree")}</button>
      <button type="button" class="button big" onClick=${() => flow.withoutCard(service)}>${t(required ? "kiosk.card.none" : "kiosk.card.skip")}</button>
      <button type="button" class="button plain" onClick=${flow.view.back}>${t("shared.back")}</button>
    </div>
  </main>`;
}

/** A card coming down on the reader. */
function Picture() {
  return html`<svg class="card-picture" viewBox="0 0 400 300" role="img" aria-label=${t("kiosk.card.lay")}>
    <rect x="40" y="190" width="320" height="80" rx="14" fill="#16202e" />
    <rect x="70" y="204" width="260" height="52" rx="8" fill="#2f3d52" />
    <path d="M176 222a20 20 0 0 1 0 18M188 215a32 32 0 0 1 0 32M200 208a44 44 0 0 1 0 46" fill="none" stroke="#9fc0f2" stroke-width="5" stroke-linecap="round" />
    <g class="card-falling">
      <rect x="95" y="30" width="210" height="128" rx="12" fill="#e7eef9" stroke="#0b3f8f" stroke-width="5" />
      <circle cx="256" cy="78" r="19" fill="#9fb6d8" /><path d="M222 132a34 30 0 0 1 68 0z" fill="#9fb6d8" />
      <path d="M118 62h72M118 86h90M118 110h60M118 136h86" stroke="#5b7cae" stroke-width="8" stroke-linecap="round" />
    </g>
    <path class="card-arrow" d="M340 60v90M318 128l22 24 22-24" fill="none" stroke="#0b3f8f" stroke-width="10" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;
}

export function Card({ flow, screen }) {
  const { service, fault, reading } = screen;
  const words = fault && (fault.zh ? say(fault) : t("kiosk.card.lapsed"));
  return html`<main class="screen">
    <${Title} service=${service} />
    <h2 data-say aria-live="assertive">${t(fault ? "kiosk.card.failed" : "kiosk.card.lay")}</h2>
    <${Picture} />
    ${fault
      ? html`<p class="banner fault" role="alert" data-say>${words}</p>`
      : html`<p class="card-left figures">${t("kiosk.card.left", { seconds: flow.view.left.value ?? 0 })}</p>`}
    <div class="actions">
      ${!reading && html`<button type="button" class="button primary big" onClick=${() => flow.readCard(service)}>${t("kiosk.card.again")}</button>`}
      <button type="button" class="button big" onClick=${() => flow.withoutCard(service)}>${t(service.identity === "required" ? "kiosk.card.none" : "kiosk.card.skip")}</button>
      <button type="button" class="button plain" onClick=${flow.view.back}>${t("shared.back")}</button>
    </div>
  </main>`;
}

/** This service needs a card and there is none, or no reader: people help. */
export function NoCard({ flow, screen }) {
  const asked = Boolean(flow.kiosk()?.help);
  return html`<main class="screen">
    <${Title} service=${screen.service} />
    <h2 data-say>${t(screen.reader ? "kiosk.nocard" : "kiosk.nocard.reader")}</h2>
    <p class="screen-text" data-say>${t("kiosk.nocard.text")}</p>
    ${asked && html`<p class="banner note" role="status">${t("kiosk.help.coming")}</p>`}
    <div class="actions">
      ${!asked && html`<button type="button" class="button primary big" onClick=${flow.help}>${t("kiosk.bar.help")}</button>`}
      ${screen.reader && html`<button type="button" class="button big" onClick=${() => flow.readCard(screen.service)}>${t("kiosk.nocard.found")}</button>`}
      <button type="button" class="button plain" onClick=${flow.view.home}>${t("kiosk.home.back")}</button>
    </div>
  </main>`;
}
