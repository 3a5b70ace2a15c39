// The form of a device: its name, link, place and options; what is wrong stands beside the field that it belongs to.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { language, pick, say, t } from "../shared/i18n.js";
import { placesAsked, problemsOf, unitsOfWindows } from "./device_draft.js";
import { BAUDS, EXAMPLES, linkOf, newParts } from "./device_links.js";
import { fieldsOf, isSet, rangeText } from "./device_options.js";
import { aboutOption, choiceText, optionText } from "./device_words.js";

/** What is wrong with a field. */
function Wrong({ rows }) {
  return (rows ?? []).map((row) => html`<span key=${row.key + row.zh} class="field-error" role="alert" data-test="admin-field-error" data-key=${row.key}>${say(row)}</span>`);
}

function Field({ name, title, hint, wrong, children }) {
  return html`<label class=${wrong ? "device-field wrong" : "device-field"} data-test=${`admin-field-${name}`}><span class="field-title">${title}</span>${children}
    ${hint && html`<span class="under">${hint}</span>`}<${Wrong} rows=${wrong} /></label>`;
}

// ---------------------------------------------------------------- link

function TcpLink({ link, put }) {
  return html`<span class="field-line"><input aria-label=${t("admin.devices.form.host")} placeholder="192.168.1.50" value=${link.host} name="host" autocomplete="off"
      onInput=${(event) => put({ ...link, host: event.currentTarget.value })} />
    <input class="short" aria-label=${t("admin.devices.form.port")} placeholder="9100" value=${link.port} name="port" inputmode="numeric" autocomplete="off"
      onInput=${(event) => put({ ...link, port: event.currentTarget.value })} /></span>`;
}

function SerialLink({ link, put }) {
  return html`<span class="field-line"><input aria-label=${t("admin.devices.form.port_name")} placeholder="/dev/ttyUSB0" value=${link.place} name="place" autocomplete="off"
      onInput=${(event) => put({ ...link, place: event.currentTarget.value })} />
    <select class="short" aria-label=${t("admin.devices.form.baud")} value=${link.baud} onChange=${(event) => put({ ...link, baud: event.currentTarget.value })}>
      ${[...new Set([...BAUDS, link.baud])].map((baud) => html`<option key=${baud} value=${baud}>${baud || t("admin.devices.form.baud_usual")}</option>`)}</select></span>`;
}

function LinkField({ driver, draft, put, wrong }) {
  const { link } = draft;
  const set = (parts) => put({ ...draft, link: parts });
  const schemes = [...new Set([...driver.links, link.scheme])];
  const hint = link.scheme in EXAMPLES && link.scheme !== "none" ? t(`admin.devices.link.${link.scheme}.hint`, { example: EXAMPLES[link.scheme] }) : "";
  return html`<div class="device-fields" data-test="admin-device-link">
    <${Field} name="scheme" title=${t("admin.devices.form.link")}><select value=${link.scheme} name="scheme"
      onChange=${(event) => set(newParts(event.currentTarget.value, driver.name))}>${schemes.map((scheme) => html`<option key=${scheme} value=${scheme}>${scheme in EXAMPLES ? t(`admin.devices.link.${scheme}`) : scheme}</option>`)}</select></${Field}>
    ${link.scheme !== "none" && html`<div class=${wrong ? "device-field wrong" : "device-field"}><span class="field-title">${t("admin.devices.form.address")}</span>
      ${link.text !== undefined ? html`<input aria-label=${t("admin.devices.form.address")} value=${link.text} name="link" autocomplete="off" onInput=${(event) => set({ ...link, text: event.currentTarget.value })} />`
        : link.scheme === "tcp" ? html`<${TcpLink} link=${link} put=${set} />` : html`<${SerialLink} link=${link} put=${set} />`}
      <span class="under">${hint}${link.text === undefined && html` <code>${linkOf(link)}</code>`}</span><${Wrong} rows=${wrong} /></div>`}
    ${link.scheme === "none" && html`<${Wrong} rows=${wrong} />`}</div>`;
}

// ---------------------------------------------------------------- place

