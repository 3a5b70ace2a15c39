// The choice of a window after the login; taken ones offer 顶岗 (take-over).

import { html, useEffect, useRef, useState } from "../shared/ui.js";
import { language, setLanguage, say, t } from "../shared/i18n.js";
import { OfflineBar } from "../shared/offline.js";
import { freeFor, methodsFor } from "./seat.js";

const KEPT = "hallctl:window:last";

function Tile({ window, account, preferred, disabled, pick }) {
  const taken = !freeFor(window, account);
  const who = taken ? t("window.choose.taken", { clerk: window.clerk.name ?? window.clerk.id }) : t("window.choose.free");
  const verb = taken ? t("window.choose.take_over") : window.clerk ? t("window.choose.continue") : t("window.choose.sit");
  return html`<button type="button" class=${`tile ${taken ? "taken" : ""} ${preferred ? "preferred" : ""}`}
      data-window=${window.id} data-test=${preferred ? "window-sit" : undefined} disabled=${disabled} onClick=${() => pick(window)}>
    <span class="tile-label figures">${window.label}</span>
    <span class="tile-post">${window.post || "\u00a0"}</span>
    <span class="tile-who">${who}${window.state === "paused" ? ` · ${t("desk.paused")}` : ""}</span>
    <span class="tile-verb">${verb}</span>
  </button>`;
}

/**
 * @param {{hall: any, account: string, name?: string, wanted: string|null, refusal: any, sit: Function, onLogout: () => void}} props
 *   `wanted`: the window of the address (?window=3), offered first, else the one used last here, if it is free;
 *   `refusal`: signal of why the last choice failed
 */
export function Choose({ hall, account, name, wanted, refusal, sit, onLogout }) {
  const [busy, setBusy] = useState(false);
  const tiles = useRef(null);
  const windows = hall.state.windows.value;
  const mine = windows.find((window) => window.clerk?.id === account)?.id;
  const free = windows.filter((window) => freeFor(window, account)).map((window) => window.id);
  const kept = free.find((id) => id === localStorage.getItem(KEPT));
  const first = mine ?? wanted ?? kept ?? free[0];

  useEffect(() => {
    const all = [...tiles.current.querySelectorAll(".tile")];
    (all.find((tile) => tile.dataset.window === first) ?? all[0])?.focus();
  }, [windows.length === 0]);

  const pick = async (window) => {
    setBusy(true);
    localStorage.setItem(KEPT, window.id);
    await sit(window.id, methodsFor(window, account));
    setBusy(false);
  };

  const move = (event) => {
    const all = [...tiles.current.querySelectorAll(".tile")];
    const at = all.indexOf(document.activeElement);
    const columns = getComputedStyle(tiles.current).gridTemplateColumns.split(" ").length;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (!by || at < 0) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, at + by))].focus();
  };

  return html`<main class="choose">
    <${OfflineBar} hall=${hall} text="shared.offline.staff" since />
    <header>
      <h1>${t("window.choose.title", { name: name || account })}</h1>
      <p class="soft">${t("window.choose.how")}</p>
      <div class="choose-ways">
        <button type="button" class="button plain" lang=${language.value === "en" ? "zh" : "en"}
          onClick=${() => setLanguage(language.value === "en" ? "zh" : "en")}>${t("shared.language.other")}</button>
        <button type="button" class="button plain" onClick=${onLogout}>${t("window.logout")}</button>
      </div>
    </header>
    <p class="choose-error" role="alert">${say(refusal.value)}</p>
    <div class="tiles" ref=${tiles} onKeyDown=${move}>
      ${windows.map((window) => html`<${Tile} key=${window.id} window=${window} account=${account} pick=${pick}
        preferred=${window.id === first} disabled=${busy || !hall.online.value} />`)}
    </div>
  </main>`;
}
