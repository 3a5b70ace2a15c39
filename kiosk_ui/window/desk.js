// The desk: who I am, the ticket, the steps, what waits. One key or one press per step; a wrong one is undone.

import { html, signal, useEffect, useMemo, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { Current } from "./current.js";
import { Dialog } from "./dialogs.js";
import { Side } from "./side.js";
import { Steps } from "./press.js";
import { TopBar } from "./topbar.js";
import { createToast } from "./toast.js";
import { ratingAfter } from "./queues.js";
import { mainSteps, moreSteps, MORE_KEY, OWN_KEYS, situation, stepOfKey } from "./steps.js";

/** Enter means the next step; pressed twice by mistake it must not do two. */
const SETTLE_MS = 600;

const busy = signal(false);
const dialog = signal(/** @type {null | {name: string, [key: string]: any}} */ (null));

/** Whether the page is in the middle of something (it is then not reloaded for a new version). */
export const isBusy = () => busy.value || dialog.value !== null;

/** The daemon's time as a signal, once a second. */
function useTick(hall) {
  const [now, setNow] = useState(hall.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(hall.now()), 1000);
    return () => clearInterval(timer);
  }, [hall]);
  return Math.max(now, hall.now());
}

/** Call methods one at a time; refusals and faults become a line of the toast. */
function createRunner(hall, windowId, toast) {
  let last = 0;
  const run = async (method, params = {}) => {
    if (busy.value || !hall.online.value) return null;
    busy.value = true;
    try {
      toast.clear();
      return await hall.call(method, params);
    } catch (error) {
      toast.fault(error);
      return null;
    } finally {
      busy.value = false;
      last = Date.now();
    }
  };
  return {
    run,
    here: (method, params = {}) => run(method, { window: windowId, ...params }),
    settled: () => Date.now() - last > SETTLE_MS,
  };
}

/** What is known of the last rating, from live events. */
function useRating(hall, windowId) {
  const [last, setLast] = useState(null);
  useEffect(() => hall.on("*", (_data, event) => setLast((known) => ratingAfter(known, event, windowId))), [hall]);
  return last;
}

/** Whether the key belongs to a field or a control that has the focus. */
function inControl(event) {
  const tag = event.target?.tagName;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(tag)) return true;
  return event.key === "Enter" && (tag === "BUTTON" || tag === "A");
}

function useKeys(act, settled) {
  useEffect(() => {
    const onKey = (event) => {
      if (OWN_KEYS.has(event.key)) event.preventDefault();
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (dialog.value) {
        if (event.key === "Escape") dialog.value = null;
        return;
      }
      if (inControl(event) || (event.key === "Enter" && !settled())) return;
      act(event.key);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}

/**
 * @param {{hall: any, windowId: string, account: string, name?: string, slim: boolean,
 *   onLeave: () => void, onLogout: () => void}} props
 */
export function Desk({ hall, windowId, account, name, slim, onLeave, onLogout }) {
  const toast = useMemo(createToast, [hall]);
  const runner = useMemo(() => createRunner(hall, windowId, toast), [hall, windowId]);
  const now = useTick(hall);
  const last = useRating(hall, windowId);
  const mine = hall.state.windows.value.find((window) => window.id === windowId);
  const kiosks = hall.state.kiosks.value;
  const tickets = hall.state.tickets.value;
  const ticket = mine.ticket && tickets.find((each) => each.id === mine.ticket.ticket);
  const main = mainSteps(mine, { now, kiosks: kiosks.length });
  const more = moreSteps(mine).filter((step) => step.name !== "reprint" || kiosks.some((kiosk) => kiosk.printer));

  const leave = async () => {
    if (mine.state !== "closed" && !await runner.here("window.close")) return;
    if (await runner.here("clerk.logout")) onLeave();
  };
  const act = (step) => {
    if (!step) return;
    document.activeElement?.blur?.();
    if (step.name === "leave") leave();
    else if (step.method) runner.here(step.method);
    else dialog.value = { name: step.name };
  };
  useKeys((key) => {
    if (key === MORE_KEY) dialog.value = { name: "more" };
    else act(stepOfKey(key, main));
  }, runner.settled);
  useEffect(() => () => { dialog.value = null; }, []);

  const locked = !hall.online.value;
  const opened = dialog.value;
  const shared = { hall, mine, now, account, runner, toast, kiosks, tickets };
  return html`<main class=${`desk ${situation(mine)} ${locked ? "locked-desk" : ""}`}>
    <${OfflineBar} hall=${hall} text="shared.offline.staff" since />
    <${TopBar} ...${shared} name=${name} slim=${slim} onLogout=${onLogout} />
    <${Current} ...${shared} ticket=${ticket} last=${last} />
    <${Steps} main=${main} act=${act} busy=${busy.value} locked=${locked} now=${now} mine=${mine}
      more=${() => { dialog.value = { name: "more" }; }} />
    ${!slim && html`<${Side} ...${shared} locked=${locked || busy.value} />`}
    ${opened && html`<${Dialog} key=${opened.name} name=${opened.name} ...${shared} ticket=${ticket} more=${more} act=${act}
      open=${(next) => { dialog.value = { name: next }; }} close=${() => { dialog.value = null; }} locked=${locked} />`}
    <${toast.View} />
    <p class="hidden-text" role="status">${locked ? t("shared.offline.staff") : ""}</p>
  </main>`;
}