function PlaceField({ place, rows, draft, put, wrong }) {
  const text = (row) => (place === "window" ? `${row.label} ${row.post ?? ""}` : `${pick(row) || row.id}（${row.id}）`);
  return html`<${Field} name=${place} title=${t(`admin.devices.form.${place}`)} hint=${t(`admin.devices.form.${place}.hint`)} wrong=${wrong}><select value=${draft[place]} name=${place}
    onChange=${(event) => put({ ...draft, [place]: event.currentTarget.value })}><option value="">${t(`admin.devices.form.${place}.none`)}</option>
    ${rows.map((row) => html`<option key=${row.id} value=${row.id}>${text(row)}</option>`)}
    ${draft[place] && !rows.some((row) => row.id === draft[place]) && html`<option value=${draft[place]}>${draft[place]}</option>`}</select></${Field}>`;
}

function Units({ windows, draft, put, wrong }) {
  const set = (units) => put({ ...draft, units });
  const change = (index, part) => set(draft.units.map((unit, each) => (each === index ? { ...unit, ...part } : unit)));
  const numbered = unitsOfWindows(windows);
  return html`<fieldset class=${wrong ? "device-units wrong" : "device-units"} data-test="admin-device-units"><legend>${t("admin.devices.form.units")}</legend>
    <span class="under">${t("admin.devices.form.units.hint")}</span>
    ${draft.units.map((unit, index) => html`<div key=${index} class="unit-line"><input inputmode="numeric" aria-label=${t("admin.devices.form.unit_address")} value=${unit.address} placeholder="1"
        onInput=${(event) => change(index, { address: event.currentTarget.value })} /><span>→</span>
      <select aria-label=${t("admin.devices.form.window")} value=${unit.window} onChange=${(event) => change(index, { window: event.currentTarget.value })}>
        <option value="">${t("admin.pair.choose")}</option>${windows.map((row) => html`<option key=${row.id} value=${row.id}>${row.label} ${row.post}</option>`)}</select>
      <button type="button" class="button small plain" aria-label=${t("admin.devices.form.unit_remove", { address: unit.address })} onClick=${() => set(draft.units.filter((_, each) => each !== index))}>×</button></div>`)}
    <div class="unit-line"><button type="button" class="button small plain" onClick=${() => set([...draft.units, { address: "", window: "" }])}>${t("admin.devices.form.unit_add")}</button>
      ${draft.units.length === 0 && numbered.length > 0 && html`<button type="button" class="button small plain" onClick=${() => set(numbered)}>${t("admin.devices.form.unit_all")}</button>`}</div>
    <${Wrong} rows=${wrong} /></fieldset>`;
}

function Places({ app, driver, draft, put, at }) {
  const { kiosks, zones, windows } = app.hall.state;
  const rows = { kiosk: kiosks.value, zone: zones.value, window: windows.value };
  return placesAsked(driver, draft).map((place) => (place === "units"
    ? html`<${Units} key=${place} windows=${windows.value} draft=${draft} put=${put} wrong=${at.units} />`
    : html`<${PlaceField} key=${place} place=${place} rows=${rows[place]} draft=${draft} put=${put} wrong=${at[place]} />`));
}

// ---------------------------------------------------------------- options

function Input({ field, typed, set }) {
  const change = (event) => set(event.currentTarget.value);
  if (field.kind === "choice") {
    return html`<select value=${typed} name=${field.name} onChange=${change}>${field.choices.map((choice) => html`<option key=${choice} value=${String(choice)}>${choiceText(field.name, choice)}</option>`)}</select>`;
  }
  if (field.kind === "map" || field.kind === "json") {
    return html`<textarea rows=${Math.min(8, Math.max(2, typed.split("\n").length))} spellcheck="false" name=${field.name} onInput=${change} value=${typed}
      placeholder=${field.kind === "map" ? t("admin.devices.form.map") : JSON.stringify(field.fallback ?? (field.list ? [] : {}))}></textarea>`;
  }
  return html`<input value=${typed} name=${field.name} inputmode=${field.kind === "number" ? "decimal" : null} maxlength=${field.longest} autocomplete="off" onInput=${change} />`;
}

