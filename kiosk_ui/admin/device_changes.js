// Changing the config's devices from the page: what was removed can be put back with one click, nothing is lost silently.

import { html, signal } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";

/** Sections that were removed here, the last one first, until they are put back or the page is closed. */
export const removed = signal([]);

/** The device that was just added: it is tested as soon as it is there. */
export const fresh = signal("");

/** The refusal in words: each of its problems, where it has some, else its own sentence. */
export function refusalOf(error) {
  const rows = error.problems?.length > 0 ? error.problems : [error];
  return { zh: rows.map((row) => row.zh).join(" "), en: rows.map((row) => row.en).join(" ") };
}

/** Change the config; a refusal is said at the foot of the page. Whether it was done. */
export async function changeConfig(app, method, params) {
  try {
    await app.hall.call(method, params);
    return true;
  } catch (error) {
    app.notice.fault(refusalOf(error));
    return false;
  }
}

/** The devices just removed, each with the button that puts it back. */
export function Removed({ app, again }) {
  const back = async (section) => {
    if (!(await changeConfig(app, "device.add", { section }))) return;
    removed.value = removed.value.filter((each) => each !== section);
    app.notice.tell(t("admin.devices.put_back", { device: section.name }));
    again();
  };
  return removed.value.map((section) => html`<p key=${section.name} class="device-note" role="status" data-test="admin-device-removed">
    <span>${t("admin.devices.removed", { device: section.name })}</span>
    <button type="button" class="button small primary" data-test="admin-device-put-back" onClick=${() => back(section)}>${t("admin.devices.put_it_back")}</button>
    <button type="button" class="button small plain" aria-label=${t("shared.close")} onClick=${() => { removed.value = removed.value.filter((each) => each !== section); }}>×</button></p>`);
}

/** What is wrong with the config file or waits in it, and what to do: above the list. */
export function FileNotes({ app, listed, again }) {
  if (!listed) return null;
  const edited = listed.pending.includes("devices");
  const waiting = listed.pending.filter((key) => key !== "devices");
  const apply = async () => {
    if (await changeConfig(app, "device.apply", {})) app.notice.tell(t("admin.devices.applied"));
    again();
  };
  return html`
    ${listed.path === null && html`<p class="device-note" role="status">${t("admin.devices.no_file")}</p>`}
    ${listed.path !== null && !listed.writable && html`<p class="device-note bad" role="status" data-test="admin-devices-read-only"><span>${t("admin.devices.read_only", { path: listed.path })}
      <code>${lineToType(listed.path)}</code></span></p>`}
    ${listed.problems.length > 0 && html`<div class="device-note bad" role="status"><span>${t("admin.devices.file_wrong", { path: listed.path })}
      <ul>${listed.problems.map((row) => html`<li key=${row.key}><code>${row.key}</code> ${say(row)}</li>`)}</ul></span></div>`}
    ${edited && html`<p class="device-note" role="status"><span>${t("admin.devices.edited")}</span>
      <button type="button" class="button small primary" data-test="admin-devices-apply" onClick=${apply}>${t("admin.devices.apply")}</button></p>`}
    ${waiting.length > 0 && html`<p class="device-note" role="status">${t("admin.devices.pending", { keys: waiting.join(", ") })}</p>`}`;
}

/** What an administrator types so that the daemon may write its config: a file is put in its place, so the folder counts. */
export function lineToType(path) {
  const folder = path.replace(/\/[^/]*$/, "") || "/";
  return `chgrp hallctl ${folder} ${path} && chmod g+w ${folder} ${path}`;
}
