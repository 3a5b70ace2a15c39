// The hall display: who goes where now, the last calls, how long it takes. Nobody ever touches it.

import { html, lockScreen, signal, useEffect, useMemo } from "../shared/ui.js";
import { language, register, t } from "../shared/i18n.js";
import { startTerminal } from "../shared/terminal.js";
import texts from "../i18n/board.js";
import { List, Stage, listRoom } from "./calls.js";
import { Emergency } from "./emergency.js";
import { createBoard } from "./flow.js";
import { Closed, Foot, Head, Quiet, Status, hasStatus } from "./frame.js";
import { layout } from "./layout.js";
import { Services, pagesOf } from "./services.js";

register(texts);

/** More pages of services than this take the stage's place while nobody is called. */
const FEW_PAGES = 2;
const asked = new URLSearchParams(location.search).get("zone");
const size = signal([innerWidth, innerHeight]);
addEventListener("resize", () => { size.value = [innerWidth, innerHeight]; });

let atRest = () => true;

function Board({ hall, place }) {
  const board = useMemo(() => createBoard(hall, asked, place), [hall, place]);
  useEffect(() => {
    atRest = () => !board.stage.value.shown.some((each) => each.fresh);
    return board.close;
  }, [board]);
  const [width, height] = size.value;
  const { emergency } = hall.state.hall.value;
  if (emergency) return html`<${Emergency} hall=${hall} notice=${emergency} width=${width} height=${height} />`;
  const { label, window } = listRoom(board);
  const measures = layout(width, height, language.value, hasStatus(hall), label + window);
  const called = board.stage.value.shown.length > 0;
  const closed = !hall.state.hall.value.open && !called;
  const tall = !called && pagesOf(board.services.value, measures.rows, measures.name).length > FEW_PAGES;
  const { notices } = hall.state.hall.value;
  const lines = closed ? [t("board.closed.hint")] : called || tall ? notices : notices.length ? [t("board.hint")] : [];
  const look = `board ${measures.upright ? "upright" : "flat"}${tall ? " tall" : ""}`;
  return html`<div class=${look} style=${`--stage: ${measures.stage}rem; --list: ${measures.list}rem`}>
    <${Head} hall=${hall} board=${board} />
    <${Status} hall=${hall} />
    ${closed
      ? html`<${Closed} hall=${hall} board=${board} />`
      : html`<main class="body">
          ${called ? html`<${Stage} hall=${hall} board=${board} measures=${measures} />` : !tall && html`<${Quiet} hall=${hall} board=${board} />`}
          <${List} board=${board} />
          <${Services} board=${board} measures=${measures} tall=${tall} />
        </main>`}
    <${Foot} hall=${hall} board=${board} measures=${measures} lines=${lines} />
  </div>`;
}

lockScreen();
startTerminal({ page: "board", role: "board", View: Board, mayReload: () => atRest() });
