// Texts for people, from tables kiosk_ui/i18n/<page>.js with the same keys in every language.
//
//   import texts from "../i18n/kiosk.js";
//   register(texts);
//   t("kiosk.done.ahead", { count: 3 })

import { language } from "./language.js";
import shared from "../i18n/shared.js";

export { language, setLanguage } from "./language.js";

const tables = { zh: {}, en: {} };

/** Add a page's texts; a key that stands already with another text is a defect. */
export function register(texts) {
  for (const name of Object.keys(tables)) {
    for (const [key, text] of Object.entries(texts[name])) {
      const known = tables[name][key];
      if (known !== undefined && known !== text) throw new Error(`text ${key} is defined twice (${name})`);
      tables[name][key] = text;
    }
  }
}

/**
 * The text of `key` in the current language, `{name}` filled from `params`. A missing key or parameter throws
 * outside a browser (tests); on a screen the key itself is shown rather than nothing.
 */
export function t(key, params = {}) {
  const text = tables[language.value][key];
  if (text === undefined) return missing(`text ${key} (${language.value})`, key);
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    if (params[name] === undefined) return missing(`parameter ${name} of text ${key}`, "");
    return String(params[name]);
  });
}

/** `row.name` or `row.name_en`, whichever the language asks for and the row has. */
export function pick(row, field = "name") {
  return (language.value === "en" && row[`${field}_en`]) || row[field] || "";
}

/** The sentence of an error, fault or warning that carries `zh` and `en`. */
export function say(error) {
  if (!error) return "";
  return (language.value === "en" ? error.en : error.zh) || error.zh || error.message || String(error.code || error);
}

function missing(what, instead) {
  if (typeof document === "undefined") throw new Error(`missing ${what}`);
  console.error(`missing ${what}`);
  return instead;
}

register(shared);
