// Uploads (templates/transfers/_dropzone.html): files that are dropped anywhere on the page or picked, a few at a time, with
// a row each. What an earlier page left unfinished is listed from the server and goes on when the same file comes again.

import { t, tn } from "./i18n.js";
import { dropped, picked } from "./upload-files.js";
import { Row } from "./upload-row.js";
import { Task, finishAnew, look, remove } from "./upload-task.js";
import { toast } from "./toast.js";

const AT_ONCE = 3;
const KEPT = 30; // finished rows; older ones make room
const CONFLICT = "upload-conflict";

/** @typedef {import("./upload-files.js").Found} Found */
/** @typedef {import("./upload-row.js").Place} Place */
/** @typedef {{file: File, place: Place}} Waiting */

/** @param {string} selector @returns {any} */
const one = (selector) => document.querySelector(selector);
const panel = /** @type {HTMLElement} */ (document.getElementById("uploads"));
const rows = one("[data-uploads-rows]");
const conflict = /** @type {HTMLSelectElement | null} */ (one("[data-uploads-conflict]"));
const { endpoint = "", drive = "", path = "/", folder = "/" } = panel.dataset;

/** @type {Waiting[]} */
const queue = [];
/** @type {Map<Element, Task>} */
const tasks = new Map();
/** @type {Map<Element, {row: Row, upload: any}>} uploads of an earlier page, without their file */
const stopped = new Map();
let total = 0;
let finished = 0;

/** @param {string} text */
function say(text) {
  one("[data-uploads-status]").textContent = text;
}

/** @param {string} base @param {string} inside */
const join = (base, inside) => (inside ? `${base.replace(/\/$/, "")}/${inside}` : base);

/** Where a file goes that was found in `inside`. @param {string} inside @returns {Place} */
function placeOf(inside) {
  return drive ? { drive, path: join(path, inside), conflict: conflict?.value ?? "rename" } : { folder: join(folder, inside) };
}

/** The upload that was begun with this very file, for this place. @param {File} file @param {Place} place */
function begun(file, place) {
  return [...stopped.values()].find(({ upload }) => {
    const there = upload.destination;
    const same = there.drive === place.drive && there.folder === place.folder && there.path === place.path;
    return same && isSame(file, upload);
  });
}

/** @param {File} file @param {any} upload */
const isSame = (file, upload) => file.name === upload.filename && file.size === upload.size && file.lastModified === upload.modified;

/** @param {Found[]} found */
async function add(found) {
  if (!found.length) {
    toast({ level: "info", text: t("upload.nothing") });
    return;
  }
  await listed;
  for (const { file, folder: inside } of found) {
    const place = placeOf(inside);
    const earlier = begun(file, place);
    if (earlier) goOn(file, earlier);
    else queue.push({ file, place });
  }
  total += found.length;
  say(tn("upload.added", found.length));
  next();
}

/** @param {File} file @param {{row: Row, upload: any}} earlier */
function goOn(file, { row, upload }) {
  stopped.delete(row.element);
  begin(new Task(file, upload.destination, row, { endpoint, url: upload.url, changed }));
}

/** @param {Task} task */
function begin(task) {
  tasks.set(task.row.element, task);
  task.start();
}

/** Start what may start, then show the sums. */
function next() {
  let running = [...tasks.values()].filter((task) => task.active).length;
  while (running++ < AT_ONCE && queue.length) {
    const { file, place } = /** @type {Waiting} */ (queue.shift());
    const row = new Row(file.name, file.size, place, drive);
    rows.append(row.element);
    begin(new Task(file, place, row, { endpoint, changed }));
  }
  summarise();
}

function summarise() {
  panel.hidden = !rows.children.length && !queue.length;
  const parts = total ? [t("upload.summary", { done: finished, total })] : [];
  if (queue.length) parts.push(tn("upload.waiting", queue.length));
  one("[data-uploads-summary]").textContent = parts.join(" · ");
  one("[data-uploads-drop-waiting]").hidden = !queue.length;
  one("[data-uploads-clear]").hidden = !rows.querySelector('[data-state="done"]');
}

/** @param {Task} task */
function changed(task) {
  const { row } = task;
  if (row.state === "failed") say(t("upload.failed", { name: row.name, why: row.field("note").textContent }));
  if (row.state === "done") arrived(task);
  if (!task.active) next();
}

/** @param {Task} task */
function arrived({ row, result }) {
  finished += 1;
  say(t("upload.finished", { name: row.name }));
  tasks.delete(row.element);
  if (result.transfer) {
    const url = (panel.dataset.transferRow ?? "").replace("ID", result.transfer);
    // @ts-ignore htmx is a classic script
    window.htmx.ajax("GET", url, { target: row.element, swap: "outerHTML" }); // from here on it is a transfer, with its own row
    return;
  }
  row.link((panel.dataset.filePage ?? "").replace("ID", result.file));
  [...rows.querySelectorAll('[data-state="done"]')].slice(0, -KEPT).forEach((old) => old.remove());
}

/** @param {HTMLElement} element */
async function cancel(element) {
  const after = element.nextElementSibling ?? element.previousElementSibling;
  const task = tasks.get(element);
  const earlier = stopped.get(element);
  tasks.delete(element);
  stopped.delete(element);
  element.remove();
  /** @type {HTMLElement | null} */ (after?.querySelector("[data-act]:not([hidden])") ?? one("[data-upload-pick]"))?.focus();
  if (task) {
    total -= 1;
    await task.cancel();
  }
  if (earlier) await remove(earlier.upload.url);
  next();
}

