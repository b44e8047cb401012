// The socket. Frames are {"type", "id"?, "object"?, "data"}; each becomes a DOM event `live:<type>` on document with
// detail {type, id, data}, where data.object names what it is about. The state of the connection is `live:state` with detail {state}. The id of the newest
// event is remembered for this tab, so that a reconnect (or the next page) asks for what was missed.

import { t } from "./i18n.js";
import { toast } from "./toast.js";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const LONG_GAP = 10_000; // after this long without a connection, coming back is worth a word
const SIGNED_OUT = new Set([4401, 4403]);

/** @typedef {{type: string, id?: number, data?: any}} Frame */

const body = document.body;
const storageKey = `live:${body.dataset.user ?? ""}`;
/** @type {WebSocket | null} */
let socket = null;
let attempt = 0;
let silence = 60_000;
let lostAt = 0;
let lastId = Number(body.dataset.lastEventId || sessionStorage.getItem(storageKey) || 0);
/** @type {number | undefined} */
let retryTimer;
/** @type {number | undefined} */
let silenceTimer;
/** @type {Map<string, Frame>} */
const held = new Map(); // while the tab is hidden: newest frame per object and type

/** @param {"connecting" | "live" | "reconnecting" | "offline" | "signed-out"} state */
function setState(state) {
  const chip = document.getElementById("live-chip");
  if (chip && chip.dataset.state !== state) {
    chip.dataset.state = state;
    const label = chip.getAttribute(`data-label-${state}`) ?? "";
    chip.title = label;
    if (chip.firstElementChild) chip.firstElementChild.textContent = label;
  }
  document.dispatchEvent(new CustomEvent("live:state", { detail: { state } }));
}

/** @param {Frame} frame */
function dispatch(frame) {
  document.dispatchEvent(new CustomEvent(`live:${frame.type}`, { detail: frame }));
  document.dispatchEvent(new CustomEvent("live:any", { detail: frame }));
}

/** @param {Frame} frame */
function remember(frame) {
  const id = frame.id ?? (frame.type === "resync" ? frame.data?.last_event_id : undefined);
  if (!id || id <= lastId) return;
  lastId = id;
  sessionStorage.setItem(storageKey, String(id));
}

/** Let go of the socket without waiting for its closing handshake: the peer may be gone. */
function drop() {
  const mine = socket;
  socket = null;
  clearTimeout(retryTimer);
  clearTimeout(silenceTimer);
  mine?.close();
}

function watchSilence() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(() => {
    drop();
    lost(0);
  }, silence);
}

/** @param {Frame} frame */
function hello(frame) {
  attempt = 0;
  if (frame.data?.last_event_id < lastId) lastId = frame.data.last_event_id; // the server's history was set back
  if (frame.data?.heartbeat_seconds) silence = frame.data.heartbeat_seconds * 2500;
  if (lostAt && Date.now() - lostAt > LONG_GAP) toast({ level: "success", text: t("back-live") });
  lostAt = 0;
  setState("live");
}

/** @param {Frame} frame */
function receive(frame) {
  watchSilence();
  remember(frame);
  if (frame.type === "heartbeat") {
    socket?.send('{"type":"pong"}');
    return;
  }
  if (frame.type === "hello") hello(frame);
  if (document.hidden) held.set(`${frame.type} ${frame.data?.object ?? frame.id ?? ""}`, frame);
  else dispatch(frame);
}

function releaseHeld() {
  const frames = [...held.values()];
  held.clear();
  frames.forEach(dispatch);
}

/** @param {string} text @returns {Frame | null} */
function parse(text) {
  try {
    const frame = JSON.parse(text);
    if (typeof frame?.type !== "string") return null;
    return frame.object ? { ...frame, data: { ...frame.data, object: frame.object } } : frame;
  } catch {
    return null;
  }
}

/** @returns {string} */
function address() {
  const url = new URL(body.dataset.liveUrl ?? "/ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (lastId) url.searchParams.set("last_event_id", String(lastId));
  return url.href;
}

function connect() {
  clearTimeout(retryTimer);
  const mine = new WebSocket(address());
  socket = mine;
  watchSilence();
  mine.onmessage = (event) => {
    const frame = parse(event.data);
    if (frame && mine === socket) receive(frame);
  };
  mine.onclose = (event) => {
    if (mine === socket) lost(event.code);
  };
}

/** Back-off with full jitter: anywhere between 0 and the growing ceiling. @param {number} code close code */
function lost(code) {
  socket = null;
  clearTimeout(silenceTimer);
  lostAt ||= Date.now();
  if (SIGNED_OUT.has(code)) {
    setState("signed-out");
    return;
  }
  setState(navigator.onLine ? "reconnecting" : "offline");
  const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt++);
  retryTimer = setTimeout(connect, Math.random() * ceiling);
}

function reconnectNow() {
  const chip = document.getElementById("live-chip");
  if (socket || chip?.dataset.state === "signed-out") return;
  attempt = 0;
  connect();
}

if (body.dataset.liveUrl) {
  connect();
  addEventListener("online", reconnectNow);
  addEventListener("offline", () => {
    drop();
    lost(0);
  });
  addEventListener("pagehide", drop);
  addEventListener("pageshow", (event) => event.persisted && reconnectNow());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    releaseHeld();
    reconnectNow();
  });
}
