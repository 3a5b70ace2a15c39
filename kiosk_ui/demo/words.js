// Words for what a driver names: its actions, states, cards; the name itself where the page knows no word.

import { t } from "../shared/i18n.js";
import texts from "../i18n/demo.js";

/** The text `demo.<kind>.<name>`, else `name` in plain letters. */
export function word(kind, name) {
  const key = `demo.${kind}.${name}`;
  return key in texts.zh ? t(key) : String(name).replaceAll("_", " ");
}
