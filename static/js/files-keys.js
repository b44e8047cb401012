// The keyboard in the file browser: arrows move, Space ticks, Shift and arrows tick on the way, Enter opens, F2 renames,
// Delete asks, Ctrl A ticks everything, Left goes up a folder. <body data-keys="off"> leaves only what a browser does.

import { perform } from "./files-acts.js";
import { boxOf, browser, focusRow, rowOf, rows, targets, tick } from "./files-rows.js";

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof Element && Boolean(target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]"));
}

/** How many stand side by side. @param {HTMLElement[]} all */
function columns(all) {
  const top = all[0]?.offsetTop;
  const other = all.findIndex((row) => row.offsetTop !== top);
  return other < 0 ? all.length : other;
}

/** Where an arrow leads from here; undefined when it means nothing. @param {string} key @param {HTMLElement[]} all @param {number} at */
function destination(key, all, at) {
  const wide = columns(all);
  const grid = wide > 1;
  const steps = { ArrowDown: grid ? wide : 1, ArrowUp: grid ? -wide : -1, ArrowRight: grid ? 1 : 0, ArrowLeft: grid ? -1 : 0 };
  if (key === "Home") return 0;
  if (key === "End") return all.length - 1;
  const step = steps[/** @type {keyof typeof steps} */ (key)];
  if (!step) return undefined;
  if (at < 0) return 0;
  return Math.max(0, Math.min(all.length - 1, at + step));
}

/** @param {KeyboardEvent} event @returns {boolean} */
function move(event) {
  const all = rows();
  const at = all.indexOf(/** @type {HTMLElement} */ (rowOf(document.activeElement)));
  const to = destination(event.key, all, at);
  if (to === undefined || !all[to] || (at < 0 && document.activeElement !== document.body && !document.activeElement?.closest("main"))) return false;
  if (event.shiftKey && at >= 0 && at !== to) {
    const boxes = all.slice(Math.min(at, to), Math.max(at, to) + 1);
    boxes.filter((row) => !boxOf(row)?.checked).forEach((row) => tick(row));
  }
  focusRow(all[to]);
  return true;
}

/** Tick everything shown; the last one by a press, so that the counts follow once. @returns {boolean} */
function everything() {
  const left = rows().filter((row) => boxOf(row)?.checked === false);
  const last = left.pop();
  left.forEach((row) => (/** @type {HTMLInputElement} */ (boxOf(row)).checked = true));
  if (last) tick(last);
  return rows().length > 0;
}

/** Up one folder. @returns {boolean} */
function up() {
  const parent = browser()?.dataset.parent;
  if (parent) location.assign(parent);
  return Boolean(parent);
}

/** @param {KeyboardEvent} event @returns {boolean} whether the key meant something */
function act(event) {
  const row = rowOf(document.activeElement);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") return everything();
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === " " && row && document.activeElement?.matches("[data-open]")) {
    tick(row);
    return true;
  }
  if (event.key === "F2" || event.key === "Delete") {
    const about = targets();
    perform(event.key === "F2" ? "rename" : "delete", about);
    return about.length > 0;
  }
  if (event.key === "ArrowLeft" && columns(rows()) <= 1 && (row || document.activeElement === document.body)) return up();
  return move(event);
}

document.addEventListener("keydown", (event) => {
  if (!browser() || document.body.dataset.keys !== "on" || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open], #files-menu:popover-open, details.menu[open]")) return;
  if (act(event)) event.preventDefault();
});

const help = /** @type {HTMLTemplateElement | null} */ (document.getElementById("files-keys"));
if (help) document.getElementById("keys-list")?.append(help.content.cloneNode(true));
