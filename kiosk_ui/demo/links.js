// Ways to the hall's other pages, each in a tab of its own; the accounts; and the first walk, step by step.

import { html } from "../shared/ui.js";
import { language, pick, setLanguage, t } from "../shared/i18n.js";
import { STEPS, linksOf, stepsDone } from "./plan.js";
import { word } from "./words.js";

function hrefOf(stage, page, place) {
  const group = linksOf(stage.list.value.pages).find((each) => each.page === page);
  return group?.links.find((link) => place === undefined || link.place === place)?.href;
}

/** A link to a page of the hall; `place` undefined: the first one. */
export function OpenPage({ stage, page, place, kind = "", children }) {
  const href = hrefOf(stage, page, place);
  return href && html`<a class=${`press open ${kind}`} href=${href} target="_blank" rel="noopener">
    ${children}<span aria-hidden="true">↗</span></a>`;
}

function PageLinks({ stage }) {
  return html`<nav class="page-links" data-test="demo-page-links" aria-label=${t("demo.pages")}>
    ${linksOf(stage.list.value.pages).map(({ page, links }) => html`<span key=${page} class="page-group">
      <span class="page-name">${word("page", page)}</span>
      ${links.map(({ place, href }) => html`<a key=${place ?? page} class="press" href=${href} target="_blank" rel="noopener"
        aria-label=${`${word("page", page)} ${place ? place.replace(/^kiosk-/, "") : t("demo.pages.open")}`}>${place ? place.replace(/^kiosk-/, "") : t("demo.pages.open")}</a>`)}</span>`)}
  </nav>`;
}

function Accounts({ accounts }) {
  return html`<details class="accounts" data-test="demo-accounts"><summary class="press">${t("demo.accounts")}</summary>
    <div class="accounts-sheet"><p>${t("demo.accounts.how")}</p><table><thead><tr><th>${t("login.account")}</th><th>${t("login.password")}</th>
      <th>${t("login.role")}</th></tr></thead><tbody>${accounts.map(({ account, password, roles }) => html`<tr key=${account}>
        <td class="figures">${account}</td><td><code>${password}</code></td><td>${roles.map((role) => t(`role.${role}`)).join(" · ")}</td></tr>`)}
    </tbody></table></div></details>`;
}

export function Header({ hall, stage }) {
  const { accounts } = stage.list.value;
  const other = language.value === "en" ? "zh" : "en";
  return html`<header class="demo-head">
    <h1>${t("demo.title")}<span>${pick(hall.state.hall.value)}</span></h1>
    <${PageLinks} stage=${stage} />
    <div class="head-side"><${Accounts} accounts=${accounts} />
      <button type="button" class="press" data-test="demo-language" onClick=${() => setLanguage(other)}>${t("shared.language.other")}</button></div>
  </header>`;
}

/** Bring a part of the plan before the eyes and let it light up once. */
function pointAt(selector) {
  const part = document.querySelector(selector);
  if (!part) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  part.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
  part.classList.remove("pointed");
  requestAnimationFrame(() => part.classList.add("pointed"));
}

/** Where a step is done: a page, or a part of this one. */
function StepKey({ stage, step, windows }) {
  const open = windows.find((row) => row.state !== "closed")?.id ?? "2";
  const [page, place] = { open: ["window", "2"], take: ["kiosk", undefined] }[step] ?? [];
  if (page) return html`<${OpenPage} stage=${stage} page=${page} place=${place}>${word("step.key", step)}<//>`;
  const desk = `[data-window="${open}"]`;
  const target = { next: desk, finish: desk, listen: ".loudspeaker", fault: ".kiosk-stand .printer" }[step];
  return html`<button type="button" class="press" onClick=${() => pointAt(target)}>${word("step.key", step)}</button>`;
}

export function Steps({ hall, stage }) {
  const { windows, services, calls } = hall.state; // what is done is read off the hall, not off clicks here
  const done = stepsDone({
    windows: windows.value, services: services.value, calls: calls.value, devices: stage.list.value.devices,
    listened: stage.listened.value,
  });
  const next = STEPS.find((step) => !done[step]);
  return html`<ol class="steps" aria-label=${t("demo.steps")}>${STEPS.map((step, index) => html`
    <li key=${step} class=${done[step] ? "step done" : step === next ? "step next" : "step"}
      data-test=${`demo-step-${step}`} data-done=${String(done[step])}>
      <span class="step-number" aria-hidden="true">${done[step] ? "✓" : index + 1}</span>
      <span class="step-words"><b>${word("step", step)}</b>${done[step] && html`<span class="hidden-text">${t("demo.step.done")}</span>`}
        <span>${word("step.text", step)}</span></span>
      <${StepKey} stage=${stage} step=${step} windows=${windows.value} /></li>`)}</ol>`;
}
