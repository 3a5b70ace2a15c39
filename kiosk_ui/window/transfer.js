// 转移: the ticket at the window goes to another service's queue, to one window or to one colleague; it keeps its place
// by time, and with 办完回到我这里 it comes back afterwards (C08).

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { ReasonField } from "./reasons.js";

/** Up to this many a digit presses each; more are searched. */
const DIGITS = 9;
const KINDS = ["service", "window", "clerk"];

function Destination({ index, name, note, go, disabled }) {
  const digit = index < DIGITS && !disabled ? index + 1 : undefined;
  return html`<button type="button" class="menu-item" data-item data-digit=${digit} disabled=${disabled} onClick=${go}>
    <kbd>${digit ?? "·"}</kbd><span class="menu-text">${name}</span><span class="soft figures">${note}</span></button>`;
}

function Services({ services, go }) {
  return services.map((service, index) => html`<${Destination} key=${service.id} index=${index} name=${pick(service)}
    go=${() => go({ service: service.id })}
    note=${service.windows.length ? t("window.transfer.waiting", { count: service.waiting }) : t("window.transfer.no_window")} />`);
}

function Windows({ windows, go }) {
  return windows.map((window, index) => html`<${Destination} key=${window.id} index=${index} go=${() => go({ window: window.id })}
    name=${`${t("window.window", { window: window.label })} ${window.post}`} disabled=${window.state === "closed"}
    note=${`${t(`desk.${window.state}`)}${window.clerk ? ` · ${window.clerk.name ?? window.clerk.id}` : ""}`} />`);
}

function Clerks({ windows, go }) {
  return windows.map((window, index) => html`<${Destination} key=${window.clerk.id} index=${index} go=${() => go({ clerk: window.clerk.id })}
    name=${window.clerk.name ?? window.clerk.id}
    note=${`${t("window.window", { window: window.label })} · ${t(`desk.${window.state}`)}`} />`);
}

/** Windows with another clerk each who is there now. */
function colleagues(windows, mine) {
  const there = windows.filter((each) => each.clerk && each.state !== "closed" && each.clerk.id !== mine.clerk?.id);
  return [...new Map(there.map((each) => [each.clerk.id, each])).values()];
}

/**
 * Where the ticket may go, those that `typed` names: services other than its own; windows other than this one, the
 * closed ones last, since nothing is sent there; or the windows of colleagues who are there.
 */
export function destinations(kind, typed, { services, windows, mine }) {
  const wanted = typed.trim().toLowerCase();
  const fits = (...texts) => !wanted || texts.some((text) => String(text ?? "").toLowerCase().includes(wanted));
  if (kind === "service") return services.filter((each) => each.id !== mine.ticket?.queue && fits(each.name, each.name_en, each.prefix));
  const closed = (window) => (window.state === "closed" ? 1 : 0);
  const rows = kind === "clerk" ? colleagues(windows, mine) : windows.filter((each) => each.id !== mine.id).sort((a, b) => closed(a) - closed(b));
  return rows.filter((each) => fits(each.label, each.post, each.clerk?.name, each.clerk?.id));
}

const LISTS = { service: ({ shown, go }) => html`<${Services} services=${shown} go=${go} />`,
  window: ({ shown, go }) => html`<${Windows} windows=${shown} go=${go} />`,
  clerk: ({ shown, go }) => html`<${Clerks} windows=${shown} go=${go} />` };

function Kinds({ kind, setKind }) {
  const at = KINDS.indexOf(kind);
  return html`<div class="kinds" role="tablist">${KINDS.map((each, index) => html`
    <button type="button" role="tab" key=${each} data-left=${index === at - 1 ? "" : undefined} data-right=${index === at + 1 ? "" : undefined}
      aria-selected=${each === kind} class=${each === kind ? "kind on" : "kind"}
      onClick=${() => setKind(each)}>${t(`window.transfer.${each}`)}</button>`)}<kbd class="hint">← →</kbd></div>`;
}

/** @param {any} props */
export function Transfer({ hall, mine, runner, close }) {
  const all = { services: hall.state.services.value, windows: hall.state.windows.value, mine };
  const [kind, setKind] = useState(destinations("service", "", all).length ? "service" : "window");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [back, setBack] = useState(false);
  const searching = destinations(kind, "", all).length > DIGITS;
  const shown = destinations(kind, searching ? typed : "", all);
  const go = async (destination) => {
    const { ticket } = mine.ticket;
    close();
    await runner.run("ticket.transfer", {
      ticket, ...destination, ...(back ? { back } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}),
    });
  };
  const List = LISTS[kind];
  return html`<div class="two-kinds">
    <${Kinds} kind=${kind} setKind=${setKind} />
    <div class="pair-fields">
      ${searching && html`<label><span>${t("window.find")}</span>
        <input value=${typed} data-find autocomplete="off" onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`}
      <${ReasonField} group="transfer" value=${reason} set=${setReason} />
    </div>
    <div class="menu scroll" key=${kind}>
      <${List} shown=${shown} go=${go} />
      ${shown.length === 0 && html`<p class="soft">${t(kind === "clerk" ? "window.transfer.nobody" : "window.transfer.nowhere")}</p>`}</div>
    <label class=${back ? "tick on" : "tick"}><input type="checkbox" checked=${back} data-zero data-test="window-back"
      onChange=${(event) => setBack(event.currentTarget.checked)} />${t("window.transfer.back")}<kbd>0</kbd></label>
    <p class="soft">${t("window.transfer.keeps")}</p>
  </div>`;
}
