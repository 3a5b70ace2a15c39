// The stage and the list of the last calls.

import { html, useLayoutEffect, useRef } from "../shared/ui.js";
import { language, pick, t } from "../shared/i18n.js";
import { Idle } from "./notices.js";
import { listed } from "./stage.js";

/** What a window is called on the board: "3 号窗口"; a label that is a word stands alone. */
export function windowText(label) {
  const plain = /^[A-Za-z]{0,2}\d+$/.test(label ?? "");
  return plain ? t("board.window", { window: label }) : label;
}

/** Shrink the text of `ref` to the width it has: long labels and names stay whole. */
export function useFit(text) {
  const ref = useRef(null);
  useLayoutEffect(() => {
    const box = ref.current;
    const fit = () => {
      box.style.setProperty("--fit", "1");
      const wide = box.scrollWidth;
      if (wide > box.clientWidth + 1) box.style.setProperty("--fit", String(Math.max(0.3, (box.clientWidth / wide) * 0.99)));
    };
    fit();
    const watch = new ResizeObserver(fit);
    watch.observe(box);
    document.fonts?.ready.then(fit);
    return () => watch.disconnect();
  }, [text, language.value]);
  return ref;
}

function Place({ call, zones, single }) {
  const zone = single ? null : zones.find((each) => each.id === call.zone);
  const target = windowText(call.window_label);
  const line = useFit(`${call.label}${target}${zone ? pick(zone) : ""}`);
  return html`<div class="place" data-test="board-call" key=${call.ticket}>
    <p class="place-line figures" ref=${line}><span class="place-label">${call.label}</span>
      <span class="arrow" aria-hidden="true">→</span><span class="place-window">${target}</span></p>
    ${zone && html`<p class="place-zone">${pick(zone)}</p>`}
  </div>`;
}

/** The calls that stand large; without any the notices have the place. */
export function Stage({ hall, stage, zones, single }) {
  const { shown } = stage;
  if (shown.length === 0) return html`<${Idle} hall=${hall} />`;
  return html`<section class=${`stage of-${shown.length}`} aria-live="assertive">${shown.map(({ call, since }) => html`
    <${Place} key=${`${call.ticket}:${since}`} call=${call} zones=${zones} single=${single} />`)}</section>`;
}

function Line({ call }) {
  const target = windowText(call.window_label);
  const ref = useFit(`${call.label}${target}`);
  return html`<li class="line figures" ref=${ref}><span class="line-label">${call.label}</span>
    <span class="arrow" aria-hidden="true">→</span><span class="line-window">${target}</span></li>`;
}

/** The last eight calls that are not on the stage, newest first. */
export function List({ calls, stage }) {
  const rows = listed(calls, stage);
  return html`<ol class="list" aria-label=${t("board.list")}>${rows.map((call) => html`
    <${Line} key=${call.ticket} call=${call} />`)}
    ${rows.length === 0 && html`<li class="list-none">${t("board.list.none")}</li>`}</ol>`;
}
