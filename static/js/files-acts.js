// What can be done with rows: [data-act] in the bar of ticked files and in the menu of a row. Questions become dialogs.

import { t } from "./i18n.js";
import { addressOf, ask, browser, linkOf, refresh, rowOf, rows, targets, tick, tickedRows } from "./files-rows.js";
import { startRename } from "./files-rename.js";
import { toast } from "./toast.js";

const QUIET = 1500; // ms

let cameFrom = { path: "", place: -1 }; // what gets the focus back

/** @param {string} act @param {HTMLElement[]} about */
export function perform(act, about) {
  const [first] = about;
  if (!first) return;
  cameFrom = { path: first.dataset.path ?? "", place: rows().indexOf(first) };
  if (act === "open") linkOf(first)?.click();
  else if (act === "about") ask("GET", /** @type {HTMLAnchorElement} */ (first.querySelector("[data-menu]")).href, { target: "#dialog-slot" });
  else if (act === "rename") startRename(first);
  else if (act === "copy-path") toast({ level: "success", text: t("copied") }); // copy.js does it
  else post(act, about);
}

/** @param {string} act @param {HTMLElement[]} about @param {Record<string, string>} [more] */
export function post(act, about, more = {}) {
  const values = { ...more, drive: browser()?.dataset.drive, id: about.map((row) => row.dataset.file) };
  return ask("POST", addressOf(act), { target: "#dialog-slot", values });
}

/** What fits only one thing, or only files, is away for others. @param {Element | null} place @param {HTMLElement[]} about */
export function fit(place, about) {
  const folders = about.some((row) => "folder" in row.dataset);
  place?.querySelectorAll("[data-one-only]").forEach((button) => (/** @type {HTMLElement} */ (button).hidden = about.length !== 1));
  place?.querySelectorAll("[data-files-only]").forEach((button) => (/** @type {HTMLElement} */ (button).hidden = folders));
}

/** @type {number | undefined} */
let soon;
/** Several that arrive together are one reading. */
function refreshSoon() {
  clearTimeout(soon);
  soon = setTimeout(() => refresh(), QUIET);
}

const fitBar = () => fit(document.getElementById("select-bar"), tickedRows());

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  const button = /** @type {HTMLElement | null} */ (target.closest("#select-bar [data-act]"));
  const row = rowOf(target);
  if (button) {
    event.preventDefault();
    perform(button.dataset.act ?? "", targets());
  } else if (target.closest("[data-refresh]") && document.getElementById("listing")) {
    event.preventDefault();
    refresh();
  } else if (target.closest("[data-upload-here]")) {
    /** @type {HTMLElement | null} */ (document.querySelector('[data-upload-pick="files"]'))?.click();
  } else if (row && !target.closest("a, button, input, label, form")) {
    tick(row, event.shiftKey); // a press beside the name ticks, as in any file manager
  }
  if (target.closest("[data-select]")) fitBar();
}

document.addEventListener("click", onClick);
document.addEventListener("mousedown", (event) => event.shiftKey && rowOf(event.target) && event.preventDefault()); // no text is marked
document.addEventListener("htmx:afterSettle", fitBar);
// What was uploaded from this page has arrived: events of other transfers cost the drive no call.
document.addEventListener("live:transfer.done", (event) => {
  const { object } = /** @type {CustomEvent} */ (event).detail.data ?? {};
  if (object && document.querySelector(`#uploads [data-object="${CSS.escape(object)}"]`)) refreshSoon();
});
document.addEventListener("files-changed", (event) => refresh(/** @type {CustomEvent} */ (event).detail?.path || cameFrom.path, cameFrom.place));
