// The big buttons: at most five, the usual next step first, largest, and under Enter.

import { html } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { MORE_KEY, undoLeft } from "./steps.js";

function Press({ step, act, disabled, now, mine }) {
  const left = step.name === "undo" ? undoLeft(mine.ticket, now) : 0;
  const text = left ? t("window.step.undo.left", { seconds: left }) : t(`window.step.${step.name}`);
  const keys = step.primary ? `Enter · ${step.key}` : step.key;
  return html`<button type="button" class=${`press ${step.primary ? "next" : ""} ${step.name}`} disabled=${disabled}
      onClick=${() => act(step)}>
    <span class="press-text">${text}</span>${keys && html`<kbd>${keys}</kbd>`}
  </button>`;
}

/** @param {any} props */
export function Steps({ main, act, busy, locked, now, mine, more }) {
  const disabled = locked || busy;
  return html`<section class="steps" aria-label=${t("window.steps")}>
    ${main.map((step) => html`<${Press} key=${step.primary ? "primary" : step.name} step=${step} act=${act}
      disabled=${disabled} now=${now} mine=${mine} />`)}
    <button type="button" class="press other" disabled=${locked} onClick=${(event) => {
      event.currentTarget.blur();
      more();
    }}><span class="press-text">${t("window.more")}</span><kbd>${MORE_KEY}</kbd></button>
  </section>`;
}
