// One window's plan as a draft: which services it calls itself, with which it helps out, and how the next is chosen.

import { html } from "../shared/ui.js";
import { pick, t } from "../shared/i18n.js";
import { PARTS, POLICIES, draftOf, isChanged, lacking, partOf, withPart, withPolicy } from "./rules.js";

function Service({ service, draft, order, put }) {
  const part = partOf(draft, service.id);
  const share = draft.ratio[service.id];
  const name = pick(service);
  return html`<div class="plan-service" data-test=${`admin-plan-${service.id}`}>
    <span><span class="prefix">${service.prefix || "·"}</span>${name}</span>
    ${draft.policy === "ratio" && part !== "none" && html`<label class="share"><span>${t("admin.rules.share")}</span>
      <input type="number" min="1" max="100" value=${share} aria-label=${t("admin.rules.share.of", { service: name })}
        onInput=${(event) => put({ ...draft, ratio: { ...draft.ratio, [service.id]: Math.max(1, Math.floor(Number(event.currentTarget.value)) || 1) } })} /></label>`}
    <select value=${part} aria-label=${name} onChange=${(event) => put(withPart(draft, service.id, event.currentTarget.value, order))}>
      ${PARTS.map((each) => html`<option key=${each} value=${each}>${t(`admin.rules.part.${each}`)}</option>`)}</select></div>`;
}

function Figure({ draft, name, put, least }) {
  return html`<label class="plan-figure"><span>${t(`admin.rules.${name}`)}</span><input type="number" min=${least} max="100" value=${draft[name]} data-test=${`admin-plan-${name}`}
    onInput=${(event) => put({ ...draft, [name]: Math.min(100, Math.max(least, Math.floor(Number(event.currentTarget.value)) || least)) })} /></label>`;
}

function Buttons({ window, draft, put, changed }) {
  return html`<div class="dialog-buttons">
    ${(window.arranged || draft.own) && html`<button type="button" class="button small plain" disabled=${Boolean(draft.own)} data-test="admin-plan-own" onClick=${() => put({ own: true })}>${t("admin.rules.back")}</button>`}
    <button type="button" class="button small plain" disabled=${!changed} data-test="admin-plan-reset" onClick=${() => put(draftOf(window))}>${t("admin.rules.reset")}</button></div>`;
}

/** @param {{app: any, window: any, draft: any, put: (draft: any) => void}} props */
export function PlanEditor({ app, window, draft, put }) {
  const services = app.hall.state.services.value;
  const order = services.map((service) => service.id);
  const changed = isChanged(draft, window);
  const title = html`<h2>${t("admin.rules.editor", { window: window.label })}</h2>`;
  if (draft.own) {
    return html`<section class="card editor plan">${title}<p>${t("admin.rules.back.text")}</p><${Buttons} window=${window} draft=${draft} put=${put} changed=${changed} /></section>`;
  }
  return html`<form class="card editor plan" data-dirty=${changed ? "" : null} data-test="admin-plan" onSubmit=${(event) => event.preventDefault()}>${title}
    <div class="plan-services">${services.map((service) => html`<${Service} key=${service.id} service=${service} draft=${draft} order=${order} put=${put} />`)}</div>
    ${lacking(draft) && html`<p class="form-error" role="alert">${t("admin.rules.lacking")}</p>`}
    <label><span>${t("admin.rules.policy")}</span><select value=${draft.policy} data-test="admin-plan-policy" onChange=${(event) => put(withPolicy(draft, event.currentTarget.value))}>
      ${POLICIES.map((policy) => html`<option key=${policy} value=${policy}>${t(`admin.rules.policy.${policy}`)}</option>`)}</select>
      <span class="under">${t(`admin.rules.policy.${draft.policy}.text`)}</span></label>
    ${draft.help.length > 0 && html`<div class="plan-figures"><${Figure} draft=${draft} name="help_when" put=${put} least=${0} /><${Figure} draft=${draft} name="help_from" put=${put} least=${1} /></div>`}
    <label class="check"><input type="checkbox" checked=${draft.choose} onChange=${() => put({ ...draft, choose: !draft.choose })} /><span>${t("admin.rules.choose")}</span></label>
    <${Buttons} window=${window} draft=${draft} put=${put} changed=${changed} />
    <p class="soft">${t("admin.rules.effective")}</p></form>`;
}
