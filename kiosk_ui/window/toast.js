// One calm line over the top bar, where it covers no button: what the hall answered, in its own sentence. It goes by itself.

import { html, signal } from "../shared/ui.js";
import { say } from "../shared/i18n.js";

/** Milliseconds a line stays: long enough to read twice. */
const STAYS_MS = 6000;

/** @returns `{View, tell(text), fault(error), clear()}` */
export function createToast() {
  const line = signal(null);
  let timer = null;
  const put = (next) => {
    clearTimeout(timer);
    line.value = next;
    timer = setTimeout(() => { line.value = null; }, STAYS_MS);
  };
  const View = () => {
    const now = line.value;
    const text = now ? (now.error ? say(now.error) : now.text) : "";
    return html`<div class="toast-place" role="status" aria-live="polite" data-test="window-toast">
      ${now && html`<p class=${now.error ? "toast refused" : "toast"}>${text}</p>`}</div>`;
  };
  return {
    View,
    tell: (text) => put({ text }),
    fault: (error) => put({ error }),
    clear: () => { clearTimeout(timer); line.value = null; },
  };
}
