// The board (综合屏): the latest call a third of the screen, the last eight, who waits where, notices, captions.

import { html, lockScreen, useEffect, useState } from "../shared/ui.js";
import { pick, register, t } from "../shared/i18n.js";
import { startTerminal } from "../shared/terminal.js";
import { clock, date } from "../shared/time.js";
import texts from "../i18n/board.js";
import { Caption } from "./caption.js";
import { List, Stage } from "./calls.js";
import { Services } from "./services.js";
import { Ticker } from "./notices.js";
import { afterCall, afterUncall, nextChange, ofZone, settle, stageOf } from "./stage.js";

register(texts);
lockScreen();

const wantedZone = new URLSearchParams(location.search).get("zone");
const CALLED = new Set(["ticket.called", "ticket.recalled", "ticket.resumed"]);

/** The stage as events change it and as time passes. */
function useStage(hall, zone) {
  const [stage, setStage] = useState(() => stageOf(ofZone(hall.state.calls.value, zone), hall.now()));
  useEffect(() => hall.on("*", (data, event) => {
    const { call, uncall } = data;
    if (call && CALLED.has(event.type) && (!zone || call.zone === zone)) setStage((now) => afterCall(now, call, hall.now()));
    if (uncall) setStage((now) => afterUncall(now, uncall, hall.now()));
  }), [hall, zone]);
  useEffect(() => {
    const wait = nextChange(stage, hall.now());
    if (wait === null) return undefined;
    const timer = setTimeout(() => setStage((now) => settle(now, hall.now())), wait + 20);
    return () => clearTimeout(timer);
  }, [stage]);
  return stage;
}

/** A call that is gone from the hall (undone or missed while offline) is not left standing. */
function known(stage, calls) {
  const alive = new Set(calls.map((call) => call.ticket));
  return { ...stage, shown: stage.shown.filter((place) => alive.has(place.call.ticket)) };
}

function useNow(hall, every) {
  const [now, setNow] = useState(hall.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(hall.now()), every);
    return () => clearInterval(timer);
  }, [hall]);
  return now;
}

function Head({ hall, zone, now }) {
  const name = pick(hall.state.hall.value);
  return html`<header class="head">
    <h1>${name}${zone ? html`<span class="head-zone">${pick(zone)}</span>` : ""}</h1>
    <p class="head-time figures"><span class="head-date">${date(now)}</span> ${clock(now)}</p>
  </header>`;
}

/** A thin line: the calls stay, the crowd is told how old they are. */
function Offline({ hall }) {
  if (hall.online.value) return null;
  return html`<p class="offline" role="status">${t("board.offline", { clock: clock(hall.heard.value) })}</p>`;
}

function Board({ hall, place }) {
  const zones = hall.state.zones.value;
  const zone = zones.find((each) => each.id === (wantedZone ?? place)) ?? null;
  const all = hall.state.calls.value;
  const calls = ofZone(all, zone?.id);
  const stage = known(useStage(hall, zone?.id ?? null), all);
  const now = useNow(hall, 1000);
  const services = hall.state.services.value.filter((service) => !zone || service.zone === zone.id);
  return html`<main class="board">
    <${Offline} hall=${hall} />
    <${Head} hall=${hall} zone=${zone} now=${now} />
    <${Stage} hall=${hall} stage=${stage} zones=${zones} single=${Boolean(zone) || zones.length < 2} />
    <${Caption} hall=${hall} zone=${zone?.id ?? null} />
    <${List} calls=${calls} stage=${stage} />
    <${Services} services=${services} />
    <${Ticker} hall=${hall} />
  </main>`;
}

startTerminal({ page: "board", role: "board", View: Board });
