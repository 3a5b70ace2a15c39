// LED signs as they hang: one line over a window, or a screen in the hall with a line for each window.

import { html } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Faults, Front, Note, Seen, Wire } from "./device.js";
import { screenOf, shownAt } from "./plan.js";
import { word } from "./words.js";

/** A strip: its own text in its own colour; without its cable it goes on showing what it last heard, dark without power. */
export function Strip(part) {
  const { device, unit } = part;
  const { text, colour, on } = shownAt(part);
  return html`<div class=${`led ${colour} ${on ? "" : "dark"}`} role="img" aria-label=${`${word("driver", device.driver)} ${text}`}
    data-test=${`demo-strip-${device.name}-${unit}`} data-colour=${colour}
    style=${`--letters: ${Math.max(6, text.length)}`}><span>${text}</span></div>`;
}

/** A screen of several areas, to scale; the windows' numbers are printed on its frame. */
function Screen({ device }) {
  const { width, height, on, rows } = screenOf(device);
  const at = (row) => `left:${(100 * row.x) / width}%;top:${(100 * row.y) / height}%;width:${(100 * row.width) / width}%;`
    + `height:${(100 * row.height) / height}%;--dots:${row.font?.startsWith("O002") ? 32 : row.font?.startsWith("O001") ? 24 : 16}`;
  return html`<div class="screen">
    <ol class="screen-frame" aria-hidden="true">${rows.map((row) => html`<li key=${row.y}>${row.window}</li>`)}</ol>
    <div class=${on ? "screen-led" : "screen-led dark"} role="list" style=${`--wide:${width};aspect-ratio:${width}/${height}`}>
      ${rows.map((row) => html`<p key=${`${row.x}-${row.y}`} role="listitem" class=${row.colour} style=${at(row)}
        data-test=${`demo-area-${device.name}-${row.window}`} data-colour=${row.colour}>
        <span class="hidden-text">${row.window && t("demo.board.window", { window: row.window })}</span>${row.text}</p>`)}
    </div></div>`;
}

export function Sign({ hall, stage, device }) {
  const { width, height, brightness } = screenOf(device);
  return html`<article class="device sign" data-test=${`demo-device-${device.name}`}>
    <header class="device-head"><h3>${word("driver", device.driver)}</h3><span class="soft">${device.name}</span>
      <${Seen} hall=${hall} device=${device} /></header>
    <${Screen} device=${device} />
    <p class="soft small">${t("demo.sign.facts", { width, height, brightness: brightness ?? "–" })}</p>
    <${Front} stage=${stage} device=${device} />
    <${Note} stage=${stage} spot=${device.name} />
    <${Faults} stage=${stage} device=${device} /><${Wire} device=${device} />
  </article>`;
}
