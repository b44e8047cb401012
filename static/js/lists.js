// Lists and rows that follow events: an element with data-live="transfer.* drive.connected" and
// hx-get="…" hx-trigger="live-refresh" hx-target="this" hx-swap="morph:outerHTML" hx-ext="morph" is fetched again when
// such an event arrives (morph keeps focus and scroll).
// With data-object it listens to events of that object only. While a menu inside is open, it waits.

const QUIET = 250; // ms without further events
const PAUSE = 1000; // ms between two refreshes of one element

/** @type {Map<Element, number>} */
const timers = new Map();
/** @type {WeakMap<Element, number>} */
const refreshedAt = new WeakMap();

/** @param {string} pattern @param {string} type */
function matches(pattern, type) {
  return pattern === type || pattern === "*" || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));
}

/** @param {Element} element */
function refresh(element) {
  timers.delete(element);
  if (!element.isConnected) return;
  if (document.hidden || element.querySelector("details.menu[open]")) {
    schedule(element, PAUSE);
    return;
  }
  refreshedAt.set(element, Date.now());
  // @ts-ignore htmx is a classic script
  window.htmx.trigger(element, "live-refresh");
}

/** @param {Element} element @param {number} [delay] */
function schedule(element, delay = QUIET) {
  const since = Date.now() - (refreshedAt.get(element) ?? 0);
  clearTimeout(timers.get(element));
  timers.set(element, setTimeout(() => refresh(element), Math.max(delay, PAUSE - since)));
}

/** @returns {HTMLElement[]} */
function followers() {
  return [...document.querySelectorAll("[data-live]")].map((element) => /** @type {HTMLElement} */ (element));
}

/** @param {{type: string, data?: any}} frame */
function follow(frame) {
  for (const element of followers()) {
    const patterns = (element.dataset.live ?? "").split(/\s+/);
    const mine = !element.dataset.object || element.dataset.object === frame.data?.object;
    if (mine && patterns.some((pattern) => matches(pattern, frame.type))) schedule(element);
  }
}

/** Fetch everything again: the server could not replay what was missed. */
function resync() {
  for (const element of followers()) {
    if (!element.parentElement?.closest("[data-live]")) schedule(element);
  }
}

document.addEventListener("live:any", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (frame.type === "resync") resync();
  else if (frame.type.includes(".")) follow(frame);
});
