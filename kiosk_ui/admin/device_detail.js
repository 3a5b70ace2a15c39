// One device: what it is and how it does, its log, its test, the bytes on its line, its block of the config.

import { html } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { ago, clock, isoDay, when } from "../shared/time.js";
import { go } from "./address.js";
import { Removed } from "./device_changes.js";
import { Edit } from "./device_edit.js";
import { canRetry, countsText, titleOf } from "./device_list.js";
import { Condition, StateChip } from "./device_state.js";
import { Trace } from "./device_trace.js";
import { Trial } from "./device_trial.js";
import { fragmentOf } from "./route.js";
import { useAnswer, useNow } from "./ticker.js";

/** What tells the hall something besides its state. */
const TALKERS = new Set(["call_pad", "rating_pad", "card_reader", "code_reader", "speaker"]);
const PARTS = ["state", "test", "trace", "edit"];

function Fact({ name, children }) {
  return html`<div><dt>${t(`admin.devices.fact.${name}`)}</dt><dd>${children}</dd></div>`;
}

/** Where it stands, address by address. */
function Place({ app, row }) {
  const { kiosks, zones, windows } = app.hall.state;
  const named = (rows, id) => (rows.find((each) => each.id === id) ? pick(rows.find((each) => each.id === id)) || id : id);
  const window = (id) => t("admin.name.window", { window: windows.value.find((each) => each.id === id)?.label ?? id });
  const units = Object.entries(row.units ?? {});
  const places = [row.kiosk && named(kiosks.value, row.kiosk), row.zone && named(zones.value, row.zone), row.window && window(row.window)].filter(Boolean);
  if (units.length === 0) return places.join(t("admin.list")) || t("admin.name.whole_hall");
  return html`${places.join(t("admin.list"))}<span class="unit-list">${units.map(([address, id]) => html`<span key=${address} class="chip quiet">${t("admin.devices.unit", { address, window: window(id) })}</span>`)}</span>`;
}

function Facts({ app, row, now }) {
  const told = (at) => `${when(at, now)} · ${ago(at, now)}`;
  return html`<dl class="device-facts" data-test="admin-device-facts">
    <${Fact} name="state"><${StateChip} row=${row} /> ${row.since ? html`<span class="soft">${t("admin.devices.since", { at: told(row.since) })}</span>` : ""}</${Fact}>
    <${Fact} name="condition"><${Condition} row=${row} /></${Fact}>
    <${Fact} name="title">${titleOf(row)} <span class="soft">${row.driver}</span></${Fact}>
    <${Fact} name="place"><${Place} app=${app} row=${row} /></${Fact}>
    <${Fact} name="link"><code>${row.link}</code></${Fact}>
    <${Fact} name="identity">${row.identity || html`<span class="soft">${t("admin.devices.no_identity")}</span>`}</${Fact}>
    <${Fact} name="heard">${row.heard_at ? told(row.heard_at) : html`<span class="soft">${t("admin.devices.never")}</span>`}</${Fact}>
    <${Fact} name="counts"><span data-test="admin-device-counts" data-opened=${row.counts.opened}>${countsText(row.counts) || html`<span class="soft">${t("admin.devices.never")}</span>`}</span></${Fact}>
    ${row.trouble && html`<${Fact} name="trouble"><span class="soft">${told(row.trouble.at)}</span><span class="under">${say(row.trouble)}</span>
      ${row.trouble.detail && html`<code class="under">${row.trouble.detail}</code>`}</${Fact}>`}</dl>`;
}

function Records({ records }) {
  return html`<ol class="device-log">${records.map((record) => html`<li key=${record.seq} class=${record.faults.length > 0 || record.state === "offline" ? "bad" : ""}>
    <span class="log-at figures">${record.when}</span><span><b>${t(`admin.device.${record.state}`)}</b>${record.faults.map((fault) => html`<span key=${fault.code} class="under">${say(fault)}</span>`)}</span></li>`)}</ol>`;
}

/** Today to the second, before that with its day. */
const moment = (at, now) => (isoDay(at) === isoDay(now) ? clock(at, { seconds: true }) : when(at, now));

