// The sign of an emergency (C16): a triangle with an exclamation mark, in the colour of the text around it.

import { html } from "./ui.js";

/** @param {{class?: string}} props */
export function EmergencySign({ class: name = "emergency-sign" }) {
  return html`<svg class=${name} viewBox="0 0 48 44" aria-hidden="true">
    <path d="M24 2 46 41H2z" fill="currentColor" stroke="currentColor" stroke-width="3" stroke-linejoin="round" />
    <path class="emergency-mark" d="M24 15v13" stroke="var(--on-sign, #000000)" stroke-width="5" stroke-linecap="round" />
    <circle class="emergency-mark" cx="24" cy="35.500" r="2.8" fill="var(--on-sign, #000000)" /></svg>`;
}
