// The windows: over each its strip, on each its call pad and its rating pad, and below them what this window has alone.

import { html } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Faults, Front, Note, Seen, Wire } from "./device.js";
import { OpenPage } from "./links.js";
import { ClerkPad, RatingPad } from "./pads.js";
import { Scanner } from "./scanners.js";
import { Strip } from "./signs.js";
import { word } from "./words.js";

export function Desks({ hall, stage, windows }) {
  return html`<section class="area counter" aria-label=${t("demo.area.windows")}>
    <h2>${t("demo.area.windows")}</h2>
    <div class="desks">${windows.map(({ window, parts, own }) => html`
      <${Desk} key=${window.id} hall=${hall} stage=${stage} window=${window} parts=${parts} own=${own} />`)}</div>
  </section>`;
}

const MARKS = { open: "online", paused: "fault", closed: "quiet" };

function Desk({ hall, stage, window, parts, own }) {
  const { id, label, post, state, ticket } = window;
  return html`<article class="desk" data-window=${id} data-test=${`demo-window-${id}`}>
    <header class="desk-head"><h3 title=${post}><b>${label}</b><span>${post}</span></h3>
      <span class=${`chip ${MARKS[state]}`}>${t(`desk.${state}`)}</span>
      <${OpenPage} stage=${stage} page="window" place=${id} kind="bare">${t("demo.open.window")}<span class="hidden-text">${label}</span><//></header>
    ${parts.strip && html`<${Strip} ...${parts.strip} />`}
    <p class="desk-now">${ticket
      ? html`<b class="figures">${ticket.label}</b> ${t(`stage.${ticket.stage}`)}`
      : html`<span class="soft">${t("demo.window.none")}</span>`}</p>
    <div class="desk-pads">
      ${parts.pad && html`<${ClerkPad} stage=${stage} window=${window} ...${parts.pad} />`}
      ${parts.rating && html`<${RatingPad} stage=${stage} ...${parts.rating} />`}
    </div>
    ${own.map((device) => html`<${Own} key=${device.name} hall=${hall} stage=${stage} device=${device} window=${window} />`)}
  </article>`;
}

const SCANNERS = ["camera", "escl", "sane"];

/** A device of this window alone: a scanner with its picture, or the line of a strip or pad that stands above. */
function Own({ hall, stage, device, window }) {
  const scans = SCANNERS.includes(device.driver);
  return html`<section class="own" data-test=${`demo-device-${device.name}`}>
    <header class="device-head"><h4>${word("driver", device.driver)}</h4><span class="soft">${device.name}</span>
      <${Seen} hall=${hall} device=${device} /></header>
    ${scans && html`<${Scanner} stage=${stage} device=${device} window=${window} />`}
    <${Front} stage=${stage} device=${device} />
    ${device.driver !== "hidpad" && html`<${Note} stage=${stage} spot=${device.name} />`}
    <${Faults} stage=${stage} device=${device} /><${Wire} device=${device} />
  </section>`;
}
