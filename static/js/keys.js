// Keyboard: `/` search, Ctrl/Cmd K palette, `?` help, `g` + letter jumps (data-jump on links),
// data-key="n" on any element presses it. <body data-keys="off"> switches all but Ctrl K off.

import { openPalette } from "./palette.js";

const JUMP_WINDOW = 1500;
let jumpUntil = 0;

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof Element && Boolean(target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));
}

function search() {
  const field = /** @type {HTMLElement | null} */ (document.querySelector("main [data-search-field]") ?? document.querySelector("[data-search-field]"));
  if (field instanceof HTMLInputElement && field.checkVisibility()) {
    field.focus();
    field.select();
  } else {
    openPalette();
  }
}

/** @param {string} selector */
function press(selector) {
  const target = /** @type {HTMLElement | null} */ (document.querySelector(selector));
  target?.click();
  return Boolean(target);
}

/** @param {string} key @returns {boolean} whether the key meant something */
function act(key) {
  if (performance.now() < jumpUntil) {
    jumpUntil = 0;
    return press(`[data-jump="${CSS.escape(key)}"]`);
  }
  if (key === "/") search();
  else if (key === "?") press('[data-dialog-open="#keys-help"]');
  else if (key === "g") jumpUntil = performance.now() + JUMP_WINDOW;
  else return press(`[data-key="${CSS.escape(key)}"]`);
  return true;
}

/** Adds the page's own keys to the help. */
function describe() {
  const list = document.getElementById("keys-list");
  document.querySelectorAll("main [data-key]").forEach((element) => {
    const line = document.createElement("li");
    const keys = document.createElement("span");
    const key = document.createElement("kbd");
    line.append(element.getAttribute("title") || element.textContent?.trim() || "");
    key.textContent = element.getAttribute("data-key");
    keys.append(key);
    line.append(keys);
    list?.append(line);
  });
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
  const free = !typing(event.target) && !document.querySelector("dialog[open]");
  if (document.body.dataset.keys === "on" && plain && free && event.key.length === 1 && act(event.key)) event.preventDefault();
});
describe();
