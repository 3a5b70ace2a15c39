// The kiosk: take a number. One screen at a time, the next step always the largest, back to the start by itself.

import { html, lockScreen, useEffect, useMemo } from "../shared/ui.js";
import { register } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { startTerminal } from "../shared/terminal.js";
import texts from "../i18n/kiosk.js";
import bookingTexts from "../i18n/kiosk_booking.js";
import { Bar } from "./bar.js";
import { SCREENS as BOOKING } from "./booking.js";
import { Card, NoCard, Notice } from "./card.js";
import { Done } from "./done.js";
import { Emergency } from "./emergency.js";
import { Find, Found, OtherCode } from "./find.js";
import { Flow } from "./flow.js";
import { guardTaps } from "./guard.js";
import { Head, Home, IdleBar } from "./home.js";
import { Paperless, Refused, Taking } from "./plain.js";
import { readScreens } from "./voice.js";

register(texts);
register(bookingTexts);

const SCREENS = {
  home: Home, notice: Notice, card: Card, nocard: NoCard, paperless: Paperless, taking: Taking, done: Done,
  refused: Refused, find: Find, found: Found, code: OtherCode, ...BOOKING,
};

let atRest = () => true;

function Kiosk({ hall, place }) {
  const flow = useMemo(() => new Flow(hall, place), [hall]);
  useEffect(() => {
    atRest = () => flow.view.screen.value.name === "home";
    const stopReading = readScreens(flow);
    const stopGuarding = guardTaps(flow);
    return () => { stopReading(); stopGuarding(); flow.close(); };
  }, [flow]);
  const { emergency } = hall.state.hall.value;
  useEffect(() => { if (emergency) flow.view.home(); }, [emergency]);
  if (emergency) return html`<${Emergency} notice=${emergency} />`;
  const screen = flow.view.screen.value;
  const Screen = SCREENS[screen.name];
  return html`<div class="kiosk" data-screen=${screen.name} onPointerDown=${flow.view.touch} onKeyDown=${flow.view.touch}>
    <${Head} hall=${hall} />
    <${Screen} key=${screen.name} hall=${hall} flow=${flow} screen=${screen} />
    <${IdleBar} flow=${flow} />
    <${Bar} flow=${flow} />
    <${OfflineBar} hall=${hall} />
  </div>`;
}

lockScreen();
startTerminal({ page: "kiosk", role: "kiosk", View: Kiosk, mayReload: () => atRest() });
