// data-copy="text" or data-copy-from="#id". Works without HTTPS too, where the clipboard API is missing.

import { t } from "./i18n.js";
import { toast } from "./toast.js";

/** @param {string} text @returns {boolean} */
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** @param {string} text @returns {Promise<boolean>} */
async function copy(text) {
  if (!navigator.clipboard) return copyBySelection(text);
  return navigator.clipboard.writeText(text).then(() => true, () => copyBySelection(text));
}

/** @param {HTMLElement} button */
function confirmCopied(button) {
  const title = button.title;
  button.classList.add("copied");
  button.title = t("copied");
  setTimeout(() => {
    button.classList.remove("copied");
    button.title = title;
  }, 1600);
}

document.addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-copy], [data-copy-from]"));
  if (!button) return;
  const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  const done = await copy(source ? (source.textContent ?? "").trim() : (button.dataset.copy ?? ""));
  if (done) confirmCopied(button);
  else toast({ level: "warning", text: t("copy-failed") });
});
