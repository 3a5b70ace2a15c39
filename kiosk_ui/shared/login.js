// The login of a person: account, password, role where there is a choice, and the window where the page asks for one.

import { html, useState } from "./ui.js";
import { say, t } from "./i18n.js";
import { RpcError } from "./rpc.js";
import { keepSession, post } from "./session.js";

const PLACE = "hallctl:place:";

/** The window this machine was last used at. @param {string} page */
export function keptPlace(page) { return localStorage.getItem(PLACE + page) || ""; }

function noRole(account) {
  return new RpcError({ code: "login.no_role", zh: t("login.no_role", { account }), en: t("login.no_role", { account }) });
}

/**
 * @param {{page: string, roles: string[], askPlace?: boolean, problem?: RpcError|null, onDone: (session: any) => void}}
 *   props `roles`: those that may use this page, the usual one first; `onDone` gets {token, role, place, account, name}
 */
export function Login({ page, roles, askPlace = false, problem = null, onDone }) {
  const [error, setError] = useState(/** @type {any} */ (problem));
  const [busy, setBusy] = useState(false);
  const [choice, setChoice] = useState(/** @type {any} */ (null));

  const enter = (opened, role, place) => {
    if (askPlace) localStorage.setItem(PLACE + page, place);
    const { token, account, name } = opened;
    onDone(keepSession(page, { token, role, account, name, ...(place ? { place } : {}) }, { local: false }));
  };

  const submit = async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    try {
      const opened = await post("session.open", { account: fields.account, password: fields.password });
      const mine = roles.filter((role) => opened.roles.includes(role));
      if (mine.length === 0) throw noRole(fields.account);
      if (mine.length === 1) enter(opened, mine[0], fields.place);
      else setChoice({ opened, mine, place: fields.place });
    } catch (reason) {
      setError(reason);
    }
    setBusy(false);
  };

  if (choice) {
    return html`<main class="login"><h1>${t("login.role")}</h1>${choice.mine.map((role) => html`
      <button key=${role} type="button" class="button primary" onClick=${() => enter(choice.opened, role, choice.place)}>
        ${t(`role.${role}`)}</button>`)}</main>`;
  }
  return html`<main class="login"><form onSubmit=${submit}>
    <h1>${t("login.title")}</h1>
    <label>${t("login.account")}
      <input name="account" autocomplete="username" autocapitalize="off" required autofocus /></label>
    <label>${t("login.password")}
      <input name="password" type="password" autocomplete="current-password" required /></label>
    ${askPlace && html`<label>${t("login.window")}<input name="place" required defaultValue=${keptPlace(page)} /></label>`}
    <p class="login-error" role="alert">${error ? say(error) : ""}</p>
    <button class="button primary" disabled=${busy}>${busy ? t("login.working") : t("login.submit")}</button>
  </form></main>`;
}
