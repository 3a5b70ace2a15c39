// The big buttons: at most five, the usual next step first, largest, and under Enter.

import { html } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { MORE_KEY, undoLeft } from "./steps.js";

/** What a browser test calls the buttons whose step has a longer name. */
const TEST = { call: "next", resume_window: "resume" };

/** The words on a step's button. */
function textOf(step, left) {
  if (step.name === "undo" && left) return t("window.step.undo.left", { seconds: left });
  return t(step.name === "take" ? "window.step.take.here" : `window.step.${step.name}`);
}

function Press({ step, act, disabled, left }) {
  const keys = step.primary ? `Enter · ${step.key}` : step.key;
  return html`<button type="button" class=${`press ${step.primary ? "next" : ""} ${step.name}`} disabled=${disabled}
      data-test=${`window-${TEST[step.name] ?? step.name}`} onClick=${() => act(step)}>
    <span class="press-text">${textOf(step, left)}</span>${step.key && html`<kbd>${keys}</kbd>`}
  </button>`;
}

/** @param {any} props `undoS`: seconds in which the hall lets a call be undone */
export function Steps({ main, act, busy, locked, now, mine, undoS, more }) {
  const left = undoLeft(mine.ticket, now, undoS);
  return html`<section class="steps" aria-label=${t("window.steps")}>
    ${main.map((step) => html`<${Press} key=${step.primary ? "primary" : step.name} step=${step} act=${act}
      disabled=${locked || busy} left=${left} />`)}
    <button type="button" class="press other" disabled=${locked} data-test="window-more" onClick=${(event) => {
      event.currentTarget.blur();
      more();
    }}><span class="press-text">${t("window.more")}</span><kbd>${MORE_KEY}</kbd></button>
  </section>`;
}
