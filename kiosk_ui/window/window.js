// The window page: login, choice of a window, then the desk. A clerk makes a hundred calls a day on it.

import { html, render, signal, useEffect } from "../shared/ui.js";
import { createHall } from "../shared/hall.js";
import { register, t } from "../shared/i18n.js";
import { Login } from "../shared/login.js";
import { forgetSession, keepSession, openSession } from "../shared/session.js";
import texts from "../i18n/window.js";
import rules from "../i18n/window_rules.js";
import booking from "../i18n/window_booking.js";
import scan from "../i18n/window_scan.js";
import { Choose } from "./choose.js";
import { Desk, isBusy } from "./desk.js";
import { freeFor, methodsFor } from "./seat.js";
import { TakenOver } from "./taken.js";

register(texts);
register(rules);
register(booking);
register(scan);

const PAGE = "window";
const query = new URLSearchParams(location.search);
const slim = query.get("slim") === "1";

/** What the page stands on: the session, its connection, why the last one was refused. */
const page = signal({ session: null, hall: null, problem: null });

/** Why the window chosen last could not be had; outlives the reconnect. */
const refusal = signal(null);

/** Whether the page is just sitting down at a window. */
const sitting = signal(false);

/** The window of the address (?window=3): taken at once if it is free, once only. */
let offered = query.get("window");

/** The window that the choice offers first. */
let wanted = offered;

/** The window at which this page was the clerk's desk: another clerk there means a take-over. */
let satAt = null;

/** Connect as `session`; a clerk's window, once chosen, is part of the greeting (`place`). */
function connect(session) {
  page.value.hall?.close();
  const { token, place } = session;
  const hall = createHall({ role: "window", token, place, mayReload: () => !isBusy() });
  page.value = { session, hall, problem: null };
}

/** A person's session ends with the tab, also where it came with the address. */
const keep = (session) => {
  forgetSession(PAGE);
  return keepSession(PAGE, session, { local: false });
};

/** Sit down at `windowId`: the page becomes that window's, then `methods` make the clerk its clerk. */
async function sit(windowId, methods) {
  offered = null;
  refusal.value = null;
  sitting.value = true;
  connect(keep({ ...page.value.session, place: windowId }));
  try {
    for (const method of methods) await page.value.hall.call(method, { window: windowId });
  } catch (reason) {
    refusal.value = reason;
  }
  sitting.value = false;
}

/** Back to the choice of a window, still logged in: now it is another than the address's. */
function stand() {
  satAt = null;
  wanted = null;
  const { place: _, ...session } = page.value.session;
  connect(keep(session));
}

function logout() {
  satAt = null;
  page.value.hall?.close();
  forgetSession(PAGE);
  page.value = { session: null, hall: null, problem: null };
}

const Connecting = () => html`<p class="connecting" role="status">${t("shared.connecting")}</p>`;

/** Takes the window of the address. */
function Seat({ window, account }) {
  useEffect(() => { sit(window.id, methodsFor(window, account)); }, []);
  return html`<${Connecting} />`;
}

/** Who sits at the page's window now decides what is shown: nothing is remembered that the hall does not say. */
function Room({ hall, session }) {
  const windows = hall.state.windows.value;
  const mine = windows.find((window) => window.id === session.place);
  const account = session.account ?? hall.hello.value?.account;
  const name = session.name ?? hall.hello.value?.name;
  if (mine && mine.clerk?.id === account) {
    satAt = mine.id;
    offered = null;
    return html`<${Desk} hall=${hall} windowId=${mine.id} account=${account} name=${name} slim=${slim}
      onLeave=${stand} onLogout=${logout} />`;
  }
  if (mine && satAt === mine.id && mine.clerk) {
    return html`<${TakenOver} window=${mine} hall=${hall} onBack=${stand} onLogout=${logout} />`;
  }
  if (sitting.value) return html`<${Connecting} />`;
  const free = windows.find((window) => window.id === offered && freeFor(window, account));
  if (free) return html`<${Seat} window=${free} account=${account} />`;
  return html`<${Choose} hall=${hall} account=${account} name=${name} wanted=${wanted ?? session.place}
    refusal=${refusal} sit=${sit} onLogout=${logout} />`;
}

function Page() {
  const { session, hall, problem } = page.value;
  const refused = hall?.error.value ?? problem;
  if (!session || refused) {
    return html`<${Login} key=${refused?.code} page=${PAGE} roles=${["window"]} problem=${refused} onDone=${connect} />`;
  }
  if (!hall.state.hall.value) return html`<${Connecting} />`;
  return html`<${Room} hall=${hall} session=${session} />`;
}

document.documentElement.classList.toggle("slim", slim);
openSession(PAGE).then(
  (session) => { if (session) connect(keep(session)); },
  (problem) => { page.value = { session: null, hall: null, problem }; },
).finally(() => render(html`<${Page} />`, document.getElementById("root")));
