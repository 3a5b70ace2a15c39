// The accounts of people: who may log in, in which roles; create, change, remove.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { Confirm } from "./dialog.js";
import { useAnswer } from "./ticker.js";

/** Roles that an account can have, as the API takes them. */
const ROLES = ["window", "guide", "supervisor", "auditor", "admin"];
const EMPTY = { account: "", name: "", roles: ["window"], password: "" };

function Row({ row, mine, chosen, edit, remove }) {
  return html`<tr class=${chosen ? "chosen" : ""} data-test=${`admin-account-${row.account}`}>
    <td class="strong figures">${row.account}</td>
    <td>${row.name}${mine && html`<span class="under">${t("admin.accounts.mine")}</span>`}</td>
    <td><span class="chips">${row.roles.map((role) => html`<span key=${role} class=${role === "admin" ? "chip" : "chip quiet"}>${t(`role.${role}`)}</span>`)}</span></td>
    <td class="steps"><span class="steps-line"><button type="button" class="button small plain" data-test="admin-account-edit" onClick=${edit}>${t("admin.accounts.edit")}</button>
      <button type="button" class="button small plain" data-test="admin-account-remove" onClick=${remove}>${t("admin.accounts.remove")}</button></span></td></tr>`;
}

function Roles({ roles, set }) {
  const toggle = (role) => set(roles.includes(role) ? roles.filter((each) => each !== role) : [...roles, role]);
  return html`<fieldset class="roles"><legend>${t("admin.accounts.roles")}</legend>
    ${ROLES.map((role) => html`<label key=${role} class="check"><input type="checkbox" name=${`role-${role}`} checked=${roles.includes(role)}
      onChange=${() => toggle(role)} /><span>${t(`role.${role}`)}<span class="under">${t(`admin.accounts.role.${role}`)}</span></span></label>`)}</fieldset>`;
}

/** The form of a new account (`row` null) or of one that is changed. */
function Editor({ app, row, known, done }) {
  const [draft, setDraft] = useState(row ? { ...row, password: "" } : EMPTY);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const form = useRef(null);
  const set = (name) => (event) => setDraft({ ...draft, [name]: event.currentTarget.value });
  useEffect(() => { if (row) form.current.querySelector("[name=name]").focus(); }, []);
  const submit = async (event) => {
    event.preventDefault();
    const account = draft.account.trim();
    if (!row && known.includes(account)) return setError({ zh: t("admin.accounts.exists", { account }), en: t("admin.accounts.exists", { account }) });
    setBusy(true);
    setError(null);
    const params = { account, name: draft.name.trim(), roles: ROLES.filter((role) => draft.roles.includes(role)) };
    try {
      await app.hall.call("account.set", draft.password ? { ...params, password: draft.password } : params);
      app.notice.tell(t(row ? "admin.accounts.changed" : "admin.accounts.created", { account }));
      done();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
    return undefined;
  };
  const dirty = draft.name !== (row?.name ?? "") || draft.password !== "";
  return html`<form class="card editor" ref=${form} onSubmit=${submit} data-dirty=${dirty ? "" : null} data-test="admin-account-form">
    <h2>${row ? t("admin.accounts.edit.title", { account: row.account }) : t("admin.accounts.new")}</h2>
    ${!row && html`<label><span>${t("admin.accounts.account")}</span><input name="account" value=${draft.account} required maxlength="32"
      pattern="[A-Za-z0-9_\\-]+" title=${t("admin.accounts.account.hint")} autocomplete="off" onInput=${set("account")} />
      <span class="under">${t("admin.accounts.account.hint")}</span></label>`}
    <label><span>${t("admin.accounts.name")}</span><input name="name" value=${draft.name} required maxlength="40" autocomplete="off" onInput=${set("name")} /></label>
    <${Roles} roles=${draft.roles} set=${(roles) => setDraft({ ...draft, roles })} />
    <label><span>${t(row ? "admin.accounts.password.new" : "admin.accounts.password")}</span><input name="password" type="password" value=${draft.password}
      required=${!row} maxlength="128" autocomplete="new-password" onInput=${set("password")} />
      <span class="under">${t(row ? "admin.accounts.password.keep" : "admin.accounts.password.hint")}</span></label>
    ${row && html`<p class="soft">${t("admin.accounts.logged_out")}</p>`}
    <p class="form-error" role="alert" data-test="admin-account-error">${error ? say(error) : ""}</p>
    <div class="dialog-buttons"><button type="button" class="button plain" onClick=${done}>${t(row ? "shared.cancel" : "shared.clear")}</button>
      <button class="button primary" disabled=${busy || draft.roles.length === 0} data-test="admin-account-save">${t(row ? "admin.accounts.save" : "admin.accounts.create")}</button></div>
  </form>`;
}

/** @param {{app: any}} props */
export function AccountsTab({ app }) {
  const { answer, error, again } = useAnswer(app.hall, "account.list", {}, "");
  const [chosen, setChosen] = useState(null);
  const [leaving, setLeaving] = useState(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const offs = ["account.set", "account.removed"].map((type) => app.hall.on(type, again));
    return () => offs.forEach((off) => off());
  }, []);
  const accounts = answer?.accounts ?? [];
  const row = accounts.find((each) => each.account === chosen) ?? null;
  const done = () => { setChosen(null); setRound(round + 1); again(); };
  const remove = async () => { if (await app.run("account.remove", { account: leaving.account })) done(); };
  return html`<div class="panes side"><section class="pane">
    <div class="filter"><h2>${t("admin.tab.accounts")} <span class="soft figures">${accounts.length}</span></h2></div>
    ${error && html`<p class="banner fault" role="alert">${say(error)}</p>`}
    <div class="pane-scroll"><table class="table" data-test="admin-accounts">
      <thead><tr><th>${t("admin.accounts.account")}</th><th>${t("admin.accounts.name")}</th><th>${t("admin.accounts.roles")}</th><th></th></tr></thead>
      <tbody>${accounts.map((each) => html`<${Row} key=${each.account} row=${each} mine=${each.account === app.session.account} chosen=${each.account === chosen}
        edit=${() => setChosen(each.account)} remove=${() => setLeaving(each)} />`)}</tbody></table></div></section>
    <div class="pane-side"><${Editor} key=${`${chosen} ${round}`} app=${app} row=${row} known=${accounts.map((each) => each.account)} done=${done} /></div>
    ${leaving && html`<${Confirm} title=${t("admin.accounts.remove.title", { account: leaving.account, name: leaving.name })} danger
      yes=${t("admin.accounts.remove.yes")} onYes=${remove} onClose=${() => setLeaving(null)}>
      ${leaving.account === app.session.account && html`<p class="effect red">${t("admin.accounts.remove.mine")}</p>`}
      <p>${t("admin.accounts.remove.text")}</p></${Confirm}>`}</div>`;
}
