// A citizen's own ticket on the phone, opened from the slip's QR: /ticket/#<token>. No login, nothing personal.

import { html, render, signal } from "../shared/ui.js";
import { language, pick, register, say, setLanguage, t } from "../shared/i18n.js";
import { post } from "../shared/session.js";
import { EmergencySign } from "../shared/emergency.js";
import { clock, range, when } from "../shared/time.js";
import texts from "../i18n/ticket.js";

register(texts);

/** Seconds between two looks while the page is visible. */
const EVERY_S = 10;
const ENDED = new Set(["done", "cancelled", "expired"]);

const ticket = signal(/** @type {any} */ (null));
const error = signal(/** @type {any} */ (null));
const hall = signal(/** @type {any} */ (null));
const seenAt = signal(0);
let timer = null;

async function look() {
  clearTimeout(timer);
  const token = location.hash.slice(1);
  if (!token) { error.value = { zh: t("ticket.no_token"), en: t("ticket.no_token") }; return; }
  try {
    ticket.value = await post("ticket.find", { token });
    error.value = null;
    seenAt.value = Date.now();
    if (!hall.value) hall.value = await post("hall.about", {});
  } catch (reason) {
    error.value = reason;
  }
  const over = ticket.value && ENDED.has(ticket.value.stage);
  if (!over && document.visibilityState === "visible") timer = setTimeout(look, EVERY_S * 1000);
}

function Stage() {
  const { stage, ahead, wait_s: wait, break: pause, window, window_label: label } = ticket.value;
  if (stage === "called" || stage === "serving") {
    return html`<p class="ticket-call" role="alert"><span>${t(`ticket.${stage}`)}</span>
      <b class="figures">${t("ticket.window", { window: label ?? window })}</b></p>`;
  }
  if (stage !== "waiting") return html`<p class="ticket-text">${t(`ticket.${stage}`)}</p>`;
  return html`<div class="ticket-facts">
    <p><span>${t("ticket.ahead")}</span><b class="figures">${t("ticket.people", { count: ahead })}</b></p>
    <p><span>${t("ticket.wait")}</span><b class="figures">${range(wait)}</b></p></div>
    ${pause && html`<p class="ticket-text">${t("ticket.break", { opens: when(pause.to, Date.now()) })}</p>`}
    <p class="ticket-text">${t("ticket.waiting")}</p>`;
}

/** C16: the hall stands still; the number is kept. */
function Emergency({ notice }) {
  return notice && html`<section class="ticket-emergency" role="alert" data-test="ticket-emergency">
    <p class="ticket-emergency-head"><${EmergencySign} /><b>${t("ticket.emergency")}</b></p>
    <p class="ticket-emergency-notice">${notice}</p><p>${t("ticket.emergency.kept")}</p></section>`;
}

function Page() {
  const other = language.value === "en" ? "zh" : "en";
  return html`<div class="ticket">
    <header><span>${hall.value ? pick(hall.value) : t("ticket.title")}</span>
      <button type="button" class="button plain" onClick=${() => setLanguage(other)}>${t("shared.language.other")}</button></header>
    <main>
      ${ticket.value && html`${!ENDED.has(ticket.value.stage) && html`<${Emergency} notice=${ticket.value.emergency} />`}
        <p class="ticket-service">${pick(ticket.value, "service_name")}</p>
        <h1 class="ticket-label figures">${ticket.value.label}</h1>
        <p class=${`ticket-stage ${ticket.value.stage}`}>${t(`stage.${ticket.value.stage}`)}</p>
        ${!(ticket.value.emergency && ticket.value.stage === "waiting") && html`<${Stage} />`}`}
      ${error.value && html`<p class="banner fault" role="alert">${say(error.value)}</p>`}
      ${!ticket.value && !error.value && html`<p class="ticket-text" role="status">${t("shared.connecting")}</p>`}
    </main>
    <footer>${seenAt.value > 0 && html`<span>${t("shared.offline.since", { clock: clock(seenAt.value, { seconds: true }) })}</span>`}
      <span>${t("ticket.note")}</span></footer>
  </div>`;
}

document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
addEventListener("hashchange", look);
render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("root")));
look();
