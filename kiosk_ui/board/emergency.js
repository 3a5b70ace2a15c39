// C16: the whole screen is the notice, in both languages' frame, until the emergency ends; then the calls come back.

import { html } from "../shared/ui.js";
import { EmergencySign } from "../shared/emergency.js";
import texts from "../i18n/board.js";
import { Status } from "./frame.js";
import { noticeSize } from "./layout.js";

/** Both languages at once: nobody looks for a switch now. */
const both = (key) => html`<span lang="zh-CN">${texts.zh[key]}</span><span lang="en">${texts.en[key]}</span>`;

/** @param {{hall: any, notice: string, width: number, height: number}} props of the screen, pixels */
export function Emergency({ hall, notice, width, height }) {
  return html`<div class=${`emergency ${width < height ? "upright" : "flat"}`} role="alert" data-test="board-emergency">
    <${Status} hall=${hall} />
    <header><${EmergencySign} /><h1>${both("board.emergency")}</h1></header>
    <p class="emergency-notice" style=${`--size: ${noticeSize(notice, width, height)}`}>${notice}</p>
    <footer>${both("board.emergency.follow")}</footer>
  </div>`;
}
