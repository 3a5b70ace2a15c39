// A question over the page: the browser's own dialog keeps the focus inside and closes on Esc.

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { t } from "../shared/i18n.js";

/** @param {{title: string, onClose: () => void, children?: any}} props */
export function Dialog({ title, onClose, children }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.showModal();
    box.current.querySelector("[data-first]")?.focus();
  }, []);
  return html`<dialog ref=${box} aria-label=${title} onClose=${onClose}
      onClick=${(event) => { if (event.target === box.current) onClose(); }}>
    <div class="dialog-body"><h2>${title}</h2>${children}</div></dialog>`;
}

/**
 * One clear question before something that cannot be taken back. `yes` names the deed itself, never only "OK".
 * @param {{title: string, yes: string, danger?: boolean, onYes: () => Promise<any>, onClose: () => void, children?: any}} props
 */
export function Confirm({ title, yes, danger = false, onYes, onClose, children }) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    await onYes();
    onClose();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${children}
    <div class="dialog-buttons">
      <button type="button" class="button plain" data-first onClick=${onClose}>${t("shared.cancel")}</button>
      <button type="button" class=${danger ? "button alarm" : "button primary"} disabled=${busy} data-test="admin-confirm"
        onClick=${press}>${yes}</button>
    </div></${Dialog}>`;
}
