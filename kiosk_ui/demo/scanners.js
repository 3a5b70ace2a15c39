// Scanners at windows: what lies under the camera, the sheets in a feeder. The pages themselves come on the window's page.

import { html } from "../shared/ui.js";
import { t } from "../shared/i18n.js";
import { Press } from "./device.js";
import { word } from "./words.js";

const PAPERS = ["FORM", "CERTIFICATE", "HOUSEHOLD"];
const SHEETS_DRAWN = 5;

/** The camera's table from above: a sheet with its text, and whether the camera looks. */
function Table({ stage, device }) {
  const { paper, filming, sent } = device.view;
  return html`<div class="scan-row">
    <div class=${filming ? "table filming" : "table"} role="img" aria-label=${t("demo.camera.under", { paper: word("paper", paper) })}>
      <span class="sheet">${word("paper", paper)}</span></div>
    <div class="scan-side">
      <p class="scan-now" data-test=${`demo-filming-${device.name}`} data-filming=${String(filming)}>
        <span class=${filming ? "light live" : "light"} aria-hidden="true"></span>${t(filming ? "demo.camera.filming" : "demo.camera.idle", { count: sent })}</p>
      <div class="switch-keys">${PAPERS.map((text) => html`<${Press} key=${text} stage=${stage} device=${device.name} action="lay"
        params=${{ text }} values=${[text]} on=${paper === text}>${word("paper", text)}<//>`)}</div></div></div>`;
}

/** A flatbed with a feeder on top; `sheets` where it tells how many lie there. */
function Feeder({ device }) {
  const { sheets } = device.view;
  const drawn = Array.from({ length: Math.min(SHEETS_DRAWN, sheets ?? SHEETS_DRAWN) });
  return html`<div class="scan-row">
    <div class="feeder" role="img" aria-label=${sheets === undefined ? t("demo.sane.feeder") : t("demo.escl.sheets", { count: sheets })}>
      <span class="feeder-stack">${drawn.map((_, index) => html`<i key=${index}></i>`)}</span></div>
    <div class="scan-side"><p class="scan-now">${sheets === undefined ? t("demo.sane.feeder") : t("demo.escl.sheets", { count: sheets })}</p></div></div>`;
}

export function Scanner({ stage, device, window }) {
  const Picture = device.driver === "camera" ? Table : Feeder;
  const key = window.ticket?.stage === "serving" ? "demo.scan.how" : "demo.scan.when";
  return html`<${Picture} stage=${stage} device=${device} /><p class="soft small">${t(key)}</p>`;
}
