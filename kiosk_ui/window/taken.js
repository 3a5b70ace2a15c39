// What a clerk sees whose window another one has taken over (AB岗): at once, in words, with the ways on.

import { html } from "../shared/ui.js";
import { focusOnce } from "./reasons.js";
import { t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";

/** @param {{window: any, hall: any, onBack: () => void, onLogout: () => void}} props */
export function TakenOver({ window: mine, hall, onBack, onLogout }) {
  return html`<main class="taken-over" data-test="window-taken-over">
    <${OfflineBar} hall=${hall} text="shared.offline.staff" since />
    <h1>${t("window.taken.title", { window: mine.label })}</h1>
    <p>${t("window.taken.by", { clerk: mine.clerk.name ?? mine.clerk.id })}</p>
    <p class="soft">${mine.ticket ? t("window.taken.ticket", { label: mine.ticket.label }) : t("window.taken.kept")}</p>
    <div class="taken-ways">
      <button type="button" class="button primary" ref=${focusOnce} onClick=${onBack}>${t("window.taken.back")}</button>
      <button type="button" class="button plain" onClick=${onLogout}>${t("window.logout")}</button>
    </div>
  </main>`;
}
