// The line at the top: window, state, me, the time, calls for help from the kiosks.

import { html } from "../shared/ui.js";
import { language, pick, say, setLanguage, t } from "../shared/i18n.js";
import { clock, stopwatch } from "../shared/time.js";
import { EmergencySign } from "../shared/emergency.js";
import { callsText, isFlexible, modeTitle } from "./plan.js";
import { HELP_KEY } from "./steps.js";

function Helps({ kiosks, runner, locked }) {
  return kiosks.filter((kiosk) => kiosk.help).map((kiosk, index) => html`
    <div class="help" role="alert" key=${kiosk.id}>
      <span>${t("window.help", { kiosk: pick(kiosk) || kiosk.id })}</span>
      <button type="button" class="button small" disabled=${locked} data-test="window-help-done" onClick=${(event) => {
        event.currentTarget.blur();
        runner.run("help.answer", { kiosk: kiosk.id });
      }}>${t("window.help.done")}${index === 0 && html` <kbd>${HELP_KEY}</kbd>`}</button>
    </div>`);
}

/** A faulty printer or reader of a kiosk in words, so that the hall knows before a citizen tells. */
function Faults({ kiosks }) {
  const rows = kiosks.flatMap((kiosk) => [kiosk.printer, kiosk.reader].flatMap((device) => (
    device && device.sentences?.length ? [{ kiosk, sentence: device.sentences[0] }] : [])));
  if (rows.length === 0) return null;
  const { kiosk, sentence } = rows[0];
  return html`<p class="kiosk-fault" role="status">${pick(kiosk) || kiosk.id}：${say(sentence)}${
    rows.length > 1 ? ` ${t("window.faults.more", { count: rows.length - 1 })}` : ""}</p>`;
}

/** What the whole hall must know, e.g. that the last good config is in use. */
function Warning({ warning }) {
  return warning && html`<p class="hall-warning" role="status" data-test="window-warning">${say(warning)}</p>`;
}

/** An emergency stands above all else (C16). */
function Emergency({ notice }) {
  return notice && html`<div class="emergency-bar" role="alert" data-test="window-emergency"><${EmergencySign} />
    <p><b>${t("window.emergency")}</b><span class="emergency-notice">${notice}</span><span>${t("window.emergency.stopped")}</span></p></div>`;
}

/** What the window is for; one that is switched tells its mode and what it calls now (C13). */
function Post({ mine, services }) {
  if (!isFlexible(mine)) return mine.post ? html`<span class="top-post">${mine.post}</span>` : null;
  const title = modeTitle(mine);
  return html`<span class="top-post top-mode" data-test="window-mode">${title && html`<b>${title}</b>`}${
    t("window.plan.now", { calls: callsText(mine, services) })}</span>`;
}

/** @param {any} props */
export function TopBar({ hall, mine, now, account, name, slim, kiosks, runner, locked }) {
  const state = mine.state === "paused" ? `${t("desk.paused")} · ${mine.reason ?? ""}` : t(`desk.${mine.state}`);
  const since = mine.state === "paused" ? ` ${stopwatch((now - mine.since) / 1000)}` : "";
  return html`<header class="top">
    <div class="top-line">
      <span class="top-window">${t("window.window", { window: mine.label })}</span>
      ${!slim && html`<${Post} mine=${mine} services=${hall.state.services.value} />`}
      <span class=${`top-state ${mine.state}`} data-test="window-state" data-state=${mine.state}>${state}<span class="figures">${since}</span></span>
      <span class="top-fill"></span>
      ${!hall.state.hall.value.open && html`<span class="top-state paused">${t("window.day_closed")}</span>`}
      <span class="top-me" data-test="window-me">${name || account}</span>
      <span class="top-clock figures">${clock(now)}</span>
      ${!slim && html`<button type="button" class="top-button" lang=${language.value === "en" ? "zh" : "en"}
        onClick=${(event) => {
          event.currentTarget.blur();
          setLanguage(language.value === "en" ? "zh" : "en");
        }}>${t("shared.language.other")}</button>`}
    </div>
    <${Emergency} notice=${hall.state.hall.value.emergency} />
    <${Warning} warning=${hall.state.hall.value.warning} />
    <${Helps} kiosks=${kiosks} runner=${runner} locked=${locked} />
    ${!slim && html`<${Faults} kiosks=${kiosks} />`}
  </header>`;
}
