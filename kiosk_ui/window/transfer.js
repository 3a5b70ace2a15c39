// 转移: the ticket at the window goes to another service's queue or to one window; it keeps its place by time.

import { html, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { ReasonField } from "./reasons.js";

function Services({ services, current, go }) {
  return services.filter((service) => service.id !== current).map((service, index) => html`
    <button type="button" key=${service.id} class="menu-item" data-item data-digit=${index < 9 ? index + 1 : undefined}
        onClick=${() => go({ service: service.id })}>
      <kbd>${index < 9 ? index + 1 : "·"}</kbd><span>${pick(service)}</span>
      <span class="soft figures">${service.windows.length ? t("window.transfer.waiting", { count: service.waiting }) : t("window.transfer.no_window")}</span>
    </button>`);
}

function Windows({ windows, mine, go }) {
  return windows.filter((window) => window.id !== mine.id).map((window, index) => html`
    <button type="button" key=${window.id} class="menu-item" data-item data-digit=${index < 9 ? index + 1 : undefined}
        onClick=${() => go({ window: window.id })}>
      <kbd>${index < 9 ? index + 1 : "·"}</kbd>
      <span>${t("window.window", { window: window.label })} ${window.post}</span>
      <span class="soft">${t(`desk.${window.state}`)}${window.clerk ? ` · ${window.clerk.name ?? window.clerk.id}` : ""}</span>
    </button>`);
}

/** @param {any} props */
export function Transfer({ hall, mine, runner, close }) {
  const [kind, setKind] = useState("service");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const wanted = typed.trim().toLowerCase();
  const fits = (...texts) => !wanted || texts.some((text) => String(text ?? "").toLowerCase().includes(wanted));
  const go = async (destination) => {
    const { ticket } = mine.ticket ?? {};
    close();
    if (ticket) await runner.run("ticket.transfer", { ticket, ...destination, ...(reason.trim() ? { reason: reason.trim() } : {}) });
  };
  const services = hall.state.services.value.filter((each) => fits(each.name, each.name_en, each.prefix));
  const windows = hall.state.windows.value.filter((each) => fits(each.label, each.post, each.clerk?.name));
  return html`<div class="two-kinds">
    <div class="kinds" role="tablist">${["service", "window"].map((each) => html`
      <button type="button" role="tab" key=${each} aria-selected=${each === kind} class=${each === kind ? "kind on" : "kind"}
        onClick=${() => setKind(each)}>${t(`window.transfer.${each}`)}</button>`)}</div>
    <div class="pair-fields">
      <label><span>${t("window.find")}</span><input value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} /></label>
      <${ReasonField} group="transfer" value=${reason} set=${setReason} />
    </div>
    <div class="menu scroll">${kind === "service"
      ? html`<${Services} services=${services} current=${mine.ticket?.queue} go=${go} />`
      : html`<${Windows} windows=${windows} mine=${mine} go=${go} />`}</div>
    <p class="soft">${t("window.transfer.keeps")}</p>
  </div>`;
}
