// The journal: everything that happened, filtered and paged by the address; of one ticket, its life.

import { html, useEffect, useState } from "../shared/ui.js";
import { language, say, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { go } from "./address.js";
import { Life } from "./life.js";
import { actorOf, actorText, labelOf, namesOf, ticketOf } from "./names.js";
import { sentenceOf, toneOf } from "./records.js";
import { fragmentOf } from "./route.js";
import { useAnswer } from "./ticker.js";

/** Records of one page. */
const PAGE = 100;
/** Of one ticket everything is read at once: the most that the daemon gives. */
const LIFE = 500;

/** The filters of the query as params of `journal.read`. */
export function paramsOf(query) {
  const params = { limit: query.ticket ? LIFE : PAGE };
  for (const name of ["ticket", "window", "actor", "day"]) if (query[name]) params[name] = query[name];
  if (/^[1-9]\d*$/.test(query.before ?? "")) params.before = Number(query.before);
  return params;
}

/** Day as "11-22" where the records are of several days. */
const dayOf = (at, timezone) => new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format(at).slice(5);

function Filter({ app, query }) {
  const { hall, windows, devices, kiosks } = app.hall.state;
  const [draft, setDraft] = useState(query);
  useEffect(() => setDraft(query), [JSON.stringify(query)]);
  const set = (name) => (event) => setDraft({ ...draft, [name]: event.currentTarget.value });
  const submit = (event) => {
    event.preventDefault();
    const day = draft.day || hall.value.day;
    go("journal", {
      day: draft.day, window: draft.window, ticket: ticketOf(draft.ticket ?? "", day),
      actor: actorOf(draft.actor ?? "", { devices: devices.value, kiosks: kiosks.value }),
    });
  };
  return html`<form class="filter" onSubmit=${submit}>
    <label><span>${t("admin.journal.day")}</span><input type="date" name="day" value=${draft.day ?? ""} onInput=${set("day")} /></label>
    <label><span>${t("admin.journal.ticket")}</span><input name="ticket" size="8" value=${labelOf(draft.ticket)} placeholder="A012"
      autocomplete="off" onInput=${set("ticket")} /></label>
    <label><span>${t("admin.journal.window")}</span><select name="window" value=${draft.window ?? ""} onChange=${set("window")}>
      <option value="">${t("admin.filter.any")}</option>
      ${windows.value.map((window) => html`<option key=${window.id} value=${window.id}>${window.label} ${window.post}</option>`)}</select></label>
    <label><span>${t("admin.journal.actor")}</span><input name="actor" list="actors" value=${draft.actor ?? ""} autocomplete="off"
      placeholder=${t("admin.journal.actor.hint")} onInput=${set("actor")} />
      <${Actors} app=${app} /></label>
    <button class="button small primary" data-test="admin-journal-search">${t("admin.journal.search")}</button>
    <a class="button small plain" href=${fragmentOf("journal")}>${t("admin.journal.clear")}</a></form>`;
}

function Actors({ app }) {
  const { windows, devices, kiosks } = app.hall.state;
  const clerks = windows.value.flatMap((window) => (window.clerk ? [window.clerk] : []));
  return html`<datalist id="actors">
    ${clerks.map((clerk) => html`<option key=${clerk.id} value=${`clerk:${clerk.id}`}>${clerk.name ?? clerk.id}</option>`)}
    ${kiosks.value.map((kiosk) => html`<option key=${kiosk.id} value=${`kiosk:${kiosk.id}`}>${kiosk.name}</option>`)}
    ${devices.value.map((device) => html`<option key=${device.name} value=${`device:${device.name}`}>${device.driver}</option>`)}
    <option value="timer">${t("admin.actor.timer")}</option></datalist>`;
}

function Row({ record, names, timezone, query }) {
  const { ticket, window } = record.data;
  return html`<tr class=${toneOf(record)} data-test=${`admin-record-${record.seq}`}>
    <td class="figures nowrap">${query.day ? "" : html`<span class="soft">${dayOf(record.at, timezone)} </span>`}${clock(record.at, { seconds: true })}</td>
    <td class="wide">${sentenceOf(record, names)}</td>
    <td>${ticket ? html`<a class="strong figures" href=${fragmentOf("journal", { ticket })}>${labelOf(ticket)}</a>` : ""}</td>
    <td>${window ? html`<a href=${fragmentOf("journal", { ...query, before: "", window })}>${names.window(window)}</a>` : ""}</td>
    <td><a class="plain-link" href=${fragmentOf("journal", { ...query, before: "", actor: record.actor })}>${actorText(record.actor, names)}</a></td>
    <td class="number soft">${record.seq}</td></tr>`;
}

function Pager({ query, records, fresh, again }) {
  const last = records[records.length - 1];
  return html`<div class="pager">
    ${query.before ? html`<a class="button small plain" href=${fragmentOf("journal", { ...query, before: "" })} data-test="admin-journal-newest">${t("admin.journal.newest")}</a>`
      : html`<button type="button" class=${fresh ? "button small" : "button small plain"} onClick=${again} data-test="admin-journal-again">
        ${t(fresh ? "admin.journal.fresh" : "admin.journal.again")}</button>`}
    <span class="soft figures">${last ? `${records[0].seq} – ${last.seq}` : ""}</span>
    ${records.length >= PAGE ? html`<a class="button small plain" data-test="admin-journal-older"
      href=${fragmentOf("journal", { ...query, before: last.seq })}>${t("admin.journal.older")}</a>` : html`<span class="soft">${t("admin.journal.end")}</span>`}
  </div>`;
}

function Records({ app, query, names, answer, asking, again }) {
  const timezone = app.hall.state.hall.value.timezone;
  const records = answer.records;
  const fresh = !query.before && app.hall.state.seq.value > (records[0]?.seq ?? 0) && !query.window && !query.actor && !query.day;
  return html`<div class=${asking ? "pane-scroll asking" : "pane-scroll"}><table class="table journal">
      <thead><tr>${["time", "event", "ticket_short", "window", "actor"].map((name) => html`<th key=${name}>${t(`admin.column.${name}`)}</th>`)}
        <th class="number">${t("admin.column.seq")}</th></tr></thead>
      <tbody>${records.map((record) => html`<${Row} key=${record.seq} record=${record} names=${names} timezone=${timezone} query=${query} />`)}</tbody>
    </table>${records.length === 0 && html`<p class="empty">${t("admin.journal.none")}</p>`}</div>
    <${Pager} query=${query} records=${records} fresh=${fresh} again=${again} />`;
}

/** @param {{app: any, query: any}} props `query`: ticket, window, actor, day, before */
export function JournalTab({ app, query }) {
  const params = paramsOf(query);
  const { answer, error, asking, again } = useAnswer(app.hall, "journal.read", params, JSON.stringify(params));
  const names = namesOf(app.hall.state);
  return html`<section class="pane whole" lang=${language.value === "en" ? "en" : "zh-CN"} data-test="admin-journal">
    <${Filter} app=${app} query=${query} />
    ${error && html`<p class="banner fault" role="alert">${say(error)}
      <button type="button" class="button small" onClick=${again}>${t("admin.again")}</button></p>`}
    ${!answer && !error && html`<p class="empty">${t("admin.asking")}</p>`}
    ${answer && (query.ticket ? html`<${Life} app=${app} ticket=${query.ticket} records=${answer.records} names=${names} again=${again} />`
      : html`<${Records} app=${app} query=${query} names=${names} answer=${answer} asking=${asking} again=${again} />`)}
  </section>`;
}
