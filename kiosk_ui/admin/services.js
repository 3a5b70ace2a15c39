// Zones and their services: who waits, how long, what was done. Many services fold away under their zone's line.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { minutes, range } from "../shared/time.js";
import { longestS, unfolded, zoneRows } from "./overview.js";
import { fragmentOf } from "./route.js";

/** A wait in whole minutes, short enough for a column; nobody waiting is a dash. */
const waited = (waiting, seconds) => (waiting > 0 ? minutes(seconds) : "–");

/** An expected wait without its "about": the column says so. */
const expected = (wait) => range(wait).replace(/^(约|about) /, "");

function Head() {
  return html`<thead><tr><th class="grow">${t("admin.services")}</th>
    ${["waiting", "longest", "expected", "windows", "issued", "done", "missed"].map((name) => html`
      <th key=${name} class=${`number ${name}`}>${t(`admin.column.${name}`)}</th>`)}</tr></thead>`;
}

function ZoneRow({ row, chosen, query, foldable }) {
  const href = fragmentOf("hall", { ...query, zone: chosen ? "" : row.zone.id });
  const name = pick(row.zone);
  return html`<tr class=${chosen ? "zone chosen" : "zone"} data-test=${`admin-zone-${row.zone.id}`}>
    <th scope="row" class="grow"><a href=${href} aria-current=${chosen ? "true" : null}>${foldable ? (chosen ? "▾ " : "▸ ") : ""}${name}</a></th>
    <td class="number strong">${row.waiting}</td><td class="number">${waited(row.waiting, row.longest_s)}</td><td></td>
    <td class="number">${row.open}/${row.windows}</td>
    <td class="number">${row.issued}</td><td class="number">${row.done}</td><td class="number">${row.missed}</td></tr>`;
}

function ServiceRow({ service, now }) {
  const alone = service.waiting > 0 && service.windows.length === 0;
  return html`<tr class="service" data-test=${`admin-service-${service.id}`}>
    <td class="grow"><span class="prefix">${service.prefix || "·"}</span>${pick(service)}</td>
    <td class="number strong">${service.waiting}</td>
    <td class="number">${waited(service.waiting, longestS(service, now))}</td>
    <td class="number">${service.waiting > 0 || service.windows.length > 0 ? expected(service.wait_s) : "–"}</td>
    <td class=${alone ? "number alone" : "number"}>${service.windows.length}/${service.all_windows.length}</td>
    <td class="number">${service.issued}</td><td class="number">${service.done}</td><td class="number">${service.missed}</td></tr>`;
}

/** @param {{app: any, query: any, now: number}} props */
export function Services({ app, query, now }) {
  const { zones, services, windows } = app.hall.state;
  const rows = zoneRows({ zones: zones.value, services: services.value, windows: windows.value }, now);
  const foldable = rows.some((row) => !unfolded(row.zone.id, services.value, ""));
  return html`<section class="pane" aria-label=${t("admin.services")}>
    <div class="pane-scroll"><table class="table services" data-test="admin-services"><${Head} />
      <tbody>${rows.flatMap((row) => {
        const chosen = query.zone === row.zone.id;
        const shown = chosen || unfolded(row.zone.id, services.value, "");
        return [
          html`<${ZoneRow} key=${`zone ${row.zone.id}`} row=${row} chosen=${chosen} query=${query} foldable=${foldable} />`,
          ...(shown ? row.services.map((service) => html`<${ServiceRow} key=${service.id} service=${service} now=${now} />`) : []),
        ];
      })}</tbody></table></div></section>`;
}
