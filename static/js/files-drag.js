// Moving by dragging: rows onto a folder's row or onto the path above. With a finger the move dialog is the way.

import { post } from "./files-acts.js";
import { rowOf, tickedRows } from "./files-rows.js";

const TYPE = "application/x-files";

/** @type {HTMLElement[]} */
let carried = [];

/** The folder under the pointer, when what is carried may go there. @param {EventTarget | null} target @returns {HTMLElement | null} */
function folderAt(target) {
  if (!(target instanceof Element) || !carried.length) return null;
  const place = /** @type {HTMLElement | null} */ (target.closest("[data-drop], [data-folder][data-path]"));
  return place && !carried.includes(place) ? place : null;
}

/** @param {Element | null} place */
function mark(place) {
  document.querySelectorAll(".is-target").forEach((other) => other.classList.toggle("is-target", other === place));
  place?.classList.add("is-target");
}

/** Rows are made draggable where there is a mouse. */
function prepare() {
  if (!matchMedia("(pointer: fine)").matches) return;
  document.querySelectorAll("#rows > [data-file]:not([draggable])").forEach((row) => row.setAttribute("draggable", "true"));
  document.querySelectorAll("#rows :is(a, img):not([draggable])").forEach((part) => part.setAttribute("draggable", "false"));
}

document.addEventListener("dragstart", (event) => {
  const row = rowOf(event.target);
  if (!row || !event.dataTransfer || row.classList.contains("is-renaming")) return;
  const ticked = tickedRows();
  carried = ticked.includes(row) ? ticked : [row];
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData(TYPE, String(carried.length));
  carried.forEach((each) => each.classList.add("is-carried"));
});

document.addEventListener("dragover", (event) => {
  const place = folderAt(event.target);
  mark(place);
  if (place) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const place = folderAt(event.target);
  if (!place) return;
  event.preventDefault();
  post("move", carried, { dest: place.dataset.drop ?? place.dataset.path ?? "/", ondup: "fail", go: "1" });
});

document.addEventListener("dragend", () => {
  carried.forEach((each) => each.classList.remove("is-carried"));
  carried = [];
  mark(null);
});

document.addEventListener("htmx:afterSettle", prepare);
prepare();
