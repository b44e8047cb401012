// <time datetime data-time="relative | datetime | date | time"> in the page language and the user's zone; the full date is the title.

import { language } from "./i18n.js";

const zone = document.body.dataset.timeZone || undefined;
const REFRESH = 30_000;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];

/** @param {Intl.DateTimeFormatOptions} options */
function formatter(options) {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(language, options); // a zone this browser does not know
  }
}

const full = formatter({ dateStyle: "full", timeStyle: "long" });
/** @type {Record<string, Intl.DateTimeFormat>} */
const styles = {
  datetime: formatter({ dateStyle: "medium", timeStyle: "short" }),
  date: formatter({ dateStyle: "medium" }),
  time: formatter({ timeStyle: "medium" }),
};
const relativeFormat = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** @param {Date} at */
function relative(at) {
  const seconds = (at.getTime() - Date.now()) / 1000;
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  const n = Math.trunc(seconds / length);
  return relativeFormat.format(unit === "second" && Math.abs(n) < 10 ? 0 : n, unit);
}

/** @param {HTMLTimeElement} element */
function word(element) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const text = styles[element.dataset.time ?? ""]?.format(at) ?? relative(at);
  if (element.textContent !== text) element.textContent = text;
  if (!element.title) element.title = full.format(at);
}

function wordAll() {
  document.querySelectorAll("time[data-time]").forEach((element) => word(/** @type {HTMLTimeElement} */ (element)));
}

document.addEventListener("htmx:afterSettle", wordAll);
document.addEventListener("visibilitychange", () => document.hidden || wordAll());
setInterval(() => document.hidden || wordAll(), REFRESH);
wordAll();
