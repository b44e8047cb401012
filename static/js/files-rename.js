// Rename in place: the name of a row becomes a field. Enter keeps it, Escape or leaving it unchanged leaves it; a refusal
// is said below the field.

import { addressOf, focusRow } from "./files-rows.js";
import { csrfToken } from "./http.js";

const WORDS_END = /\.[^.]+$/; // a file's name is marked without its ending

/** @param {HTMLElement} row */
export function startRename(row) {
  const place = /** @type {HTMLElement | null} */ (row.querySelector("[data-name]"));
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("rename-field"));
  if (!place || !template || place.querySelector("form")) return;
  const form = /** @type {HTMLFormElement} */ (template.content.firstElementChild?.cloneNode(true));
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("name"));
  const old = place.dataset.name ?? "";
  field.value = old;
  row.classList.add("is-renaming");
  place.prepend(form);
  field.focus();
  field.setSelectionRange(0, "folder" in row.dataset ? old.length : old.replace(WORDS_END, "").length || old.length);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(row, form, field);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop(row, form, true);
    event.stopPropagation();
  });
  field.addEventListener("blur", () => {
    if (!form.dataset.busy && field.value === old) stop(row, form, false);
  });
}

/** @param {HTMLElement} row @param {HTMLFormElement} form @param {boolean} back */
function stop(row, form, back) {
  row.classList.remove("is-renaming");
  form.remove();
  if (back) focusRow(row);
}

/** @param {HTMLElement} row @param {HTMLFormElement} form @param {HTMLInputElement} field */
async function send(row, form, field) {
  const name = field.value.trim();
  if (form.dataset.busy) return;
  if (name === row.querySelector("[data-name]")?.getAttribute("data-name")) {
    stop(row, form, true);
    return;
  }
  form.dataset.busy = "yes";
  const body = new URLSearchParams({ id: row.dataset.file ?? "", name, go: "1" });
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  const answer = await fetch(addressOf("rename"), { method: "POST", body, headers, credentials: "same-origin" }).catch(() => null);
  delete form.dataset.busy;
  if (answer?.status === 204) {
    stop(row, form, false);
    announce(answer);
  } else {
    refuse(form, field, answer ? await reason(answer) : "");
  }
}

/** The events of an answer, as htmx would let them happen. @param {Response} answer */
function announce(answer) {
  const events = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
  for (const [name, detail] of Object.entries(events)) document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** The sentence of a refusal, out of the dialog that would show it. @param {Response} answer */
async function reason(answer) {
  const text = await answer.text();
  const page = new DOMParser().parseFromString(text, "text/html");
  const said = page.querySelector(".note p, .form-errors p, .field .error");
  return said?.textContent?.trim() ?? "";
}

/** @param {HTMLFormElement} form @param {HTMLInputElement} field @param {string} text */
function refuse(form, field, text) {
  const note = form.querySelector(".rename-note");
  if (note) note.textContent = text || note.getAttribute("data-lost");
  note?.classList.add("is-error");
  field.setAttribute("aria-invalid", "true");
  field.focus();
}
