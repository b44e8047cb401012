// The rows of the file browser ([data-file] inside #rows): which one is current, which are ticked, and their new reading.

const MOST = 1000; // rows that one reading may bring again

/** @returns {HTMLElement | null} */
export const browser = () => document.querySelector("[data-files]");

/** Where a form about files goes. @param {string} act */
export const addressOf = (act) => browser()?.getAttribute(`data-url-${act}`) ?? "";

/** @returns {HTMLElement[]} */
export function rows() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#rows > [data-file]")]);
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
export function rowOf(target) {
  return target instanceof Element ? target.closest("#rows > [data-file]") : null;
}

/** @param {Element} row @returns {HTMLInputElement | null} */
export const boxOf = (row) => row.querySelector("[data-select-item]");

/** @param {Element} row @returns {HTMLElement | null} */
export const linkOf = (row) => row.querySelector("[data-open]");

/** @returns {HTMLElement[]} */
export const tickedRows = () => rows().filter((row) => boxOf(row)?.checked);

/** The rows an action is about: the ticked ones, else the one that has the focus. @returns {HTMLElement[]} */
export function targets() {
  const ticked = tickedRows();
  const focused = rowOf(document.activeElement);
  if (focused && !ticked.includes(focused)) return [focused];
  return ticked;
}

/** Tick as a press on the box does, so that ranges and counts follow. @param {Element} row @param {boolean} [range] */
export function tick(row, range = false) {
  boxOf(row)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: range }));
}

/** @param {Element | undefined | null} row */
export function focusRow(row) {
  if (!row) return;
  (linkOf(row) ?? boxOf(row))?.focus();
  row.scrollIntoView({ block: "nearest" });
}

/** @param {string} path */
export function rowAt(path) {
  return rows().find((row) => row.dataset.path === path);
}

/** @param {string} verb @param {string} url @param {any} context */
export function ask(verb, url, context) {
  // @ts-ignore htmx is a classic script
  return window.htmx.ajax(verb, url, context);
}

/** Read the list again, as far as it was shown; then the focus goes to `path`, or to what stands in its place now.
 * @param {string} [path] @param {number} [place] */
export async function refresh(path = "", place = rows().indexOf(/** @type {HTMLElement} */ (rowOf(document.activeElement)))) {
  const listing = document.getElementById("listing");
  if (!listing) return;
  const url = new URL(listing.dataset.here || "?", location.href);
  const shown = rows().length;
  if (shown > 100) url.searchParams.set("shown", String(Math.min(shown, MOST)));
  await ask("GET", url.pathname + url.search, { target: "#listing", swap: "outerHTML" });
  focusRow(rowAt(path) ?? (place < 0 ? null : rows()[Math.min(place, rows().length - 1)]));
}
