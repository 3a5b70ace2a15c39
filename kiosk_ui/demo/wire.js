/**
 * Bytes on a wire for people: grouped hex, direction, size; and what an action's parameter may be. Pure.
 */

const HEX = /^\s*((?:[0-9a-fA-F]{2}\s*)*)(.*)$/s;

/** A log row's hex as `{bytes: ["AA", …], note}`; `note` is what stands behind them: "…", "(1295 bytes, personal)". */
export function bytesOf(hex) {
  const [, digits, note] = /** @type {RegExpExecArray} */ (HEX.exec(String(hex ?? "")));
  return { bytes: (digits.toUpperCase().match(/[0-9A-F]{2}/g) ?? []), note: note.trim() };
}

/**
 * The last `count` frames, newest first. `key` names a frame for as long as it is in the log, also among others of
 * the same millisecond.
 */
export function lastFrames(wire, count = 12) {
  const seen = new Map();
  const rows = (wire ?? []).map((frame) => {
    const again = seen.get(frame.at) ?? 0;
    seen.set(frame.at, again + 1);
    return { ...frame, key: `${frame.at}-${again}` };
  });
  return rows.slice(-count).reverse();
}

/** Views as `[key, value]` without what is shown elsewhere (the wire, pictures). */
export function viewRows(view, hidden = []) {
  const left = new Set(["wire", ...hidden]);
  return Object.entries(view ?? {}).filter(([key]) => !left.has(key));
}

/** Values that a parameter's meaning names: "1-5", "1..6", "next|recall", "yes: …; no: …"; empty when free. */
export function choices(meaning) {
  const text = String(meaning ?? "").trim();
  const range = /^(\d+)\s*(?:-|\.\.|–|to)\s*(\d+)$/.exec(text);
  if (range) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    if (high - low > 32 || high < low) return [];
    return Array.from({ length: high - low + 1 }, (_, index) => String(low + index));
  }
  if (/^[\w.-]+(\s*[|]\s*[\w.-]+)+$/.test(text)) return text.split("|").map((each) => each.trim());
  const told = text.split(/[;·]/).map((part) => /^\s*([\w.-]+)\s*:\s*\S/.exec(part)?.[1]);
  return told.length > 1 && told.every(Boolean) ? /** @type {string[]} */ (told) : [];
}
