// The bar at the bottom, always there: larger type, voice, language, help, and "where am I in the queue".

import { html, useEffect } from "../shared/ui.js";
import { language, t } from "../shared/i18n.js";
import { canSpeak, reading } from "./voice.js";

function Toggle({ on, press, text, sign }) {
  return html`<button type="button" class="button bar-button" aria-pressed=${on} onClick=${press}>
    <span class="bar-sign" aria-hidden="true">${sign}</span><span>${text}</span></button>`;
}

export function Bar({ flow }) {
  const elder = flow.view.elder.value;
  const asked = Boolean(flow.kiosk()?.help);
  useEffect(() => { document.documentElement.toggleAttribute("data-elder", elder); }, [elder]);
  const other = language.value === "en" ? "zh" : "en";
  return html`<nav class="bar" aria-label=${t("kiosk.bar")}>
    <${Toggle} on=${elder} press=${flow.view.toggleElder} sign=${elder ? "小" : "大"} text=${t(elder ? "kiosk.bar.normal" : "kiosk.bar.elder")} />
    ${canSpeak.value && html`<${Toggle} on=${reading.value} press=${() => { reading.value = !reading.value; flow.view.touch(); }}
      sign="♪" text=${t(reading.value ? "kiosk.bar.voice.off" : "kiosk.bar.voice")} />`}
    <button type="button" class="button bar-button" onClick=${() => flow.view.setLanguage(other)}>
      <span class="bar-sign" aria-hidden="true">${other === "en" ? "En" : "中"}</span><span>${t("shared.language.other")}</span></button>
    <button type="button" class="button bar-button" onClick=${flow.view.openFind}>
      <span class="bar-sign" aria-hidden="true">?</span><span>${t("kiosk.bar.find")}</span></button>
    <button type="button" class=${asked ? "button bar-button bar-help asked" : "button bar-button bar-help"}
      aria-disabled=${asked} onClick=${asked ? undefined : flow.help}>
      <span class="bar-sign" aria-hidden="true">${asked ? "✓" : "!"}</span>
      <span role="status">${t(asked ? "kiosk.bar.help.asked" : "kiosk.bar.help")}</span></button>
  </nav>`;
}
