// The files of the pages: vendored libraries are the pinned ones, no page needs what the content security policy
// forbids, and no file grows over 400 lines.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { qrPath } from "../../kiosk_ui/shared/qr.js";

const UI = new URL("../../kiosk_ui/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL("vendor/VENDOR.json", UI), "utf8"));
const all = (await readdir(UI, { recursive: true })).filter((name) => !name.startsWith("vendor"));

for (const { name, version, licence, licence_file: text, files } of manifest.packages) {
  test(`${name} ${version} is the pinned one and keeps its licence (${licence})`, async () => {
    for (const { file, sha256 } of files) {
      const content = await readFile(new URL(`vendor/${file}`, UI));
      assert.equal(createHash("sha256").update(content).digest("hex"), sha256, file);
    }
    assert.match(await readFile(new URL(`vendor/${text}`, UI), "utf8"), /licen[cs]e/i);
  });
}

test("pages have no inline script, no address of another host, no bare import", async () => {
  for (const name of all.filter((each) => each.endsWith(".html"))) {
    const text = await readFile(new URL(name, UI), "utf8");
    for (const [tag] of text.matchAll(/<script[^>]*>/g)) assert.match(tag, /src="/, name);
    assert.doesNotMatch(text, /\son\w+="|https?:\/\//, name);
  }
  for (const name of all.filter((each) => each.endsWith(".js"))) {
    const text = await readFile(new URL(name, UI), "utf8");
    for (const [, from] of text.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"/gm)) assert.match(from, /^\.\.?\//, name);
    assert.doesNotMatch(text, /\beval\(|new Function\(/, name);
  }
});

test("no file over 400 lines", async () => {
  for (const name of all.filter((each) => /\.(js|css|html)$/.test(each))) {
    const lines = (await readFile(new URL(name, UI), "utf8")).split("\n").length;
    assert.ok(lines <= 400, `${name}: ${lines}`);
  }
});

test("a QR code has its quiet zone of four modules", () => {
  const { path, side } = qrPath("http://192.168.1.20:8780/ticket/#abc");
  assert.ok(side >= 21 + 8);
  assert.ok(path.startsWith("M4 4h1v1h-1z"));
});

const css = await readFile(new URL("shared/style.css", UI), "utf8");
const tokens = Object.fromEntries([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));

/** Relative luminance of "#rrggbb" (WCAG 2.1). */
function luminance(colour) {
  const parts = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const PAIRS = [
  ["ink", "paper"], ["ink", "ground"], ["ink-soft", "paper"], ["ink-soft", "ground"], ["ink-soft", "muted"],
  ["accent", "paper"], ["accent", "ground"], ["accent", "accent-soft"], ["on-accent", "accent"], ["red", "paper"],
  ["red", "red-soft"], ["green", "paper"], ["green", "green-soft"], ["accent-strong", "accent-soft"],
];
for (const [text, ground] of PAIRS) {
  test(`O12: ${text} on ${ground} has a contrast of at least 4.5:1`, () => {
    const [dark, light] = [luminance(tokens[text]), luminance(tokens[ground])].sort((a, b) => a - b);
    assert.ok((light + 0.05) / (dark + 0.05) >= 4.5);
  });
}
