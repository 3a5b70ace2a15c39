// One place that a rule warns of: what is so, what would help by how much, and the button that does it.

import { html, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { Dialog } from "./dialog.js";
import { actorText, namesOf } from "./names.js";
import { fragmentOf } from "./route.js";
import { dismissable, saidOf, waitingNow } from "./watch.js";

const REASONS = [1, 2, 3];

function Dismiss({ app, row, onClose }) {
  const [own, setOwn] = useState("");
  const dismiss = async (reason) => {
    onClose();
    for (const alert of dismissable(row)) await app.run("alert.dismiss", { alert: alert.id, reason });
  };
  const submit = (event) => {
    event.preventDefault();
    if (own.trim()) dismiss(own.trim());
  };
  return html`<${Dialog} title=${t("admin.watch.dismiss.title")} onClose=${onClose}>
    <p>${saidOf(row)}</p>
    <p class="soft">${t("admin.watch.dismiss.text")}</p>
    <div class="reasons">${REASONS.map((number) => html`<button type="button" key=${number} class="button plain" data-first=${number === 1}
      data-test="admin-watch-reason" onClick=${() => dismiss(t(`admin.watch.reason.${number}`))}>${t(`admin.watch.reason.${number}`)}</button>`)}</div>
    <form class="own" onSubmit=${submit}>
      <input value=${own} maxlength="60" placeholder=${t("admin.reason.own")} aria-label=${t("admin.reason.own")}
        onInput=${(event) => setOwn(event.currentTarget.value)} />
      <button class="button primary" disabled=${!own.trim()}>${t("admin.watch.dismiss")}</button></form>
    <div class="dialog-buttons"><button type="button" class="button plain" onClick=${onClose}>${t("shared.cancel")}</button></div>
  </${Dialog}>`;
}

/** What was done about it, and how it is since. */
function Confirmed({ app, row }) {
  const { main } = row;
  const now = waitingNow(main, app.hall.state.services.value);
  const who = actorText(main.by ?? "", namesOf(app.hall.state));
  return html`<span class="watch-said"><span>${saidOf(row)}</span>
    <span class="watch-advice">${t("admin.watch.confirmed", { who, at: clock(main.at) })} ${say(main.suggestion)}
      ${now !== null && main.waiting !== null && html`<b class="figures" data-test="admin-watch-effect"> ${t("admin.watch.effect", { then: main.waiting, now })}</b>`}</span></span>`;
}

function Asking({ row }) {
  const { suggestion } = row.main;
  return html`<span class="watch-said"><span>${saidOf(row)}</span>
    ${suggestion && html`<span class="watch-advice"><b>${t("admin.watch.suggested")}</b> ${say(suggestion)}</span>`}</span>`;
}

/** The button that takes the suggestion: it names the window and the deed that are shown, and nothing else is done. */
function Take({ app, alert }) {
  const [busy, setBusy] = useState(false);
  const { window, action } = alert.suggestion;
  const take = async () => {
    setBusy(true);
    const receipt = await app.run("alert.confirm", { alert: alert.id, window, action });
    setBusy(false);
    if (receipt) app.notice.tell(t(action === "staff" ? "admin.watch.done.staff" : "admin.watch.done"));
  };
  return html`<button type="button" class="button small primary" data-test="admin-watch-confirm" disabled=${busy || !app.hall.online.value}
    onClick=${take}>${t(action === "staff" ? "admin.watch.confirm.staff" : "admin.watch.confirm")}</button>`;
}

const TONES = { raised: "amber", confirmed: "green", dismissed: "quiet" };

/** @param {{app: any, row: any}} props `row` of `rowsOf` */
export function WatchAlert({ app, row }) {
  const [asked, setAsked] = useState(false);
  const { main, stage } = row;
  const raised = stage === "raised";
  const step = !main.suggestion && (main.window ? fragmentOf("hall", { state: main.rule === "pause" ? "paused" : "" }) : fragmentOf("rules"));
  return html`<li class=${`alert watch ${TONES[stage]}`} data-test=${`admin-watch-${main.service ?? main.window ?? "hall"}`} data-stage=${stage} data-rule=${main.rule}>
    <b>${t(`admin.watch.rule.${main.rule}`)}</b>
    ${stage === "confirmed" ? html`<${Confirmed} app=${app} row=${row} />` : html`<${Asking} row=${row} />`}
    ${stage === "dismissed" && html`<span class="under">${t("admin.watch.dismissed", { reason: main.reason })}</span>`}
    ${raised && app.manages && main.suggestion && html`<${Take} app=${app} alert=${main} />`}
    ${raised && step && html`<a class="button small plain" href=${step}>${t(main.window ? "admin.alert.unserved.go" : "admin.watch.rules")}</a>`}
    ${raised && app.manages && html`<button type="button" class="button small plain" data-test="admin-watch-dismiss" disabled=${!app.hall.online.value}
      onClick=${() => setAsked(true)}>${t("admin.watch.dismiss")}</button>`}
    ${asked && html`<${Dismiss} app=${app} row=${row} onClose=${() => setAsked(false)} />`}</li>`;
}