/** What may be typed, and what is taken otherwise. */
function limits(field) {
  const { fallback } = field;
  const range = field.kind === "number" ? rangeText(field) : "";
  const plain = ["number", "text", "choice"].includes(field.kind) && fallback !== undefined && fallback !== null && fallback !== "";
  return [range, plain && t("admin.devices.form.usual", { value: field.kind === "choice" ? choiceText(field.name, fallback) : fallback })].filter(Boolean).join(t("admin.devices.form.and"));
}

function Option({ driver, field, typed, set, wrong }) {
  const title = optionText(driver.name, field);
  const about = [aboutOption(driver.name, field), limits(field)].filter(Boolean).join(language.value === "en" ? " " : "");
  if (field.kind === "boolean") {
    return html`<div class=${wrong ? "device-field wrong" : "device-field"} data-test=${`admin-field-${field.name}`}><label class="check"><input type="checkbox" checked=${typed} name=${field.name} onChange=${() => set(!typed)} />
      <span class="field-title">${title}</span></label>${about && html`<span class="under">${about}</span>`}<${Wrong} rows=${wrong} /></div>`;
  }
  return html`<${Field} name=${field.name} title=${html`${title}${field.required && html` <span class="red">${t("admin.devices.form.required")}</span>`}`} hint=${about} wrong=${wrong}><${Input} field=${field} typed=${typed} set=${set} /></${Field}>`;
}

function Options({ driver, draft, put, at }) {
  const fields = fieldsOf(driver.options);
  const wrong = (field) => at[`options.${field.name}`];
  const open = (field) => field.required || Boolean(wrong(field)) || Object.hasOwn(draft.given, field.name);
  const row = (field) => html`<${Option} key=${field.name} driver=${driver} field=${field} typed=${draft.options[field.name]} wrong=${wrong(field)}
    set=${(typed) => put({ ...draft, options: { ...draft.options, [field.name]: typed } })} />`;
  const folded = fields.filter((field) => !open(field));
  const [unfolded] = useState(() => folded.some((field) => isSet(field, draft.options[field.name])) || null);
  const strange = Object.entries(at).filter(([key]) => key.startsWith("options.") && !fields.some((field) => key === `options.${field.name}`));
  return html`${fields.filter(open).map(row)}${strange.map(([key, rows]) => html`<p key=${key} class="device-field wrong"><code>${key}</code><${Wrong} rows=${rows} /></p>`)}
    ${folded.length > 0 && html`<details class="device-more" data-test="admin-device-more" open=${unfolded}>
      <summary>${t("admin.devices.form.more", { count: folded.length })}</summary><div class="device-options">${folded.map(row)}</div></details>`}`;
}

/**
 * @param {{app: any, driver: any, draft: any, put: (draft: any) => void, error: any, position: number}} props `error`: what
 *   was found wrong, by the page or the hall; `position`: the device's place in the config
 */
export function DeviceForm({ app, driver, draft, put, error, position }) {
  const { at, others } = problemsOf(error, position);
  const box = useRef(null);
  useEffect(() => { if (error) box.current.querySelector(".field-error, .device-note")?.scrollIntoView({ block: "center" }); }, [error]);
  return html`<div ref=${box}>${others.length > 0 && html`<div class="device-note bad" role="alert" data-test="admin-device-refused"><ul>${others.map((row, index) => html`<li key=${index}>${row.key && html`<code>${row.key}</code> `}${say(row)}</li>`)}</ul></div>`}
    <div class="device-columns"><div class="device-column"><h3>${t("admin.devices.form.who")}</h3>
      <${Field} name="name" title=${t("admin.devices.form.name")} hint=${t("admin.devices.form.name.hint")} wrong=${at.name}><input value=${draft.name} name="name" maxlength="31" autocomplete="off"
        onInput=${(event) => put({ ...draft, name: event.currentTarget.value })} /></${Field}>
      <${Wrong} rows=${at.driver} />
      <h3>${t("admin.devices.form.where")}</h3><${LinkField} driver=${driver} draft=${draft} put=${put} wrong=${at.link} />
      <${Places} app=${app} driver=${driver} draft=${draft} put=${put} at=${at} /></div>
    <div class="device-column"><h3>${t("admin.devices.form.how")}</h3><${Options} driver=${driver} draft=${draft} put=${put} at=${at} /></div></div></div>`;
}
