// The demo: the emulated hall as a floor plan. Every key here moves real bytes to the daemon, which does not know
// that nobody built the devices. Served meaningfully by `hallctl demo` only.

import { html, render, signal, useEffect, useMemo } from "../shared/ui.js";
import { createHall } from "../shared/hall.js";
import { register, say, t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { openSession } from "../shared/session.js";
import deviceTexts from "../i18n/demo_device.js";
import texts from "../i18n/demo.js";
import { Desks } from "./desks.js";
import { PlainDevice } from "./device.js";
import { Entrance } from "./entrance.js";
import { Header, Steps } from "./links.js";
import { planOf } from "./plan.js";
import { createStage } from "./stage.js";
import { Waiting } from "./waiting.js";

register(texts);
register(deviceTexts);

/** Instead of the plan: why there is none. */
function Words({ title, text }) {
  return html`<main class="words"><h1>${title}</h1><p>${text}</p></main>`;
}

/** Cables and what the page has no picture for. */
function Closet({ hall, stage, devices }) {
  if (devices.length === 0) return null;
  return html`<section class="area closet" aria-label=${t("demo.area.lines")}>
    <h2>${t("demo.area.lines")}</h2>
    <p class="soft small">${t("demo.area.lines.text")}</p>
    <div class="closet-row">${devices.map((device) => html`
      <${PlainDevice} key=${device.name} hall=${hall} stage=${stage} device=${device} />`)}</div>
  </section>`;
}

function Plan({ hall, stage }) {
  const { devices } = stage.list.value;
  const { kiosks, windows } = hall.state;
  const plan = planOf(devices, kiosks.value, windows.value);
  return html`<main class="plan">
    <${Entrance} hall=${hall} stage=${stage} kiosks=${plan.kiosks} />
    <div class="inside">
      <${Desks} hall=${hall} stage=${stage} windows=${plan.windows} />
      <${Waiting} hall=${hall} stage=${stage} speakers=${plan.speakers} signs=${plan.signs} />
      <${Closet} hall=${hall} stage=${stage} devices=${[...plan.lines, ...plan.others]} />
    </div>
  </main>`;
}

function Demo({ hall }) {
  const stage = useMemo(() => createStage(hall, () => document.visibilityState === "visible"), [hall]);
  useEffect(() => stage.close, [stage]);
  const facts = hall.state.hall.value;
  const problem = stage.problem.value;
  if (stage.list.value === null) {
    if (problem?.code === "request.unknown_method") return html`<${Words} title=${t("demo.none")} text=${t("demo.none.text")} />`;
    return html`<p class="connecting" role="status">${problem ? say(problem) : t("shared.connecting")}</p>`;
  }
  return html`<div class="demo">
    <${Header} hall=${hall} stage=${stage} />
    ${facts.warning && html`<p class="warning" role="status">${say(facts.warning)}</p>`}
    <${Steps} hall=${hall} stage=${stage} />
    <${Plan} hall=${hall} stage=${stage} />
    <${OfflineBar} hall=${hall} text="demo.offline" since=${true} />
  </div>`;
}

const page = signal({ hall: /** @type {any} */ (null), asked: false });

function Page() {
  const { hall, asked } = page.value;
  if (!hall) return asked && html`<${Words} title=${t("demo.over")} text=${t("demo.over.text")} />`;
  if (hall.error.value) return html`<${Words} title=${t("demo.over")} text=${t("demo.over.text")} />`;
  if (!hall.state.hall.value) return html`<p class="connecting" role="status">${t("shared.connecting")}</p>`;
  return html`<${Demo} hall=${hall} />`;
}

const session = await openSession("demo").catch(() => null);
page.value = { hall: session && createHall({ role: "admin", token: session.token, place: session.place }), asked: true };
render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("root")));
