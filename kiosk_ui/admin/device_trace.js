// What goes over a device's line, while somebody looks: asked for every second, a bounded number of rows, redacted by the hall.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { hexText, keptRows } from "./device_list.js";

const ASK_MS = 1000;
const MOST_ROWS = 300;

/** Rows of the trace as they come, `{rows, lost, error}`; it ends with the view. */
function useTrace(app, device) {
  const [state, setState] = useState({ rows: [], lost: 0, error: null });
  useEffect(() => {
    let [current, after, timer] = [true, 0, null];
    const ask = async () => {
      try {
        const answer = await app.hall.call("device.trace", after ? { device, after } : { device });
        if (!current) return;
        after = answer.next;
        setState((before) => ({ rows: keptRows(before.rows, answer.rows, MOST_ROWS), lost: before.lost + answer.lost, error: null }));
      } catch (error) {
        if (!current) return;
        setState((before) => ({ ...before, error }));
      }
      timer = setTimeout(ask, ASK_MS);
    };
    ask();
    return () => { current = false; clearTimeout(timer); };
  }, [device]);
  return { ...state, clear: () => setState((before) => ({ ...before, rows: [], lost: 0 })) };
}

function Row({ row }) {
  return html`<li class=${`trace-row ${row.what}`} data-test="admin-trace-row"><span class="figures soft">${clock(row.at, { seconds: true })}</span>
    <span class="trace-what">${t(`admin.devices.trace.${row.what}`)}</span><span>${row.hex && html`<code>${hexText(row.hex)}</code>`}${row.zh && say(row)}</span></li>`;
}

/** @param {{app: any, row: any}} props */
export function Trace({ app, row }) {
  const { rows, lost, error, clear } = useTrace(app, row.name);
  const [held, setHeld] = useState(null);
  const box = useRef(null);
  const shown = held ?? rows;
  useEffect(() => { if (!held) box.current.scrollTop = box.current.scrollHeight; }, [rows, held]);
  return html`<section class="device-trace"><div class="trace-bar"><p class="soft">${t("admin.devices.trace.text", { most: MOST_ROWS })}</p>
      ${lost > 0 && html`<span class="chip waiting">${t("admin.devices.trace.lost", { count: lost })}</span>`}
      <button type="button" class=${held ? "button small primary" : "button small"} aria-pressed=${Boolean(held)} data-test="admin-trace-pause"
        onClick=${() => setHeld(held ? null : rows)}>${t(held ? "admin.devices.trace.go_on" : "admin.devices.trace.pause")}</button>
      <button type="button" class="button small plain" onClick=${() => { clear(); if (held) setHeld([]); }}>${t("admin.devices.trace.clear")}</button></div>
    ${error && html`<p class="form-error" role="alert">${say(error)}</p>`}
    <ol class="trace-rows" ref=${box} tabindex="0" aria-label=${t("admin.devices.part.trace")} data-test="admin-trace">${shown.map((each) => html`<${Row} key=${each.n} row=${each} />`)}</ol>
    ${shown.length === 0 && html`<p class="soft">${t("admin.devices.trace.none")}</p>`}</section>`;
}
