// Words for what a driver names: its actions, states, cards; the name itself where the page knows no word.

import { t } from "../shared/i18n.js";
import deviceTexts from "../i18n/demo_device.js";
import texts from "../i18n/demo.js";

const known = { ...texts.zh, ...deviceTexts.zh };

/** The text `demo.<kind>.<name>`, else `name` in plain letters. */
export function word(kind, name) {
  const key = `demo.${kind}.${name}`;
  return key in known ? t(key) : String(name).replaceAll("_", " ");
}

/** What a switch's position is called: there, or wherever its action stands; with its value, if it has one. */
export function position(key, action, value) {
  const names = [`${key}.${action}`, value === undefined ? action : `${action}.${value}`];
  return word("action", names.find((name) => `demo.action.${name}` in known) ?? action);
}

/** What a switch does to the device and the hall, in a sentence; the driver's own before the usual one, else empty. */
export function told(driver, name) {
  const key = [`demo.told.${driver}.${name}`, `demo.told.${name}`].find((each) => each in known);
  return key ? t(key) : "";
}
