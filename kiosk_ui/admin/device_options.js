/**
 * A driver's options as fields of a form, from the JSON Schema that the hall gives. Pure but for the texts.
 *
 * A field is `{name, kind, required, fallback, least, most, longest, choices, about}`. Kinds: boolean, choice, number,
 * text; `map` is one "key = value" a line; `json` is all else. What is typed is kept as text until it is sent.
 */

import { t } from "../shared/i18n.js";

const kindOf = (schema) => {
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "boolean";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "string") return "text";
  if (schema.type === "object" && schema.additionalProperties?.type === "string") return "map";
  return "json";
};

/** The fields of a driver's options, in the schema's order; those that must be given first. */
export function fieldsOf(schema) {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, its]) => fieldOf(name, its, required.has(name)));
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

function fieldOf(name, schema, required) {
  const real = (schema.anyOf ?? []).filter((each) => each.type !== "null");
  const its = schema.anyOf && real.length === 1 ? { ...real[0], ...schema } : schema;
  return {
    name, required, kind: kindOf(its), fallback: schema.default, about: schema.description ?? "", choices: its.enum ?? null,
    least: its.minimum ?? null, most: its.maximum ?? null, longest: its.maxLength ?? null,
    above: its.exclusiveMinimum ?? null, below: its.exclusiveMaximum ?? null, whole: its.type === "integer", list: its.type === "array",
  };
}

/** The value as it stands in the field: a truth for a checkbox, else a text. */
export function shown(field, value) {
  if (field.kind === "boolean") return Boolean(value ?? field.fallback);
  if (value === undefined || value === null) return field.kind === "map" || field.kind === "json" ? "" : String(field.fallback ?? "");
  if (field.kind === "map") return Object.entries(value).map(([key, its]) => `${key} = ${its}`).join("\n");
  return field.kind === "json" ? JSON.stringify(value, null, 2) : String(value);
}

/** What all fields show at first: what the config says, else the default. */
export const draftOptions = (fields, options = {}) => Object.fromEntries(fields.map((field) => [field.name, shown(field, options[field.name])]));

const problem = (field, text) => ({ key: `options.${field.name}`, zh: text, en: text });

/** `{value}`, `{}` where it is left out, or `{problem}`. */
export function read(field, typed) {
  if (field.kind === "boolean") return { value: Boolean(typed) };
  const text = String(typed ?? "");
  if (text.trim() === "" && field.required) return { problem: problem(field, t("admin.devices.form.missing")) };
  if (field.kind === "text") return { value: text };
  if (text.trim() === "") return {};
  if (field.kind === "number") return readNumber(field, Number(text.trim()));
  if (field.kind === "choice") return { value: field.choices.find((each) => String(each) === text) ?? text };
  return field.kind === "map" ? readMap(field, text) : readJson(field, text);
}

function readNumber(field, value) {
  if (!Number.isFinite(value)) return { problem: problem(field, t("admin.devices.form.number")) };
  if (field.whole && !Number.isInteger(value)) return { problem: problem(field, t("admin.devices.form.whole")) };
  const outside = (field.least !== null && value < field.least) || (field.most !== null && value > field.most)
    || (field.above !== null && value <= field.above) || (field.below !== null && value >= field.below);
  return outside ? { problem: problem(field, t("admin.devices.form.outside", { range: rangeText(field) })) } : { value };
}

/** Between what a number may be; "" where there is no bound. */
export function rangeText({ least, most, above, below }) {
  const from = above !== null ? t("admin.devices.form.above", { value: above }) : least !== null ? t("admin.devices.form.least", { value: least }) : "";
  const to = below !== null ? t("admin.devices.form.below", { value: below }) : most !== null ? t("admin.devices.form.most", { value: most }) : "";
  return least !== null && above === null && most !== null && below === null ? t("admin.devices.form.range", { least, most }) : [from, to].filter(Boolean).join(t("admin.devices.form.and"));
}

const bare = (word) => word.trim().replace(/^(["'])(.*)\1$/, "$2");

function readMap(field, text) {
  const value = {};
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const at = line.indexOf("=");
    const [key, its] = [bare(line.slice(0, at)), bare(line.slice(at + 1))];
    if (at < 0 || key === "" || its === "") return { problem: problem(field, t("admin.devices.form.line", { line: index + 1 })) };
    if (Object.hasOwn(value, key)) return { problem: problem(field, t("admin.devices.form.twice", { line: index + 1, key })) };
    value[key] = its;
  }
  return { value };
}

function readJson(field, text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: problem(field, t("admin.devices.form.json", { where: placeIn(text, error.message) })) };
  }
  const fits = field.list ? Array.isArray(value) : value !== null && typeof value === "object" && !Array.isArray(value);
  return fits ? { value } : { problem: problem(field, t(field.list ? "admin.devices.form.list" : "admin.devices.form.object")) };
}

/** Where a JSON text is wrong, as its line; the browser tells a position, a line, or that it ends too soon. */
function placeIn(text, said) {
  const line = /line (\d+)/.exec(said)?.[1];
  const position = /position (\d+)/.exec(said)?.[1];
  const last = text.split("\n").length;
  return t("admin.devices.form.line_at", { line: line ?? (position ? text.slice(0, Number(position)).split("\n").length : last) });
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * `{options, problems}` of what was typed. Left out is what is the default, unless the config says it already; options
 * that the form does not know stay as they are.
 */
export function optionsOf(fields, typed, given = {}) {
  const known = new Set(fields.map((field) => field.name));
  const options = Object.fromEntries(Object.entries(given).filter(([name]) => !known.has(name)));
  const problems = [];
  for (const field of fields) {
    const { value, problem: wrong } = read(field, typed[field.name]);
    if (wrong) problems.push(wrong);
    else if (value !== undefined && (!same(value, field.fallback) || Object.hasOwn(given, field.name))) options[field.name] = value;
  }
  return { options, problems };
}

/** What is not as the default: these stand open, the others fold away. */
export const isSet = (field, typed) => !same(typed, shown(field, undefined));