function Log({ app, row, now }) {
  const { answer, error, asking, again } = useAnswer(app.hall, "device.log", { device: row.name }, `${row.since} ${row.state} ${row.heard_at}`);
  const records = (answer?.records ?? []).map((record) => ({ ...record, when: moment(record.at, now) }));
  const messages = answer?.messages ?? [];
  const talks = row.capabilities.some((capability) => TALKERS.has(capability));
  return html`<section class=${asking ? "card device-card asking" : "card device-card"}><h3>${t("admin.devices.log")}
      <button type="button" class="button small plain" onClick=${again}>${t("admin.again")}</button></h3>
    ${error && html`<p class="form-error" role="alert">${say(error)}</p>`}
    ${answer && records.length === 0 && html`<p class="soft">${t("admin.devices.log.none")}</p>`}
    <${Records} records=${records} />
    ${(talks || messages.length > 0) && html`<h3>${t("admin.devices.messages")}</h3>`}
    ${answer && talks && messages.length === 0 && html`<p class="soft">${t("admin.devices.messages.none")}</p>`}
    <ol class="device-log">${messages.map((message, index) => html`<li key=${`${message.at} ${index}`}><span class="log-at figures">${clock(message.at, { seconds: true })}</span><span>${say(message)}</span></li>`)}</ol></section>`;
}

function State({ app, row }) {
  const now = useNow(app.hall, 5000);
  return html`<div class="device-two"><section class="card device-card"><${Facts} app=${app} row=${row} now=${now} /></section><${Log} app=${app} row=${row} now=${now} /></div>`;
}

const VIEWS = { state: State, test: Trial, trace: Trace, edit: Edit };

function Head({ app, row, part }) {
  const retry = async () => { if (await app.run("device.retry", { device: row.name })) app.notice.tell(t("admin.devices.retried", { device: row.name })); };
  return html`<div class="filter"><a class="button small plain" href=${fragmentOf("devices")} data-test="admin-device-back">${t("admin.devices.back")}</a>
    <h2 data-test="admin-device-title" data-state=${row.state}>${row.name} <span class="soft">${titleOf(row)}</span> <${StateChip} row=${row} /></h2>
    ${canRetry(row) && html`<button type="button" class="button small" data-test="admin-device-retry" onClick=${retry}>${t("admin.devices.retry")}</button>`}
    <nav class="device-parts" aria-label=${row.name}>${PARTS.map((each) => html`<a key=${each} href=${fragmentOf("devices", { name: row.name, part: each === "state" ? "" : each })}
      class=${each === part ? "button small primary" : "button small plain"} aria-current=${each === part ? "page" : null} data-test=${`admin-device-part-${each}`}>${t(`admin.devices.part.${each}`)}</a>`)}</nav></div>`;
}

function Missing({ app, name, listed, again }) {
  return html`<section class="pane whole"><div class="filter"><button type="button" class="button small plain" onClick=${() => go("devices", {})}>${t("admin.devices.back")}</button><h2>${name}</h2></div>
    <${Removed} app=${app} again=${again} /><p class="empty">${listed ? t("admin.devices.gone", { device: name }) : t("admin.asking")}</p></section>`;
}

/** @param {{app: any, query: any, row: any, listed: any, again: () => void}} props `row` undefined: there is no such device */
export function Detail({ app, query, row, listed, again }) {
  const part = PARTS.includes(query.part) ? query.part : "state";
  if (!row?.known) return html`<${Missing} app=${app} name=${query.name} listed=${listed} again=${again} />`;
  const View = VIEWS[part];
  return html`<section class="pane whole device-pane"><${Head} app=${app} row=${row} part=${part} />
    ${part !== "state" && row.state !== "ready" && html`<p class=${row.state === "offline" ? "device-note bad" : "device-note"} role="status"><${Condition} row=${row} /></p>`}
    <div class="pane-scroll device-body"><${View} key=${part} app=${app} row=${row} listed=${listed} again=${again} /></div></section>`;
}
