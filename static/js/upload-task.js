// One file on its way to the server, over tus (static/vendor/tus.min.js). It tells what happens through `changed(task)`.

import { csrfToken } from "./http.js";
import { t } from "./i18n.js";

const CHUNK = 32 * 1024 * 1024; // one request; proxies that collect bodies can live with it
const SMALL = 4 * 1024 * 1024; // goes along with the creation, in one request
const RETRY = [0, 1000, 3000, 5000]; // then the row says that there is no connection
const AGAIN = 15_000;
const WINDOW = 5000; // ms over which the speed is measured
const POLL = 3000;

/** @typedef {import("./upload-row.js").Row} Row */
/** @typedef {import("./upload-row.js").Place} Place */

/** Headers of every request to the uploads. */
function headers() {
  return { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken() };
}

/** The words of a problem+json answer. @param {string} body */
function words(body) {
  try {
    const said = JSON.parse(body);
    const fields = Object.values(said.errors ?? {}).flat();
    return [...new Set([said.title, ...fields, said.hint])].filter(Boolean).join(" ");
  } catch {
    return "";
  }
}

export class Task {
  /**
   * @param {File} file @param {Place} place @param {Row} row
   * @param {{endpoint: string, url?: string, changed: (task: Task) => void}} options url: of an upload that was begun earlier
   */
  constructor(file, place, row, { endpoint, url, changed }) {
    this.file = file;
    this.row = row;
    this.place = place;
    this.changed = changed;
    /** @type {any} what the server says about it at the end */
    this.result = null;
    /** @type {[number, number][]} time and bytes */
    this.samples = [];
    this.kept = row.done; // what the server has for sure
    const { kind, ...where } = place;
    // @ts-ignore tus is a classic script
    this.upload = new window.tus.Upload(file, {
      endpoint,
      uploadUrl: url ?? null,
      chunkSize: CHUNK,
      retryDelays: RETRY,
      uploadDataDuringCreation: file.size <= SMALL && !url,
      storeFingerprintForResuming: false, // the server lists what is unfinished, for every browser of this person
      metadata: { filename: file.name, filetype: file.type, modified: String(file.lastModified), ...where },
      onBeforeRequest: (/** @type {any} */ request) => request.setHeader("X-CSRFToken", csrfToken()),
      onShouldRetry: (/** @type {any} */ error) => this.mayRetry(error),
      onChunkComplete: (/** @type {number} */ size, /** @type {number} */ kept) => (this.kept = kept),
      onProgress: (/** @type {number} */ sent) => this.moved(sent),
      onSuccess: () => this.settle(),
      onError: (/** @type {any} */ error) => this.failed(error),
    });
  }

  /** Path of the upload on the server, once it is known. */
  get address() {
    return this.upload.url ? new URL(this.upload.url, location.href).pathname : "";
  }

  get active() {
    return ["queued", "running", "offline"].includes(this.row.state ?? "");
  }

  /** @param {string} state @param {string} [note] */
  show(state, note) {
    this.row.show(state, note);
    this.changed(this);
  }

  start() {
    clearTimeout(this.timer);
    this.samples = [];
    this.show("running");
    this.upload.start();
  }

  pause() {
    clearTimeout(this.timer);
    this.upload.abort();
    this.show("paused");
  }

  /** Stop, and let the server forget what it has. */
  async cancel() {
    clearTimeout(this.timer);
    await this.upload.abort();
    if (this.address && this.row.state !== "done") await remove(this.address);
  }

  /** @param {any} error */
  mayRetry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    return status === 0 ? navigator.onLine : status === 409 || status === 423 || (status >= 500 && status !== 507);
  }

  /** @param {number} sent */
  moved(sent) {
    if (this.row.state !== "running") return;
    const now = performance.now();
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - this.samples[0][0] > WINDOW) this.samples.shift();
    const [since, from] = this.samples[0];
    this.row.progress(sent, now - since > 500 ? ((sent - from) * 1000) / (now - since) : 0);
  }

  /** @param {any} error */
  failed(error) {
    if (this.row.state === "paused") return;
    this.row.done = this.kept;
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    if (!error.originalRequest) this.show("failed", t("upload.unreadable-note"));
    else if (!answer || status === 409 || status === 423 || status >= 502) this.wait();
    else this.show("failed", words(answer.getBody()) || t("upload.error-note"));
  }

  /** The server can't be reached: look again now and then, and as soon as the browser is online. */
  wait() {
    this.show("offline", t("upload.offline-note"));
    const again = () => this.row.state === "offline" && this.start();
    this.timer = setTimeout(again, AGAIN);
    addEventListener("online", again, { once: true });
  }

  /** Everything is on the server: what has become of it? */
  async settle() {
    clearTimeout(this.timer);
    this.row.progress(this.file.size);
    const found = await look(this.address);
    if (found?.state === "done") {
      this.result = found;
      this.show("done");
    } else if (found?.state === "failed") {
      this.show("failed", [found.error.title, found.error.hint].join(" "));
    } else {
      if (this.row.state !== "verifying") this.show("verifying", t("upload.checking-note"));
      this.timer = setTimeout(() => this.settle(), POLL);
    }
  }

  /** After a failure: an upload that has arrived is finished anew, any other goes on. */
  async retry() {
    if (this.row.done < this.file.size || !this.address) {
      this.start();
      return;
    }
    await finishAnew(this.address, this.file.size);
    this.settle();
  }
}

/** Ask the server to finish an upload that is complete. @param {string} address @param {number} size */
export async function finishAnew(address, size) {
  const more = { "Upload-Offset": String(size), "Content-Type": "application/offset+octet-stream" };
  await fetch(address, { method: "PATCH", headers: { ...headers(), ...more } }).catch(() => null);
}

/** An upload as the server describes it; null when it can't be asked. @param {string} address @returns {Promise<any>} */
export async function look(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Let the server forget an upload. @param {string} address */
export async function remove(address) {
  await fetch(address, { method: "DELETE", headers: headers() }).catch(() => null);
}
