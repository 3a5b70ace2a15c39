// The window page: login, choice of a window, then the desk. A clerk makes a hundred calls a day on it.

import { html, render, signal } from "../shared/ui.js";
import { createHall } from "../shared/hall.js";
import { register, t } from "../shared/i18n.js";
import { Login } from "../shared/login.js";
import { forgetSession, keepSession, openSession } from "../shared/session.js";
import texts from "../i18n/window.js";
import { Choose } from "./choose.js";
import { Desk, isBusy } from "./desk.js";
import { TakenOver } from "./taken.js";

register(texts);

const PAGE = "window";
const query = new URLSearchParams(location.search);
const slim = query.get("slim") === "1";

/** What the page stands on: the session, its connection, why the last one was refused. */
const page = signal({ session: null, hall: null, problem: null });

/** Connect as `session`; a clerk's window, once chosen, is part of the greeting (`place`). */
function connect(session) {
  page.value.hall?.close();
  const { token, place } = session;
  const hall = createHall({ role: "window", token, place, mayReload: () => !isBusy() });
  page.value = { session, hall, problem: null };
}

/** Why the window chosen last could not be had; outlives the reconnect. */
const refusal = signal(null);

/** Sit down at `windowId`: the page becomes that window's, then `methods` make the clerk its clerk. */
async function sit(windowId, methods) {
  refusal.value = null;
  connect(keepSession(PAGE, { ...page.value.session, place: windowId }, { local: false }));
  try {
    for (const method of methods) await page.value.hall.call(method, { window: windowId });
  } catch (reason) {
    refusal.value = reason;
  }
}

/** Back to the choice of a window, still logged in. */
function stand() {
  const { place: _, ...session } = page.value.session;
  connect(keepSession(PAGE, session, { local: false }));
}

function logout() {
  page.value.hall?.close();
  forgetSession(PAGE);
  page.value = { session: null, hall: null, problem: null };
}

let satAt = null;

/** Who sits at the page's window now decides what is shown: nothing is remembered that the hall does not say. */
function Room({ hall, session }) {
  const windows = hall.state.windows.value;
  const mine = windows.find((window) => window.id === session.place);
  const account = session.account ?? hall.hello.value?.account;
  const name = session.name ?? hall.hello.value?.name;
  if (mine && mine.clerk?.id === account) {
    satAt = mine.id;
    return html`<${Desk} hall=${hall} windowId=${mine.id} account=${account} name=${name} slim=${slim}
      onLeave=${() => { satAt = null; stand(); }} onLogout=${() => { satAt = null; logout(); }} />`;
  }
  const back = () => { satAt = null; stand(); };
  if (mine && satAt === mine.id && mine.clerk) {
    return html`<${TakenOver} window=${mine} hall=${hall} onBack=${back} onLogout=${() => { satAt = null; logout(); }} />`;
  }
  return html`<${Choose} hall=${hall} account=${account} name=${name} wanted=${query.get("window") ?? session.place}
    refusal=${refusal} sit=${sit} onLogout=${logout} />`;
}

function Page() {
  const { session, hall, problem } = page.value;
  const refused = hall?.error.value ?? problem;
  if (!session || refused) {
    return html`<${Login} key=${refused?.code} page=${PAGE} roles=${["window"]} problem=${refused} onDone=${connect} />`;
  }
  if (!hall.state.hall.value) return html`<p class="connecting" role="status">${t("shared.connecting")}</p>`;
  return html`<${Room} hall=${hall} session=${session} />`;
}

document.documentElement.classList.toggle("slim", slim);
openSession(PAGE).then(
  (session) => { if (session) connect(session); },
  (problem) => { page.value = { session: null, hall: null, problem }; },
).finally(() => render(html`<${Page} />`, document.getElementById("root")));
