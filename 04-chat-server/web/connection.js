"use strict";

/*
 * The connection to the server, as often as it is needed: kept while it lasts, opened again when it
 * breaks, moved when the address names another room.
 */

const PAUSE = { first: 1000, longest: 30000 }; // milliseconds before another attempt to connect
const CONNECT_DEADLINE = 10000; // milliseconds; browsers themselves would wait for minutes
const LASTING = 10000; // milliseconds; a server may accept a connection and close it at once
const GHOST = { pause: 5000, longest: 90000 }; // milliseconds; how long a broken connection can last
const SAID_GOODBYE = 1000; // how the server closes after /sair; it has not failed

/* Proves to the server that a new connection is the same page's: nobody else knows it. */
const secret = Array.from(crypto.getRandomValues(new Uint8Array(16)),
  (byte) => byte.toString(16).padStart(2, "0")).join("");

let socket;
let attempts = 0; // that failed, or did not last, since the last connection that did
let connectedAt = 0; // by performance.now
let nextAttempt = 0; // when it is, by performance.now
let timer;
let lostAt = ""; // the time at which the connection broke
let introduction = ""; // /nome with the last name that was granted, said again after a reconnection
let introducedSince = 0; // when the page first said so, by performance.now; 0: it waits for no answer
let moving = false; // to another room: the connection is closed for it

/* The room at the server that the page came from; one opened from a file has none. Browsers give such
 * a page the origin "null", as they do to frames of any site, so the server has to allow it. */
function address() {
  const path = encodeURIComponent(room);
  if (location.protocol === "file:")
    return `ws://localhost:8765/${path}`;
  const protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return `${protocol}//${location.host}${location.pathname.replace(/[^/]*$/, "")}${path}`;
}

function setState(name, text) {
  bar.dataset.state = name;
  state.textContent = text;
  countdown.textContent = "";
  retry.hidden = name !== "waiting" && name !== "left";
  retry.firstElementChild.textContent = name === "left" ? tr("Entrar de novo", "Join again")
    : tr("Tentar agora", "Try now");
}

/* The browser and the server normalize paths: such a name would lead to another room. What else is no
 * name the server says itself. */
function isRoom(name) {
  const parts = name.split("/");
  return name === "" || ([...name].length <= 32 && !parts.some((part) => /^\.{0,2}$/.test(part)));
}

function refuseRoom() {
  clearTimeout(timer);
  setState("left", tr("Fora da sala", "Out of the room"));
  show({ kind: "notice",
    text: tr('Nome de sala inválido: de 1 a 32 caracteres visíveis, e nenhuma parte entre barras vazia, "." ou "..".',
      'Invalid room name: 1 to 32 visible characters, and no part between slashes empty, "." or "..".') });
}

// #region connect
function connect() {
  if (!isRoom(room))
    return refuseRoom();
  setState("connecting", tr("Conectando…", "Connecting…"));
  clearTimeout(timer);
  timer = setTimeout(() => socket.close(), CONNECT_DEADLINE);
  socket = new WebSocket(`${address()}?key=${secret}`);
  socket.onopen = connected;
  socket.onmessage = (event) => receive(event.data);
  socket.onclose = disconnected;
}
// #endregion connect

function connected() {
  clearTimeout(timer);
  connectedAt = performance.now();
  setState("connected", tr("Conectado", "Connected"));
  note.textContent = "";
  if (lostAt)
    show({ kind: "gap", text: tr(`Reconectado: o que se disse desde as ${lostAt} não chegou aqui.`,
      `Reconnected: what was said since ${lostAt} did not arrive here.`) });
  lostAt = "";
  introducedSince = 0;
  introduce();
  askWhoIsHere(socket);
}

/* The page says again who it is. The server may not know yet that the old connection is broken, whose
 * name it is then: by the secret it knows the page, and lets it have the name. If it does not, because
 * it has another connection's secret, the page tries again until the old connection must have ended. */
function introduce() {
  if (!introduction)
    return;
  introducedSince ||= performance.now();
  socket.send(introduction);
}

/* Whether the refusal of a name was the answer to the page, and need not be shown. */
function refusedAgain() {
  if (!introducedSince)
    return false;
  const since = introducedSince;
  const here = socket;
  const isFirst = note.textContent === "";
  if (performance.now() - since > GHOST.longest) {
    introducedSince = 0;
    return false;
  }
  if (isFirst)
    note.textContent = tr("Seu nome ainda está em uso: a página tenta de novo.",
      "Your name is still in use: the page tries again.");
  setTimeout(() => here === socket && since === introducedSince && introduce(), GHOST.pause);
  return true;
}

/* The name was granted, or the person chooses one. */
function introduced() {
  if (introducedSince)
    note.textContent = "";
  introducedSince = 0;
}

/* Each pause is twice the last, and the attempts of many pages that lost the same server are spread
 * over its second half. */
function disconnected(event) {
  clearTimeout(timer);
  forgetPeople();
  if (moving || event.code === SAID_GOODBYE) {
    leftOnPurpose();
    return;
  }
  const wasConnected = bar.dataset.state === "connected";
  if (wasConnected && performance.now() - connectedAt >= LASTING)
    attempts = 0;
  if (wasConnected)
    lostAt = timeNow();
  else if (location.protocol === "file:" && attempts === 0)
    show({ kind: "notice", text: tr(
      "Esta página veio do disco. O servidor só a aceita com --allow-origin null; ou abra http://localhost:8765/.",
      "This page came from disk. The server accepts it only with --allow-origin null; or open http://localhost:8765/.") });
  const pause = Math.min(PAUSE.first * 2 ** attempts, PAUSE.longest);
  attempts++;
  nextAttempt = performance.now() + pause * (0.5 + Math.random() / 2);
  setState("waiting", tr("Sem conexão", "Not connected"));
  countDown();
}

function leftOnPurpose() {
  if (!moving) {
    setState("left", tr("Fora da sala", "Out of the room"));
    return;
  }
  moving = false;
  attempts = 0;
  if (isRoom(room))
    show({ kind: "gap", text: room ? tr(`Sala ${room}`, `Room ${room}`)
      : tr("Sala comum", "The common room") });
  connect();
}

/* The address names another room. The old connection ends first, and the name is free again. */
function move() {
  readRoom();
  moving = Boolean(socket) && socket.readyState !== WebSocket.CLOSED;
  if (moving)
    socket.close();
  else
    connect();
}

function countDown() {
  const left = nextAttempt - performance.now();
  if (left <= 0) {
    connect();
    return;
  }
  const seconds = Math.ceil(left / 1000);
  countdown.textContent = tr(`nova tentativa em ${seconds} s`, `trying again in ${seconds} s`);
  timer = setTimeout(countDown, left - (seconds - 1) * 1000);
}

function connectNow() {
  if (bar.dataset.state === "waiting")
    connect();
}
