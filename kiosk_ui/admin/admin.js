// The admin page: login or a paired terminal, then one tab per concern. Supervisors, auditors and technicians.

import { html, render, signal } from "../shared/ui.js";
import { createHall } from "../shared/hall.js";
import { language, register, setLanguage, t } from "../shared/i18n.js";
import { Login } from "../shared/login.js";
import { RpcError } from "../shared/rpc.js";
import { forgetSession, openSession } from "../shared/session.js";
import deviceTexts from "../i18n/admin_devices.js";
import formTexts from "../i18n/admin_device_form.js";
import optionTexts from "../i18n/admin_device_options.js";
import journalTexts from "../i18n/admin_journal.js";
import rulesTexts from "../i18n/admin_rules.js";
import watchTexts from "../i18n/admin_watch.js";
import texts from "../i18n/admin.js";
import { Frame } from "./frame.js";
import { createNotice } from "../shared/notice.js";
import { ROLES } from "./route.js";

register(texts);
register(deviceTexts);
register(formTexts);
register(optionTexts);
register(journalTexts);
register(rulesTexts);
register(watchTexts);

const PAGE = "admin";
const page = signal({ session: null, app: null, problem: null });
const notice = createNotice("notice", "admin-notice");

/** A call whose refusal is said at the foot of the page; the result, or null where it was refused. */
const createRun = (hall) => async (method, params = {}) => {
  try {
    return await hall.call(method, params);
  } catch (reason) {
    notice.fault(reason);
    return null;
  }
};

/** Nobody is in the middle of something that a new version of the page would throw away. */
const isIdle = () => document.querySelector("dialog[open], form[data-dirty], [data-dirty-drafts], .pair-code") === null;

/** A code for another kind of terminal, or a terminal's token of another role. */
function wrongRole(role) {
  const said = t("admin.wrong_role", { role: t(`role.${role}`) });
  return new RpcError({ code: "admin.wrong_role", zh: said, en: said });
}

function connect(session) {
  page.value.app?.hall.close();
  const role = session.role ?? "admin";
  if (!ROLES.includes(role)) {
    forgetSession(PAGE);
    page.value = { session: null, app: null, problem: wrongRole(role) };
    return;
  }
  const hall = createHall({ role, token: session.token, mayReload: isIdle });
  const app = { hall, role, session, notice, manages: role !== "auditor", run: createRun(hall), leave };
  page.value = { session, app, problem: null };
}

function leave() {
  page.value.app?.hall.close();
  forgetSession(PAGE);
  page.value = { session: null, app: null, problem: null };
}

function Page() {
  const { session, app, problem } = page.value;
  const refused = app?.hall.error.value ?? problem;
  if (!session || refused) {
    return html`<button type="button" class="login-language" lang=${language.value === "en" ? "zh" : "en"}
        onClick=${() => setLanguage(language.value === "en" ? "zh" : "en")}>${t("shared.language.other")}</button>
      <${Login} key=${refused?.code} page=${PAGE} roles=${ROLES} problem=${refused} onDone=${connect} />`;
  }
  if (!app.hall.state.hall.value) return html`<p class="connecting" role="status">${t("shared.connecting")}</p>`;
  return html`<${Frame} app=${app} />`;
}

openSession(PAGE).then(
  (session) => { if (session) connect(session); },
  (problem) => { page.value = { session: null, app: null, problem }; },
).finally(() => render(html`<${Page} />`, document.getElementById("root")));
