// Facts of the hall in the board's words, and the room that words need. Pure but for the language.

import { language, pick, t } from "../shared/i18n.js";
import { range } from "../shared/time.js";

/** Width of bold text in em: a Chinese character is 1. */
export function room(text) {
  let sum = 0;
  for (const letter of text) {
    if (letter.charCodeAt(0) >= 0x2e80) sum += 1;
    else if (/[A-Z]/.test(letter)) sum += 0.66;
    else if (/[ .,:;'fijlrt]/.test(letter)) sum += 0.36;
    else sum += /[a-z]/.test(letter) ? 0.57 : 0.59;
  }
  return sum;
}

/** A window's label between the smaller words beside it: "3" → ["", "3", "号窗口"], "综合1" → ["", "综合1", "窗口"]. */
export function windowParts(label) {
  if (/窗|window/i.test(label)) return ["", label, ""];
  const text = t(/^[A-Za-z]{0,2}\d+$/.test(label) ? "board.window" : "board.window.named", { window: label });
  const start = text.indexOf(label);
  return [text.slice(0, start).trim(), label, text.slice(start + label.length).trim()];
}

/** The zone that the board shows, or null for all: asked for in the address, else where the terminal stands. */
export function zoneOf(asked, place, zones) {
  const id = asked ?? place;
  return zones.find((zone) => zone.id === id) ?? null;
}

/** The rows of `zone`, or all of them. */
export function ofZone(rows, zone) {
  return zone ? rows.filter((row) => row.zone === zone.id) : rows;
}

/** Expected wait of a service for one who comes now. */
export function waitText(service) {
  if (service.windows.length === 0) return t("board.no_window");
  return range(service.wait_s);
}

/** What a call's caption says: the spoken sentence, or the same in the page's language. */
export function captionText(caption) {
  const spoken = language.value === "en" ? caption.text_en : caption.text;
  if (spoken) return spoken;
  const [before, label, after] = windowParts(caption.window_label);
  return t("board.caption", { label: caption.label, window: [before, label, after].filter(Boolean).join(" ") });
}

/** `rows` in pages of `size` lines, where a row takes `lines(row)`; never an empty page. */
export function pages(rows, size, lines = (_row) => 1) {
  const out = [];
  let left = 0;
  for (const row of rows) {
    const need = Math.min(size, lines(row));
    if (need > left) {
      out.push([]);
      left = size;
    }
    out[out.length - 1].push(row);
    left -= need;
  }
  return out;
}

/** A text whose spans of figures ("08:30–12:00", telephone numbers) are not broken over two lines. */
export function kept(text) {
  return text.replace(/(\d)([–-])(?=\d)/g, "$1\u2060$2\u2060");
}

/** A notice in pieces of at most `most` em, cut behind punctuation where there is some, else between words. */
export function pieces(text, most) {
  const out = [""];
  for (const part of text.match(/[^，。；、！？,.;!?\s]+[，。；、！？,.;!?\s]*/g) ?? [text]) {
    const last = out[out.length - 1];
    if (room(last + part.trimEnd()) <= most) out[out.length - 1] = last + part;
    else out.push(...hardly(part, most));
  }
  return out.map((piece) => piece.trim().replace(/[，、,；;]$/, "")).filter(Boolean);
}

/** A part without punctuation that is wider than the line. */
function hardly(part, most) {
  const out = [""];
  for (const letter of part) {
    if (room((out[out.length - 1] + letter).trimEnd()) > most) out.push("");
    out[out.length - 1] += letter;
  }
  return out;
}

/** The hall's name, with the zone's where the board shows one only. */
export function title(hall, zone) {
  return zone ? `${pick(hall)} · ${pick(zone)}` : pick(hall);
}
