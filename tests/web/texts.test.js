// Every text stands in every language, with the same parameters, and every key that a page asks for exists (R10).

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { language, register, say, t } from "../../kiosk_ui/shared/i18n.js";
import { ago, clock, minutes, range, setTimezone, stopwatch, when } from "../../kiosk_ui/shared/time.js";

const UI = new URL("../../kiosk_ui/", import.meta.url);
const pages = (await readdir(new URL("i18n/", UI))).filter((name) => name.endsWith(".js"));
const tables = await Promise.all(pages.map(async (name) => [name, (await import(new URL(`i18n/${name}`, UI).href)).default]));
const known = new Set(tables.flatMap(([, table]) => Object.keys(table.zh)));
const parameters = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

for (const [name, { zh, en }] of tables) {
  test(`${name}: the same keys in zh and en`, () => assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort()));
  test(`${name}: the same parameters in zh and en, and no empty text`, () => {
    for (const key of Object.keys(zh)) {
      assert.ok(zh[key].trim() && en[key].trim(), key);
      assert.deepEqual(parameters(en[key]), parameters(zh[key]), key);
    }
  });
  test(`${name}: no key of another table`, () => register({ zh, en }));
}

async function sources(folder) {
  const entries = await readdir(new URL(folder, UI), { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(".js")).map((entry) => folder + entry.name);
}

for (const folder of ["shared/", "kiosk/", "rating/", "ticket/", "window/", "board/", "admin/", "demo/"]) {
  test(`${folder}: every literal key exists`, async () => {
    for (const file of await sources(folder).catch(() => [])) {
      const text = await readFile(new URL(file, UI), "utf8");
      for (const [, key] of text.matchAll(/\bt\("([\w.]+)"[,)]/g)) {
        if (file !== "shared/i18n.js") assert.ok(known.has(key), `${file}: ${key}`);
      }
    }
  });
}

test("a missing key and a missing parameter throw", () => {
  assert.throws(() => t("no.such.key"), /no\.such\.key/);
  assert.throws(() => t("pair.for"), /page/);
});

test("errors are said in the page's language", () => {
  const error = { code: "x", zh: "不行", en: "no" };
  assert.equal(say(error), "不行");
  language.value = "en";
  assert.equal(say(error), "no");
  language.value = "zh";
});

test("waits are told as a range", () => {
  assert.equal(range([300, 600]), "约 5–10 分钟");
  assert.equal(range([0, 0]), "无需等候");
  assert.equal(range(null), "窗口开放后叫号");
  assert.equal(range([60, 60]), "约 1 分钟");
  assert.equal(range([10, 50]), "约 1 分钟");
  assert.equal(range([6000, 9600]), "约 1.5–3 小时");
  language.value = "en";
  assert.equal(range([300, 600]), "about 5–10 min");
  language.value = "zh";
});

test("durations and moments", () => {
  setTimezone("Asia/Shanghai");
  assert.equal(clock(Date.UTC(2026, 10, 22, 6, 5, 9)), "14:05");
  assert.equal(clock(Date.UTC(2026, 10, 22, 6, 5, 9), { seconds: true }), "14:05:09");
  assert.equal(minutes(20), "不到 1 分钟");
  assert.equal(minutes(480), "8 分钟");
  assert.equal(minutes(7500), "2 小时 5 分");
  assert.equal(ago(0, 3 * 60000), "3 分钟前");
  assert.equal(stopwatch(247), "4:07");
  assert.equal(stopwatch(3753), "1:02:33");
  const noon = Date.UTC(2026, 11, 31, 4);
  assert.equal(when(Date.UTC(2026, 11, 31, 6, 30), noon), "14:30");
  assert.equal(when(Date.UTC(2027, 0, 1, 0, 30), noon), "明天 08:30");
  assert.equal(when(Date.UTC(2027, 0, 4, 0, 30), noon), "1月4日 08:30");
});
