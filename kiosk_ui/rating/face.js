// Five faces that differ by their mouth and brows, not by colour; the words stand below each.

import { html } from "../shared/ui.js";

/** The five levels of 好差评, best first. */
export const LEVELS = ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"];

/** Mouth and brows on a 100 × 100 grid. */
const LINES = {
  very_satisfied: "M26 56a24 24 0 0 0 48 0zM28 34q7-8 14 0M58 34q7-8 14 0",
  satisfied: "M30 60q20 20 40 0",
  basically_satisfied: "M32 66h36",
  dissatisfied: "M32 71q18-14 36 0",
  very_dissatisfied: "M30 76q20-26 40 0M26 29l16 7M74 29l-16 7",
};

export function Face({ level }) {
  const eyes = level === "very_satisfied" ? 42 : 43;
  return html`<svg class="face" viewBox="0 0 100 100" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="5"
    stroke-linecap="round" stroke-linejoin="round">
    <circle cx="50" cy="50" r="44" fill="var(--accent-soft)" />
    <circle cx="35" cy=${eyes} r="3.5" fill="currentColor" stroke-width="2" /><circle cx="65" cy=${eyes} r="3.5" fill="currentColor" stroke-width="2" />
    <path d=${LINES[level]} />
  </svg>`;
}
