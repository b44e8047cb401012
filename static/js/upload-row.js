// One row of the panel of uploads, made from <template id="upload-row">. It only shows; upload.js listens to its buttons.

import { duration, percent, size, sizePair, speed, stateWords, t } from "./i18n.js";

/** @typedef {{kind?: string, folder?: string, drive?: string, path?: string, conflict?: string}} Place */

const BUTTONS = /** @type {Record<string, string[]>} */ ({
  queued: ["cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  offline: ["pause", "cancel"],
  unfinished: ["again", "cancel"],
  verifying: [],
  failed: ["retry", "cancel"],
  done: ["open", "cancel"],
});
const TONES = /** @type {Record<string, string>} */ ({ offline: "waiting", unfinished: "waiting" });

export class Row {
  /** @param {string} name @param {number} total @param {Place} place @param {string} here the drive of this page */
  constructor(name, total, place, here) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("upload-row"));
    this.element = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
    this.name = name;
    this.total = total;
    this.done = 0;
    this.field("name").textContent = this.field("name").title = name;
    this.field("place").textContent = t(!place.drive ? "upload.library" : place.drive === here ? "upload.drive" : "upload.other-drive");
    this.field("path").textContent = (place.folder ?? place.path ?? "").replace(/^\/$/, "");
    this.field("bar").setAttribute("aria-label", t("upload.progress", { name }));
    this.show("queued");
  }

  /** @param {string} name @returns {any} */
  field(name) {
    return this.element.querySelector(`[data-field="${name}"]`);
  }

  /** @param {string} name @returns {HTMLButtonElement | null} */
  button(name) {
    return this.element.querySelector(`[data-act="${name}"]`);
  }

  /** @param {string} state @param {string} [note] a sentence */
  show(state, note = "") {
    const words = stateWords(state);
    this.state = state;
    this.element.dataset.state = state;
    this.element.dataset.tone = TONES[state] ?? words?.tone ?? "waiting";
    const pill = this.field("state");
    pill.textContent = pill.title = words?.label ?? t(`upload.${state}`);
    pill.dataset.tone = this.element.dataset.tone;
    this.showButtons();
    this.showNote(note);
    if (state !== "running") this.field("speed").textContent = this.field("eta").textContent = "";
    this.progress(this.done);
  }

  showButtons() {
    const wanted = BUTTONS[this.state ?? ""] ?? [];
    const focused = /** @type {HTMLElement | null} */ (this.element.querySelector(":focus"));
    this.element.querySelectorAll("[data-act]").forEach((element) => {
      const button = /** @type {HTMLButtonElement} */ (element);
      const act = button.dataset.act ?? "";
      button.hidden = !wanted.includes(act);
      if (act === "again") return;
      const label = t(act === "cancel" && this.state === "done" ? "upload.remove" : `upload.${act}`);
      button.title = label;
      button.ariaLabel = [label, this.name].join(": ");
    });
    if (focused?.hidden) this.focus();
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.element.querySelector("[data-act]:not([hidden])"))?.focus();
  }

  /** @param {string} text */
  showNote(text) {
    const note = /** @type {HTMLElement} */ (this.element.querySelector(".row-note"));
    note.hidden = !text;
    note.dataset.tone = this.element.dataset.tone;
    this.field("note").textContent = text;
  }

  /** @param {number} done @param {number} [rate] bytes per second */
  progress(done, rate = 0) {
    this.done = done;
    const whole = Math.max(1, this.total);
    this.field("bytes").textContent = this.total ? sizePair(done, this.total) : size(0);
    this.field("bar").max = whole;
    this.field("bar").value = this.total || this.state !== "done" ? done : 1;
    this.field("percent").textContent = percent(Math.min(1, this.field("bar").value / whole));
    if (this.state !== "running" || !rate) return;
    this.field("speed").textContent = speed(rate);
    this.field("eta").textContent = t("left", { time: duration((this.total - done) / rate) });
  }

  get percent() {
    return percent(this.done / Math.max(1, this.total));
  }

  /** @param {string} page where the finished file is shown */
  link(page) {
    const link = /** @type {HTMLAnchorElement} */ (this.element.querySelector('a[data-act="open"]'));
    link.href = page;
  }
}
