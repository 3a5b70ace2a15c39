// The terminals: pair a new one by a code, see those that are paired, end one.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { Qr } from "../shared/qr.js";
import { stopwatch } from "../shared/time.js";
import { Confirm } from "./dialog.js";
import { namesOf } from "./names.js";
import { NEEDS_PLACE, PAIRED, addressOf, isFor, isLocal, placesOf, terminalsShown } from "./pairing.js";
import { useAnswer, useNow } from "./ticker.js";

function Choice({ app, role, setRole, place, setPlace, offer, busy }) {
  const { kiosks, windows, zones } = app.hall.state;
  const places = placesOf(role, { kiosks: kiosks.value, windows: windows.value, zones: zones.value });
  const text = (each) => (each.label ? `${each.label} ${each.post ?? ""}` : `${pick(each)}（${each.id}）`);
  return html`<div class="card editor"><h2>${t("admin.pair.title")}</h2>
    <div class="pair-roles" role="radiogroup" aria-label=${t("admin.pair.role")}>${PAIRED.map((each) => html`<label key=${each}
        class=${each === role ? "pair-role chosen" : "pair-role"}><input type="radio" name="pair-role" value=${each} checked=${each === role}
        data-test=${`admin-pair-role-${each}`} onChange=${() => { setRole(each); setPlace(""); }} />
      <span><b>${t(`role.${each}`)}</b><span class="under">${t(`admin.pair.role.${each}`)}</span></span></label>`)}</div>
    ${places.length > 0 && html`<label><span>${t(`admin.pair.place.${role}`)}</span><select value=${place} data-test="admin-pair-place"
        onChange=${(event) => setPlace(event.currentTarget.value)}>
      <option value="" disabled=${NEEDS_PLACE.has(role)}>${t(NEEDS_PLACE.has(role) ? "admin.pair.choose" : "admin.pair.anywhere")}</option>
      ${places.map((each) => html`<option key=${each.id} value=${each.id}>${text(each)}</option>`)}</select></label>`}
    <button type="button" class="button primary" data-test="admin-pair-offer" onClick=${offer}
      disabled=${busy || !app.hall.online.value || (NEEDS_PLACE.has(role) && !place)}>${t("admin.pair.offer")}</button></div>`;
}

function How({ offer, address }) {
  if (address === null) return html`<p>${t("admin.pair.how.device")}</p>`;
  const admin = offer.role === "admin"; // its page asks for a login, not for digits
  const shown = admin ? address : address.split("#")[0];
  return html`<ol class="pair-how"><li>${t(admin ? "admin.pair.how.admin" : "admin.pair.how.open")}<br /><code>${shown}</code></li>
      ${!admin && html`<li>${t("admin.pair.how.type")}</li>`}<li>${t("admin.pair.how.done")}</li></ol>
    ${isLocal(address) && html`<p class="pair-local">${t("admin.pair.how.local")}</p>`}`;
}

function Offer({ app, offer, names, again, close }) {
  const now = useNow(app.hall, 1000);
  const left = Math.max(0, Math.ceil((offer.expires_at - now) / 1000));
  const address = addressOf(offer.role, offer.code, location.origin);
  const title = `${t(`role.${offer.role}`)} · ${names.place(offer.role, offer.place)}`;
  if (offer.paired) {
    return html`<div class="card editor offer"><h2>${title}</h2><p class="pair-done" role="status" data-test="admin-pair-done">${t("admin.pair.done", { terminal: offer.paired })}</p>
      <button type="button" class="button primary" onClick=${close}>${t("admin.pair.another")}</button></div>`;
  }
  return html`<div class="card editor offer"><h2>${title}</h2>
    <p class=${left > 0 ? "pair-code figures" : "pair-code figures spent"} data-test="admin-pair-code"><span>${offer.code.slice(0, 4)}</span><span>${offer.code.slice(4)}</span></p>
    <p class=${left > 60 ? "pair-left" : "pair-left red"} data-test="admin-pair-left">${left > 0 ? t("admin.pair.left", { time: stopwatch(left) }) : t("admin.pair.spent")}</p>
    ${left > 0 && html`<div class="pair-body"><div><${How} offer=${offer} address=${address} /></div>${address && html`<${Qr} text=${address} label=${t("admin.pair.qr")} />`}</div>`}
    <div class="dialog-buttons"><button type="button" class="button plain" onClick=${close}>${t("admin.pair.another")}</button>
      ${left === 0 && html`<button type="button" class="button primary" onClick=${again}>${t("admin.pair.renew")}</button>`}</div></div>`;
}

