// The code reader of a kiosk: what a visitor can hold before it. What it leads to is seen on the kiosk's page.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { Faults, Note, Press, Seen, Wire } from "./device.js";
import { slipsFor } from "./plan.js";

/** A payment code, as people hold up by mistake: 18 digits that are nobody's. */
const STRANGE = "134500000000000000";
const HORIZON_DAYS = 2;

/** A telephone number of a sample, another one each time: one person has one appointment a day. */
const samplePhone = () => `1390000${String(Math.floor(Math.random() * 10000)).padStart(4, "0")}`;

/** Book the next free slot for somebody, as a portal does; the code that this person holds up. */
async function book(hall, service) {
  const { days } = await hall.call("slot.list", { service, days: HORIZON_DAYS });
  const slot = days.flatMap((day) => day.slots).find((each) => each.room > 0 && each.end > hall.now());
  const { appointment } = await hall.call("appointment.book", { service, start: slot.start, phone: samplePhone() });
  return `https://yy.example/q/${appointment.code}`;
}

export function CodeReader({ hall, stage, device }) {
  const { name, view, place } = device;
  const slips = slipsFor(place, stage.list.value.devices);
  const service = hall.state.services.value.find((each) => each.bookable);
  const remark = () => ({ key: "demo.code.look" });
  const comeBooked = () => book(hall, service.id)
    .then((text) => stage.press(name, "scan", { text }, { remark: remark() }), (reason) => stage.tell(name, reason));
  return html`<article class="device" data-test=${`demo-device-${name}`}>
    <header class="device-head"><h3>${t("demo.driver.barcode")}</h3><span class="soft">${name}</span>
      <${Seen} hall=${hall} device=${device} /></header>
    <p class="field-light"><span>${t(`demo.code.kind.${view.kind === "gm65" ? "gm65" : "keyboard"}`)}</span>
      <b>${t("demo.code.scans", { count: view.scans })}</b></p>
    <div class="codes">${slips.map((slip, index) => html`
      <${Press} key=${slip.device} stage=${stage} device=${name} action="scan" params=${{ text: slip.code }} values=${["slip", index + 1]} remark=${remark}>
        ${t("demo.code.slip", { label: slip.label })}<//>`)}
      ${slips.length === 0 && html`<span class="soft small">${t("demo.code.none")}</span>`}
      ${service && html`<button type="button" class="press" title=${pick(service)} data-test=${`demo-press-${name}-scan-appointment`}
        onClick=${comeBooked}>${t("demo.code.appointment")}</button>`}
      <${Press} stage=${stage} device=${name} action="scan" params=${{ text: STRANGE }} values=${["strange"]} remark=${remark}>${t("demo.code.strange")}<//>
    </div>
    <${Note} stage=${stage} spot=${name} />
    <${Faults} stage=${stage} device=${device} /><${Wire} device=${device} />
  </article>`;
}
