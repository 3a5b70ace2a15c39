// The registered agents (代办员): who acts for others; how to register one, and the end of it.

import { html, useEffect, useState } from "../shared/ui.js";
import { pick, say, t } from "../shared/i18n.js";
import { Confirm } from "./dialog.js";
import { useAnswer } from "./ticker.js";

/** Register the card that was read last at a kiosk. */
function Register({ app, done }) {
  const kiosks = app.hall.state.kiosks.value;
  const [name, setName] = useState("");
  const [kiosk, setKiosk] = useState(kiosks[0]?.id ?? "");
  const save = async (event) => {
    event.preventDefault();
    if (await app.run("agent.set", { agent: name.trim(), kiosk })) { setName(""); done(); }
  };
  return html`<form class="emergency-form" onSubmit=${save}>
    <label><span>${t("admin.agents.name")}</span><input value=${name} maxlength="64" required data-test="admin-agent-name"
      onInput=${(event) => setName(event.currentTarget.value)} /></label>
    <label><span>${t("admin.agents.kiosk")}</span><select value=${kiosk} onChange=${(event) => setKiosk(event.currentTarget.value)}>
      ${kiosks.map((each) => html`<option key=${each.id} value=${each.id}>${pick(each) || each.id}</option>`)}</select></label>
    <button type="submit" class="button" disabled=${!name.trim() || !kiosk} data-test="admin-agent-set">${t("admin.agents.set")}</button>
  </form>`;
}

/** @param {{app: any}} props */
export function AgentsTab({ app }) {
  const { answer, error, again } = useAnswer(app.hall, "agent.list", {}, "");
  const [leaving, setLeaving] = useState(null);
  useEffect(() => {
    const offs = ["agent.set", "agent.removed"].map((type) => app.hall.on(type, again));
    return () => offs.forEach((off) => off());
  }, []);
  const agents = answer?.agents ?? [];
  const remove = async () => { if (await app.run("agent.remove", { agent: leaving })) again(); };
  return html`<div class="panes side"><section class="pane">
    <div class="filter"><h2>${t("admin.tab.agents")} <span class="soft figures">${agents.length}</span></h2>
      <button type="button" class="button small plain" onClick=${again}>${t("admin.again")}</button></div>
    ${error && html`<p class="banner fault" role="alert">${say(error)}</p>`}
    <div class="pane-scroll"><table class="table" data-test="admin-agents">
      <thead><tr><th>${t("admin.agents.name")}</th><th></th></tr></thead>
      <tbody>${agents.map((agent) => html`<tr key=${agent} data-test=${`admin-agent-${agent}`}><td class="strong">${agent}</td>
        <td class="steps"><span class="steps-line">${app.manages && html`<button type="button" class="button small plain" data-test="admin-agent-remove"
          onClick=${() => setLeaving(agent)}>${t("admin.agents.remove")}</button>`}</span></td></tr>`)}</tbody></table>
      ${answer && agents.length === 0 && html`<p class="empty">${t("admin.agents.none")}</p>`}</div></section>
    <div class="pane-side"><section class="card editor"><h2>${t("admin.agents.how")}</h2>
      <p>${t("admin.agents.how.text")}</p>
      ${app.manages && html`<${Register} app=${app} done=${again} />`}
      <p class="soft">${t("admin.agents.kept")}</p></section></div>
    ${leaving && html`<${Confirm} title=${t("admin.agents.remove.title", { agent: leaving })} yes=${t("admin.agents.remove")} danger
      onYes=${remove} onClose=${() => setLeaving(null)}><p>${t("admin.agents.remove.text")}</p></${Confirm}>`}</div>`;
}
