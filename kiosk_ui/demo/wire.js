/**
 * Bytes on a wire for people: grouped hex, printable text, direction. Pure.
 */

/** Hex digits in groups of two, `perLine` bytes a line; anything but hex digits is left out first. */
export function hexLines(hex, perLine = 16) {
  const digits = String(hex ?? "").replace(/[^0-9a-fA-F]/g, "").toUpperCase();
  const bytes = digits.match(/.{1,2}/g) ?? [];
  const lines = [];
  for (let start = 0; start < bytes.length; start += perLine) lines.push(bytes.slice(start, start + perLine).join(" "));
  return lines;
}

/** The last `count` frames, newest first, with their number of bytes. */
export function lastFrames(wire, count = 12) {
  return [...(wire ?? [])].slice(-count).reverse().map((frame) => ({
    ...frame,
    size: Math.floor(String(frame.hex ?? "").replace(/[^0-9a-fA-F]/g, "").length / 2),
  }));
}

/** Views as `[key, value]` without what is shown elsewhere (the wire, pictures). */
export function viewRows(view, hidden = []) {
  const left = new Set(["wire", ...hidden]);
  return Object.entries(view ?? {}).filter(([key]) => !left.has(key));
}

/** Values that a parameter's meaning names: "1-5", "1..6", "next|recall", "0: 张三 · 1: 李四"; empty when free. */
export function choices(meaning) {
  const text = String(meaning ?? "").trim();
  const range = /^(\d+)\s*(?:-|\.\.|–|to)\s*(\d+)$/.exec(text);
  if (range) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    if (high - low > 32 || high < low) return [];
    return Array.from({ length: high - low + 1 }, (_, index) => String(low + index));
  }
  if (/^[\w.-]+(\s*[|]\s*[\w.-]+)+$/.test(text)) return text.split("|").map((each) => each.trim());
  return [];
}
