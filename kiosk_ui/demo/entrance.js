// The entrance: each kiosk with the printer, the card reader and the code reader that stand in it.

import { html, useRef } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { valuesOf } from "./actions.js";
import { CodeReader } from "./codes.js";
import { Faults, Front, Note, PlainDevice, Press, Seen, Wire } from "./device.js";
import { OpenPage } from "./links.js";
import { isArmed } from "./plan.js";
import { word } from "./words.js";

const PICTURES = { escpos: Printer, idcard: Reader, barcode: CodeReader };

/** A device of any kind, with its picture where there is one. */
export function Device(props) {
  const Picture = PICTURES[props.device.driver] ?? PlainDevice;
  return html`<${Picture} ...${props} />`;
}

export function Entrance({ hall, stage, kiosks }) {
  return html`<section class="area entrance" aria-label=${t("demo.area.entrance")}>
    <h2>${t("demo.area.entrance")}</h2>
    ${kiosks.map(({ kiosk, devices }) => html`<div key=${kiosk.id} class="kiosk-stand">
      <header class="stand-head"><h3>${pick(kiosk)}</h3>
        ${kiosk.help && html`<span class="chip fault">${t("demo.kiosk.help")}</span>`}
        <${OpenPage} stage=${stage} page="kiosk" place=${kiosk.id}>${t("demo.open.kiosk")}<//></header>
      ${devices.map((device) => html`<${Device} key=${device.name} hall=${hall} stage=${stage} device=${device} />`)}
    </div>`)}
  </section>`;
}

function Printer({ hall, stage, device }) {
  const { view } = device;
  return html`<article class="device" data-test=${`demo-device-${device.name}`}>
    <header class="device-head"><h3>${t("demo.driver.escpos")}</h3><span class="soft">${device.name}</span>
      <${Seen} hall=${hall} device=${device} /></header>
    <div class="printer">
      <${LastSlip} view=${view} />
      <div class="printer-side">
        <${Front} stage=${stage} device=${device} />
        <p class="soft small">${t("demo.printer.printed", { count: view.printed })}
          ${view.waiting > 0 && html`<b class="red"> ${t("demo.printer.waiting", { count: view.waiting })}</b>`}</p>
      </div>
    </div>
    <${Note} stage=${stage} spot=${device.name} />
    <${Faults} stage=${stage} device=${device} /><${Wire} device=${device} />
  </article>`;
}

/** The slip in the printer's mouth; a press takes it out to read. */
function LastSlip({ view }) {
  const dialog = useRef(null);
  const slips = [...view.slips].reverse();
  if (!slips[0]?.png) return html`<div class="mouth"><p class="mouth-empty">${t("demo.printer.none")}</p></div>`;
  const picture = `data:image/png;base64,${slips[0].png}`;
  return html`<div class="mouth">
    <button type="button" class="slip-button" data-test="demo-slip" title=${t("demo.printer.read")} onClick=${() => dialog.current.showModal()}>
      <img key=${view.printed} class="slip" src=${picture} alt=${slips[0].text.join("\n")} /></button>
    <dialog ref=${dialog} class="slip-dialog" onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
      <div class="slip-read">
        <header><h3>${t("demo.printer.last")}</h3>
          ${slips[0].qr.map((code) => html`<a key=${code} class="press" target="_blank" rel="noopener"
            href=${`/ticket/#${code}`}>${t("demo.printer.qr")}</a>`)}
          <button type="button" class="press" autofocus onClick=${() => dialog.current.close()}>${t("shared.close")}</button></header>
        <img src=${picture} alt=${slips[0].text.join("\n")} />
        ${slips.length > 1 && html`<h3>${t("demo.printer.earlier")}</h3>`}
        ${slips.slice(1).map((slip) => html`<pre key=${slip.qr[0] ?? slip.text.join()}>
          ${slip.text.filter((line) => !/^-+$/.test(line)).join("\n")}</pre>`)}
      </div>
    </dialog></div>`;
}

function Reader({ hall, stage, device }) {
  const { view, name } = device;
  const armed = isArmed(view, hall.now());
  const remark = () => (armed ? null : { key: "demo.reader.closed" });
  return html`<article class="device" data-test=${`demo-device-${name}`}>
    <header class="device-head"><h3>${t("demo.driver.idcard")}</h3><span class="soft">${name}</span>
      <${Seen} hall=${hall} device=${device} /></header>
    <p class=${armed ? "field-light armed" : "field-light"} data-test=${`demo-armed-${name}`} data-armed=${String(armed)}>
      <span class="light" aria-hidden="true"></span>
      <span>${t(armed ? "demo.reader.armed" : "demo.reader.idle")}</span>
      <b>${view.card ? `${word("card", view.card)} · ${word("reader", view.state)}` : t("demo.reader.empty")}</b></p>
    <div class="id-cards">${valuesOf(device, "place_card", "card").map((card) => html`
      <${Press} key=${card} stage=${stage} device=${name} action="place_card" params=${{ card }} values=${[card]} kind="id-card"
        on=${view.card === card} remark=${remark}>${word("card", card)}<//>`)}</div>
    ${view.card && html`<${Press} stage=${stage} device=${name} action="lift_card" kind="wide" />`}
    <${Note} stage=${stage} spot=${name} />
    <${Faults} stage=${stage} device=${device} /><${Wire} device=${device} />
  </article>`;
}
