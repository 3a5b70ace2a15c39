// The business day: one button, one clear question that names how many people closing would send away.

import { html, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Confirm } from "./dialog.js";
import { closingEffect } from "./overview.js";

function Closing({ app, onClose }) {
  const effect = closingEffect(app.hall.state.tickets.value);
  const { open, paused } = app.hall.state.windows.value.reduce(
    (sum, window) => ({ ...sum, [window.state]: (sum[window.state] ?? 0) + 1 }), { open: 0, paused: 0 });
  return html`<${Confirm} title=${t("admin.day.close.title")} yes=${t("admin.day.close.yes")} danger onClose=${onClose}
      onYes=${() => app.run("day.close")}>
    <p class=${effect.expired > 0 ? "effect red" : "effect"} data-test="admin-day-effect">${effect.expired > 0
      ? t("admin.day.close.expired", effect) : t("admin.day.close.nobody")}</p>
    ${effect.missed > 0 && html`<p>${t("admin.day.close.missed", { count: effect.missed })}</p>`}
    ${effect.kept > 0 && html`<p>${t("admin.day.close.kept", { count: effect.kept })}</p>`}
    ${open + paused > 0 && html`<p>${t("admin.day.close.windows", { count: open + paused })}</p>`}
    <p class="soft">${t("admin.day.close.again")}</p></${Confirm}>`;
}

function Opening({ app, onClose }) {
  return html`<${Confirm} title=${t("admin.day.open.title")} yes=${t("admin.day.open.yes")} onClose=${onClose}
      onYes=${() => app.run("day.open")}>
    <p>${t("admin.day.open.text")}</p></${Confirm}>`;
}

/** @param {{app: any}} props */
export function Day({ app }) {
  const [asked, setAsked] = useState(false);
  const { open, day } = app.hall.state.hall.value;
  const close = () => setAsked(false);
  return html`<div class="day">
    <p class="day-state" data-test="admin-day-state"><span class=${open ? "chip online" : "chip quiet"}>${t(open ? "admin.day.is_open" : "admin.day.is_closed")}</span>
      <span class="figures">${day ?? ""}</span></p>
    ${app.manages && html`<button type="button" class=${open ? "button small plain" : "button small primary"} data-test="admin-day"
      data-open=${open} disabled=${!app.hall.online.value} onClick=${() => setAsked(true)}>
      ${t(open ? "admin.day.close" : "admin.day.open")}</button>`}
    ${asked && (open ? html`<${Closing} app=${app} onClose=${close} />` : html`<${Opening} app=${app} onClose=${close} />`)}
  </div>`;
}
