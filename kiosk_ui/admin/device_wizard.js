// Adding a device: found or chosen by hand, then its link, place and options; checked, put to work and tested at once.

import { html, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { go } from "./address.js";
import { fresh } from "./device_changes.js";
import { draftOf, newDraft, proposedName, sectionOfDraft } from "./device_draft.js";
import { DeviceForm } from "./device_form.js";
import { Scan } from "./device_scan.js";
import { fragmentOf } from "./route.js";
import { useAnswer } from "./ticker.js";

function Families({ drivers, choose }) {
  return html`<section class="card editor"><h2>${t("admin.devices.by_hand")}</h2><p class="soft">${t("admin.devices.by_hand.text")}</p>
    <div class="device-families">${drivers.map((driver) => html`<button type="button" key=${driver.name} class="row-button" data-test=${`admin-family-${driver.name}`} onClick=${() => choose(driver)}>
      <span class="strong">${say(driver.title)}</span><span class="under">${driver.links.map((link) => t(`admin.devices.link.${link}`)).join(t("admin.list"))}</span></button>`)}</div></section>`;
}

function Form({ app, driver, begun, count, again, back }) {
  const [draft, setDraft] = useState(begun);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const add = async (event) => {
    event.preventDefault();
    const { section, problems } = sectionOfDraft(draft, driver);
    setError(problems.length > 0 ? { problems } : null);
    if (problems.length > 0) return;
    setBusy(true);
    try {
      await app.hall.call("device.add", { section });
      fresh.value = section.name;
      app.notice.tell(t("admin.devices.added", { device: section.name }));
      again();
      go("devices", { name: section.name, part: "test" });
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return html`<form class="device-form" novalidate data-dirty="" data-test="admin-device-form" onSubmit=${add}>
    <div class="pane-scroll device-body"><${DeviceForm} app=${app} driver=${driver} draft=${draft} put=${setDraft} error=${error} position=${count} /></div>
    <div class="device-buttons"><button type="button" class="button plain" onClick=${back}>${t("shared.back")}</button><span class="soft">${t("admin.devices.add.text")}</span>
      <button class="button primary" disabled=${busy || !app.hall.online.value} data-test="admin-device-add">${t(busy ? "admin.devices.saving" : "admin.devices.check_and_add")}</button></div></form>`;
}

/** @param {{app: any, rows: any[], listed: any, again: () => void}} props */
export function Wizard({ app, rows, listed, again }) {
  const { answer, error } = useAnswer(app.hall, "device.drivers", {}, "");
  const [begun, setBegun] = useState(null);
  const drivers = answer?.drivers ?? [];
  const taken = rows.map((row) => row.name);
  const byHand = (driver) => setBegun({ driver, draft: newDraft(driver, taken, app.hall.state.kiosks.value) });
  const found = (name, section) => {
    const driver = drivers.find((each) => each.name === name);
    const free = section.name && !taken.includes(section.name) ? section.name : proposedName(driver, taken);
    setBegun({ driver, draft: draftOf({ ...section, name: free }, driver) });
  };
  const title = begun ? t("admin.devices.add.title", { family: say(begun.driver.title) }) : t("admin.devices.add");
  const head = html`<div class="filter"><a class="button small plain" href=${fragmentOf("devices")}>${t("admin.devices.back")}</a><h2>${title}</h2></div>`;
  const notes = html`${error && html`<p class="device-note bad" role="alert">${say(error)}</p>`}
    ${listed?.path === null && html`<p class="device-note" role="status">${t("admin.devices.no_file")}</p>`}`;
  if (begun) {
    return html`<section class="pane whole device-pane" data-test="admin-wizard">${head}${notes}
      <${Form} key=${begun.driver.name} app=${app} driver=${begun.driver} begun=${begun.draft} count=${listed?.devices.length ?? rows.length} again=${again} back=${() => setBegun(null)} /></section>`;
  }
  return html`<div class="pane device-head">${head}${notes}</div><div class="panes side" data-test="admin-wizard">${answer ? html`<${Scan} app=${app} drivers=${drivers} choose=${found} />` : html`<p class="empty">${error ? "" : t("admin.asking")}</p>`}
    <div class="pane-side"><${Families} drivers=${drivers} choose=${byHand} /></div></div>`;
}
