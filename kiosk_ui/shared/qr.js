// A QR code as an SVG drawn in the page; nothing is fetched.

import { html, useMemo } from "./ui.js";
import { qrcode } from "../vendor/qrcode.js";

const QUIET = 4; // modules of white around the code, as the standard asks

/** The dark modules of `text` as one SVG path, and the side of the whole in modules. */
export function qrPath(text) {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  return { path, side: count + 2 * QUIET };
}

/** @param {{text: string, label: string}} props `label` is what a screen reader says */
export function Qr({ text, label }) {
  const { path, side } = useMemo(() => qrPath(text), [text]);
  return html`<svg class="qr" viewBox=${`0 0 ${side} ${side}`} role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width=${side} height=${side} fill="#ffffff" /><path d=${path} fill="#000000" />
  </svg>`;
}
