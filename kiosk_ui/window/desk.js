// The desk: who I am, the ticket, the steps, what waits. One key or one press per step; a wrong one is undone.

import { html, signal, useEffect, useMemo, useRef, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { Current } from "./current.js";
import { Dialog } from "./dialogs.js";
import { createNext } from "./next.js";
import { changeText } from "./plan.js";
import { ratingAfter, ratingNow, restorable, resumable, waitingFor } from "./queues.js";
import { Steps } from "./press.js";
import { busy, createRunner } from "./runner.js";
import { Side } from "./side.js";
import { HELP_KEY, keyOf, mainSteps, moreSteps, MORE_KEY, OWN_KEYS, situation, stepOfKey, WHY_KEY } from "./steps.js";
import { createNotice } from "../shared/notice.js";
import { missedText, steppedText } from "./told.js";
import { TopBar } from "./topbar.js";
import { useWhy } from "./why.js";

/** The dialog that is open: the name of its step, or null. */
const dialog = signal(/** @type {string|null} */ (null));

/** Whether anybody sees the page. */
const visible = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => { visible.value = document.visibilityState === "visible"; });

/** Whether the page is in the middle of something (it is then not reloaded for a new version). */
export const isBusy = () => busy.value || dialog.value !== null;

/** The daemon's time, once a second. */
function useTick(hall) {
  const [now, setNow] = useState(hall.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(hall.now()), 1000);
    return () => clearInterval(timer);
  }, [hall]);
  return Math.max(now, hall.now());
}

/** What is known of the last rating: whether one is being asked, then from live events. */
function useRating(hall, mine) {
  const [last, setLast] = useState(() => ratingNow(mine, hall.state.tickets.value));
  useEffect(() => hall.on("*", (_data, event) => setLast((known) => ratingAfter(known, event, mine.id))), [hall, mine.id]);
  return last;
}

/** Whether the key belongs to a field or a control that has the focus. */
function inControl(event) {
  const tag = event.target?.tagName;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(tag)) return true;
  return event.key === "Enter" && (tag === "BUTTON" || tag === "A");
}

/** `act(key)` of the latest drawing: a quick key must mean what the screen shows. */
function useKeys(act, settled) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKey = (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (OWN_KEYS.has(event.key)) event.preventDefault();
      if (event.repeat) return;
      if (dialog.value) {
        if (event.key === "Escape" && !event.isComposing) dialog.value = null;
        return;
      }
      if (inControl(event) || (event.key === "Enter" && !settled())) return;
      if (event.key === "Enter") event.preventDefault(); // or it would press what a dialog has just given the focus
      latest.current(keyOf(event));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [settled]);
}

/** The window in the list of a hall's windows, in the title of the browser's tab too. */
function useWindow(hall, windowId) {
  const mine = hall.state.windows.value.find((window) => window.id === windowId);
  useEffect(() => {
    document.title = [mine.ticket?.label, t("window.window", { window: mine.label })].filter(Boolean).join(" · ");
  });
  return mine;
}

/** Who would be next, known while the window is open and free; null else. */
function useNext(hall, mine) {
  const asking = useMemo(() => createNext(hall, mine.id, { visible }), [hall, mine.id]);
  useEffect(() => asking.close, [asking]);
  return asking.next.value;
}

/** Says what becomes of a ticket that was missed here, also where the key was pressed on the pad. */
function useMissed(hall, mine, toast) {
  const last = useRef(null);
  if (mine.ticket) last.current = mine.ticket.ticket;
  useEffect(() => hall.on("ticket.missed", (data) => {
    if (data.ticket === last.current) toast.tell(missedText(data, hall.state.services.value));
  }), [hall, toast]);
}

/** Says once, calmly, that the window calls something else from now on (C13). */
function useChange(hall, mine, toast) {
  const before = useRef(mine);
  useEffect(() => {
    const text = mine.state === "open" && changeText(before.current, mine, hall.state.services.value);
    before.current = mine;
    if (text) toast.tell(text);
  }, [mine]);
}

