// Light, dark, auto: applied at once, saved in the background. The form posts by itself without script.

import { post } from "./http.js";

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-theme-form]")) return;
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (!button) return;
  event.preventDefault();
  document.documentElement.dataset.theme = button.value;
  document.querySelectorAll("[data-theme-form] button").forEach((other) => {
    other.setAttribute("aria-pressed", String(/** @type {HTMLButtonElement} */ (other).value === button.value));
  });
  post(form.action, { theme: button.value });
});
