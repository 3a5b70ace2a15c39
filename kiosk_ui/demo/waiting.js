// The waiting area: the board in small, LED signs, and the loudspeaker with what it has said.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { Faults, Front, Note, Seen, Wire } from "./device.js";
import { OpenPage } from "./links.js";
import { Sign } from "./signs.js";

export function Waiting({ hall, stage, speakers, signs }) {
  return html`<section class="area waiting" aria-label=${t("demo.area.waiting")}>
    <h2>${t("demo.area.waiting")}</h2>
    <div class="waiting-row">
      <${Board} hall=${hall} stage=${stage} />
      ${signs.map((device) => html`<${Sign} key=${device.name} hall=${hall} stage=${stage} device=${device} />`)}
      ${speakers.map((device) => html`<${Loudspeaker} key=${device.name} hall=${hall} stage=${stage} device=${device} />`)}
    </div>
  </section>`;
}

function Board({ hall, stage }) {
  const calls = hall.state.calls.value.slice(0, 4);
  return html`<article class="device small-board">
    <header class="device-head"><h3>${t("demo.board")}</h3><${OpenPage} stage=${stage} page="board">${t("demo.open.board")}<//></header>
    <div class="board-screen">
      ${calls.length === 0 && html`<p>${t("demo.board.none")}</p>`}
      <ol>${calls.map((call) => html`<li key=${call.ticket}><b class="figures">${call.label}</b><span aria-hidden="true">→</span>
        <span>${t("demo.board.window", { window: call.window_label })}</span></li>`)}</ol>
      <ul>${hall.state.services.value.map((service) => html`<li key=${service.id}><span>${pick(service)}</span>
        <b class="figures">${service.waiting}</b></li>`)}</ul>
    </div>
  </article>`;
}

/** Spoken calls, newest first. With the tick set, each new one is heard as the hall would hear it. */
function Loudspeaker({ hall, stage, device }) {
  const [aloud, setAloud] = useState(false);
  const list = useRef(null);
  const clips = device.view.clips ?? [];
  const newest = clips[0]?.name;
  const known = useRef(newest);
  useEffect(() => {
    if (newest === known.current) return;
    known.current = newest;
    if (!aloud || !newest) return;
    list.current.querySelector("audio").play().catch(() => setAloud(false)); // the browser wants a click first
  }, [newest]);
  return html`<article class="device loudspeaker" data-test=${`demo-device-${device.name}`}>
    <header class="device-head"><h3>${t("demo.driver.voice")}</h3><${Seen} hall=${hall} device=${device} />
      <label class="tick"><input type="checkbox" checked=${aloud}
        onChange=${(event) => setAloud(event.currentTarget.checked)} />${t("demo.voice.aloud")}</label>
      <span class="head-keys"><${Front} stage=${stage} device=${device} /></span></header>
    ${clips.length === 0 && html`<p class="soft">${t("demo.voice.none")}</p>`}
    <ol class="clips" ref=${list}>
      ${clips.map((clip) => html`<li key=${clip.name} data-test="demo-clip"><b class="figures">${clip.label}</b>
        <span class="soft figures">${clock(clip.at, { seconds: true })}</span>
        <audio controls preload="none" src=${`/demo/clips/${clip.name}`}
          onPlay=${() => { stage.listened.value = true; }} aria-label=${t("demo.voice.clip", { label: clip.label })}></audio></li>`)}</ol>
    <${Note} stage=${stage} spot=${device.name} />
    <${Faults} stage=${stage} device=${device} /><${Wire} device=${device} />
  </article>`;
}
