// Where each device stands on the floor plan, and what a visitor has tried. Pure.

/** Drivers whose units stand at windows, and what a unit is there. */
const AT_WINDOWS = { ledstrip: "strip", callpad: "pad", ratingpad: "rating" };
const ARMED_MS = 2500;

/**
 * @param {any[]} devices of `demo.list` @param {any[]} kiosks @param {any[]} windows of the hall
 * @returns `{kiosks: [{kiosk, devices}], windows: [{window, parts: {strip, pad, rating}}], speakers, lines, others}`;
 *   a part is `{device, unit}`; `lines` are the devices whose units are at windows
 */
export function planOf(devices, kiosks, windows) {
  const left = new Set(devices);
  const take = (/** @type {(device: any) => boolean} */ fits) => [...left].filter((device) => fits(device) && left.delete(device));
  const lines = take((device) => AT_WINDOWS[device.driver] !== undefined && Object.keys(device.units ?? {}).length > 0);
  return {
    kiosks: kiosks.map((kiosk) => ({ kiosk, devices: take((device) => device.place === kiosk.id) })),
    windows: windows.map((window) => ({ window, parts: partsAt(window.id, lines) })),
    speakers: take((device) => device.driver === "voice"),
    lines,
    others: [...left],
  };
}

function partsAt(window, lines) {
  const parts = {};
  for (const device of lines) {
    const unit = Object.keys(device.units).find((each) => device.units[each] === window);
    if (unit !== undefined) parts[AT_WINDOWS[device.driver]] = { device, unit };
  }
  return parts;
}

/** Whether a reader is looking for a card: it has just been asked to find one. `now` is the daemon's time. */
export function isArmed(view, now) {
  const last = (view.wire ?? []).findLast((frame) => frame.text === "find card");
  return last !== undefined && now - last.at < ARMED_MS;
}

/** Six digits of a call pad: three for those who wait, three for the number that was called; dashes are none. */
export function padDigits(display) {
  const text = String(display ?? "").padEnd(6, "-");
  return { waiting: text.slice(0, 3), called: text.slice(3) };
}

/**
 * Whether the hall only lacks an answer that this device never gives: a strip or a pad that hears and says nothing is
 * not called ready, though nothing is wrong with it here.
 */
export function isUnproven(row, view) {
  const { faults = [] } = row;
  return row.state === "degraded" && faults.length === 1 && faults[0] === "device.unproven" && view.plugged && !view.muted;
}

/** Why a window's pad says no, as far as the window's state tells; null where it does not. */
export function refusalAt(window) {
  if (window.state === "closed") return "demo.pad.closed";
  if (window.state === "paused") return "demo.pad.paused";
  return null;
}

/** The links of the pages by kind, in the order of `demo.list`, without this one: `[{page, links: [{place, href}]}]`. */
export function linksOf(pages) {
  const groups = new Map();
  for (const { page, place, url } of pages) {
    if (page === "demo") continue;
    if (!groups.has(page)) groups.set(page, []);
    groups.get(page).push({ place, href: hereabouts(url) });
  }
  return [...groups].map(([page, links]) => ({ page, links }));
}

/** An address without its host: the visitor may have come through a tunnel. */
function hereabouts(url) {
  const { pathname, search, hash } = new URL(url, "http://localhost");
  return pathname + search + hash;
}

export const STEPS = ["open", "take", "next", "listen", "finish", "fault"];

/**
 * Which steps of the first walk the hall has seen. `listened`: a clip was played.
 * @param {{windows: any[], services: any[], calls: any[], devices: any[], listened: boolean}} facts
 */
export function stepsDone({ windows, services, calls, devices, listened }) {
  const sum = (/** @type {string} */ field) => services.reduce((total, row) => total + (row[field] ?? 0), 0);
  return {
    open: windows.some((row) => row.state !== "closed"),
    take: sum("issued") > 0,
    next: calls.length > 0,
    listen: listened,
    finish: sum("done") > 0,
    fault: devices.some((row) => row.driver === "escpos" && (row.view.paper === "out" || row.view.cover === "open")),
  };
}
