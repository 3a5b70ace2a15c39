// The emergency: declared with a notice and a word that is typed, told on every tab, ended with a question (C16).

import { html, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Confirm, Dialog } from "./dialog.js";

const NOTICES = [1, 2, 3];

/** Whether the word that must be typed stands there, in whatever case. */
export const isTyped = (text, word) => text.trim().toLowerCase() === word.toLowerCase();

function Declare({ app, onClose }) {
  const [notice, setNotice] = useState(t("admin.emergency.notice.1"));
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const word = t("admin.emergency.word");
  const ready = notice.trim() !== "" && isTyped(typed, word) && !busy;
  const submit = async (event) => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    if (await app.run("emergency.declare", { notice: notice.trim() })) onClose();
    setBusy(false);
  };
  return html`<${Dialog} title=${t("admin.emergency.title")} onClose=${onClose}>
    <form class="emergency-form" onSubmit=${submit}>
      <p class="effect red">${t("admin.emergency.text")}</p>
      <div class="reasons">${NOTICES.map((number) => html`<button type="button" key=${number} class="button small plain"
        onClick=${() => setNotice(t(`admin.emergency.notice.${number}`))}>${t(`admin.emergency.kind.${number}`)}</button>`)}</div>
      <label><span>${t("admin.emergency.notice")}</span><textarea rows="2" maxlength="200" value=${notice} data-test="admin-emergency-notice"
        onInput=${(event) => setNotice(event.currentTarget.value)}></textarea></label>
      <label><span>${t("admin.emergency.type", { word })}</span><input value=${typed} autocomplete="off" data-first data-test="admin-emergency-word"
        onInput=${(event) => setTyped(event.currentTarget.value)} /></label>
      <div class="dialog-buttons"><button type="button" class="button plain" onClick=${onClose}>${t("shared.cancel")}</button>
        <button class="button alarm" disabled=${!ready} data-test="admin-emergency-declare">${t("admin.emergency.declare")}</button></div>
    </form></${Dialog}>`;
}

/** The button in the top bar; it is gone while there is an emergency. */
export function EmergencyButton({ app }) {
  const [asked, setAsked] = useState(false);
  if (!app.manages || app.hall.state.hall.value.emergency !== null) return null;
  return html`<button type="button" class="top-button danger" data-test="admin-emergency" disabled=${!app.hall.online.value}
      onClick=${() => setAsked(true)}>${t("admin.emergency")}</button>
    ${asked && html`<${Declare} app=${app} onClose=${() => setAsked(false)} />`}`;
}

/** What everybody must see, on every tab. */
export function EmergencyBanner({ app }) {
  const [asked, setAsked] = useState(false);
  const { emergency } = app.hall.state.hall.value;
  if (emergency === null || emergency === undefined) return null;
  return html`<div class="emergency" role="alert" data-test="admin-emergency-banner">
    <b>${t("admin.emergency.now")}</b><span>${emergency}</span>
    ${app.manages && html`<button type="button" class="button small" data-test="admin-emergency-end" disabled=${!app.hall.online.value}
      onClick=${() => setAsked(true)}>${t("admin.emergency.end")}</button>`}
    ${asked && html`<${Confirm} title=${t("admin.emergency.end.title")} yes=${t("admin.emergency.end")} onClose=${() => setAsked(false)}
      onYes=${() => app.run("emergency.end")}><p>${t("admin.emergency.end.text")}</p></${Confirm}>`}</div>`;
}
