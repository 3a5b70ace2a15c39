// 扫描材料: the scanner at the window. The live picture or the page looked at on the left, the pages in their order on the
// right; everything by keyboard: 1 scans, arrows walk, ← → put a page earlier or later, Delete takes it out.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { keptSession } from "../shared/session.js";
import { startPreview } from "./scan_frames.js";
import { createPages } from "./scan_pages.js";

/** Whether the device can be asked for pages, as it is known. */
export const isThere = (scanner) => ["ready", "degraded", "unknown"].includes(scanner?.state);

/** What is wrong with the scanner or its last scan, in words; "" where all is well. */
export function troubleText(scanner, scan) {
  if (scan?.state === "scanning") return "";
  if (scan?.fault) return say(scan.fault);
  if (scanner?.sentences?.length) return say(scanner.sentences[0]);
  return scanner && !isThere(scanner) ? t("window.scan.offline") : "";
}

/** The live picture on a canvas; `blind(error)` tells why there is none. */
function Live({ place, blind }) {
  const canvas = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const show = async (frame) => {
      const picture = await createImageBitmap(new Blob([frame], { type: "image/jpeg" })).catch(() => null);
      const into = canvas.current;
      if (!picture || !into) return;
      if (into.width !== picture.width || into.height !== picture.height) Object.assign(into, { width: picture.width, height: picture.height });
      into.getContext("2d").drawImage(picture, 0, 0);
      into.dataset.frames = String(Number(into.dataset.frames ?? 0) + 1);
      picture.close();
    };
    return startPreview({ token: keptSession("window")?.token ?? "", place, show, fail: blind });
  }, [place]);
  return html`<canvas ref=${canvas} class="scan-live" width="4" height="3" data-test="scan-live" aria-label=${t("window.scan.live")}></canvas>`;
}

/** What one looks at: the chosen page large, else the live picture, else a sentence. */
function Stage({ pages, place, blind, why }) {
  const { chosen, large, pictures, list } = pages;
  const page = chosen.value;
  const number = list.value.pages.findIndex((each) => each.page === page) + 1;
  return html`<figure class="scan-stage">
    ${page && html`<img src=${large.value?.page === page ? large.value.url : pictures.value[page] ?? ""} alt=${t("window.scan.page", { number })} data-test="scan-large" />`}
    ${!page && why?.code !== "scanner.no_preview" && html`<${Live} place=${place} blind=${blind} />`}
    ${!page && why && html`<figcaption class="scan-blind" role="status">${say(why)}</figcaption>`}
    ${page && html`<figcaption><button type="button" class="button small" onClick=${() => pages.choose(null)}>${
      t(why?.code === "scanner.no_preview" ? "window.scan.unlook" : "window.scan.live")}</button></figcaption>`}
  </figure>`;
}

function Tick({ name, on, set, disabled, note }) {
  return html`<label class=${`tick ${on ? "on" : ""}`} title=${note ?? ""}>
    <input type="checkbox" checked=${on} disabled=${disabled} data-test=${`scan-${name}`} onChange=${(event) => set(event.currentTarget.checked)} />
    <span>${t(`window.scan.${name}`)}</span></label>`;
}

const SOURCES = ["", "flatbed", "feeder"];

/** How it is scanned: flatbed or feeder where there is no camera, straightened and cut where that can be done. */
function Options({ list, options, set, sheets }) {
  const cannot = !list.straighten;
  return html`<div class="scan-options">
    ${sheets && html`<div class="kinds" role="group" aria-label=${t("window.scan.source")}>${SOURCES.map((source) => html`
      <button type="button" key=${source} class=${`kind ${options.source === source ? "on" : ""}`} aria-pressed=${options.source === source}
        onClick=${() => set({ ...options, source })}>${t(`window.scan.source.${source || "any"}`)}</button>`)}</div>`}
    <${Tick} name="straighten" on=${options.straighten} disabled=${cannot} set=${(straighten) => set({ ...options, straighten })} />
    <${Tick} name="crop" on=${options.crop} disabled=${cannot} set=${(crop) => set({ ...options, crop })} />
    ${cannot && html`<p class="soft">${t("window.scan.no_straighten")}</p>`}
  </div>`;
}

function Thumb({ pages, each, number, count }) {
  const { page } = each;
  const on = pages.chosen.value === page;
  const button = useRef(/** @type {any} */ (null));
  useLayoutEffect(() => { if (on) button.current?.focus(); }, [on, number]);
  return html`<li class=${`scan-thumb ${on ? "on" : ""}`} data-test="scan-thumb" data-page=${page}>
    <button type="button" ref=${button} class="scan-pick" data-item aria-pressed=${on} onClick=${() => pages.choose(page)}>
      ${pages.pictures.value[page] ? html`<img src=${pages.pictures.value[page]} alt="" />` : html`<span class="scan-blank"></span>`}
      <b class="figures">${number}</b><span class="hidden-text">${t("window.scan.page", { number })}</span></button>
    ${on && html`<div class="scan-moves">
      <button type="button" class="button small" data-left disabled=${number === 1} aria-label=${t("window.scan.earlier")} data-test="scan-earlier" onClick=${() => pages.move(page, -1)}>←</button>
      <button type="button" class="button small" data-right disabled=${number === count} aria-label=${t("window.scan.later")} data-test="scan-later" onClick=${() => pages.move(page, 1)}>→</button>
      <button type="button" class="button small danger" data-test="scan-remove" onClick=${() => pages.remove(page)}>${t("window.scan.remove")}</button></div>`}
  </li>`;
}

