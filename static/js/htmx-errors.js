// A failed htmx request says so: the words of an application/problem+json answer, else a sentence for the status,
// and the request id.

import { t } from "./i18n.js";
import { toast } from "./toast.js";

/** @param {XMLHttpRequest} xhr @returns {any} */
function problem(xhr) {
  if (!(xhr.getResponseHeader("Content-Type") ?? "").includes("json")) return {};
  try {
    return JSON.parse(xhr.responseText) ?? {};
  } catch {
    return {};
  }
}

/** @param {XMLHttpRequest} xhr */
function report(xhr) {
  const said = problem(xhr);
  const id = said.request_id ?? xhr.getResponseHeader("X-Request-ID");
  toast({
    level: "error",
    text: said.detail || said.title || t(`error-${xhr.status}`) || t("error-other"),
    detail: said.hint,
    id: id ? t("request-id", { id }) : undefined,
  });
}

document.addEventListener("htmx:responseError", (event) => report(/** @type {CustomEvent} */ (event).detail.xhr));
document.addEventListener("htmx:sendError", () => toast({ level: "error", text: t("error-network") }));
document.addEventListener("htmx:timeout", () => toast({ level: "error", text: t("error-timeout") }));
