// The windows: who sits there, what is being done, and the few steps a supervisor takes from afar.

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { stopwatch } from "../shared/time.js";
import { go, refine } from "./address.js";
import { Confirm, Dialog } from "./dialog.js";
import { leftAlone, stepsOf, windowsShown } from "./overview.js";
import { fragmentOf } from "./route.js";

const STATES = ["", "open", "busy", "paused", "closed"];
const REASONS = [1, 2, 3, 4, 5];
const CHIPS = { open: "chip online", paused: "chip waiting", closed: "chip quiet" };

function Filter({ app, query, text, setText, shown }) {
  const { zones, windows } = app.hall.state;
  return html`<div class="filter">
    <h2>${t("admin.windows")} <span class="soft figures">${shown}/${windows.value.length}</span></h2>
    <select aria-label=${t("admin.filter.zone")} value=${query.zone ?? ""} data-test="admin-filter-zone"
        onChange=${(event) => go("hall", { ...query, zone: event.currentTarget.value })}>
      <option value="">${t("admin.filter.all_zones")}</option>
      ${zones.value.map((zone) => html`<option key=${zone.id} value=${zone.id}>${pick(zone)}</option>`)}</select>
    <select aria-label=${t("admin.filter.state")} value=${query.state ?? ""} data-test="admin-filter-state"
        onChange=${(event) => refine("hall", { ...query, state: event.currentTarget.value })}>
      ${STATES.map((state) => html`<option key=${state} value=${state}>${t(`admin.filter.state.${state || "all"}`)}</option>`)}</select>
    <input type="search" value=${text} placeholder=${t("admin.filter.text")} aria-label=${t("admin.filter.text")}
      onInput=${(event) => setText(event.currentTarget.value)} /></div>`;
}

/** How long the window has been so, or how long its ticket has been called or served. */
function Ticket({ window, now }) {
  const ticket = window.ticket;
  if (!ticket) return html`<td></td>`;
  const from = ticket.stage === "serving" ? ticket.started_at : ticket.called_at;
  return html`<td><a class="strong figures" href=${fragmentOf("journal", { ticket: ticket.ticket })}>${ticket.label}</a>
    <span class="under">${from && html`<span class="figures">${stopwatch((now - from) / 1000)} </span>`}${t(`stage.${ticket.stage}`)}</span></td>`;
}

function State({ window, now }) {
  const since = window.state === "paused" && window.since ? stopwatch((now - window.since) / 1000) : "";
  return html`<td><span class=${CHIPS[window.state]}>${t(`desk.${window.state}`)}</span>
    ${window.state === "paused" && html`<span class="under" title=${window.reason}><span class="figures">${since} </span>${window.reason}</span>`}</td>`;
}

function Row({ app, window, now, ask }) {
  const locked = !app.hall.online.value;
  const press = (step) => (["pause", "close"].includes(step) ? ask({ step, window: window.id })
    : app.run(`window.${step}`, { window: window.id }));
  return html`<tr data-test=${`admin-window-${window.id}`} data-state=${window.state}>
    <td><a class="strong window-label" href=${fragmentOf("journal", { window: window.id })}>${window.label}</a>
      <span class="under">${window.post}</span></td>
    <${State} window=${window} now=${now} />
    <td>${window.clerk ? html`${window.clerk.name ?? window.clerk.id}<span class="under figures">${window.clerk.id}</span>` : ""}</td>
    <${Ticket} window=${window} now=${now} />
    <td class="number">${window.done}</td>
    ${app.manages && html`<td class="steps"><span class="steps-line">${stepsOf(window).map((step) => html`<button type="button" key=${step} disabled=${locked}
      class="button small plain" data-test=${`admin-window-${step}`} onClick=${() => press(step)}>${t(`admin.window.${step}`)}</button>`)}</span></td>`}
  </tr>`;
}

function Pause({ app, window, onClose }) {
  const [own, setOwn] = useState("");
  const pause = async (reason) => {
    onClose();
    await app.run("window.pause", { window: window.id, reason });
  };
  const submit = (event) => {
    event.preventDefault();
    if (own.trim()) pause(own.trim());
  };
  return html`<${Dialog} title=${t("admin.window.pause.title", { window: window.label })} onClose=${onClose}>
    <p class="soft">${t("admin.window.pause.text")}</p>
    <div class="reasons">${REASONS.map((number) => html`<button type="button" key=${number} class="button plain"
      data-first=${number === 1} data-test="admin-reason" onClick=${() => pause(t(`admin.reason.${number}`))}>${t(`admin.reason.${number}`)}</button>`)}</div>
    <form class="own" onSubmit=${submit}>
      <input value=${own} maxlength="60" placeholder=${t("admin.reason.own")} aria-label=${t("admin.reason.own")}
        onInput=${(event) => setOwn(event.currentTarget.value)} />
      <button class="button primary" disabled=${!own.trim()}>${t("admin.window.pause")}</button></form>
    <div class="dialog-buttons"><button type="button" class="button plain" onClick=${onClose}>${t("shared.cancel")}</button></div>
  </${Dialog}>`;
}

function Close({ app, window, onClose }) {
  const alone = leftAlone(window, app.hall.state.services.value);
  return html`<${Confirm} title=${t("admin.window.close.title", { window: window.label })} yes=${t("admin.window.close")}
      onYes=${() => app.run("window.close", { window: window.id })} onClose=${onClose}>
    ${window.ticket ? html`<p class="red">${t("admin.window.close.busy", { label: window.ticket.label })}</p>`
      : html`<p>${t("admin.window.close.text")}</p>`}
    ${alone.map((service) => html`<p key=${service.id} class="effect red">
      ${t("admin.window.close.alone", { service: pick(service), count: service.waiting })}</p>`)}</${Confirm}>`;
}

/** @param {{app: any, query: any, now: number}} props */
export function Windows({ app, query, now }) {
  const [text, setText] = useState("");
  const [asked, ask] = useState(null);
  const windows = app.hall.state.windows.value;
  const shown = windowsShown(windows, { ...query, text });
  const window = asked && windows.find((each) => each.id === asked.window);
  const close = () => ask(null);
  return html`<section class="pane" aria-label=${t("admin.windows")}>
    <${Filter} app=${app} query=${query} text=${text} setText=${setText} shown=${shown.length} />
    <div class="pane-scroll"><table class="table windows" data-test="admin-windows">
      <thead><tr>${["window", "state", "clerk", "ticket"].map((name) => html`<th key=${name} class=${name}>${t(`admin.column.${name}`)}</th>`)}
        <th class="number done">${t("admin.column.done")}</th>${app.manages && html`<th class="steps-head"></th>`}</tr></thead>
      <tbody>${shown.map((each) => html`<${Row} key=${each.id} app=${app} window=${each} now=${now} ask=${ask} />`)}</tbody></table>
      ${shown.length === 0 && html`<p class="empty">${t("admin.windows.none")}</p>`}</div>
    ${window && (asked.step === "pause" ? html`<${Pause} app=${app} window=${window} onClose=${close} />`
      : html`<${Close} app=${app} window=${window} onClose=${close} />`)}</section>`;
}
