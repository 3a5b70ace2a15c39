// The keyboard in a dialog: digits press, 0 ticks, arrows walk, ← → choose between kinds, Tab stays inside, Enter finds.

const FOCUS = ["[data-find]", "[data-focus]", "[data-digit]:enabled", "[data-item]:enabled", "input, select, button"];

/** Put the focus where the answer is most likely given. */
export function focusFirst(body) {
  for (const selector of FOCUS) {
    const found = body?.querySelector(selector);
    if (found) return found.focus();
  }
  return undefined;
}

/** Tab stays among the dialog's own controls. */
function keepTab(event, box) {
  const all = [...box.querySelectorAll("button, input, select")].filter((each) => !each.matches(":disabled"));
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}

/** ↑ ↓ walk through the items, round and round. */
function walkItems(key, items) {
  const at = items.indexOf(document.activeElement);
  const next = key === "ArrowDown" ? at + 1 : at < 0 ? items.length - 1 : at - 1;
  items[(next + items.length) % items.length]?.focus();
}

/** ← → press what is marked for them; a radio keeps the focus in its group. */
function turn(key, box, radio) {
  const wanted = box.querySelector(key === "ArrowLeft" ? "[data-left]" : "[data-right]");
  wanted?.click();
  if (radio) wanted?.focus();
}

/** Whether the key belongs to the field that has the focus; in an empty search field arrows and 0 still choose. */
function isWriting(at, key) {
  if (!["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) || at.type === "radio" || at.type === "checkbox") return false;
  const searching = at.dataset.find !== undefined && at.value === "";
  return !(searching && ["ArrowLeft", "ArrowRight", "0"].includes(key));
}

/**
 * A key while the dialog is open. Items carry `data-item` or `data-digit` (the digit that presses them), a tick that 0
 * sets `data-zero`, the search field `data-find`, the choices beside the current one `data-left` and `data-right`.
 * @param {KeyboardEvent} event @param {Element} box the dialog @param {Element} body what it asks
 */
export function walk(event, box, body) {
  if (!box.contains(document.activeElement) && event.key !== "Escape") focusFirst(body);
  const items = [...box.querySelectorAll("[data-digit], [data-item]")].filter((item) => !item.matches(":disabled"));
  const at = /** @type {any} */ (document.activeElement);
  const radio = at.type === "radio";
  const { key } = event;
  const writing = isWriting(at, key);
  if (key === "Tab") return keepTab(event, box);
  if (key === "Enter" && event.repeat) return event.preventDefault();
  if (["ArrowDown", "ArrowUp"].includes(key) && at.tagName !== "SELECT") {
    event.preventDefault();
    return walkItems(key, items);
  }
  if (["ArrowLeft", "ArrowRight"].includes(key) && !writing) {
    event.preventDefault();
    return turn(key, box, radio);
  }
  if (key === "Enter" && at.dataset.find !== undefined && !event.isComposing) {
    event.preventDefault();
    return items.find((item) => item.tagName === "BUTTON")?.click();
  }
  if (writing || event.repeat || !/^[0-9]$/.test(key)) return undefined;
  event.preventDefault();
  if (key === "0") return box.querySelector("[data-zero]")?.click();
  return items.find((item) => item.dataset.digit === key)?.click();
}
