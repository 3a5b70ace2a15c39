/**
 * The hall at a glance for a supervisor: totals, alerts, what closing the day would do. Pure.
 */

/** Totals of the hall: `{waiting, issued, done, missed, open, paused, serving, held}`. */
export function totals(services, windows, tickets) {
  const sum = (key) => services.reduce((total, service) => total + (service[key] ?? 0), 0);
  const state = (name) => windows.filter((window) => window.state === name).length;
  const stage = (name) => tickets.filter((ticket) => ticket.stage === name).length;
  return {
    waiting: sum("waiting"), issued: sum("issued"), done: sum("done"), missed: sum("missed"),
    open: state("open"), paused: state("paused"), called: stage("called"), serving: stage("serving"), held: stage("held"),
  };
}

/** Seconds that the longest waiting of a service has waited; 0 when nobody waits. */
export function longestS(service, now) {
  if (!service.waiting || !service.longest_since) return 0;
  return Math.max(0, Math.round((now - service.longest_since) / 1000));
}

/** Services with somebody waiting and no open window: people wait there for nothing. */
export const unserved = (services) => services.filter((service) => service.waiting > 0 && service.windows.length === 0);

/** Devices that need a person: offline, degraded or with faults. */
export const troubled = (devices) =>
  devices.filter((device) => ["offline", "degraded"].includes(device.state) || (device.faults ?? []).length > 0);

/** What needs a person, most urgent first: `{kind, ...}` of kind warning | help | device | unserved. */
export function alerts({ hall, kiosks, devices, services }) {
  return [
    ...(hall.warning ? [{ kind: "warning", warning: hall.warning }] : []),
    ...kiosks.filter((kiosk) => kiosk.help).map((kiosk) => ({ kind: "help", kiosk })),
    ...troubled(devices).map((device) => ({ kind: "device", device })),
    ...unserved(services).map((service) => ({ kind: "unserved", service })),
  ];
}

/**
 * What closing the day does to people now in the hall (C14): who waits or is on hold expires, who is called is
 * missed, who is being served is served to the end.
 */
export function closingEffect(tickets) {
  const stage = (name) => tickets.filter((ticket) => ticket.stage === name).length;
  return { expired: stage("waiting") + stage("held"), missed: stage("called"), kept: stage("serving") };
}
