// The frame around every tab: the hall, who I am, the tabs, the warning that everybody must see.

import { html, useEffect, useState } from "../shared/ui.js";
import { language, pick, say, setLanguage, t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { clock } from "../shared/time.js";
import { AccountsTab } from "./accounts_tab.js";
import { AgentsTab } from "./agents_tab.js";
import { fragment } from "./address.js";
import { DevicesTab } from "./devices_tab.js";
import { Confirm } from "./dialog.js";
import { EmergencyBanner, EmergencyButton } from "./emergency.js";
import { HallTab } from "./hall_tab.js";
import { JournalTab } from "./journal_tab.js";
import { LedgerTab } from "./ledger_tab.js";
import { alerts, troubled } from "./overview.js";
import { fragmentOf, routeOf, tabsOf } from "./route.js";
import { RulesTab } from "./rules_tab.js";
import { TerminalsTab } from "./terminals_tab.js";
import { useNow } from "./ticker.js";

const VIEWS = {
  hall: HallTab, rules: RulesTab, devices: DevicesTab, journal: JournalTab, ledger: LedgerTab, agents: AgentsTab, accounts: AccountsTab,
  terminals: TerminalsTab,
};

function Clock({ hall }) {
  return html`<span class="top-clock figures">${clock(useNow(hall, 1000))}</span>`;
}

/** A person logs out; a paired machine stops being an admin terminal, which is asked about. */
function Leave({ app }) {
  const [asked, setAsked] = useState(false);
  const person = Boolean(app.session.account);
  return html`<button type="button" class="top-button" data-test="admin-leave"
      onClick=${() => (person ? app.leave() : setAsked(true))}>${t("admin.logout")}</button>
    ${asked && html`<${Confirm} title=${t("admin.unpair.title")} yes=${t("admin.unpair.yes")} danger
      onYes=${async () => app.leave()} onClose=${() => setAsked(false)}><p>${t("admin.unpair.text")}</p></${Confirm}>`}`;
}

function TopBar({ app }) {
  const { hall, session, role } = app;
  const name = session.account ? session.name || session.account : t("admin.terminal");
  return html`<header class="top">
    <h1 class="top-name">${pick(hall.state.hall.value)}</h1>
    <span class="top-fill"></span>
    <${EmergencyButton} app=${app} />
    <span class="top-me">${name}<span class="top-role">${t(`role.${role}`)}</span></span>
    <${Clock} hall=${hall} />
    <button type="button" class="top-button" lang=${language.value === "en" ? "zh" : "en"}
      onClick=${() => setLanguage(language.value === "en" ? "zh" : "en")}>${t("shared.language.other")}</button>
    <${Leave} app=${app} />
  </header>`;
}

/** How many things need a person, beside the tab where they are mended. */
function countOf(tab, state) {
  if (tab === "devices") return troubled(state.devices.value).length;
  if (tab !== "hall") return 0;
  const { hall, kiosks, services, alerts: watched } = state;
  const found = alerts({ hall: { ...hall.value, warning: null }, kiosks: kiosks.value, devices: [], services: services.value, watched: watched.value });
  return found.filter((alert) => alert.kind !== "watch" || alert.row.stage === "raised").length;
}

function Tabs({ app, current }) {
  return html`<nav class="tabs" aria-label=${t("admin.tabs")}>${tabsOf(app.role).map((tab) => {
    const count = countOf(tab, app.hall.state);
    return html`<a key=${tab} href=${fragmentOf(tab)} class=${tab === current ? "tab here" : "tab"} data-test=${`admin-tab-${tab}`}
      aria-current=${tab === current ? "page" : null}>${t(`admin.tab.${tab}`)}
      ${count > 0 && html`<span class="tab-count figures" aria-label=${t("admin.tab.count", { count })}>${count}</span>`}</a>`;
  })}</nav>`;
}

/** @param {{app: any}} props */
export function Frame({ app }) {
  const { hall, role, notice } = app;
  const { tab, query } = routeOf(fragment.value, role);
  const View = VIEWS[tab];
  const warning = hall.state.hall.value.warning;
  useEffect(() => { document.title = `${t(`admin.tab.${tab}`)} · ${pick(hall.state.hall.value)}`; }, [tab, language.value]);
  return html`<div class=${hall.online.value ? "frame" : "frame lost"}>
    <${OfflineBar} hall=${hall} text="shared.offline.staff" since />
    <${TopBar} app=${app} />
    <${Tabs} app=${app} current=${tab} />
    <${EmergencyBanner} app=${app} />
    ${warning && html`<p class="warning" role="status" data-test="admin-warning">${say(warning)}</p>`}
    <main class=${`view ${tab}`}><${View} key=${tab} app=${app} query=${query} /></main>
    <${notice.View} />
  </div>`;
}