/** What the window may do now: `{main, more, undoS}`. */
function stepsNow(hall, mine, ticket, now) {
  const { undo_s: undoS, emergency } = hall.state.hall.value;
  const kiosks = hall.state.kiosks.value;
  const tickets = hall.state.tickets.value;
  const services = hall.state.services.value;
  const stopped = Boolean(emergency);
  const more = moreSteps(mine, {
    held: resumable(mine, tickets, hall.state.windows.value).length,
    missed: restorable(mine, tickets, services).length,
    waiting: waitingFor(mine, tickets).length,
    printers: kiosks.filter((kiosk) => kiosk.printer).length,
    services: services.length,
    bookable: services.filter((each) => each.bookable).length,
    emergency: stopped,
  });
  const here = services.find((each) => each.id === mine.ticket?.queue);
  const then = services.find((each) => each.id === here?.then) ?? null;
  const rules = { then, steps: ticket?.steps ?? [], consult: here?.consult, emergency: stopped };
  return { main: mainSteps(mine, { now, undoS, kiosks: kiosks.length, ...rules }), more, undoS };
}

/** Does a step: calls its method, opens its dialog, or leaves the window for `onLeave` or `onLogout`. */
function createAct({ runner, toast, hall, mine, ticket, onLeave, onLogout }) {
  const leave = async (then) => {
    if (mine.state !== "closed" && !await runner.here("window.close")) return;
    if (await runner.here("clerk.logout")) then();
  };
  const call = async (step) => {
    const next = step.params ? { queue: step.params.then } : ticket?.steps[0];
    const receipt = await runner.here(step.method, step.params);
    const text = step.method === "ticket.finish" && steppedText(receipt, next, hall.state);
    if (text) toast.tell(text);
  };
  return (step) => {
    if (!step || step.locked) return;
    document.activeElement?.blur?.();
    if (step.name === "leave") leave(onLogout);
    else if (step.name === "move") leave(onLeave);
    else if (step.method) call(step);
    else dialog.value = step.name;
  };
}

/** Tell the kiosk that calls for help that somebody comes; the first where several do. */
function answerHelp(hall, runner) {
  const calling = hall.state.kiosks.value.find((kiosk) => kiosk.help);
  if (calling) runner.run("help.answer", { kiosk: calling.id });
}

/**
 * @param {{hall: any, windowId: string, account: string, name?: string, slim: boolean,
 *   onLeave: () => void, onLogout: () => void}} props
 */
export function Desk({ hall, windowId, account, name, slim, onLeave, onLogout }) {
  const toast = useMemo(() => createNotice("toast", "window-toast"), [hall]);
  const runner = useMemo(() => createRunner(hall, windowId, toast), [hall, windowId]);
  const now = useTick(hall);
  const mine = useWindow(hall, windowId);
  const last = useRating(hall, mine);
  const tickets = hall.state.tickets.value;
  const ticket = mine.ticket && tickets.find((each) => each.id === mine.ticket.ticket);
  const steps = stepsNow(hall, mine, ticket, now);
  const next = useNext(hall, mine);
  const why = useWhy(hall, mine.ticket);
  useMissed(hall, mine, toast);
  useChange(hall, mine, toast);
  const act = createAct({ runner, toast, hall, mine, ticket, onLeave, onLogout });
  const more = () => { dialog.value = "more"; };
  const explain = () => { dialog.value = "why"; };
  useKeys((key) => {
    if (key === MORE_KEY) more();
    else if (key === HELP_KEY) answerHelp(hall, runner);
    else if (key === WHY_KEY) explain();
    else act(stepOfKey(key, steps.main));
  }, runner.settled);
  useEffect(() => () => { dialog.value = null; }, []);

  const offline = !hall.online.value;
  const locked = offline || busy.value;
  const shared = { hall, mine, now, account, runner, toast, kiosks: hall.state.kiosks.value, tickets, ticket, last, slim, next, why, explain };
  return html`<main class=${`desk ${situation(mine)} ${offline ? "locked-desk" : ""}`}>
    <${OfflineBar} hall=${hall} text="shared.offline.staff" since />
    <${TopBar} ...${shared} name=${name} locked=${locked} />
    <${Current} ...${shared} />
    <${Steps} main=${steps.main} act=${act} busy=${busy.value} locked=${offline} now=${now} mine=${mine} ticket=${ticket}
      state=${hall.state} undoS=${steps.undoS} more=${more} />
    ${!slim && html`<${Side} ...${shared} locked=${locked} />`}
    ${dialog.value && html`<${Dialog} key=${dialog.value} name=${dialog.value} ...${shared} more=${steps.more} act=${act}
      close=${() => { dialog.value = null; }} locked=${offline} />`}
    <${toast.View} />
  </main>`;
}