/** What was taken out, to be put back until the pages are finished. */
function Bin({ pages, removed }) {
  if (removed.length === 0) return null;
  return html`<div class="scan-bin" data-test="scan-bin"><h3>${t("window.scan.removed")}</h3><ul>${removed.map(({ page }) => html`<li key=${page}>
    <img src=${pages.pictures.value[page] ?? ""} alt="" />
    <button type="button" class="button small" data-item data-test="scan-restore" onClick=${() => pages.restore(page)}>${t("window.scan.restore")}</button></li>`)}</ul></div>`;
}

function Sheets({ pages, list }) {
  const rows = list.pages;
  return html`<div class="scan-sheets">
    ${rows.length === 0 && html`<p class="soft">${t("window.scan.none")}</p>`}
    <ol>${rows.map((each, index) => html`<${Thumb} key=${each.page} pages=${pages} each=${each} number=${index + 1} count=${rows.length} />`)}</ol>
  </div>`;
}

/** The large buttons: scan (or stop), then finish, then fetch. */
function Buttons({ pages, list, toast, options, running, scanner, sheets }) {
  const done = list.finished_at !== null;
  const none = list.pages.length === 0;
  const full = list.pages.length >= list.max_pages;
  const { source, ...rest } = options;
  const scan = () => {
    pages.choose(null);
    pages.scan({ ...rest, ...(sheets && source ? { source } : {}) });
  };
  const fetchAll = async () => {
    const good = await pages.offer();
    if (good !== null) toast.tell(t(good ? "window.scan.fetched" : "window.scan.not_fetched"));
  };
  return html`<div class="scan-buttons">
    ${running ? html`<button type="button" class="press stop" data-digit="1" data-focus data-test="scan-stop" onClick=${pages.stop}>
      <span class="press-text">${t("window.scan.stop")}</span><kbd>1</kbd></button>`
    : html`<button type="button" class=${`press ${done ? "" : "next"}`} data-digit="1" data-focus disabled=${full || !isThere(scanner)} data-test="scan-scan" onClick=${scan}>
      <span class="press-text">${t(sheets ? "window.scan.scan" : "window.scan.capture")}</span><kbd>1</kbd></button>`}
    <button type="button" class="press" data-digit="2" disabled=${none || done || running} data-test="scan-finish" onClick=${pages.finish}>
      <span class="press-text">${t(done ? "window.scan.finished" : "window.scan.finish")}</span><kbd>2</kbd></button>
    <button type="button" class=${`press ${done ? "next" : ""}`} data-digit="3" disabled=${!done} data-test="scan-fetch" onClick=${fetchAll}>
      <span class="press-text">${t(`window.scan.fetch.${list.kind}`)}</span><kbd>3</kbd></button>
  </div>`;
}

/** @param {any} props what the desk knows; `mine.scanner` is the device at the window */
export function ScanPane({ hall, mine, runner, toast }) {
  const pages = useMemo(() => createPages(hall, mine.id, runner), [hall, mine.id, mine.ticket?.ticket]);
  useEffect(() => pages.close, [pages]);
  const [options, set] = useState({ source: "", straighten: false, crop: false });
  const [why, blind] = useState(/** @type {any} */ (null));
  const list = pages.list.value;
  const running = list.scan?.state === "scanning";
  const trouble = troubleText(mine.scanner, list.scan);
  const sheets = why?.code === "scanner.no_preview";
  const onKey = (event) => {
    if (event.key === "Delete" && pages.chosen.value && !event.repeat) pages.remove(pages.chosen.value);
  };
  return html`<div class="scan-pane" onKeyDown=${onKey}>
    <div class="scan-left"><${Stage} pages=${pages} place=${mine.id} blind=${blind} why=${why} />
      <${Options} list=${list} options=${options} set=${set} sheets=${sheets} /></div>
    <div class="scan-right">
      <p class=${`scan-told ${trouble ? "trouble" : ""}`} role="status" data-test="scan-told"><strong class="figures">${mine.ticket?.label}</strong> ${
        running ? t("window.scan.running", { count: list.scan.pages }) : trouble || t(list.finished_at ? "window.scan.complete" : "window.scan.count", { count: list.pages.length })}</p>
      <${Sheets} pages=${pages} list=${list} />
      <${Bin} pages=${pages} removed=${list.removed} />
      <${Buttons} pages=${pages} list=${list} toast=${toast} options=${options} running=${running} scanner=${mine.scanner} sheets=${sheets} />
    </div></div>`;
}
