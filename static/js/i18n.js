// Words and numbers in the language of the page. Words come from <template id="i18n">, never from scripts.

export const language = document.documentElement.lang || "en";
const plural = new Intl.PluralRules(language);

/** @param {string} key @returns {HTMLElement | null} */
function entry(key) {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("i18n"));
  return template ? template.content.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
}

/**
 * The translated text of a key with {placeholders} filled in; "" when the page has no such key.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = entry(key)?.textContent ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Plural form: picks `key.one`, `key.few`, … and falls back to `key.other`.
 * @param {string} key
 * @param {number} n
 */
export function tn(key, n) {
  const values = { n: number(n) };
  return t(`${key}.${plural.select(n)}`, values) || t(`${key}.other`, values);
}

/** Label and tone of a state such as "running". @param {string} state */
export function stateWords(state) {
  const found = entry(`state.${state}`);
  return found && { label: found.textContent ?? "", tone: found.dataset.tone ?? "plain" };
}

const plain = new Intl.NumberFormat(language);
const oneDecimal = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"];

/** @param {number} n */
export function number(n) {
  return plain.format(n);
}

/**
 * A size split into number and unit, in steps of 1024 as Django's filesizeformat.
 * @param {number} bytes
 * @param {number} [step] index of the unit to use
 */
export function sizeParts(bytes, step) {
  const index = step ?? Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** index;
  return { value: index === 0 ? plain.format(Math.round(value)) : oneDecimal.format(value), unit: UNITS[index], index };
}

/** "1.9 GB" @param {number} bytes */
export function size(bytes) {
  const { value, unit } = sizeParts(bytes);
  return `${value} ${unit}`;
}

/** "1.2 / 1.9 GB": the first number in the unit of the second. @param {number} done @param {number} total */
export function sizePair(done, total) {
  if (done >= total) return size(total);
  const whole = sizeParts(total);
  const part = done === 0 ? plain.format(0) : sizeParts(done, whole.index).value;
  return `${part} / ${whole.value} ${whole.unit}`;
}

/** "42.1 MB/s" @param {number} bytesPerSecond */
export function speed(bytesPerSecond) {
  return t("per-second", { size: size(bytesPerSecond) });
}

/** "63 %" in the page's own writing. @param {number} fraction between 0 and 1 */
export function percent(fraction) {
  return new Intl.NumberFormat(language, { style: "percent" }).format(Math.floor(fraction * 100) / 100);
}

/** @param {number} value @param {"second" | "minute" | "hour" | "day"} unit */
function amount(value, unit) {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** A duration in at most two units: "17 sec", "4 min", "2 hr 5 min". @param {number} seconds */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return amount(s, "second");
  if (s < 3600) return amount(Math.round(s / 60), "minute");
  const [big, small, ratio] = s < 86400 ? /** @type {const} */ (["hour", "minute", 60]) : /** @type {const} */ (["day", "hour", 24]);
  const whole = Math.floor(s / (ratio === 60 ? 3600 : 86400));
  const rest = Math.floor((s % (ratio === 60 ? 3600 : 86400)) / (ratio === 60 ? 60 : 3600));
  return rest ? `${amount(whole, big)} ${amount(rest, small)}` : amount(whole, big);
}
