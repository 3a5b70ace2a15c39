// The rules: what every window calls now, its modes at one click, an editor for several windows applied as a whole.

import { html, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { go } from "./address.js";
import { namesOf } from "./names.js";
import { PlanEditor } from "./plan_editor.js";
import { Preview } from "./preview.js";
import { arrangements, draftOf, isChanged, lacking, modeOf, refusedAt, windowsOf } from "./rules.js";

/** A plan in a few words: what is called, how the next is chosen, what is helped out with. */
function Plan({ plan, names }) {
  const share = (id) => (plan.ratio[id] ? ` ×${plan.ratio[id]}` : "");
  return html`<span class="chips">${plan.services.map((id) => html`<span key=${id} class="chip">${names.service(id)}${share(id)}</span>`)}
      ${plan.help.map((id) => html`<span key=${id} class="chip quiet">${t("admin.rules.helps", { service: names.service(id) })}${share(id)}</span>`)}</span>
    <span class="under">${t(`admin.rules.policy.${plan.policy}`)}${plan.help.length > 0
      ? html` · ${t("admin.rules.help.when", { when: plan.help_when, from: plan.help_from })}` : null}${plan.choose ? null : html` · ${t("admin.rules.blind")}`}</span>`;
}

/** The plans that the window can be switched to: one click, from its next call on. */
function Modes({ app, window, arrange }) {
  const pressed = modeOf(window);
  const all = [{ name: "", title: t("admin.rules.own") }, ...window.modes];
  if (window.modes.length === 0 && pressed === "") return html`<span class="soft">${t("admin.rules.own")}</span>`;
  return html`<span class="mode-line">${all.map((mode) => html`<button type="button" key=${mode.name} class=${pressed === mode.name ? "button small mode pressed" : "button small plain mode"}
      aria-pressed=${pressed === mode.name} disabled=${!app.manages || !app.hall.online.value || pressed === mode.name}
      data-test=${`admin-mode-${window.id}-${mode.name || "own"}`} onClick=${() => arrange([mode.name ? { window: window.id, mode: mode.name } : { window: window.id }])}>${mode.title}</button>`)}
    ${pressed === null && html`<span class="chip waiting">${t("admin.rules.by_hand")}</span>`}</span>`;
}

function Row({ app, window, names, draft, error, chosen, choose, arrange }) {
  const edited = draft && isChanged(draft, window);
  return html`<tr class=${chosen ? "chosen" : ""} data-test=${`admin-rule-${window.id}`}>
    <td><button type="button" class="row-button" aria-pressed=${chosen} data-test=${`admin-rule-${window.id}-choose`} onClick=${choose}>
      <span class="strong window-label">${window.label}</span><span class="under">${window.post}</span></button></td>
    <td class="wide"><${Plan} plan=${window.plan} names=${names} />
      ${edited && html`<span class="chip waiting" data-test=${`admin-rule-${window.id}-draft`}>${t(draft.own ? "admin.rules.draft.own" : "admin.rules.draft")}</span>`}
      ${error && html`<span class="fault-line" role="alert" data-test=${`admin-rule-${window.id}-error`}>${say(error)}</span>`}</td>
    <td><${Modes} app=${app} window=${window} arrange=${arrange} /></td></tr>`;
}

function Head({ app, query, count, pending, error, apply, drop }) {
  const { zones, windows } = app.hall.state;
  return html`<div class="filter"><h2>${t("admin.tab.rules")} <span class="soft figures">${windows.value.length}</span></h2>
    <select aria-label=${t("admin.filter.zone")} value=${query.zone ?? ""} onChange=${(event) => go("rules", { ...query, zone: event.currentTarget.value })}>
      <option value="">${t("admin.filter.all_zones")}</option>
      ${zones.value.map((zone) => html`<option key=${zone.id} value=${zone.id}>${pick(zone)}</option>`)}</select>
    ${count > 0 && html`<span class="chip waiting" role="status">${t("admin.rules.pending", { count })}</span>
      <button type="button" class="button small primary" data-test="admin-rules-apply" disabled=${!app.hall.online.value || pending} onClick=${apply}>${t("admin.rules.apply")}</button>
      <button type="button" class="button small plain" data-test="admin-rules-drop" onClick=${drop}>${t("admin.rules.drop")}</button>`}
    ${error && html`<p class="form-error" role="alert" data-test="admin-rules-error">${say(error)}</p>`}</div>`;
}

/** Drafts by window; sent together, so that the hall takes all of them or none. */
function useDrafts(app) {
  const [drafts, setDrafts] = useState({});
  const [error, setError] = useState(null);
  const [pending, setPending] = useState(false);
  const put = (window, draft) => {
    setError(null);
    setDrafts({ ...drafts, [window]: draft });
  };
  const send = async (rows, kept) => {
    setPending(true);
    try {
      await app.hall.call("window.arrange", { arrangements: rows });
      setDrafts(kept);
      setError(null);
      app.notice.tell(t("admin.rules.applied", { count: rows.length }));
    } catch (reason) {
      setError(reason);
    }
    setPending(false);
  };
  const switchTo = (rows) => send(rows, Object.fromEntries(Object.entries(drafts).filter(([window]) => window !== rows[0].window)));
  return { drafts, error, pending, put, send, switchTo, drop: () => { setDrafts({}); setError(null); } };
}

/** @param {{app: any, query: any}} props `query`: zone, window (the one looked at) */
export function RulesTab({ app, query }) {
  const { drafts, error, pending, put, send, switchTo, drop } = useDrafts(app);
  const state = app.hall.state;
  const names = namesOf(state);
  const shown = windowsOf(state.windows.value, query.zone);
  const window = state.windows.value.find((each) => each.id === query.window) ?? shown[0];
  const rows = arrangements(drafts, state.windows.value);
  const empty = rows.find((row) => lacking(drafts[row.window]));
  const at = refusedAt(error);
  const known = state.windows.value.some((each) => each.id === at);
  const apply = () => (empty ? go("rules", { ...query, window: empty.window }) : send(rows, {}));
  return html`<div class="panes side rules"><section class="pane">
      <${Head} app=${app} query=${query} count=${rows.length} pending=${pending} error=${known ? null : error} apply=${apply} drop=${drop} />
      <div class="pane-scroll"><table class="table rules-table" data-test="admin-rules">
        <thead><tr>${["window", "plan", "modes"].map((name) => html`<th key=${name} class=${`rules-${name}`}>${t(`admin.rules.column.${name}`)}</th>`)}</tr></thead>
        <tbody>${shown.map((each) => html`<${Row} key=${each.id} app=${app} window=${each} names=${names} draft=${drafts[each.id]}
          error=${at === each.id ? error : null} chosen=${window?.id === each.id} choose=${() => go("rules", { ...query, window: each.id })} arrange=${switchTo} />`)}</tbody></table></div></section>
    <div class="pane-side" data-dirty-drafts=${rows.length > 0 ? "" : null}>${window && html`<${Preview} key=${`next ${window.id}`} app=${app} window=${window} />
      ${app.manages && html`<${PlanEditor} app=${app} window=${window} draft=${drafts[window.id] ?? draftOf(window)} put=${(draft) => put(window.id, draft)} />`}`}</div></div>`;
}
