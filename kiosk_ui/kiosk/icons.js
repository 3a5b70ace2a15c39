// Icons of services by the name in the config (`icon = "household"`); a service without one shows its prefix.

import { html } from "../shared/ui.js";

/** Strokes on a 24 × 24 grid. */
const ICONS = {
  consult: "M4 5h16v11H9l-5 4zM9 9h6M9 12h4",
  general: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7",
  household: "M3 11l9-7 9 7M5 10v10h14V10M10 20v-6h4v6",
  identity: "M3 5h18v14H3zM7 15c0-3 5-3 5 0M9.5 9.500a1.2 1.2 0 1 0 .01 0M14.5 10H18M14.5 13.500H18",
  collect: "M7 3h10v18l-5-3-5 3zM10 8h4M10 12h4",
  social: "M12 21s-8-5-8-11a4.5 4.5 0 0 1 8-2.500A4.5 4.5 0 0 1 20 10c0 6-8 11-8 11z",
  medical: "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
  employment: "M3 8h18v12H3zM9 8V5h6v3M3 13h18",
  estate: "M4 21V5l8-2v18M12 8h8v13M7 8h2M7 12h2M7 16h2M15 12h2M15 16h2",
  tax: "M5 3h14v18l-3.5-2-3.5 2-3.5-2L5 21zM9 7l3 4 3-4M12 11v6M9.5 12h5M9.5 14.500h5",
  business: "M4 9l2-5h12l2 5M4 9v11h16V9M4 9h16M9 20v-6h6v6",
  licence: "M5 3h14v12H5zM8 7h8M8 10h5M15 15v6l-2-1.500L11 21v-6",
  fund: "M12 3l9 5H3zM5 11v6M10 11v6M14 11v6M19 11v6M3 20h18",
  water: "M12 3s7 7.5 7 12a7 7 0 0 1-14 0c0-4.5 7-12 7-12z",
  power: "M13 2L5 14h6l-1 8 9-13h-6z",
  marriage: "M8 20a5.5 5.5 0 1 1 4-9.300A5.5 5.5 0 1 1 12 18.300M9 5l-1-2h4l-1 2z",
  disabled: "M11 4.500a1.5 1.5 0 1 0 .01 0M11 8v6h5l3 5M11 11h4M9 11.500a5 5 0 1 0 6 6.5",
  travel: "M6 3h12v18H6zM12 7.500a3 3 0 1 0 .01 0M9 16.500h6",
  traffic: "M4 16v-4l2-5h12l2 5v4zM4 12h16M6.5 16v2.500M17.5 16v2.500M7.5 14h1M15.5 14h1",
  farming: "M12 21v-9M12 12c0-4 3-6 7-6 0 4-3 6-7 6zM12 15c0-3-2-5-6-5 0 3 2 5 6 5z",
};

export function Icon({ name, prefix }) {
  const path = ICONS[name];
  if (!path) return html`<span class="icon prefix figures" aria-hidden="true">${prefix}</span>`;
  return html`<span class="icon" aria-hidden="true"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d=${path} /></svg></span>`;
}
