// The proxy check page: what only the browser knows. Its own address, and whether a WebSocket gets through.

const PATIENCE = 6000;
const page = document.getElementById("proxy-check");
const words = page?.dataset ?? {};

/** @param {string} id @param {"done" | "needs-you"} tone @param {string} word @param {string} text */
function say(id, tone, word, text) {
  const row = page?.querySelector(`[data-finding="${id}"]`);
  const pill = /** @type {HTMLElement | null | undefined} */ (row?.querySelector(".pill"));
  const line = row?.querySelector("p");
  if (!pill || !line) return;
  pill.dataset.tone = tone;
  pill.textContent = pill.title = word;
  line.textContent = text;
}

/** The server can only guess what the address bar shows. */
function compareOrigin() {
  const same = location.origin.toLowerCase() === (words.publicUrl ?? "").toLowerCase();
  if (same) say("origin", "done", words.wordWell ?? "", words.originWell ?? "");
  else say("origin", "needs-you", words.wordSet ?? "", words.originSet ?? "");
  const lines = document.getElementById("env-lines");
  const code = lines?.querySelector("code");
  const guess = lines?.dataset.guess ?? "";
  if (!code || guess === location.origin) return;
  code.textContent = (code.textContent ?? "").replace(`PUBLIC_URL=${guess}`, `PUBLIC_URL=${location.origin}`);
  lines?.querySelector("[data-copy]")?.setAttribute("data-copy", code.textContent);
}

/** Any frame or any close code of the server's own proves that the upgrade came through. */
function trySocket() {
  const url = new URL(words.socket ?? "/ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  const timer = setTimeout(() => finish(false), PATIENCE);
  /** @param {boolean} good */
  function finish(good) {
    clearTimeout(timer);
    socket.onopen = socket.onclose = null;
    socket.close();
    if (good) say("socket", "done", words.wordWell ?? "", words.socketWell ?? "");
    else say("socket", "needs-you", words.wordBlocked ?? "", words.socketBlocked ?? "");
  }
  socket.onopen = () => finish(true);
  socket.onclose = () => finish(false);
}

if (page) {
  compareOrigin();
  trySocket();
}
