// The menu of a row: its "…", a right press, a long press or the menu key. It speaks for all ticked rows when its row is one of them.

import { fit, perform } from "./files-acts.js";
import { focusRow, rowOf, tickedRows } from "./files-rows.js";

const EDGE = 8; // pixels to the border of the window

const menu = document.getElementById("files-menu");
/** @type {HTMLElement[]} */
let about = [];

/** @param {HTMLElement} row @param {number} x @param {number} y */
function open(row, x, y) {
  if (!menu) return;
  const ticked = tickedRows();
  about = ticked.includes(row) ? ticked : [row];
  fit(menu, about);
  const name = menu.querySelector("[data-menu-name]");
  const count = document.querySelector("[data-select-count]")?.textContent ?? "";
  if (name) name.textContent = about.length > 1 ? count : (row.querySelector("[data-name]")?.getAttribute("data-name") ?? "");
  menu.querySelector('[data-act="copy-path"]')?.setAttribute("data-copy", about.map((each) => each.dataset.path).join("\n"));
  menu.querySelectorAll('[data-act="open"], [data-act="about"]').forEach((item) => (/** @type {HTMLElement} */ (item).hidden = about.length > 1));
  menu.hidePopover();
  menu.showPopover();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, y + height + EDGE > innerHeight ? y - height : y)}px`;
  items()[0]?.focus();
}

/** @returns {HTMLElement[]} */
const items = () => /** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll(".menu-item") ?? [])].filter((item) => !(/** @type {HTMLElement} */ (item).hidden)));

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-menu]");
  const row = rowOf(button);
  if (!button || !row) return;
  event.preventDefault();
  const box = button.getBoundingClientRect();
  open(row, box.right - (menu?.offsetWidth || 220), box.bottom + 4);
});

document.addEventListener("contextmenu", (event) => {
  const row = rowOf(event.target);
  if (!row || event.ctrlKey || /** @type {Element} */ (event.target).closest("input:not([type=checkbox])")) return;
  event.preventDefault();
  const box = row.getBoundingClientRect();
  const keyboard = !event.clientX && !event.clientY;
  open(row, keyboard ? box.left + 48 : event.clientX, keyboard ? box.bottom - 8 : event.clientY);
});

menu?.addEventListener("click", (event) => {
  const item = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-act]"));
  if (!item) return;
  const chosen = about;
  menu.hidePopover();
  focusRow(chosen[0]);
  perform(item.dataset.act ?? "", chosen);
});

menu?.addEventListener("keydown", (event) => {
  const all = items();
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    menu.hidePopover();
    focusRow(about[0]);
  } else if (to === undefined) return;
  else all[to % all.length].focus();
  event.preventDefault();
  event.stopPropagation();
});

addEventListener("scroll", () => menu?.matches(":popover-open") && menu.hidePopover(), { passive: true });
