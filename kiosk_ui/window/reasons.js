// A reason from a short list, or in own words. The list is the same in every hall; the words are kept as chosen.

import { html, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";

/** The usual reasons of a step, as text keys `window.reason.<group>.<n>`. */
const COUNT = { pause: 6, hold: 4, cancel: 4, choose: 4, transfer: 4 };

/** The usual reasons of `group` in the current language. */
export const reasonsOf = (group) => Array.from({ length: COUNT[group] }, (_, index) => t(`window.reason.${group}.${index + 1}`));

/**
 * @param {{group: string, optional?: boolean, done: (reason: string) => void}} props `optional`: none may be given
 */
export function Reasons({ group, optional = false, done }) {
  const [own, setOwn] = useState("");
  const submit = (event) => {
    event.preventDefault();
    if (own.trim()) done(own.trim());
  };
  const reasons = reasonsOf(group);
  return html`<div class="menu">
    ${optional && html`<button type="button" class="menu-item" data-item onClick=${() => done("")}>
      <kbd>Enter</kbd><span>${t("window.reason.none")}</span></button>`}
    ${reasons.map((reason, index) => html`<button type="button" key=${reason} class="menu-item" data-digit=${index + 1}
      onClick=${() => done(reason)}><kbd>${index + 1}</kbd><span>${reason}</span></button>`)}
    <form class="own" onSubmit=${submit}>
      <input value=${own} maxlength="60" placeholder=${t("window.reason.own")} aria-label=${t("window.reason.own")}
        onInput=${(event) => setOwn(event.currentTarget.value)} />
      <button class="button" disabled=${!own.trim()}>${t("shared.confirm")}</button>
    </form></div>`;
}

/** A reason beside another choice: a field with the usual ones offered. */
export function ReasonField({ group, value, set, required = false }) {
  const list = `reasons-${group}`;
  return html`<label class="reason-field"><span>${t(required ? "window.reason.required" : "window.reason.optional")}</span>
    <input list=${list} value=${value} maxlength="60" onInput=${(event) => set(event.currentTarget.value)} />
    <datalist id=${list}>${reasonsOf(group).map((reason) => html`<option key=${reason} value=${reason} />`)}</datalist>
  </label>`;
}
