// <svg class="spark" data-spark="1,2,3"> drawn as a line with its area. data-spark-on="progress:total" appends
// the field data-spark-field of each such live event (at most data-spark-max points, default 60), of one object only
// with data-spark-object.

const WIDTH = 100;
const HEIGHT = 40;

/** @param {Element} svg @returns {number[]} */
function points(svg) {
  return (svg.getAttribute("data-spark") ?? "").split(",").filter(Boolean).map(Number).filter(Number.isFinite);
}

/** @param {Element} svg @param {string} className @param {string} d */
function path(svg, className, d) {
  const known = svg.querySelector(`.${className}`);
  const element = known ?? document.createElementNS("http://www.w3.org/2000/svg", "path");
  element.setAttribute("class", className);
  element.setAttribute("d", d);
  if (!known) svg.append(element);
}

/** @param {Element} svg */
function draw(svg) {
  const values = points(svg);
  if (values.length < 2) return;
  const top = Math.max(...values, 1e-9) * 1.08;
  const x = (/** @type {number} */ i) => ((i / (values.length - 1)) * WIDTH).toFixed(2);
  const y = (/** @type {number} */ v) => (HEIGHT - (v / top) * HEIGHT).toFixed(2);
  const line = values.map((value, i) => `${i ? "L" : "M"}${x(i)} ${y(value)}`).join("");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  path(svg, "spark-area", `${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`);
  path(svg, "spark-line", line);
}

/** @param {SVGElement} svg */
function followEvents(svg) {
  const { sparkOn, sparkField, sparkMax, sparkObject } = svg.dataset;
  if (!sparkOn || !sparkField) return;
  document.addEventListener(`live:${sparkOn}`, (event) => {
    const data = /** @type {CustomEvent} */ (event).detail.data ?? {};
    const value = Number(data[sparkField]);
    if (!Number.isFinite(value) || (sparkObject && sparkObject !== data.object)) return;
    svg.dataset.spark = [...points(svg), value].slice(-Number(sparkMax || 60)).join(",");
    draw(svg);
  });
}

document.querySelectorAll("svg[data-spark]").forEach((svg) => {
  draw(svg);
  followEvents(/** @type {SVGElement} */ (svg));
});
document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("svg[data-spark]").forEach(draw));
