// One calm line: what the hall answered, in its own sentence. It goes by itself.

import { html, signal } from "./ui.js";
import { say } from "./i18n.js";

/** Milliseconds a line stays: long enough to read twice. */
const STAYS_MS = 7000;

/**
 * @param {string} name its CSS class; `<name>-place` is that of its place on the page
 * @param {string} test its `data-test`
 * @returns `{View, tell(text), fault(error), clear()}`
 */
export function createNotice(name, test) {
  const line = signal(null);
  let timer = null;
  const put = (next) => {
    clearTimeout(timer);
    line.value = next;
    timer = next && setTimeout(() => { line.value = null; }, STAYS_MS);
  };
  const View = () => {
    const now = line.value;
    const text = now ? (now.error ? say(now.error) : now.text) : "";
    return html`<div class="${name}-place" role="status" aria-live="polite" data-test=${test}>
      ${now && html`<p class=${now.error ? `${name} refused` : name}>${text}</p>`}</div>`;
  };
  return { View, tell: (text) => put({ text }), fault: (error) => put({ error }), clear: () => put(null) };
}
