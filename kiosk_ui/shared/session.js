// Who this page is: its token, where it stands, and how it is kept.
//
//   const session = await openSession("kiosk");     // {token, role, place} or null
//   if (!session) render(html`<${PairingScreen} page="kiosk" onDone=${start} />`, root);   (pairing.js)
//
// A link may carry a token (#token=...&place=...) or a pairing code (#code=12345678); the fragment is taken out of
// the address at once. Tokens stand in sessionStorage (this tab) first, then in localStorage (this machine).

import { RpcError, offlineError } from "./rpc.js";

/** @typedef {{token: string, role?: string, place?: string, account?: string, name?: string}} Session */

const PREFIX = "hallctl:";

/**
 * Call a method over HTTP: for what is needed before the websocket's `hello`, and for pages without one.
 * @param {string} method e.g. "pair.claim" @param {object} params @param {string=} token
 */
export async function post(method, params, token) {
  const headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let answer;
  try {
    answer = await fetch(`/api/v1/${method.replace(".", "/")}`, {
      method: "POST", headers, body: JSON.stringify(params),
    });
  } catch {
    throw offlineError();
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw body.error ? new RpcError(flat(body.error)) : offlineError();
}

/** An HTTP error is JSON-RPC's error object or its `data`. */
function flat(error) { return error.data ? { ...error.data } : error; }

/** The address's fragment as an object, and the address without it. */
function takeFragment() {
  const fields = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (fields.token || fields.code) history.replaceState(null, "", location.pathname + location.search);
  return fields;
}

/**
 * The page's session: from the address, else from a pairing code in the address, else as kept. Throws RpcError when a
 * code is refused.
 * @param {string} page @returns {Promise<Session|null>}
 */
export async function openSession(page) {
  const { token, place, role, code } = takeFragment();
  if (token) return keepSession(page, { token, place, role });
  if (code) return claim(page, code);
  return keptSession(page);
}

/** Trade a pairing code for this terminal's token and keep it. @returns {Promise<Session>} */
export async function claim(page, code) {
  return keepSession(page, await post("pair.claim", { code }));
}

/** @param {string} page @returns {Session|null} */
export function keptSession(page) {
  const text = sessionStorage.getItem(PREFIX + page) ?? localStorage.getItem(PREFIX + page);
  return text ? JSON.parse(text) : null;
}

/**
 * Keep a session. A terminal's is kept on the machine; a person's (`local: false`) ends with the tab.
 * @param {string} page @param {Session} session
 */
export function keepSession(page, session, { local = true } = {}) {
  const text = JSON.stringify(session);
  sessionStorage.setItem(PREFIX + page, text);
  if (local) localStorage.setItem(PREFIX + page, text);
  return session;
}

/** Forget the token: after a logout, or when the daemon refused it. @param {string} page */
export function forgetSession(page) {
  sessionStorage.removeItem(PREFIX + page);
  localStorage.removeItem(PREFIX + page);
}
