// The start of a terminal's page (kiosk, board, rating): session, pairing, connection, then the page's own view.

import { html, render, signal } from "./ui.js";
import { createHall } from "./hall.js";
import { t } from "./i18n.js";
import { PairingScreen } from "./pairing.js";
import { openSession } from "./session.js";

/** @typedef {ReturnType<typeof createHall>} Hall */

/**
 * Draw `View` (props `hall`, `place`) into #root once the first snapshot is here; the pairing screen when this terminal
 * has no token or the daemon does not accept it (it is tried again every 30 s all the same).
 * @param {{page: string, role: string, View: any, mayReload?: () => boolean}} options
 */
export function startTerminal({ page, role, View, mayReload }) {
  const shown = signal(/** @type {{hall: Hall|null, problem: any}} */ ({ hall: null, problem: null }));

  const start = (session) => {
    shown.value.hall?.close();
    const { token, place } = session;
    shown.value = { hall: createHall({ role, token, place, mayReload }), problem: null };
  };

  function Terminal() {
    const { hall, problem } = shown.value;
    const refused = hall ? hall.error.value : problem;
    if (!hall || refused) return html`<${PairingScreen} key=${refused?.code} page=${page} problem=${refused} onDone=${start} />`;
    if (!hall.state.hall.value) return html`<p class="connecting" role="status">${t("shared.connecting")}</p>`;
    return html`<${View} hall=${hall} place=${hall.hello.value?.place} />`;
  }

  const root = /** @type {HTMLElement} */ (document.getElementById("root"));
  openSession(page).then(
    (session) => { if (session) start(session); },
    (problem) => { shown.value = { hall: null, problem }; },
  ).finally(() => render(html`<${Terminal} />`, root));
}
