// The screen of a terminal that has no valid token yet: eight digits, large keys, errors in words.

import { html, useEffect, useState } from "./ui.js";
import { say, t } from "./i18n.js";
import { claim } from "./session.js";

const LENGTH = 8;
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "clear", "0", "delete"];

function Boxes({ digits }) {
  const cells = Array.from({ length: LENGTH }, (_, index) => html`
    <span key=${index} class=${index === digits.length ? "pair-box next" : "pair-box"}>${digits[index] || ""}</span>`);
  return html`<div class="pair-boxes" role="img" aria-label=${t("pair.boxes", { count: digits.length })}>${cells}</div>`;
}

function Keys({ press, disabled }) {
  return html`<div class="pair-keys">${KEYS.map((key) => html`
    <button key=${key} type="button" class="button" disabled=${disabled} onClick=${() => press(key)}>
      ${key.length === 1 ? key : t(`shared.${key}`)}
    </button>`)}</div>`;
}

/**
 * @param {{page: string, problem?: import("./rpc.js").RpcError|null, onDone: (session: any) => void}} props
 *   `problem`: why the kept token was refused, said above the boxes
 */
export function PairingScreen({ page, problem = null, onDone }) {
  const [digits, setDigits] = useState("");
  const [error, setError] = useState(/** @type {any} */ (problem));
  const [busy, setBusy] = useState(false);

  const press = (/** @type {string} */ key) => {
    if (busy) return;
    if (/^\d$/.test(key)) setDigits((now) => (now + key).slice(0, LENGTH));
    else if (key === "clear") setDigits("");
    else if (key === "delete") setDigits((now) => now.slice(0, -1));
  };

  useEffect(() => {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Backspace") press("delete");
      else if (event.key === "Escape") press("clear");
      else press(event.key);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [busy]);

  useEffect(() => {
    if (digits.length < LENGTH) return;
    setBusy(true);
    claim(page, digits).then(onDone, (reason) => {
      setError(reason);
      setDigits("");
      setBusy(false);
    });
  }, [digits]);

  return html`<main class="pair">
    <h1>${t("pair.title")}</h1>
    <p class="pair-page">${t("pair.for", { page: `/${page}/` })}</p>
    <p>${t("pair.how")}</p>
    <${Boxes} digits=${digits} />
    <p class="pair-error" role="alert">${busy ? t("pair.claiming") : error ? t("pair.failed", { reason: say(error) }) : ""}</p>
    <${Keys} press=${press} disabled=${busy} />
  </main>`;
}
