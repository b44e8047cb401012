// Looking at one file: left and right show its neighbours in the list, a film plays where the browser can, waiting is counted.

import { ask, focusRow, rows } from "./files-rows.js";

const HLS = "application/vnd.apple.mpegurl";

/** @param {Element | null} place @returns {HTMLElement | null | undefined} */
const article = (place) => place?.querySelector("[data-about]");

/** The row that is looked at, and its neighbour; folders are passed over. @param {Element | null} dialog @param {number} step */
function neighbour(dialog, step) {
  const files = rows().filter((row) => !("folder" in row.dataset) && row.querySelector("[data-menu]"));
  const at = files.findIndex((row) => row.id === `file-${article(dialog)?.dataset.about}`);
  return at < 0 ? undefined : files[at + step];
}

/** @param {Element} dialog @param {number} step */
async function go(dialog, step) {
  const row = neighbour(dialog, step);
  const link = /** @type {HTMLAnchorElement | null | undefined} */ (row?.querySelector("[data-menu]"));
  if (!link) return;
  await ask("GET", link.href, { target: "[data-file-dialog]", select: "[data-file-dialog] > *", swap: "innerHTML" });
  const button = /** @type {HTMLElement | null} */ (dialog.querySelector(`[data-step="${step}"]`));
  const other = /** @type {HTMLElement | null} */ (dialog.querySelector(`[data-step="${-step}"]`));
  (button?.hidden ? other : button)?.focus();
}

/** Show what works here. */
function prepare() {
  const dialog = document.querySelector("[data-file-dialog][open]");
  dialog?.querySelectorAll("[data-step]").forEach((button) => {
    /** @type {HTMLElement} */ (button).hidden = !neighbour(dialog, Number(button.getAttribute("data-step")));
  });
  const plays = document.createElement("video").canPlayType(HLS) !== "";
  document.querySelectorAll("[data-hls], .player-play").forEach((part) => (/** @type {HTMLElement} */ (part).hidden = !plays));
  document.querySelectorAll("[data-no-hls]").forEach((part) => (/** @type {HTMLElement} */ (part).hidden = plays));
}

document.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-step]"));
  const dialog = button?.closest("dialog");
  if (button && dialog) go(dialog, Number(button.dataset.step));
});

document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector("[data-file-dialog][open]");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const busy = /** @type {Element} */ (event.target).closest("video, audio, pre, input, textarea, select, details[open]");
  if (!dialog || !step || busy || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  go(dialog, step);
});

document.addEventListener(
  "close",
  (event) => {
    const dialog = /** @type {Element} */ (event.target);
    if (dialog.matches("[data-file-dialog]")) focusRow(document.getElementById(`file-${article(dialog)?.dataset.about}`));
  },
  { capture: true },
);

document.addEventListener(
  "error",
  (event) => {
    const player = /** @type {Element} */ (event.target);
    const lost = player.matches?.("video, audio") ? player.closest(".player")?.querySelector(".player-lost") : null;
    if (lost) /** @type {HTMLElement} */ (lost).hidden = false;
  },
  { capture: true },
);

setInterval(() => {
  document.querySelectorAll("[data-countdown]").forEach((element) => {
    const place = /** @type {HTMLElement} */ (element);
    place.dataset.countdown = place.textContent = String(Math.max(0, Number(place.dataset.countdown) - 1));
  });
}, 1000);

document.addEventListener("htmx:afterSettle", prepare);
prepare();
