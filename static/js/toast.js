// Messages in the corner. toast({level, text, detail, id}) from scripts; the event `toast` from htmx (HX-Trigger);
// Django's own messages are already there. Good news leaves by itself, problems stay until closed.

const STAY = 6000;

/** @typedef {{level?: "success" | "info" | "warning" | "error", text: string, detail?: string, id?: string}} Message */

/** @param {Element} toast */
function leaveLater(toast) {
  if (!["success", "info", "debug"].includes(toast.getAttribute("data-toast") ?? "")) return;
  let timer = setTimeout(() => toast.remove(), STAY);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => {
    timer = setTimeout(() => toast.remove(), STAY / 2);
  });
}

/** @param {Element} toast @param {string} className @param {string | undefined} text */
function addLine(toast, className, text) {
  if (!text) return;
  const line = document.createElement("div");
  line.className = className;
  line.textContent = text;
  toast.querySelector(".toast-body")?.append(line);
}

/** @param {string} text */
function alreadyShown(text) {
  return [...document.querySelectorAll("#toasts [data-toast-text]")].some((shown) => shown.textContent === text);
}

/** Above everything, an open dialog included. @param {HTMLElement} region */
function raise(region) {
  region.popover = "manual";
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

/** @param {Message} message */
export function toast({ level = "info", text, detail, id }) {
  const region = document.getElementById("toasts");
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById(`toast-${level}`));
  const element = /** @type {Element | undefined} */ (template?.content.firstElementChild?.cloneNode(true));
  if (!region || !element || !text || alreadyShown(text)) return;
  const place = element.querySelector("[data-toast-text]");
  if (place) place.textContent = text;
  addLine(element, "toast-detail", detail);
  addLine(element, "toast-id", id);
  region.append(element);
  raise(region);
  leaveLater(element);
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-toast-close]")) target.closest("[data-toast]")?.remove();
});
document.addEventListener("toast", (event) => toast(/** @type {CustomEvent} */ (event).detail));
document.querySelectorAll("#toasts [data-toast]").forEach(leaveLater);
