// Questions about files: a dialog leaves the page when it is closed, so that nothing in it goes on; the focus goes to what
// matters when its content changes; a new code for a share.

const CODE_LENGTH = 4;

document.addEventListener(
  "close",
  (event) => {
    const dialog = /** @type {Element} */ (event.target);
    if (dialog.parentElement?.id === "dialog-slot") dialog.remove();
  },
  { capture: true },
);

document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = /** @type {Element} */ (event.target).closest("dialog[open]");
  const wanted = /** @type {HTMLElement | null | undefined} */ (dialog?.querySelector("[data-autofocus], [autofocus]"));
  if (wanted && !dialog?.contains(document.activeElement)) wanted.focus();
  else if (wanted?.matches(".form-errors, .note")) wanted.focus();
});

/** @param {HTMLInputElement} field */
function newCode(field) {
  const letters = field.dataset.code ?? "";
  const dice = crypto.getRandomValues(new Uint32Array(CODE_LENGTH));
  field.value = [...dice].map((die) => letters[die % letters.length]).join("");
  field.focus();
}

document.addEventListener("click", (event) => {
  if (!(/** @type {Element} */ (event.target).closest("[data-new-code]"))) return;
  const field = document.querySelector("input[data-code]");
  if (field instanceof HTMLInputElement) newCode(field);
});
