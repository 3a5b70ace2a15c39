// Changing one device of the config, without a restart, and taking it out. Another's change meanwhile is never overwritten unseen.

import { html, useEffect, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { go } from "./address.js";
import { changeConfig, removed } from "./device_changes.js";
import { draftOf, sectionOfDraft } from "./device_draft.js";
import { DeviceForm } from "./device_form.js";
import { sameSection, sectionOf } from "./device_list.js";
import { Confirm } from "./dialog.js";
import { actorText, namesOf } from "./names.js";
import { useAnswer } from "./ticker.js";

/** What was typed and not saved yet, `{base, draft}` by device: a look at the test or the log loses nothing. */
const typed = new Map();

/** Who has changed the device last, in words, from the journal; asked once `wanted`, "" while that is not known. */
function useOther(app, device, wanted) {
  const [who, setWho] = useState("");
  useEffect(() => {
    if (!wanted) return;
    app.hall.call("journal.read", { limit: 100 }).then(({ records }) => {
      const last = records.find(({ type, data }) => type === "device.changed" && [...data.changed, ...data.removed].includes(device));
      if (last) setWho(actorText(last.actor, namesOf(app.hall.state)));
    }, () => {}); // without a name the warning stands all the same
  }, [device, wanted]);
  return who;
}

/** The section as the config has it now, null where there is none any more, and the file's digest; undefined where it cannot be asked. */
async function present(app, name) {
  const listed = await app.run("device.list");
  if (!listed) return undefined;
  const row = listed.devices.find((each) => each.name === name);
  return { section: row ? sectionOf(row) : null, digest: listed.digest };
}

function Conflict({ who, renew, overwrite }) {
  return html`<div class="device-note bad" role="alert" data-test="admin-device-conflict"><span>${who ? t("admin.devices.conflict.by", { who }) : t("admin.devices.conflict")}</span>
    <button type="button" class="button small primary" data-test="admin-device-renew" onClick=${renew}>${t("admin.devices.conflict.renew")}</button>
    ${overwrite && html`<button type="button" class="button small plain" data-test="admin-device-overwrite" onClick=${overwrite}>${t("admin.devices.conflict.overwrite")}</button>`}</div>`;
}

function Remove({ app, row, again }) {
  const [asked, setAsked] = useState(false);
  const remove = async () => {
    const section = sectionOf(row);
    if (!(await changeConfig(app, "device.remove", { device: row.name }))) return;
    typed.delete(row.name);
    removed.value = [section, ...removed.value.filter((each) => each.name !== row.name)];
    again();
    go("devices", {});
  };
  return html`<button type="button" class="button danger" data-test="admin-device-remove" onClick=${() => setAsked(true)}>${t("admin.devices.remove")}</button>
    ${asked && html`<${Confirm} title=${t("admin.devices.remove.title", { device: row.name })} yes=${t("admin.devices.remove.yes")} danger onYes=${remove} onClose=${() => setAsked(false)}>
      <p>${t("admin.devices.remove.text")}</p></${Confirm}>`}`;
}

function Editor({ app, row, driver, position, again, renew }) {
  const [base] = useState(() => typed.get(row.name)?.base ?? sectionOf(row));
  const [first] = useState(() => draftOf(base, driver));
  const [draft, setDraft] = useState(() => typed.get(row.name)?.draft ?? first);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState(false);
  const dirty = JSON.stringify(draft) !== JSON.stringify(first);
  const changed = !sameSection(base, sectionOf(row));
  const who = useOther(app, row.name, stale || changed);
  const put = (next) => {
    typed.set(row.name, { base, draft: next });
    setDraft(next);
  };
  const drop = () => {
    typed.delete(row.name);
    setDraft(first);
    setError(null);
  };
  const save = async (anyway) => {
    const { section, problems } = sectionOfDraft(draft, driver);
    setError(problems.length > 0 ? { problems } : null);
    if (problems.length > 0) return;
    setBusy(true);
    const now = await present(app, row.name);
    if (!now?.section || !(anyway || sameSection(base, now.section))) {
      setStale(now !== undefined);
      setBusy(false);
      return;
    }
    try {
      await app.hall.call("device.change", { device: row.name, section, digest: now.digest });
      typed.delete(row.name);
      app.notice.tell(t("admin.devices.saved", { device: section.name }));
      again();
      go("devices", { name: section.name });
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return html`<form class="device-form" novalidate data-dirty=${dirty ? "" : null} data-test="admin-device-form" onSubmit=${(event) => { event.preventDefault(); save(false); }}>
    ${(stale || changed) && !busy && html`<${Conflict} who=${who} renew=${renew} overwrite=${stale ? () => save(true) : null} />`}
    <${DeviceForm} app=${app} driver=${driver} draft=${draft} put=${put} error=${error} position=${position} />
    <div class="device-buttons"><${Remove} app=${app} row=${row} again=${again} /><span class="soft">${t("admin.devices.save.text")}</span>
      <button type="button" class="button plain" disabled=${!dirty} onClick=${drop}>${t("admin.rules.reset")}</button>
      <button class="button primary" disabled=${busy || !dirty || !app.hall.online.value} data-test="admin-device-save">${t(busy ? "admin.devices.saving" : "admin.devices.save")}</button></div></form>`;
}

/** @param {{app: any, row: any, listed: any, again: () => void}} props */
export function Edit({ app, row, listed, again }) {
  const { answer, error } = useAnswer(app.hall, "device.drivers", {}, "");
  const [round, setRound] = useState(0);
  const driver = answer?.drivers.find((each) => each.name === row.driver);
  const position = (listed?.devices ?? []).findIndex((each) => each.name === row.name);
  const renew = () => {
    typed.delete(row.name);
    again();
    setRound(round + 1);
  };
  if (error) return html`<p class="form-error" role="alert">${say(error)}</p>`;
  if (!answer) return html`<p class="soft">${t("admin.asking")}</p>`;
  if (!driver) return html`<p class="form-error" role="alert">${t("admin.devices.no_driver", { driver: row.driver })}</p>`;
  return html`${listed?.path === null && html`<p class="device-note" role="status">${t("admin.devices.no_file")}</p>`}
    <${Editor} key=${round} app=${app} row=${row} driver=${driver} position=${position} again=${again} renew=${renew} />`;
}
