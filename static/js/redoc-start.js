// Starts ReDoc in the colours of the site, without a request to any other host.

const place = /** @type {HTMLElement} */ (document.getElementById("redoc"));
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
const MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace";

// Its menu ends with a logo from its maker's server, and no option leaves it out: pictures of other hosts become ours.
const images = HTMLImageElement.prototype;
const setAttribute = images.setAttribute;
const source = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(images, "src"));

/** @param {string} url */
function own(url) {
  return new URL(url, location.href).origin === location.origin ? url : (place.dataset.logo ?? "");
}

images.setAttribute = function (name, value) {
  setAttribute.call(this, name, name === "src" ? own(value) : value);
};
Object.defineProperty(images, "src", {
  ...source,
  set(url) {
    source.set?.call(this, own(url));
  },
});

// @ts-ignore ReDoc is a classic script
window.Redoc.init(
  place.dataset.schema,
  {
    nativeScrollbars: true,
    hideDownloadButton: false,
    scrollYOffset: ".docs-bar",
    theme: {
      colors: { primary: { main: "#0a6e7d" }, success: { main: "#16794c" }, warning: { main: "#a96500" }, error: { main: "#c0362c" }, text: { primary: "#0f1a2a", secondary: "#536074" }, border: { light: "#e3e7ed", dark: "#c9d0da" } },
      typography: { fontSize: "14px", fontFamily: FONT, headings: { fontFamily: FONT, fontWeight: "700" }, code: { fontFamily: MONO, fontSize: "13px" } },
      sidebar: { backgroundColor: "#f6f7f9", textColor: "#0f1a2a" },
      rightPanel: { backgroundColor: "#121a26" },
    },
  },
  place,
);
