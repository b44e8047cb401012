// Moving work. Elements with data-object="transfer:<id>" hold the numbers in data-done, data-total, data-speed, data-eta,
// data-state (data-unit "items" for counts); their children with data-field bytes | percent | speed | eta | state | bar show
// them. `live:progress_update` frames bring new numbers: {object, bytes, total, speed, eta, state, phase?, state_label?, tone?}.

import { duration, number, percent, size, sizePair, sizeParts, speed, stateWords, t } from "./i18n.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const LONGEST_TWEEN = 1200;

/** @typedef {{bar: HTMLProgressElement, from: number, to: number, start: number, span: number}} Tween */
/** @type {Map<HTMLProgressElement, Tween>} */
const tweens = new Map();
/** @type {Map<string, {speed: number, at: number, data: any}>} */
const speeds = new Map(); // the newest frame of each object

/** @param {Element} root @param {string} name @param {string} text */
function fill(root, name, text) {
  const field = root.querySelector(`[data-field="${name}"]`);
  if (field && field.textContent !== text) field.textContent = text;
}

/** @param {number} now */
function frame(now) {
  for (const [bar, tween] of tweens) {
    const x = Math.min(1, (now - tween.start) / tween.span);
    bar.value = tween.from + (tween.to - tween.from) * x;
    if (x === 1 || !bar.isConnected) tweens.delete(bar);
  }
  if (tweens.size) requestAnimationFrame(frame);
}

/** Glide to the new value over the time between two events. @param {HTMLProgressElement} bar @param {number} to */
function glide(bar, to) {
  const now = performance.now();
  const last = Number(bar.dataset.movedAt || 0);
  bar.dataset.movedAt = String(now);
  if (still.matches || !last || to < bar.value) {
    tweens.delete(bar);
    bar.value = to;
    return;
  }
  if (!tweens.size) requestAnimationFrame(frame);
  tweens.set(bar, { bar, from: bar.value, to, start: now, span: Math.min(LONGEST_TWEEN, now - last) });
}

/** @param {HTMLElement} root @param {number} done @param {number} total */
function showBar(root, done, total) {
  const bar = /** @type {HTMLProgressElement | null} */ (root.querySelector('[data-field="bar"]'));
  if (!bar) return;
  if (!(total > 0)) {
    bar.removeAttribute("value");
    return;
  }
  if (bar.max !== total) {
    bar.max = total;
    delete bar.dataset.movedAt;
  }
  glide(bar, Math.min(done, total));
}

/** @param {HTMLElement} root */
function amountText(root, /** @type {number} */ done, /** @type {number} */ total) {
  if (root.dataset.unit === "items") return total > 0 ? `${number(done)} / ${number(total)}` : number(done);
  return total > 0 ? sizePair(done, total) : size(done);
}

/** @param {HTMLElement} root */
function show(root) {
  const data = root.dataset;
  const done = Number(data.done || 0);
  const total = Number(data.total || 0);
  if (data.done || data.total) {
    fill(root, "bytes", amountText(root, done, total));
    fill(root, "percent", total > 0 ? percent(Math.min(1, done / total)) : "");
    showBar(root, done, total);
  }
  const moving = data.tone === "moving" && data.state !== "verifying";
  fill(root, "speed", moving && data.speed ? speed(Number(data.speed)) : "");
  fill(root, "eta", moving && data.eta ? t("left", { time: duration(Number(data.eta)) }) : "");
}

/** @param {HTMLElement} root @param {any} data */
function showState(root, data) {
  const state = ["verifying", "hashing", "finishing", "storing"].includes(data.phase) ? "verifying" : data.state;
  if (!state || state === root.dataset.state) return;
  const words = stateWords(state);
  root.dataset.state = state;
  root.dataset.tone = data.tone ?? words?.tone ?? "plain";
  const pill = /** @type {HTMLElement | null} */ (root.querySelector('[data-field="state"]'));
  if (!pill) return;
  pill.dataset.tone = root.dataset.tone;
  pill.textContent = pill.title = data.state_label ?? words?.label ?? state;
}

/** @param {any} data */
function apply(data) {
  const value = (/** @type {string} */ name) => (data[name] ?? "") + "";
  document.querySelectorAll(`[data-object="${CSS.escape(String(data.object))}"]`).forEach((element) => {
    const root = /** @type {HTMLElement} */ (element);
    if ("bytes" in data) root.dataset.done = value("bytes");
    if ("total" in data) root.dataset.total = value("total");
    if ("speed" in data) root.dataset.speed = value("speed");
    if ("eta" in data) root.dataset.eta = value("eta");
    showState(root, data);
    show(root);
  });
}

/** @param {any} data */
function receive(data) {
  speeds.set(data.object, { speed: Number(data.speed || 0), at: Date.now(), data });
  apply(data);
}

/** What arrived from the server is as old as the last checkpoint: bring moving work back to where it is. */
function catchUp() {
  for (const { data, at } of speeds.values()) {
    if (Date.now() - at < 2000 && document.querySelector(`[data-object="${CSS.escape(String(data.object))}"][data-state="running"]`)) apply(data);
  }
}

function showTotals() {
  const fresh = [...speeds].filter(([, entry]) => Date.now() - entry.at < 5000);
  const total = fresh.reduce((sum, [, entry]) => sum + entry.speed, 0);
  const moving = fresh.filter(([, entry]) => entry.speed > 0).length;
  if (!speeds.size) return;
  if (!fresh.length) speeds.clear();
  document.dispatchEvent(new CustomEvent("live:progress:total", { detail: { data: { speed: total, moving } } }));
  const parts = sizeParts(total);
  document.querySelectorAll('[data-total="speed"]').forEach((element) => {
    const [value, unit] = element.children;
    if (value) value.textContent = parts.value;
    if (unit) unit.textContent = t("per-second", { size: parts.unit });
  });
  document.querySelectorAll('[data-total="moving"] > :first-child').forEach((element) => {
    element.textContent = number(moving);
  });
}

/** @param {ParentNode} root */
function showAll(root) {
  root.querySelectorAll("[data-object][data-done]").forEach((element) => show(/** @type {HTMLElement} */ (element)));
}

document.addEventListener("live:progress_update", (event) => receive(/** @type {CustomEvent} */ (event).detail.data ?? {}));
document.addEventListener("htmx:afterSettle", () => {
  showAll(document);
  catchUp();
});
setInterval(showTotals, 1000);
showAll(document);
