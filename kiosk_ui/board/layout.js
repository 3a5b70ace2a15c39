/**
 * The board's measures. One unit (rem) is a sixtieth of the screen's height, of its width where it hangs upright: the
 * same panel then has letters of the same size. Text is at least 2.5 units (1/24), calls at least 5 (1/12).
 */

/** Heights in units; the style sheet has the same. */
const HEAD = 4.4;
const HEAD_UPRIGHT = 8;
const FOOT = 4.4;
const FOOT_UPRIGHT = 7.6;
const STATUS = 3.4;
const STATUS_UPRIGHT = 6.4;
const GAP = 0.75;
const LIST_LEAST = 29;
const LIST_SHARE = 0.45;
const LIST_GAPS = 1.05;
const LIST_AROUND = 2.7;
const LIST_UPRIGHT = 28.5;
const ROW = 3.1;
const CALL = 5.05;
const TEXT = 2.5;

/** Em that the figures of a service need, by language: people, expected wait, and the gaps beside them. */
const FIGURES = { zh: [3.4, 7.2, 1.4], en: [3.9, 8.8, 1.4] };

/**
 * @param {number} width @param {number} height of the screen, pixels @param {"zh"|"en"} language
 * @param {boolean} status whether the line for "offline" and warnings is shown
 * @param {number} call em that a line of the list needs
 * @returns `{upright, stage (units high), list (units wide), rows, allRows (lines of services under the stage, and in its place too),
 *   name, people, range (em of the services' columns), line (em of the bottom line), wide (units)}`
 */
export function layout(width, height, language, status, call) {
  const upright = width < height;
  const unit = Math.min(width, height) / 60;
  const wide = width / unit;
  const high = height / unit;
  const line = upright ? STATUS_UPRIGHT : STATUS;
  const around = (upright ? HEAD_UPRIGHT + FOOT_UPRIGHT : HEAD + FOOT) + (status ? line : 0) + 2 * GAP;
  const list = Math.min(Math.max(LIST_LEAST, (call + LIST_GAPS) * CALL + LIST_AROUND), wide * LIST_SHARE);
  const column = upright ? wide - 2 * GAP : wide - list - 3 * GAP;
  const body = high - around - (upright ? LIST_UPRIGHT + GAP : 0);
  const least = GAP + 1 + 3 * ROW;
  const stage = Math.min((wide * high) / 3 / column, body - least);
  const [people, range, gaps] = FIGURES[language];
  const lines = (space) => Math.max(1, Math.floor((space - 1) / ROW) - 1);
  return {
    upright, stage, list, wide, people, range,
    rows: lines(body - stage - GAP),
    allRows: lines(body),
    name: (column - 2) / TEXT - people - range - gaps,
    line: (wide - 3) / TEXT,
  };
}
