/**
 * A device as it is being written: from a section of the config to a draft, back, and what the hall says against it.
 * Pure but for the texts.
 *
 * A draft is `{name, driver, link: parts, kiosk, zone, window, units: [{address, window}], options: {name: typed}, given}`.
 */

import { t } from "../shared/i18n.js";
import { linkOf, newParts, partsOf } from "./device_links.js";
import { draftOptions, fieldsOf, optionsOf } from "./device_options.js";

/** First half of a name that is proposed, by what the device can do. */
const WORDS = [
  ["slip_printer", "printer"], ["card_reader", "reader"], ["code_reader", "scanner"], ["page_scanner", "pages"], ["call_pad", "pads"],
  ["rating_pad", "ratings"], ["window_display", "strips"], ["speaker", "voice"],
];

/** Where devices of a capability belong. */
const PLACES = {
  slip_printer: "kiosk", card_reader: "kiosk", code_reader: "kiosk", page_scanner: "window", speaker: "zone", call_pad: "units",
  rating_pad: "units", window_display: "units",
};

/** A name that is not taken: printer-2. */
export function proposedName(driver, taken) {
  const word = WORDS.find(([capability]) => driver.capabilities.includes(capability))?.[1] ?? driver.name;
  for (let number = 1; ; number += 1) if (!taken.includes(`${word}-${number}`)) return `${word}-${number}`;
}

/** What the form asks about the place: of its capabilities, and what is set anyway. */
export function placesAsked(driver, draft) {
  const usual = new Set(driver.capabilities.map((capability) => PLACES[capability]));
  const given = { kiosk: draft.kiosk, zone: draft.zone, window: draft.window, units: draft.units.length > 0 };
  return ["kiosk", "zone", "window", "units"].filter((place) => usual.has(place) || given[place]);
}

/** The draft of a section; `driver` is its row of `device.drivers`. */
export function draftOf(section, driver) {
  return {
    name: section.name, driver: driver.name, link: partsOf(section.link ?? "none:"), kiosk: section.kiosk ?? "", zone: section.zone ?? "",
    window: section.window ?? "", units: Object.entries(section.units ?? {}).map(([address, window]) => ({ address, window })),
    options: draftOptions(fieldsOf(driver.options), section.options), given: section.options ?? {},
  };
}

/** The draft of a new device, with its usual link and, where there is only one, its kiosk. */
export function newDraft(driver, taken, kiosks) {
  const kiosk = kiosks.length === 1 && driver.capabilities.some((capability) => PLACES[capability] === "kiosk") ? kiosks[0].id : "";
  return { ...draftOf({ name: proposedName(driver, taken), kiosk }, driver), link: newParts(driver.links[0], driver.name) };
}

/** What a device may be called; the hall judges the same. */
const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** Whether a part of the link was not filled in. */
const isOpen = (link) => link.text === undefined && (link.scheme === "tcp" ? !link.host.trim() || !/^\d+$/.test(link.port.trim()) : !link.place.trim());

/** `{section, problems}`: the draft as `device.add` takes it, and what can be seen to be wrong before it is sent. */
export function sectionOfDraft(draft, driver) {
  const { options, problems } = optionsOf(fieldsOf(driver.options), draft.options, draft.given);
  const units = {};
  for (const { address, window } of draft.units) {
    const said = !/^\d+$/.test(address.trim()) ? "address_bad" : !window ? "no_window" : Object.hasOwn(units, address.trim()) ? "address_twice" : null;
    if (said) problems.push(told("units", t(`admin.devices.form.${said}`, { address })));
    else units[address.trim()] = window;
  }
  if (!NAME.test(draft.name.trim())) problems.unshift(told("name", t("admin.devices.form.no_name")));
  if (isOpen(draft.link)) problems.push(told("link", t(`admin.devices.form.no_${draft.link.scheme}`)));
  const section = { name: draft.name.trim(), driver: draft.driver, link: linkOf(draft.link), units, options };
  for (const place of ["kiosk", "zone", "window"]) if (draft[place]) section[place] = draft[place];
  return { section, problems };
}

const told = (key, text) => ({ key, zh: text, en: text });

/** A row of addresses for every window: its number, where it is one. */
export function unitsOfWindows(windows, shift = 0) {
  return windows.filter((window) => /^\d+$/.test(window.label)).map((window) => ({ address: String(Number(window.label) + shift), window: window.id }));
}

const FIELD = /^(name|driver|link|kiosk|zone|window|units|options\.[^.]+)(?:\.|$)/;

/**
 * What the hall says against a section, by the field that it belongs beside: `{at: {field: [problem]}, others}`.
 * `position` is the device's place in the config; what is wrong elsewhere is among `others`.
 */
export function problemsOf(error, position) {
  const at = {};
  const others = [];
  if (!error) return { at, others };
  for (const row of error.problems ?? []) {
    const [, index, key] = /^(?:devices\.(\d+)\.)?(.*)$/.exec(row.key);
    const field = index !== undefined && Number(index) !== position ? null : FIELD.exec(key)?.[1];
    if (field) at[field] = [...(at[field] ?? []), row];
    else others.push(row);
  }
  if ((error.problems ?? []).length === 0) others.push(error);
  return { at, others };
}
