/**
 * The board's measures. One unit (rem) is a sixtieth of the screen's height, of its width where it hangs upright: the
 * same panel then has letters of the same size. Text is at least 2.5 units (1/24), calls at least 5 (1/12).
 */

import { room } from "./words.js";

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

/** An emergency's notice: units that stand around it, beside and above; letters at most and at least; a line's height. */
const BESIDE = 8;
const ABOVE = { flat: 27, narrow: 34, upright: 54 };
const LARGEST = 11;
const LINE = 1.25;
/** Em of a line that stay empty, since punctuation may not begin one. */
const RAGGED = 0.8;
/** Under this many units the line at the bottom takes two. */
const NARROW = 100;

/** The size of an emergency's notice in units: as large as the screen allows, and never cut. */
export function noticeSize(text, width, height) {
  const unit = Math.min(width, height) / 60;
  const wide = width / unit;
  const shape = width < height ? "upright" : wide < NARROW ? "narrow" : "flat";
  const high = height / unit - ABOVE[shape];
  const paragraphs = text.split("\n").map(room);
  const lines = (size) => paragraphs.reduce((sum, need) => sum + Math.max(1, Math.ceil(need / ((wide - BESIDE) / size - RAGGED))), 0);
  let size = LARGEST;
  while (size > TEXT && lines(size) * size * LINE > high) size -= 0.1;
  return Math.round(size * 10) / 10;
}
