// The bar that says the daemon cannot be reached; it appears after a second and goes by itself.

import { html } from "./ui.js";
import { t } from "./i18n.js";
import { clock } from "./time.js";

/**
 * @param {{hall: ReturnType<typeof import("./hall.js").createHall>, text?: string, since?: boolean}} props
 *   `text`: key of another sentence than the citizen's; `since`: also tell the time of the last news
 */
export function OfflineBar({ hall, text = "shared.offline", since = false }) {
  if (hall.online.value) return html`<div role="status" aria-live="polite"></div>`;
  const heard = hall.heard.value;
  return html`<div role="status" aria-live="polite"><div class="offline-bar">
    <span class="offline-sign" aria-hidden="true"></span>
    <span>${t(text)}${since && heard ? ` · ${t("shared.offline.since", { clock: clock(heard) })}` : ""}</span>
  </div></div>`;
}
