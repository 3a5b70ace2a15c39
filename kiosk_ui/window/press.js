// The big buttons: at most five, the usual next step first, largest, and under Enter.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { MORE_KEY, undoLeft } from "./steps.js";
import { stepText } from "./told.js";

/** What a browser test calls the buttons whose step has a longer name. */
const TEST = { call: "next", resume_window: "resume" };

/** The words on a step's button. */
function textOf(step, left) {
  if (step.name === "finish_then") return t("window.step.finish_then", { service: pick(step.service) });
  if (step.name === "undo" && left) return t("window.step.undo.left", { seconds: left });
  return t(step.name === "take" ? "window.step.take.here" : `window.step.${step.name}`);
}

/** Where the ticket goes once it is finished here, if it goes on. */
function Onward({ steps, state }) {
  const [next] = steps;
  return next ? html`<span class="press-note">${t("window.step.finish.next", { step: stepText(next, state) })}</span>` : null;
}

function Press({ step, act, disabled, left, children }) {
  const keys = step.primary ? `Enter · ${step.key}` : step.key;
  return html`<button type="button" class=${`press ${step.primary ? "next" : ""} ${step.name}`} disabled=${disabled || step.locked}
      data-test=${`window-${TEST[step.name] ?? step.name}`} onClick=${() => act(step)}>
    <span class="press-text">${textOf(step, left)}</span>${children}${step.key && html`<kbd>${keys}</kbd>`}
  </button>`;
}

/** @param {any} props `ticket` at the window, as in the list; `state` of the hall; `undoS`: seconds in which the hall lets a call be undone */
export function Steps({ main, act, busy, locked, now, mine, ticket, state, undoS, more }) {
  const left = undoLeft(mine.ticket, now, undoS);
  return html`<section class="steps" aria-label=${t("window.steps")}>
    ${main.map((step) => html`<${Press} key=${step.primary ? "primary" : step.name} step=${step} act=${act}
      disabled=${locked || busy} left=${left}>${step.name === "finish" && html`<${Onward} steps=${ticket?.steps ?? []} state=${state} />`}<//>`)}
    <button type="button" class="press other" disabled=${locked} data-test="window-more" onClick=${(event) => {
      event.currentTarget.blur();
      more();
    }}><span class="press-text">${t("window.more")}</span><kbd>${MORE_KEY}</kbd></button>
  </section>`;
}
