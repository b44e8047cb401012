// Asks before acting: data-confirm="sentence" on a button, a form or an htmx element, with data-confirm-title,
// data-confirm-label (the button), data-confirm-tone="danger", data-confirm-name (a word to type).
// data-must-equal on an input keeps its form's submit button off until the word is typed.

const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("confirm-dialog"));
/** @type {(() => void) | null} */
let proceed = null;

/** @param {string} id @returns {any} */
const part = (id) => document.getElementById(id);

/** @param {HTMLElement} source @param {() => void} action */
function ask(source, action) {
  const { confirm, confirmTitle, confirmLabel, confirmTone, confirmName } = source.dataset;
  const [title, yes, typed] = [part("confirm-title"), part("confirm-yes"), part("confirm-name")];
  title.textContent = confirmTitle ?? title.dataset.default;
  part("confirm-text").textContent = confirm;
  yes.textContent = confirmLabel ?? yes.dataset.default;
  yes.classList.toggle("btn-danger", confirmTone === "danger");
  yes.classList.toggle("btn-primary", confirmTone !== "danger");
  part("confirm-name-field").hidden = !confirmName;
  part("confirm-name-wanted").textContent = confirmName ?? "";
  typed.value = "";
  typed.dataset.mustEqual = confirmName ?? "";
  yes.disabled = Boolean(confirmName);
  proceed = action;
  dialog?.showModal();
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const submitter = /** @type {HTMLElement | null} */ (event.submitter);
  const source = submitter?.dataset.confirm ? submitter : form;
  if (form.hasAttribute("hx-post") || !source.dataset.confirm) return;
  if (form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(source, () => {
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
  });
}

document.addEventListener("submit", onSubmit, { capture: true });
document.addEventListener("htmx:confirm", (event) => {
  const detail = /** @type {CustomEvent} */ (event).detail;
  const submitter = detail.triggeringEvent?.submitter;
  const source = submitter?.dataset.confirm ? submitter : detail.elt;
  if (!source.dataset.confirm) return;
  event.preventDefault();
  ask(source, () => detail.issueRequest(true));
});
document.addEventListener("input", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const wanted = input.dataset.mustEqual;
  if (!wanted) return;
  const button = /** @type {HTMLButtonElement | null} */ (input.form?.querySelector(".btn-danger, #confirm-yes"));
  if (button) button.disabled = input.value.trim() !== wanted;
});
dialog?.addEventListener("close", () => {
  const action = proceed;
  proceed = null;
  if (dialog.returnValue === "yes") action?.();
  dialog.returnValue = "";
});
document.querySelectorAll("[data-must-equal]").forEach((input) => input.dispatchEvent(new Event("input", { bubbles: true })));
