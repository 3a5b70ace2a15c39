// Looking for devices: what is plugged in, and, only when asked for, the network. Results come while it runs.

import { html, signal, useEffect, useState } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { refusalOf } from "./device_changes.js";
import { fragmentOf } from "./route.js";

const ASK_MS = 600;

/** The last scan: `{scan, network, told, error}`; it stays while the wizard goes on. */
const survey = signal({ scan: "", network: "", told: null, error: null });

async function begin(app, network) {
  survey.value = { scan: "", network, told: null, error: null };
  try {
    const { scan } = await app.hall.call("device.scan", network ? { network } : {});
    survey.value = { ...survey.value, scan };
  } catch (error) {
    survey.value = { ...survey.value, error };
  }
}

/** Ask while it runs and somebody looks. */
function useFound(app) {
  const { scan, told } = survey.value;
  const over = scan === "" || told?.done;
  useEffect(() => {
    if (over) return undefined;
    let [current, timer] = [true, null];
    const ask = async () => {
      try {
        const found = await app.hall.call("device.found", { scan });
        if (current) survey.value = { ...survey.value, told: found, error: null };
      } catch (error) {
        if (current) survey.value = { ...survey.value, error, told: survey.value.told && { ...survey.value.told, done: true }, scan: "" };
      }
      if (current) timer = setTimeout(ask, ASK_MS);
    };
    ask();
    return () => { current = false; clearTimeout(timer); };
  }, [scan, over]);
}

const SURE = { sure: "chip online", likely: "chip", possible: "chip quiet" };

function Result({ found, drivers, choose }) {
  const names = [found.driver, ...found.others].filter((name) => drivers.some((each) => each.name === name));
  const [name, setName] = useState(names.length === 1 || names[0] === found.driver ? names[0] : ""); // nobody can tell: people choose
  const title = (each) => say(drivers.find((driver) => driver.name === each).title);
  const section = found.section && name === found.driver ? found.section : { driver: name, link: found.link, options: found.options };
  return html`<tr data-test="admin-scan-found" data-link=${found.link}><td><span class="strong">${say(found.what)}</span><span class="under">${found.identity || found.link}</span></td>
    <td>${found.configured ? html`<span class="chip online">${t("admin.devices.scan.known")}</span>` : html`<span class=${SURE[found.confidence]}>${t(`admin.devices.scan.${found.confidence}`)}</span>`}<span class="under">${say(found.why)}</span></td>
    <td>${names.length > 1 && !found.configured ? html`<select aria-label=${t("admin.devices.scan.as")} value=${name} onChange=${(event) => setName(event.currentTarget.value)}>${name === "" && html`<option value="">${t("admin.pair.choose")}</option>`}${names.map((each) => html`<option key=${each} value=${each}>${title(each)}</option>`)}</select>`
      : names.length > 0 ? title(names[0]) : html`<span class="soft">–</span>`}</td>
    <td class="steps">${found.configured ? html`<a class="button small plain" href=${fragmentOf("devices", { name: found.configured })}>${found.configured}</a>`
      : names.length > 0 && html`<button type="button" class="button small primary" disabled=${!name} data-test="admin-scan-add" onClick=${() => choose(name, section)}>${t("admin.devices.scan.add")}</button>`}</td></tr>`;
}

function Progress({ told }) {
  if (!told) return html`<p class="scan-state" role="status">${t("admin.devices.scan.begun")}</p>`;
  if (told.done) return html`<p class="scan-state" role="status" data-test="admin-scan-done">${t(told.found.length > 0 ? "admin.devices.scan.done" : "admin.devices.scan.nothing", { count: told.found.length })}</p>`;
  return html`<p class="scan-state" role="status"><progress max=${told.steps} value=${told.step}></progress> ${t("admin.devices.scan.step", { step: Math.min(told.step + 1, told.steps), steps: told.steps })} <span class="soft">${told.doing}</span></p>`;
}

function Skipped({ skipped }) {
  return html`<div class="scan-skipped" data-test="admin-scan-skipped"><b>${t("admin.devices.scan.skipped")}</b><ul>${skipped.map((row) => html`<li key=${row.place}><code>${row.place}</code> ${say(row)}</li>`)}</ul></div>`;
}

/** The network of the daemon as this page was opened: 192.168.1.0/24; "" where that cannot be known. */
export function networkOf(host) {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.\d+$/.exec(host);
  return parts && parts[1] !== "127" ? `${parts[1]}.${parts[2]}.${parts[3]}.0/24` : "";
}

function Begin({ app, running }) {
  const [network, setNetwork] = useState(survey.value.network || networkOf(location.hostname));
  return html`<div class="scan-begin"><div><button type="button" class="button primary" disabled=${running} data-test="admin-scan" onClick=${() => begin(app, "")}>${t("admin.devices.scan.here")}</button>
      <p class="soft">${t("admin.devices.scan.here.text")}</p></div>
    <form onSubmit=${(event) => { event.preventDefault(); if (network.trim()) begin(app, network.trim()); }}><span class="field-line"><input aria-label=${t("admin.devices.scan.network")} placeholder="192.168.1.0/24" value=${network} data-test="admin-scan-network"
        onInput=${(event) => setNetwork(event.currentTarget.value)} /><button class="button" disabled=${running || !network.trim()} data-test="admin-scan-network-begin">${t("admin.devices.scan.there")}</button></span>
      <p class="soft">${t("admin.devices.scan.there.text")}</p></form></div>`;
}

/** @param {{app: any, drivers: any[], choose: (driver: string, section: any) => void}} props */
export function Scan({ app, drivers, choose }) {
  useFound(app);
  const { scan, told, error } = survey.value;
  const running = scan !== "" && !told?.done;
  return html`<section class="pane"><div class="filter"><h2>${t("admin.devices.scan")}</h2></div><div class="pane-scroll scan">
    <${Begin} app=${app} running=${running} />
    ${error && html`<div class="device-note bad" role="alert"><span>${say(refusalOf(error))}</span></div>`}
    ${scan !== "" && html`<${Progress} told=${told} />`}
    ${told?.found.length > 0 && html`<table class="table" data-test="admin-scan-table"><thead><tr>${["what", "how", "family"].map((name) => html`<th key=${name}>${t(`admin.devices.scan.column.${name}`)}</th>`)}<th></th></tr></thead>
      <tbody>${told.found.map((found) => html`<${Result} key=${`${scan} ${found.number}`} found=${found} drivers=${drivers} choose=${choose} />`)}</tbody></table>`}
    ${told?.skipped.length > 0 && html`<${Skipped} skipped=${told.skipped} />`}</div></section>`;
}
