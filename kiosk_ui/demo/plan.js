// Where each device stands on the floor plan, and what a visitor has tried. Pure.

/** Drivers whose units stand at windows, and what a unit is there. */
const AT_WINDOWS = {
  ledstrip: "strip", eqsign: "strip", onbon: "strip", callpad: "pad", padframe: "pad", hidpad: "pad", ratingpad: "rating",
};
const ARMED_MS = 2500;

/** The windows that a device's units stand for. */
const windowsOf = (device) => Object.values(device.units ?? {});

/**
 * @param {any[]} devices of `demo.list` @param {any[]} kiosks @param {any[]} windows of the hall
 * @returns `{kiosks: [{kiosk, devices}], windows: [{window, parts: {strip, pad, rating}, own}], speakers, signs, lines,
 *   others}`; a part is `{device, unit}`; `own` are the devices of that window alone, `signs` those that hang in the hall
 *   for several, `lines` the buses whose units are at windows
 */
export function planOf(devices, kiosks, windows) {
  const left = new Set(devices);
  const take = (/** @type {(device: any) => boolean} */ fits) => [...left].filter((device) => fits(device) && left.delete(device));
  const stands = (device) => AT_WINDOWS[device.driver] !== undefined && windowsOf(device).length > 0;
  const signs = take((device) => device.driver === "onbon" && windowsOf(device).length > 1);
  const single = take((device) => stands(device) && windowsOf(device).length === 1);
  const lines = take(stands);
  return {
    kiosks: kiosks.map((kiosk) => ({ kiosk, devices: take((device) => device.place === kiosk.id) })),
    windows: windows.map((window) => ({
      window, parts: partsAt(window.id, [...lines, ...single]),
      own: [...single.filter((device) => windowsOf(device)[0] === window.id), ...take((device) => device.window === window.id)],
    })),
    speakers: take((device) => device.driver === "voice"),
    signs,
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

/** What a strip or sign shows for a unit: `{text, colour, on}`. A sign with one unit shows that on all its areas. */
export function shownAt({ device, unit }) {
  const { view } = device;
  if (device.driver === "ledstrip") return { text: "", colour: "red", ...view.strips?.[unit], on: !view.muted };
  const sign = view.cards?.[unit] ?? Object.values(view.cards ?? {})[0] ?? {};
  const area = Object.values(sign.areas ?? {})[0];
  return { text: area?.text ?? "", colour: area?.colour ?? "red", on: !view.muted && sign.on !== false };
}

/**
 * A sign with areas as it is drawn: `{width, height, on, brightness, rows: [{x, y, width, height, text, colour, window}]}`; areas and
 * units stand in the same order, which tells each area's window.
 */
export function screenOf({ view, units }) {
  const sign = Object.values(view.cards ?? {})[0] ?? {};
  const windows = Object.entries(units ?? {}).sort(([a], [b]) => Number(a) - Number(b)).map(([, window]) => window);
  const areas = Object.values(sign.areas ?? {});
  const rows = areas.map((area, index) => ({ ...area, window: areas.length === windows.length ? windows[index] : "" }));
  return {
    width: Math.max(1, ...rows.map((row) => row.x + row.width)), height: Math.max(1, ...rows.map((row) => row.y + row.height)),
    on: !view.muted && sign.on !== false, brightness: sign.brightness ?? null, rows,
  };
}

/**
 * The newest slip of each printer, that of the kiosk itself first, as `[{device, label, code}]`: what a visitor may hold
 * before a reader there.
 */
export function slipsFor(kiosk, devices) {
  const printers = devices.filter(({ driver }) => driver === "escpos");
  printers.sort((a, b) => Number(b.place === kiosk) - Number(a.place === kiosk));
  return printers.flatMap(({ name, view }) => {
    const code = view.slips?.findLast((slip) => slip.qr.length > 0)?.qr[0];
    return code === undefined ? [] : [{ device: name, label: /-([A-Z]{0,2}\d+)\./.exec(code)?.[1] ?? "", code }];
  });
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
