/**
 * What drivers' options are called. A driver's schema describes them in English; where there is a word for them in the
 * page's language it is used, and a driver's new option is shown by its own name and description.
 */

import { language, t } from "../shared/i18n.js";
import texts from "../i18n/admin_device_options.js";

const known = (key) => Object.hasOwn(texts.zh, key);
const keyOf = (driver, name) => [`admin.option.${driver}.${name}`, `admin.option.${name}`].find(known);

/** The option's title. */
export function optionText(driver, field) {
  const key = keyOf(driver, field.name);
  return key ? t(key) : field.name;
}

/** What it is for: the schema's own words, unless the Chinese title says it. */
export const aboutOption = (driver, field) => (language.value === "zh" && keyOf(driver, field.name) ? "" : field.about);

/** One of the values that may be chosen. */
export function choiceText(option, value) {
  const key = `admin.choice.${option}.${value}`;
  const words = known(key) ? t(key) : String(value);
  return words === String(value) ? words : t("admin.devices.form.choice", { words, value });
}
