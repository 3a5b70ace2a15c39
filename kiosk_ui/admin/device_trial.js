// Testing a device: what to look for, what it told, and whether the technician has seen it.

import { html, signal, useEffect } from "../shared/ui.js";
import { say, t } from "../shared/i18n.js";
import { clock } from "../shared/time.js";
import { fresh } from "./device_changes.js";

/** Parts that wait for a hand: a key, a card, a code. */
const HANDS = new Set(["card_reader", "code_reader", "call_pad", "rating_pad"]);
/** How long they wait. */
const WAIT_S = 20;

/** What came of the tests since the page was opened, by "device part": `{state, at, saw, fault, seen}`. */
const outcomes = signal({});

const keyOf = (device, part) => `${device} ${part}`;
const put = (key, change) => { outcomes.value = { ...outcomes.value, [key]: { ...outcomes.value[key], ...change } }; };

async function run(app, device, part) {
  const key = keyOf(device, part);
  put(key, { state: "running", at: app.hall.now(), saw: null, fault: null, seen: null });
  try {
    const answer = await app.hall.call("device.test", { device, part, seconds: WAIT_S });
    const [row] = answer.parts;
    put(key, { state: row.ok ? "told" : "failed", at: app.hall.now(), saw: row.saw, fault: row.fault });
  } catch (fault) {
    put(key, { state: "failed", at: app.hall.now(), fault });
  }
}

function Answer({ outcome, seen }) {
  if (outcome.seen !== null) {
    return html`<p class=${outcome.seen ? "test-result good" : "test-result bad"} data-test="admin-test-verdict">${t(outcome.seen ? "admin.devices.test.passed" : "admin.devices.test.not_seen")}</p>`;
  }
  return html`<div class="test-question"><b>${t("admin.devices.test.seen")}</b>
    <button type="button" class="button" data-test="admin-test-yes" onClick=${() => seen(true)}>${t("admin.devices.test.yes")}</button>
    <button type="button" class="button plain" data-test="admin-test-no" onClick=${() => seen(false)}>${t("admin.devices.test.no")}</button></div>`;
}

function Outcome({ outcome, part, seen }) {
  if (outcome.state === "running") return html`<p class="test-result" role="status">${t(HANDS.has(part) ? "admin.devices.test.your_turn" : "admin.devices.test.running", { seconds: WAIT_S })}</p>`;
  const failed = outcome.state === "failed";
  return html`<p class=${failed ? "test-result bad" : "test-result"} role="status" data-test="admin-test-told">${clock(outcome.at, { seconds: true })} ${say(outcome.fault ?? outcome.saw)}</p>
    ${failed ? html`<p class="test-result bad" data-test="admin-test-verdict">${t("admin.devices.test.failed")}</p>` : html`<${Answer} outcome=${outcome} seen=${seen} />`}`;
}

function Part({ app, row, test }) {
  const key = keyOf(row.name, test.part);
  const outcome = outcomes.value[key];
  const running = outcome?.state === "running";
  const busy = Object.entries(outcomes.value).some(([each, its]) => its.state === "running" && each.startsWith(`${row.name} `));
  return html`<section class="card device-card test-card" data-test=${`admin-test-${test.part}`}>
    <div class="test-head"><div><h3>${t(`admin.devices.can.${test.part}`)}</h3><p>${say(test)}</p></div>
      <button type="button" class=${outcome ? "button" : "button primary"} disabled=${busy || !app.hall.online.value} data-test="admin-test-run"
        onClick=${() => run(app, row.name, test.part)}>${t(running ? "admin.devices.test.busy" : outcome ? "admin.devices.test.again" : "admin.devices.test.begin")}</button></div>
    ${outcome && html`<${Outcome} outcome=${outcome} part=${test.part} seen=${(seen) => put(key, { seen })} />`}</section>`;
}

/** A device that was just added is tested as soon as it can be. */
export function Trial({ app, row }) {
  const waits = fresh.value === row.name;
  const reached = row.state === "ready" || row.state === "degraded";
  useEffect(() => {
    if (!waits || !reached) return;
    fresh.value = "";
    run(app, row.name, row.tests[0].part);
  }, [waits, reached]);
  return html`<div class="device-tests">
    ${waits && !reached && html`<p class="device-note" role="status" data-test="admin-test-waits">${t("admin.devices.test.waits")}</p>`}
    ${row.tests.map((test) => html`<${Part} key=${test.part} app=${app} row=${row} test=${test} />`)}</div>`;
}
