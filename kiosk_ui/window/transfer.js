// 转移: the ticket at the window goes to another service's queue or to one window; it keeps its place by time.

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { ReasonField } from "./reasons.js";

/** Up to this many a digit presses each; more are searched. */
const DIGITS = 9;
const KINDS = ["service", "window"];

function Destination({ index, name, note, go }) {
  const digit = index < DIGITS ? index + 1 : undefined;
  return html`<button type="button" class="menu-item" data-item data-digit=${digit} onClick=${go}>
    <kbd>${digit ?? "·"}</kbd><span class="menu-text">${name}</span><span class="soft figures">${note}</span></button>`;
}

function Services({ services, go }) {
  return services.map((service, index) => html`<${Destination} key=${service.id} index=${index} name=${pick(service)}
    go=${() => go({ service: service.id })}
    note=${service.windows.length ? t("window.transfer.waiting", { count: service.waiting }) : t("window.transfer.no_window")} />`);
}

function Windows({ windows, go }) {
  return windows.map((window, index) => html`<${Destination} key=${window.id} index=${index} go=${() => go({ window: window.id })}
    name=${`${t("window.window", { window: window.label })} ${window.post}`}
    note=${`${t(`desk.${window.state}`)}${window.clerk ? ` · ${window.clerk.name ?? window.clerk.id}` : ""}`} />`);
}

/** Services other than the ticket's own and windows other than this one, those that `typed` names. */
export function destinations(kind, typed, { services, windows, mine }) {
  const wanted = typed.trim().toLowerCase();
  const fits = (...texts) => !wanted || texts.some((text) => String(text ?? "").toLowerCase().includes(wanted));
  return kind === "service"
    ? services.filter((each) => each.id !== mine.ticket?.queue && fits(each.name, each.name_en, each.prefix))
    : windows.filter((each) => each.id !== mine.id && fits(each.label, each.post, each.clerk?.name));
}

/** @param {any} props */
export function Transfer({ hall, mine, runner, close }) {
  const all = { services: hall.state.services.value, windows: hall.state.windows.value, mine };
  const [kind, setKind] = useState(destinations("service", "", all).length ? "service" : "window");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const searching = destinations(kind, "", all).length > DIGITS;
  const shown = destinations(kind, searching ? typed : "", all);
  const go = async (destination) => {
    const { ticket } = mine.ticket;
    close();
    await runner.run("ticket.transfer", { ticket, ...destination, ...(reason.trim() ? { reason: reason.trim() } : {}) });
  };
  return html`<div class="two-kinds">
    <div class="kinds" role="tablist">${KINDS.map((each, index) => html`
      <button type="button" role="tab" key=${each} data-left=${index === 0 ? "" : undefined} data-right=${index === 1 ? "" : undefined}
        aria-selected=${each === kind} class=${each === kind ? "kind on" : "kind"}
        onClick=${() => setKind(each)}>${t(`window.transfer.${each}`)}</button>`)}<kbd class="hint">← →</kbd></div>
    <div class="pair-fields">
      ${searching && html`<label><span>${t("window.find")}</span>
        <input value=${typed} data-find autocomplete="off" onInput=${(event) => setTyped(event.currentTarget.value)} /></label>`}
      <${ReasonField} group="transfer" value=${reason} set=${setReason} />
    </div>
    <div class="menu scroll" key=${kind}>
      ${kind === "service" ? html`<${Services} services=${shown} go=${go} />` : html`<${Windows} windows=${shown} go=${go} />`}
      ${shown.length === 0 && html`<p class="soft">${t("window.transfer.nowhere")}</p>`}</div>
    <p class="soft">${t("window.transfer.keeps")}</p>
  </div>`;
}