const ACTS = /** @type {Record<string, (task: Task) => void>} */ ({
  pause: (task) => task.pause(),
  resume: (task) => task.start(),
  retry: (task) => task.retry(),
});
/** @type {HTMLElement | null} */
let asking = null;

/** @param {MouseEvent} event */
function onRowClick(event) {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-act]"));
  const element = /** @type {HTMLElement | null} */ (button?.closest(".row"));
  if (!button || !element) return;
  const act = button.dataset.act ?? "";
  const task = tasks.get(element);
  if (act === "cancel") cancel(element);
  else if (act === "again") {
    asking = element;
    one('[data-uploads-input="again"]').click();
  } else if (task) ACTS[act]?.(task);
  else if (act === "retry") finishEarlier(stopped.get(element));
}

/** @param {{row: Row, upload: any} | undefined} earlier */
async function finishEarlier(earlier) {
  if (!earlier) return;
  await finishAnew(earlier.upload.url, earlier.upload.size);
  showEarlier(earlier, await look(earlier.upload.url));
}

/** @param {{row: Row, upload: any}} earlier @param {any} upload as it is now */
function showEarlier({ row }, upload) {
  if (upload?.state === "open") row.show("unfinished", t("upload.stopped-note", { percent: row.percent }));
  else if (upload?.state === "finishing") row.show("verifying", t("upload.checking-note"));
  else if (upload?.state === "failed") row.show("failed", [upload.error.title, upload.error.hint].join(" "));
  else if (upload) forget(row);
}

/** @param {Row} row */
function forget(row) {
  stopped.delete(row.element);
  row.element.remove();
  summarise();
}

/** The file for an unfinished row was chosen. @param {File | undefined} file */
function onAgain(file) {
  const earlier = asking && stopped.get(asking);
  if (!file || !earlier) return;
  if (!isSame(file, earlier.upload)) {
    earlier.row.showNote(t("upload.other-file-note", { name: file.name }));
    return;
  }
  total += 1;
  goOn(file, earlier);
  summarise();
}

/** List what is unfinished on the server. */
async function list() {
  const found = await look(endpoint);
  for (const upload of found?.uploads ?? []) {
    const row = new Row(upload.name, upload.size, upload.destination, drive);
    row.done = upload.offset;
    showEarlier({ row, upload }, upload);
    stopped.set(row.element, { row, upload });
    rows.append(row.element);
  }
  if (stopped.size) say(tn("upload.stopped", stopped.size));
  summarise();
}

let dragging = false; // something of the page itself, such as a picture
/** @param {DragEvent} event */
const hasFiles = (event) => !dragging && (event.dataTransfer?.types ?? []).includes("Files");

/** @param {boolean} shown */
function cover(shown) {
  one("[data-uploads-cover]").hidden = !shown;
}

/** @param {DragEvent} event */
async function onDrop(event) {
  cover(false);
  if (!hasFiles(event)) return;
  event.preventDefault();
  await add(await dropped(/** @type {DataTransfer} */ (event.dataTransfer)));
}

/** @param {Event} event */
function onPicked(event) {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const files = input.files;
  if (input.dataset.uploadsInput === "again") onAgain(files?.[0]);
  else if (files?.length) add(picked(files));
  input.value = "";
}

/** @param {CustomEvent} event */
function onServerNews(event) {
  const id = String(event.detail.data?.id ?? "");
  [...tasks.values()].find((task) => task.row.state === "verifying" && task.address.endsWith(id))?.settle();
  const earlier = [...stopped.values()].find(({ upload }) => upload.id === id);
  if (earlier) look(earlier.upload.url).then((upload) => showEarlier(earlier, upload));
}

const words = /** @type {HTMLTemplateElement} */ (document.getElementById("upload-words"));
/** @type {HTMLTemplateElement} */ (document.getElementById("i18n")).content.append(...words.content.children);
if (conflict) {
  conflict.value = localStorage.getItem(CONFLICT) ?? "rename";
  conflict.addEventListener("change", () => localStorage.setItem(CONFLICT, conflict.value));
}
document.querySelectorAll("[data-upload-pick]").forEach((button) => {
  const input = one(`[data-uploads-input="${button.getAttribute("data-upload-pick")}"]`);
  button.addEventListener("click", () => input.click());
});
document.querySelectorAll("[data-uploads-input]").forEach((input) => input.addEventListener("change", onPicked));
rows.addEventListener("click", onRowClick);
one("[data-uploads-drop-waiting]").addEventListener("click", () => {
  total -= queue.splice(0).length;
  summarise();
});
one("[data-uploads-clear]").addEventListener("click", () => {
  rows.querySelectorAll('[data-state="done"]').forEach((/** @type {Element} */ row) => row.remove());
  summarise();
});
document.addEventListener("dragstart", () => (dragging = true));
document.addEventListener("dragend", () => (dragging = false));
document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  cover(true);
});
document.addEventListener("dragleave", (event) => event.relatedTarget || cover(false));
document.addEventListener("drop", onDrop);
document.addEventListener("live:upload.done", (event) => onServerNews(/** @type {CustomEvent} */ (event)));
document.addEventListener("live:upload.failed", (event) => onServerNews(/** @type {CustomEvent} */ (event)));
addEventListener("beforeunload", (event) => {
  if (queue.length || [...tasks.values()].some((task) => task.active)) event.preventDefault();
});
const listed = list();
