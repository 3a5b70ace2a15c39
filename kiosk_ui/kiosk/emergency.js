// C16: the whole screen is the notice, in both languages' frame; nothing can be taken until the emergency ends.

import { html } from "../shared/ui.js";
import { EmergencySign } from "../shared/emergency.js";
import texts from "../i18n/kiosk.js";

/** Both languages at once: nobody looks for a switch now. */
const both = (key) => html`<span lang="zh-CN">${texts.zh[key]}</span><span lang="en">${texts.en[key]}</span>`;

/** @param {{notice: string}} props */
export function Emergency({ notice }) {
  return html`<main class="emergency" role="alert" data-test="kiosk-emergency">
    <${EmergencySign} />
    <h1>${both("kiosk.emergency")}</h1>
    <p class=${notice.length > 60 ? "emergency-notice long" : "emergency-notice"}>${notice}</p>
    <p class="emergency-follow">${both("kiosk.emergency.follow")}</p>
  </main>`;
}
