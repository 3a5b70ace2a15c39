// Moments and durations in words. Moments are ms since 1970 UTC and are shown in the hall's own time zone.

import { language } from "./language.js";

let timezone = /** @type {string|undefined} */ (undefined);

/** @param {string} name IANA name of the hall's time zone */
export function setTimezone(name) { timezone = name; }

/** Moments as "14:05", or "14:05:09" with `seconds`. */
export function clock(ms, { seconds = false } = {}) {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}), hour12: false, timeZone: timezone,
  }).format(ms);
}

/** The moment as near as it is to `now`: "14:30", "明天 08:30" / "tomorrow 08:30", "11月24日 08:30" / "24 Nov 08:30". */
export function when(ms, now) {
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone });
  const [on, today] = [ms, now].map((at) => day.format(at));
  if (on === today) return clock(ms);
  if (Date.parse(on) - Date.parse(today) === 86400000) return `${english() ? "tomorrow" : "明天"} ${clock(ms)}`;
  const words = { month: english() ? "short" : "long", day: "numeric", timeZone: timezone };
  return `${new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", /** @type {any} */ (words)).format(ms)} ${clock(ms)}`;
}

/** The day as "11月22日 星期六" / "Saturday 22 November". */
export function date(ms) {
  const words = { month: "long", day: "numeric", weekday: "long", timeZone: timezone };
  const text = new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", /** @type {any} */ (words)).format(ms);
  return text.replace("日星期", "日 星期");
}

/** The date as "11月21日" / "21 Nov". */
export function dayOf(ms) {
  const words = { month: english() ? "short" : "long", day: "numeric", timeZone: timezone };
  return new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", /** @type {any} */ (words)).format(ms);
}

/** The date as the hall's days are named: "2026-11-21". */
export function isoDay(ms) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format(ms);
}

/** Seconds as "8 分钟" / "8 min", "2 小时 5 分" / "2 h 5 min"; less than one minute says so. */
export function minutes(s) {
  const whole = Math.round(s / 60);
  if (whole < 1) return english() ? "under 1 min" : "不到 1 分钟";
  if (whole < 120) return english() ? `${whole} min` : `${whole} 分钟`;
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (rest === 0) return english() ? `${hours} h` : `${hours} 小时`;
  return english() ? `${hours} h ${rest} min` : `${hours} 小时 ${rest} 分`;
}

/** An expected wait `[low, high]` in seconds: "约 5–10 分钟" / "about 5–10 min"; [0, 0] is no wait, null: no window is open. */
export function range(wait) {
  if (!wait) return english() ? "once a window opens" : "窗口开放后叫号";
  const [low, high] = wait;
  if (high <= 0) return english() ? "no wait" : "无需等候";
  const long = high >= 7200;
  const unit = long ? [" 小时", " h"] : [" 分钟", " min"];
  const from = long ? halves(low, Math.floor) : Math.max(1, Math.floor(low / 60));
  const to = long ? halves(high, Math.ceil) : Math.max(1, Math.ceil(high / 60));
  const span = from >= to ? `${to}` : `${from}–${to}`;
  return english() ? `about ${span}${unit[1]}` : `约 ${span}${unit[0]}`;
}

/** How long ago `ms` was: "刚刚", "3 分钟前", "2 小时前". */
export function ago(ms, now) {
  const whole = Math.floor((now - ms) / 60000);
  if (whole < 1) return english() ? "just now" : "刚刚";
  if (whole < 60) return english() ? `${whole} min ago` : `${whole} 分钟前`;
  const hours = Math.floor(whole / 60);
  return english() ? `${hours} h ago` : `${hours} 小时前`;
}

/** Seconds as a running clock: "4:07", "1:02:33". */
export function stopwatch(s) {
  const whole = Math.max(0, Math.floor(s));
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const head = whole >= 3600 ? `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}` : Math.floor(whole / 60);
  return `${head}:${two(whole % 60)}`;
}

function halves(s, round) { return Math.max(0.5, round(s / 1800) / 2); }

function english() { return language.value === "en"; }
