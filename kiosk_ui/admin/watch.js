/**
 * The alerts of the rules as a supervisor reads them: one line for each place, with the one suggestion for it. Pure.
 */

import { say } from "../shared/i18n.js";

/** Stages in the order in which they ask for a person. */
const ORDER = ["raised", "confirmed", "dismissed"];

/** What the alerts are about: a service, a window, or the whole hall (""). */
export const placeOf = (alert) => (alert.service ? `service ${alert.service}` : alert.window ? `window ${alert.window}` : "hall");

/**
 * One row for each place: `{key, stage, main, alerts}`. `main` is the alert whose suggestion is to be looked at, or that
 * was confirmed, else the first; the row asks while its main does. Rows that ask for a person come first.
 *
 * @param {any[]} alerts as in the snapshot
 */
export function rowsOf(alerts) {
  const places = new Map();
  for (const alert of alerts) places.set(placeOf(alert), [...(places.get(placeOf(alert)) ?? []), alert]);
  const rows = [...places].map(([key, mine]) => {
    const asked = mine.find((alert) => alert.stage === "raised" && alert.suggestion);
    const taken = mine.find((alert) => alert.stage === "confirmed");
    const main = asked ?? taken ?? mine.find((alert) => alert.stage === "raised") ?? mine[0];
    return { key, stage: main.stage, main, alerts: mine };
  });
  return rows.sort((a, b) => ORDER.indexOf(a.stage) - ORDER.indexOf(b.stage) || a.main.since - b.main.since);
}

/** What is so at the place, all its alerts in one breath. */
export const saidOf = (row) => row.alerts.map(say).join(" ");

/** The alerts of the row that dismissing it means. */
export const dismissable = (row) => row.alerts.filter((alert) => alert.stage !== "dismissed");

/** People who wait now at the place that the suggestion was for; null where that is not known. */
export function waitingNow(alert, services) {
  const queue = alert.suggestion?.queue ?? alert.service;
  return services.find((service) => service.id === queue)?.waiting ?? null;
}

/** Whether a rule tells already that nobody serves the service: then it is not told twice. */
export const toldUnserved = (alerts, service) => alerts.some((alert) => alert.rule === "unstaffed" && alert.service === service);
