// Ticking rows: inside [data-select], boxes [data-select-item], [data-select-all], a form [data-select-bar] with
// [data-select-count], [data-select-size] (sum of data-size) and [data-select-clear]. Shift-click ticks a range;
// ticks survive htmx swaps (by value).

import { size, tn } from "./i18n.js";

/** @typedef {{ticked: Set<string>, anchor: HTMLInputElement | null}} Memory */
/** @type {WeakMap<Element, Memory>} */
const memories = new WeakMap();

/** @param {Element} box @returns {Memory} */
function memory(box) {
  const known = memories.get(box) ?? { ticked: new Set(), anchor: null };
  memories.set(box, known);
  return known;
}

/** @param {Element} box @returns {HTMLInputElement[]} */
function items(box) {
  return [...box.querySelectorAll("input[data-select-item]")].map((item) => /** @type {HTMLInputElement} */ (item));
}

/** @param {Element} box @param {string} selector @param {(element: any) => void} change */
function each(box, selector, change) {
  box.querySelectorAll(selector).forEach(change);
}

/** @param {Element} box */
function update(box) {
  const all = items(box);
  const ticked = all.filter((item) => item.checked);
  const bytes = ticked.reduce((sum, item) => sum + Number(item.dataset.size || 0), 0);
  memory(box).ticked = new Set(ticked.map((item) => item.value));
  each(box, "[data-select-bar]", (bar) => (bar.hidden = ticked.length === 0));
  each(box, "[data-select-count]", (count) => (count.textContent = tn("selected", ticked.length)));
  each(box, "[data-select-size]", (total) => (total.textContent = bytes ? size(bytes) : ""));
  each(box, "[data-select-all]", (head) => {
    head.checked = ticked.length > 0 && ticked.length === all.length;
    head.indeterminate = ticked.length > 0 && ticked.length < all.length;
  });
}

/** @param {Element} box @param {HTMLInputElement} item */
function tickRange(box, item) {
  const all = items(box);
  const [from, to] = [all.indexOf(/** @type {any} */ (memory(box).anchor)), all.indexOf(item)].sort((a, b) => a - b);
  if (from >= 0) all.slice(from, to + 1).forEach((other) => (other.checked = item.checked));
}

/** @param {Element} box @param {boolean} checked */
function tickAll(box, checked) {
  items(box).forEach((item) => (item.checked = checked));
}

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLInputElement} */ (event.target);
  const box = target.closest("[data-select]");
  if (!box) return;
  if (target.matches("[data-select-item]")) {
    if (event.shiftKey) tickRange(box, target);
    memory(box).anchor = target;
  } else if (target.matches("[data-select-all]")) tickAll(box, target.checked);
  else if (target.closest("[data-select-clear]")) tickAll(box, false);
  else return;
  update(box);
});

document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("[data-select]").forEach((box) => {
    const { ticked } = memory(box);
    items(box).forEach((item) => (item.checked = ticked.has(item.value)));
    update(box);
  });
});
document.querySelectorAll("[data-select]").forEach(update);
