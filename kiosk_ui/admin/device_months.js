/**
 * The month report of the devices as rows and as a CSV file. Pure but for the texts.
 */

import { language, t } from "../shared/i18n.js";
import { csvFile } from "./table.js";

/** Months that can be asked for. */
const MONTHS = 24;

/** The month (YYYY-MM) of `now` in the hall's time zone and those before it, newest first. */
export function monthsUpTo(now, timezone) {
  const [year, month] = new Intl.DateTimeFormat("sv-SE", { year: "numeric", month: "2-digit", timeZone: timezone }).format(now).split("-").map(Number);
  return Array.from({ length: MONTHS }, (_, back) => {
    const count = year * 12 + month - 1 - back;
    return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
  });
}

/** Seconds as hours with one digit; a little is not nothing. */
export function hours(seconds) {
  if (seconds > 0 && seconds < 180) return "< 0.1";
  return (seconds / 3600).toFixed(1);
}

/** A fault in words: the sentence's beginning, up to where it says what to do. */
export function faultName(fault) {
  const [zh, en] = fault.sentence;
  const text = language.value === "en" ? en : zh;
  return text.split(/[。，；]|[.,;:] /)[0].replace(/\.$/, "");
}

/** "12.5%", or a dash where nothing is known. */
export const shareText = (share) => (share === null || share === undefined ? "–" : `${share.toFixed(share >= 99.995 || share === 0 ? 0 : 2)}%`);

/** The worst first: least ready, then most often down; those of which nothing is known last. */
export const worstFirst = (devices) => [...devices].sort((a, b) => (a.share ?? 101) - (b.share ?? 101) || b.downs - a.downs || a.device.localeCompare(b.device));

const COLUMNS = ["device", "title", "share", "downs", "degraded", "offline", "ready", "fault", "times", "fault_hours"];
const exact = (seconds) => Number((seconds / 3600).toFixed(2));

/** One line for each fault of a device, one for a device without; numbers are numbers. */
export function monthFile(devices, titles) {
  const rows = devices.flatMap((device) => {
    const own = [device.device, titles.get(device.device) ?? "", device.share ?? "", device.downs, exact(device.degraded_s), exact(device.offline_s), exact(device.ready_s)];
    if (device.faults.length === 0) return [[...own, "", "", ""]];
    return device.faults.map((fault) => [...own, faultName(fault), fault.times, exact(fault.seconds)]);
  });
  return csvFile(COLUMNS.map((column) => t(`admin.devices.month.${column}`)), rows);
}
