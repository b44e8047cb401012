// Dialogs: data-dialog-open="#id", data-dialog-close, a press on the backdrop; a <dialog> that htmx puts into
// #dialog-slot opens by itself; the event `dialog-close` (HX-Trigger) closes the open one. Also closes menus and the drawer.

/** @param {Element | null} dialog */
function open(dialog) {
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  const opener = target.closest("[data-dialog-open]");
  if (opener) open(document.querySelector(opener.getAttribute("data-dialog-open") ?? ""));
  else if (target.closest("[data-dialog-close]") || target.matches("dialog[open]")) target.closest("dialog")?.close();
  closeMenus(target);
}

/** Close open menus, except the one around `inside`. @param {Element | null} inside */
function closeMenus(inside) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    const picked = inside?.closest(".menu-item") && menu.contains(inside);
    if (picked || !inside || !menu.contains(inside)) menu.removeAttribute("open");
  });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const menu = /** @type {Element} */ (event.target).closest("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (event.key === "Escape") {
    if (location.hash === "#sidebar") location.hash = "#main";
    closeMenus(null);
    if (menu?.contains(document.activeElement)) menu.querySelector("summary")?.focus();
  } else if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    step(menu, event);
  }
}

/** @param {Element} menu @param {KeyboardEvent} event */
function step(menu, event) {
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".menu-item")]);
  if (!items.length) return;
  event.preventDefault();
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = event.key === "ArrowDown" ? at + 1 : at - 1 + items.length * Number(at < 1);
  items[next % items.length].focus();
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("htmx:afterSettle", (event) => {
  const slot = /** @type {Element} */ (event.target);
  if (slot.id === "dialog-slot") open(slot.querySelector("dialog"));
});
document.addEventListener("dialog-close", () => /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"))?.close());
/** @type {HTMLElement | null} */ (document.querySelector("[data-autofocus]"))?.focus();
