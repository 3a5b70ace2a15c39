// The hall today: figures, what needs a person, zones and services, windows.

import { html } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Alerts } from "./alerts.js";
import { Day } from "./day.js";
import { totals } from "./overview.js";
import { Services } from "./services.js";
import { useNow } from "./ticker.js";
import { Windows } from "./windows.js";

function Figures({ app }) {
  const { services, windows, tickets } = app.hall.state;
  const sum = totals(services.value, windows.value, tickets.value);
  const shown = [
    ["waiting", sum.waiting], ["serving", sum.called + sum.serving], ["held", sum.held], ["issued", sum.issued],
    ["done", sum.done], ["missed", sum.missed],
  ];
  return html`<dl class="figures-strip">${shown.map(([name, value]) => html`<div key=${name} data-test=${`admin-total-${name}`}>
      <dt>${t(`admin.total.${name}`)}</dt><dd class="figures">${value}</dd></div>`)}
    <div><dt>${t("admin.total.windows")}</dt>
      <dd class="figures">${sum.open}<small> / ${windows.value.length}${sum.paused > 0
        ? html` · ${t("admin.total.paused", { count: sum.paused })}` : null}</small></dd></div></dl>`;
}

/** @param {{app: any, query: any}} props `query`: zone, state */
export function HallTab({ app, query }) {
  const now = useNow(app.hall, 1000);
  return html`<div class="strip-line"><${Figures} app=${app} /><${Day} app=${app} /></div>
    <${Alerts} app=${app} />
    <div class="panes">
      <${Services} app=${app} query=${query} now=${now} />
      <${Windows} app=${app} query=${query} now=${now} />
    </div>`;
}
