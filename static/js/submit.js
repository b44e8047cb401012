// <select data-submit-on-change>: choosing sends the form at once; without script its button does.

document.addEventListener("change", (event) => {
  const field = /** @type {HTMLSelectElement} */ (event.target);
  if (field.matches("[data-submit-on-change]")) field.form?.requestSubmit();
});
