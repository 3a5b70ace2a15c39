// What the scan pane knows of the ticket's pages: the daemon's list, their thumbnails, what is asked for. Nothing is kept
// here that the daemon does not have: a page that is reloaded, or closed by mistake, finds everything again.

import { signal } from "../shared/ui.js";

/** Dots of a thumbnail, and of the page that is looked at. */
const THUMB = 240;
const LARGE = 1400;

const EMPTY = { ticket: null, label: null, pages: [], removed: [], finished_at: null, kind: "pdf", max_pages: 0, straighten: false, scan: null };

/** The ids with the one at `from` put to `to`; the same list where that is nowhere. */
export function moved(ids, from, to) {
  if (from < 0 || to < 0 || to >= ids.length || from === to) return ids;
  const left = ids.filter((_, place) => place !== from);
  return [...left.slice(0, to), ids[from], ...left.slice(to)];
}

/** Which page is looked at after `gone` has left: the next one, else the one before. */
export function nextTo(ids, gone) {
  const at = ids.indexOf(gone);
  return ids[at + 1] ?? ids[at - 1] ?? null;
}

/** Fetch the offered file and hand it to the browser. @param {{token: string, name: string}} file */
export async function download(file, ask = fetch) {
  const answer = await ask("/api/v1/page/file", { headers: { Authorization: `Offer ${file.token}` }, cache: "no-store" });
  if (!answer.ok) return false;
  const address = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement("a"), { href: address, download: file.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  return true;
}

/**
 * The pages of the ticket that `windowId` serves.
 * @returns `{list, pictures, large, chosen, load(), …steps, close()}`: `list` signal of `page.list`; `pictures` signal of
 *   thumbnails (page → data URL); `chosen` signal of the page looked at, or null; `large` signal of its picture
 */
export function createPages(hall, windowId, runner) {
  const list = signal(EMPTY);
  const pictures = signal({});
  const chosen = signal(/** @type {string|null} */ (null));
  const large = signal(/** @type {{page: string, url: string}|null} */ (null));
  let loading = false;
  let again = false;
  let closed = false;

  const picture = async (page, side) => {
    const shown = await hall.call("page.show", { window: windowId, page, side });
    return `data:image/jpeg;base64,${shown.jpeg}`;
  };

  /** Thumbnails of what is new, one after the other; of what is gone none is kept. */
  const draw = async () => {
    const there = [...list.value.pages, ...list.value.removed].map((each) => each.page);
    pictures.value = Object.fromEntries(Object.entries(pictures.value).filter(([page]) => there.includes(page)));
    for (const page of there) {
      if (closed || page in pictures.value) continue;
      const url = await picture(page, THUMB).catch(() => null);
      if (url && !closed) pictures.value = { ...pictures.value, [page]: url };
    }
  };

  const load = async () => {
    if (closed) return;
    if (loading) { again = true; return; }
    loading = true;
    try {
      list.value = await hall.call("page.list", { window: windowId });
      if (chosen.value && !list.value.pages.some((each) => each.page === chosen.value)) choose(null);
      await draw();
    } catch {
      // offline, or the ticket is gone: the pane says the one and closes with the other
    } finally {
      loading = false;
      if (again) { again = false; load(); }
    }
  };

  const choose = (page) => {
    chosen.value = page;
    large.value = null;
    if (!page) return;
    picture(page, LARGE).then((url) => { if (chosen.value === page) large.value = { page, url }; }, () => {});
  };

  const ids = () => list.value.pages.map((each) => each.page);
  const move = async (page, by) => {
    const at = ids().indexOf(page);
    const order = moved(ids(), at, at + by);
    if (at >= 0 && order.join() !== ids().join()) await runner.here("page.arrange", { pages: order });
  };
  const remove = async (page) => {
    const next = nextTo(ids(), page);
    if (await runner.here("page.remove", { page })) choose(next);
  };
  const offer = async () => {
    const told = await runner.here("page.offer");
    return told ? (await Promise.all(told.files.map((file) => download(file)))).every(Boolean) : null;
  };

  const off = [
    hall.on("*", (data, event) => { if (event.type.startsWith("page.") && data.window === windowId) load(); }),
  ];
  load();
  return {
    list, pictures, chosen, large, load, choose, move, remove, offer,
    scan: (options) => runner.here("page.scan", options),
    stop: () => hall.call("page.stop", { window: windowId }).catch(() => {}),
    restore: (page) => runner.here("page.restore", { page }),
    finish: () => runner.here("page.finish"),
    close: () => { closed = true; off.forEach((each) => each()); },
  };
}
