// A reason from a short list, or in own words. The list is the same in every hall; the words are kept as chosen.

import { html, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";

/** The usual reasons of a step, as text keys `window.reason.<group>.<n>`. */
const COUNT = { pause: 6, hold: 4, cancel: 4, choose: 4, transfer: 4, take: 4 };

/** The reason's own words; the daemon takes up to 200 characters, a strip shows far fewer. */
export const REASON_LENGTH = 60;

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
    ${optional && html`<button type="button" class="menu-item" data-item data-focus onClick=${() => done("")}>
      <kbd>Enter</kbd><span class="menu-text">${t("window.reason.none")}</span></button>`}
    ${reasons.map((reason, index) => html`<button type="button" key=${reason} class="menu-item" data-digit=${index + 1}
      onClick=${() => done(reason)}><kbd>${index + 1}</kbd><span class="menu-text">${reason}</span></button>`)}
    <form class="own" onSubmit=${submit}>
      <input value=${own} maxlength=${REASON_LENGTH} placeholder=${t("window.reason.own")} aria-label=${t("window.reason.own")}
        data-item onInput=${(event) => setOwn(event.currentTarget.value)} />
      <button class="button" disabled=${!own.trim()}>${t("shared.confirm")}</button>
    </form></div>`;
}

/**
 * A reason beside another choice: a list of the usual ones, and a field where none of them fits.
 * @param {{group: string, value: string, set: (reason: string) => void}} props
 */
export function ReasonField({ group, value, set, }) {
  const [own, setOwn] = useState(false);
  const choose = (event) => {
    const { value: chosen } = event.currentTarget;
    setOwn(chosen === "own");
    set(chosen === "own" ? "" : chosen);
  };
  return html`<label class="reason-field"><span>${t("window.reason.optional")}</span>
    <select value=${own ? "own" : value} onChange=${choose} data-test="window-reason">
      <option value="">${t("window.reason.none")}</option>
      ${reasonsOf(group).map((reason) => html`<option key=${reason} value=${reason}>${reason}</option>`)}
      <option value="own">${t("window.reason.own")}</option></select>
    ${own && html`<input value=${value} maxlength=${REASON_LENGTH} aria-label=${t("window.reason.own")} ref=${focusOnce}
      onInput=${(event) => set(event.currentTarget.value)} />`}
  </label>`;
}

/** Give a field that has just appeared the focus, once. */
export function focusOnce(field) {
  if (field && !field.dataset.focused) {
    field.dataset.focused = "yes";
    field.focus();
  }
}
