// A device's state as people read it: a word with a colour, and a sentence with what to do.

import { html } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { shownState } from "./device_list.js";
import { UNPROVEN } from "./overview.js";

const CHIPS = { ready: "chip online", degraded: "chip waiting", offline: "chip fault", connecting: "chip", unknown: "chip quiet" };

/** The state as a word and a colour. */
export function StateChip({ row }) {
  const state = shownState(row);
  return html`<span class=${CHIPS[state] ?? "chip quiet"}>${t(`admin.device.${state}`)}</span>`;
}

/** What is wrong, with what to do; where nothing is told, what the state means and what went wrong last. */
export function Condition({ row }) {
  if (row.sentences.length > 0) {
    return html`<span>${row.sentences.map((each) => html`<span key=${each.code} class=${each.code === UNPROVEN ? "soft" : "fault-line"}>${say(each)}</span>`)}</span>`;
  }
  return html`<span><span class="soft">${t(`admin.device.${row.state}.text`)}</span>
    ${row.state !== "ready" && row.trouble && html`<span class="fault-line">${say(row.trouble)}</span>`}</span>`;
}
