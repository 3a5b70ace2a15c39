// What a step asks before it is done: a reason, a destination, a ticket. Works by keyboard: digits, arrows, Enter, Esc.

import { html, useEffect, useLayoutEffect, useRef } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { focusFirst, walk } from "./dialog_keys.js";
import { ChooseTicket, Reprint, RestoreTicket, ResumeTicket } from "./pick_ticket.js";
import { CheckIn } from "./check_in.js";
import { FinishOther } from "./finish.js";
import { Reasons } from "./reasons.js";
import { ScanPane } from "./scan.js";
import { Take } from "./take.js";
import { Transfer } from "./transfer.js";
import { WhyDetails } from "./why.js";

/** The other steps of the moment. */
function More({ more, act, close }) {
  const press = (step) => {
    close();
    act(step);
  };
  return html`<div class="menu">${more.map((step, index) => html`
    <button type="button" key=${step.name} class="menu-item" data-digit=${index + 1} data-test=${`window-${step.name}`}
      onClick=${() => press(step)}><kbd>${index + 1}</kbd><span class="menu-text">${t(`window.step.${step.name}`)}</span></button>`)}</div>`;
}

function Hold({ runner, close }) {
  return html`<${Reasons} group="hold" optional done=${async (reason) => {
    close();
    await runner.here("ticket.hold", reason ? { reason } : {});
  }} />`;
}

function Pause({ runner, close }) {
  return html`<${Reasons} group="pause" done=${async (reason) => {
    close();
    await runner.here("window.pause", { reason });
  }} />`;
}

function Cancel({ runner, close, mine }) {
  return html`<${Reasons} group="cancel" done=${async (reason) => {
    close();
    await runner.run("ticket.cancel", { ticket: mine.ticket.ticket, reason });
  }} />`;
}

/** hallctl/domain/decide_step.py, OUTCOMES. */
const OUTCOMES = ["solved", "referred", "registered"];

const BODIES = { more: More, hold: Hold, pause: Pause, cancel: Cancel, transfer: Transfer, choose: ChooseTicket,
  take: Take, reprint: Reprint, resume: ResumeTicket, restore: RestoreTicket, finish: Outcome, finish_other: FinishOther,
  why: WhyDetails, check_in: CheckIn, scan: ScanPane };

/** Steps about the ticket at the window: their dialog closes when it is gone. */
const ABOUT_TICKET = new Set(["hold", "cancel", "transfer", "finish", "finish_other", "scan"]);

/** How a consultation ended (L07). */
function Outcome({ runner, close }) {
  const press = async (outcome) => {
    close();
    await runner.here("ticket.finish", { outcome });
  };
  return html`<div class="menu">${OUTCOMES.map((outcome, index) => html`
    <button type="button" key=${outcome} class="menu-item" data-digit=${index + 1} data-test=${`window-${outcome}`}
      onClick=${() => press(outcome)}><kbd>${index + 1}</kbd><span class="menu-text">${t(`window.outcome.${outcome}`)}</span></button>`)}</div>`;
}

/** @param {any} props `name` is the step; the rest is what the desk knows */
export function Dialog({ name, close, locked, ...rest }) {
  const box = useRef(null);
  const body = useRef(null);
  const Body = BODIES[name];
  const gone = ABOUT_TICKET.has(name) && !rest.mine.ticket;
  useEffect(() => { if (gone) close(); }, [gone]);
  useLayoutEffect(() => { if (!locked) focusFirst(body.current); }, [gone, locked]);
  // On the document, and after every drawing: a press may have replaced the item that had the focus.
  useLayoutEffect(() => {
    if (gone) return undefined;
    const onKey = (event) => walk(event, box.current, body.current);
    const watcher = new MutationObserver(() => { if (!box.current?.contains(document.activeElement)) focusFirst(body.current); });
    watcher.observe(body.current, { childList: true, subtree: true });
    document.addEventListener("keydown", onKey);
    return () => {
      watcher.disconnect();
      document.removeEventListener("keydown", onKey);
    };
  }, [gone]);
  if (gone) return null;
  return html`<div class="veil" onClick=${(event) => { if (event.target === event.currentTarget) close(); }}>
    <section class=${`dialog ask-${name}`} role="dialog" aria-modal="true" aria-label=${t(`window.dialog.${name}`)} ref=${box}
        data-test="window-dialog">
      <header><h2>${t(`window.dialog.${name}`)}</h2>
        <button type="button" class="button small plain" onClick=${close}>${t("shared.close")} <kbd>Esc</kbd></button></header>
      <fieldset disabled=${locked} ref=${body}><${Body} ...${rest} close=${close} /></fieldset>
    </section></div>`;
}
