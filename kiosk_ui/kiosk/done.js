// The number: large, how many are ahead, how long, where to wait, what happens to the paper, and the way back.

import { html } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { range, when } from "../shared/time.js";
import { Qr } from "../shared/qr.js";
import { kioskName, windowsText } from "./words.js";

/** What is known of the paper, never more: "printing" is not "printed". */
function Slip({ hall, screen, flow }) {
  const { slip, fault, paperless, at } = screen;
  if (paperless || slip === "none") return html`<p class="slip photo" role="status" data-say>${t("kiosk.slip.none")}</p>`;
  if (at && !fault && (slip === "printing" || slip === "printed")) {
    const other = hall.state.kiosks.value.find((row) => row.id === at) ?? { id: at, name: at };
    return html`<p class="slip elsewhere" role="alert" data-say><span aria-hidden="true">➜ </span>${t("kiosk.slip.elsewhere", { kiosk: kioskName(other) })}</p>`;
  }
  if (slip === "printed") return html`<p class="slip printed" role="status" data-say><span aria-hidden="true">✓ </span>${t("kiosk.slip.printed")}</p>`;
  if (slip === "failed" || slip === "unknown" || fault) {
    const known = fault?.code === "printer.paper_out" ? "kiosk.slip.failed.paper" : "kiosk.slip.failed";
    const key = slip === "unknown" ? "kiosk.slip.unknown" : known;
    return html`<div class="slip failed" role="alert">
      <p data-say>${t(key)}</p>
      ${flow.printsAt() && html`<button type="button" class="button" onClick=${flow.reprint}>${t("kiosk.slip.again")}</button>`}
    </div>`;
  }
  return html`<p class="slip printing" role="status"><span class="turning small" aria-hidden="true"></span>${t("kiosk.slip.printing")}</p>`;
}

function Place({ hall, service }) {
  const zone = hall.state.zones.value.find((row) => row.id === service.zone);
  const now = hall.state.services.value.find((row) => row.id === service.id) || service;
  const ids = now.windows.length ? now.windows : now.all_windows;
  const windows = ids.length ? windowsText(ids, hall.state.windows.value) : "";
  return html`<p class="done-place" data-say>${t("kiosk.done.place", { zone: zone ? pick(zone) : "" })}
    ${windows && html`<span class="done-windows">${t("kiosk.done.windows", { windows })}</span>`}</p>`;
}

/** T12: a lunch break before the call, or now; `pause` is {from, to} or null. */
export function Pause({ hall, pause }) {
  if (!pause) return null;
  const key = pause.from <= hall.now() ? "kiosk.done.break.now" : "kiosk.done.break";
  return html`<p class="done-note" data-say>${t(key, { opens: when(pause.to, hall.now()) })}</p>`;
}

/** The figures of the moment of taking; what the answer did not carry is what the tile showed. */
function Facts({ screen }) {
  const wait = screen.wait_s ?? screen.service.wait_s;
  const told = wait && (wait[1] > 0 || screen.ahead === 0); // never "no wait" with people ahead
  return html`<div class="done-facts">
    ${screen.ahead !== null && html`<p data-say aria-label=${t("kiosk.done.ahead.say", { count: screen.ahead })}><span>${t("kiosk.done.ahead")}</span><b class="figures">${t("kiosk.done.people", { count: screen.ahead })}</b></p>`}
    ${told && html`<p data-say><span>${t("kiosk.done.wait")}</span> <b class="figures">${range(wait)}</b></p>`}
  </div>`;
}

export function Done({ hall, flow, screen }) {
  const { service, label, existing, url } = screen;
  const bare = screen.photo && !screen.at && screen.slip !== "printed"; // the screen is all that the person takes along
  const large = bare ? "done-qr large" : screen.at ? "done-qr small" : "done-qr";
  const scan = t(bare ? "kiosk.done.qr.keep" : "kiosk.done.qr");
  return html`<main class="done">
    <div class="done-number">
      <h2 data-say>${existing ? t("kiosk.done.existing") : html`<span class="done-sign" aria-hidden="true">✓</span>${t("kiosk.done")}`}</h2>
      <p class="screen-service">${pick(service)}</p>
      <p class="done-label figures" style=${`--letters: ${label.length}`} data-say>${label}</p>
      ${screen.notice && html`<p class="done-notice" role="status" data-say>${say(screen.notice)}</p>`}
      <${Slip} hall=${hall} screen=${screen} flow=${flow} />
    </div>
    <div class="done-side">
      <${Facts} screen=${screen} />
      <${Pause} hall=${hall} pause=${screen.pause} />
      <${Place} hall=${hall} service=${service} />
      ${service.note && html`<p class="done-note" data-say>${service.note}</p>`}
      ${url && html`<div class=${large}><${Qr} text=${url} label=${scan} /><span data-say>${scan}</span></div>`}
    </div>
    <div class="done-end">
      <button type="button" class="button" onClick=${flow.view.stay}>${t("kiosk.done.stay")}</button>
      <button type="button" class="button primary big figures" onClick=${flow.view.home}>${t("kiosk.done.home", { seconds: flow.view.left.value ?? 0 })}</button>
    </div>
  </main>`;
}
