/**
 * The devices as rows: what the hall tells of them live, joined with what the config and the technician's list know.
 * Pure but for the texts.
 */

import { language, say, t } from "../shared/i18n.js";
import { isUnproven, troubled } from "./overview.js";

/** Drivers whose family has a name for those who may not read the technician's list. */
const FAMILIES = new Set(["escpos", "idcard", "callpad", "ratingpad", "ledstrip", "voice"]);

/** What makes a section; the rest of a row is what the device does. */
const SECTION = ["name", "driver", "link", "kiosk", "zone", "window", "units", "options"];

/**
 * One row for each device of the hall; its state is the live one. `known` tells whether the list has it.
 * @param {any[]} devices of the snapshot @param {any} listed answer of `device.list`, or null
 */
export function rowsOf(devices, listed) {
  const told = new Map((listed?.devices ?? []).map((row) => [row.name, row]));
  return devices.map((device) => ({ ...told.get(device.name), ...device, known: told.has(device.name) }));
}

/** Those that need a person first, then by name as people count. */
export function ordered(rows) {
  const bad = new Set(troubled(rows).map((row) => row.name));
  const byName = new Intl.Collator(language.value, { numeric: true }).compare;
  return [...rows].sort((a, b) => Number(bad.has(b.name)) - Number(bad.has(a.name)) || byName(a.name, b.name));
}

/** What the device is, in words. */
export const titleOf = (row) => (row.title ? say(row.title) : FAMILIES.has(row.driver) ? t(`admin.driver.${row.driver}`) : row.driver);

/** The state as it is shown: a line that is open, but on which nothing was heard yet, is no fault. */
export const shownState = (row) => (isUnproven(row) ? "unproven" : row.state);

/** The device's block of the config, as `device.add` takes it. */
export const sectionOf = (row) => Object.fromEntries(SECTION.filter((key) => row[key] !== undefined && row[key] !== null).map((key) => [key, row[key]]));

/** Whether two sections say the same, whatever the order of their keys. */
export const sameSection = (one, other) => shape(one) === shape(other);

function shape(value) {
  if (Array.isArray(value)) return `[${value.map(shape).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${shape(value[key])}`).join()}}`;
}

/** How often it came and went: "连上 3 次 · 断开 2 次 · 连接失败 5 次"; what never was is left out. */
export function countsText(counts) {
  const parts = ["opened", "lost", "failed"].filter((name) => counts?.[name] > 0);
  return parts.map((name) => t(`admin.devices.count.${name}`, { count: counts[name] })).join(" · ");
}

/** Whether trying at once can help: it is not reached now. */
export const canRetry = (row) => ["offline", "connecting", "unknown"].includes(row.state);

/** Rows of a list that grows, the newest `most` of them. */
export const keptRows = (rows, more, most) => [...rows, ...more].slice(-most);

/** Hex digits in pairs; of a long piece its beginning and how many bytes there are. */
export function hexText(hex, most = 64) {
  const bytes = (hex.match(/../g) ?? []).map((each) => each.toUpperCase());
  if (bytes.length <= most) return bytes.join(" ");
  return `${bytes.slice(0, most).join(" ")} ${t("admin.devices.trace.more", { count: bytes.length })}`;
}
