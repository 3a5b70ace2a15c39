// The language of the page: "zh" or "en", from ?lang=, else what was chosen last here, else zh.

import { effect, signal } from "../vendor/signals-core.js";

const KEY = "hallctl:language";
const KNOWN = ["zh", "en"];

function start() {
  if (typeof location === "undefined") return "zh";
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = asked || localStorage.getItem(KEY);
  return kept !== null && KNOWN.includes(kept) ? kept : "zh";
}

/** @type {import("../vendor/signals-core.js").Signal<"zh"|"en">} */
export const language = signal(start());

/**
 * Change the language. `keep` remembers it on this machine: right for a clerk, wrong for a kiosk whose next citizen
 * is another.
 */
export function setLanguage(name, { keep = true } = {}) {
  language.value = name;
  if (keep && typeof localStorage !== "undefined") localStorage.setItem(KEY, name);
}

if (typeof document !== "undefined") {
  effect(() => { document.documentElement.lang = language.value === "en" ? "en" : "zh-CN"; });
}