function Pair({ app, names }) {
  const [role, setRole] = useState("kiosk");
  const [place, setPlace] = useState("");
  const [offer, setOffer] = useState(null);
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    const answer = await app.run("pair.offer", place ? { role, place } : { role });
    setBusy(false);
    if (answer) setOffer({ role, place: place || null, ...answer });
  };
  useEffect(() => app.hall.on("terminal.paired", (data) => {
    setOffer((now) => (now && !now.paired && isFor(now, data) ? { ...now, paired: data.terminal } : now));
  }), []);
  if (offer) return html`<${Offer} app=${app} offer=${offer} names=${names} again=${ask} close=${() => setOffer(null)} />`;
  return html`<${Choice} app=${app} role=${role} setRole=${setRole} place=${place} setPlace=${setPlace} offer=${ask} busy=${busy} />`;
}

function Row({ terminal, names, revoke }) {
  return html`<tr data-test=${`admin-terminal-${terminal.terminal}`}><td>${t(`role.${terminal.role}`)}</td>
    <td class="strong">${names.place(terminal.role, terminal.place)}</td><td class="soft">${terminal.terminal}</td>
    <td class="steps"><span class="steps-line"><button type="button" class="button small plain" data-test="admin-terminal-revoke" onClick=${revoke}>${t("admin.terminals.revoke")}</button></span></td></tr>`;
}

/** @param {{app: any}} props */
export function TerminalsTab({ app }) {
  const { answer, error, again } = useAnswer(app.hall, "terminal.list", {}, "");
  const [text, setText] = useState("");
  const [ending, setEnding] = useState(null);
  const names = namesOf(app.hall.state);
  useEffect(() => {
    const offs = ["terminal.paired", "terminal.revoked"].map((type) => app.hall.on(type, again));
    return () => offs.forEach((off) => off());
  }, []);
  const all = answer?.terminals ?? [];
  const words = (terminal) => `${t(`role.${terminal.role}`)} ${names.place(terminal.role, terminal.place)}`;
  const shown = terminalsShown(all, text, words);
  const revoke = async () => { if (await app.run("terminal.revoke", { terminal: ending.terminal })) again(); };
  return html`<div class="panes side"><section class="pane">
    <div class="filter"><h2>${t("admin.tab.terminals")} <span class="soft figures">${shown.length}/${all.length}</span></h2>
      <input type="search" value=${text} placeholder=${t("admin.terminals.filter")} aria-label=${t("admin.terminals.filter")}
        onInput=${(event) => setText(event.currentTarget.value)} /></div>
    ${error && html`<p class="banner fault" role="alert">${say(error)}</p>`}
    <div class="pane-scroll"><table class="table" data-test="admin-terminals">
      <thead><tr>${["role", "place", "id"].map((name) => html`<th key=${name}>${t(`admin.terminals.${name}`)}</th>`)}<th></th></tr></thead>
      <tbody>${shown.map((each) => html`<${Row} key=${each.terminal} terminal=${each} names=${names} revoke=${() => setEnding(each)} />`)}</tbody></table>
      ${answer && all.length === 0 && html`<p class="empty">${t("admin.terminals.none")}</p>`}</div></section>
    <div class="pane-side"><${Pair} app=${app} names=${names} /></div>
    ${ending && html`<${Confirm} title=${t("admin.terminals.revoke.title", { terminal: words(ending) })} yes=${t("admin.terminals.revoke.yes")} danger
      onYes=${revoke} onClose=${() => setEnding(null)}><p>${t("admin.terminals.revoke.text", { terminal: ending.terminal })}</p></${Confirm}>`}</div>`;
}
