// The command palette: filters what the page carries, moves with the arrows, opens with Enter.

const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("palette"));
const input = /** @type {HTMLInputElement | null} */ (document.getElementById("palette-input"));

/** @returns {HTMLElement[]} */
function shown() {
  return /** @type {HTMLElement[]} */ ([...(dialog?.querySelectorAll(".palette-item:not([hidden])") ?? [])]);
}

/** @param {HTMLElement | undefined} item */
function choose(item) {
  dialog?.querySelectorAll('[aria-selected="true"]').forEach((other) => other.setAttribute("aria-selected", "false"));
  if (!item) {
    input?.removeAttribute("aria-activedescendant");
    return;
  }
  item.id ||= `palette-${Math.random().toString(36).slice(2)}`;
  item.setAttribute("aria-selected", "true");
  input?.setAttribute("aria-activedescendant", item.id);
  item.scrollIntoView({ block: "nearest" });
}

function filter() {
  const terms = (input?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  dialog?.querySelectorAll(".palette-item").forEach((element) => {
    const item = /** @type {HTMLElement} */ (element);
    const words = `${item.textContent} ${item.dataset.words ?? ""}`.toLowerCase();
    item.hidden = !item.closest("#palette-found") && !terms.every((term) => words.includes(term));
  });
  dialog?.querySelectorAll("[data-palette-group]").forEach((group) => {
    /** @type {HTMLElement} */ (group).hidden = !group.querySelector(".palette-item:not([hidden])");
  });
  const none = /** @type {HTMLElement | null | undefined} */ (dialog?.querySelector(".palette-none"));
  if (none) none.hidden = shown().length > 0;
  choose(shown()[0]);
}

/** Elements of the page that offer themselves: data-palette="label". */
function collect() {
  const group = document.getElementById("palette-page");
  if (!group) return;
  group.querySelectorAll(".palette-item").forEach((item) => item.remove());
  document.querySelectorAll("main [data-palette]").forEach((source) => {
    const item = document.createElement("button");
    item.type = "button";
    item.className = "palette-item";
    item.setAttribute("role", "option");
    item.tabIndex = -1;
    const icon = source.querySelector(".icon")?.cloneNode(true);
    if (icon) item.append(icon);
    item.append(source.getAttribute("data-palette") || source.textContent?.trim() || "");
    item.addEventListener("click", () => press(source));
    group.append(item);
  });
}

/** @param {Element | null} target */
function press(target) {
  dialog?.close();
  /** @type {HTMLElement | null} */ (target)?.click();
}

export function openPalette() {
  if (!dialog || !input || dialog.open) return;
  input.value = "";
  collect();
  filter();
  dialog.showModal();
  input.focus();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const items = shown();
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(items[(at + 1) % items.length]);
  else if (event.key === "ArrowUp") choose(items[(at - 1 + items.length) % items.length]);
  else if (event.key === "Enter" && at >= 0 && !event.isComposing) items[at].click();
  else return;
  event.preventDefault();
}

input?.addEventListener("input", filter);
input?.addEventListener("keydown", onKey);
dialog?.addEventListener("htmx:afterSettle", filter);
dialog?.addEventListener("click", (event) => {
  const item = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".palette-item"));
  if (item?.dataset.click) press(document.querySelector(item.dataset.click));
  else if (item instanceof HTMLAnchorElement) dialog.close();
});
document.addEventListener("click", (event) => {
  if (/** @type {Element} */ (event.target).closest("[data-palette-open]")) openPalette();
});
