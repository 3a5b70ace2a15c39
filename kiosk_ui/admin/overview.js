/**
 * The hall at a glance for a supervisor: totals, zones, alerts, what closing the day would do. Pure.
 */

import { rowsOf, toldUnserved } from "./watch.js";

const sumOf = (rows, key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
const atStage = (tickets, name) => tickets.filter((ticket) => ticket.stage === name).length;
const inState = (windows, name) => windows.filter((window) => window.state === name).length;

/** Totals of the hall: `{waiting, issued, done, missed, open, paused, called, serving, held}`. */
export function totals(services, windows, tickets) {
  return {
    waiting: sumOf(services, "waiting"), issued: sumOf(services, "issued"), done: sumOf(services, "done"),
    missed: sumOf(services, "missed"), open: inState(windows, "open"), paused: inState(windows, "paused"),
    called: atStage(tickets, "called"), serving: atStage(tickets, "serving"), held: atStage(tickets, "held"),
  };
}

/** Seconds that the longest waiting of a service has waited; 0 when nobody waits. */
export function longestS(service, now) {
  if (!service.waiting || !service.longest_since) return 0;
  return Math.max(0, Math.round((now - service.longest_since) / 1000));
}

/**
 * One row per zone that has services or windows: `{zone, services, waiting, longest_s, issued, done, missed, open,
 * paused, windows}`; `windows` counts all of the zone's, `open` and `paused` those in that state.
 */
export function zoneRows({ zones, services, windows }, now) {
  return zones.map((zone) => {
    const mine = services.filter((service) => service.zone === zone.id);
    const desks = windows.filter((window) => window.zone === zone.id);
    return {
      zone, services: mine, windows: desks.length, open: inState(desks, "open"), paused: inState(desks, "paused"),
      waiting: sumOf(mine, "waiting"), issued: sumOf(mine, "issued"), done: sumOf(mine, "done"),
      missed: sumOf(mine, "missed"), longest_s: Math.max(0, ...mine.map((service) => longestS(service, now))),
    };
  }).filter((row) => row.services.length > 0 || row.windows > 0);
}

/** Halls with more services than this show zones only, until one is chosen. */
export const SERVICES_SHOWN = 14;

/** Whether the services of `zone` stand under its line. */
export const unfolded = (zone, services, chosen) => (chosen ? chosen === zone : services.length <= SERVICES_SHOWN);

/**
 * The windows that match what is asked: `zone` (id), `state` (open, paused, closed, busy: with a ticket) and `text`
 * (in the window's number or post, its clerk's number or name, its ticket).
 */
export function windowsShown(windows, { zone, state, text }) {
  const wanted = (text ?? "").trim().toLowerCase();
  return windows.filter((window) => {
    if (zone && window.zone !== zone) return false;
    if (state === "busy" ? !window.ticket : state && window.state !== state) return false;
    const words = [window.label, window.post, window.clerk?.id, window.clerk?.name, window.ticket?.label];
    return !wanted || words.some((word) => word && String(word).toLowerCase().includes(wanted));
  });
}

/** Services with somebody waiting and no open window: people wait there for nothing. */
export const unserved = (services) => services.filter((service) => service.waiting > 0 && service.windows.length === 0);

/** Services with somebody waiting that would have no open window without `window`. */
export const leftAlone = (window, services) =>
  services.filter((service) => service.waiting > 0 && service.windows.length === 1 && service.windows[0] === window.id);

/** The line is open, but such a device says nothing until one of its keys is pressed: no alarm. */
export const UNPROVEN = "device.unproven";

/** Whether that is all that is said of a device. */
export const isUnproven = (device) =>
  device.state === "degraded" && device.faults?.length > 0 && device.faults.every((fault) => fault === UNPROVEN);

/** Devices that need a person: offline, degraded or with faults. */
export const troubled = (devices) =>
  devices.filter((device) => {
    const faults = (device.faults ?? []).filter((fault) => fault !== UNPROVEN);
    return device.state === "offline" || faults.length > 0 || (device.state === "degraded" && !device.faults?.length);
  });

/**
 * What needs a person, most urgent first: `{kind, ...}` of kind warning | help | watch | unserved | device. What a rule
 * tells already is not told again; what was confirmed or dismissed comes last, until it is over.
 */
export function alerts({ hall, kiosks, devices, services, watched = [] }) {
  const rows = rowsOf(watched).map((row) => ({ kind: "watch", row }));
  return [
    ...(hall.warning ? [{ kind: "warning", warning: hall.warning }] : []),
    ...kiosks.filter((kiosk) => kiosk.help).map((kiosk) => ({ kind: "help", kiosk })),
    ...rows.filter(({ row }) => row.stage === "raised"),
    ...unserved(services).filter((service) => !toldUnserved(watched, service.id)).map((service) => ({ kind: "unserved", service })),
    ...troubled(devices).map((device) => ({ kind: "device", device })),
    ...rows.filter(({ row }) => row.stage !== "raised"),
  ];
}

/**
 * What closing the day does to people now in the hall (C14): who waits or is on hold expires, who is called is
 * missed, who is being served is served to the end.
 */
export function closingEffect(tickets) {
  return {
    waiting: atStage(tickets, "waiting"), held: atStage(tickets, "held"),
    expired: atStage(tickets, "waiting") + atStage(tickets, "held"),
    missed: atStage(tickets, "called"), kept: atStage(tickets, "serving"),
  };
}

/** Steps that a supervisor may take at a window, by its state; a closed one opens only with its clerk there. */
export function stepsOf(window) {
  if (window.state === "open") return ["pause", "close"];
  if (window.state === "paused") return ["resume", "close"];
  return window.clerk ? ["open"] : [];
}
