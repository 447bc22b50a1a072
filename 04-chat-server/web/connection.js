"use strict";

/*
 * The connection to the server, as often as it is needed: kept while it lasts, opened again when it
 * breaks, moved when the address names another room.
 */

const PAUSE = { first: 1000, longest: 30000 }; // milliseconds before another attempt to connect
const CONNECT_DEADLINE = 10000; // milliseconds; browsers themselves would wait for minutes
const SAID_GOODBYE = 1000; // how the server closes after /sair; it has not failed

let socket;
let attempts = 0; // that failed since the last success
let nextAttempt = 0; // when it is, by performance.now
let timer;
let lostAt = ""; // the time at which the connection broke
let introduction = ""; // /nome with the last name that was granted, said again after a reconnection
let moving = false; // to another room: the connection is closed for it

/* The room at the server that the page came from; one opened from a file has none. */
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

// #region connect
function connect() {
  setState("connecting", tr("Conectando…", "Connecting…"));
  clearTimeout(timer);
  timer = setTimeout(() => socket.close(), CONNECT_DEADLINE);
  socket = new WebSocket(address());
  socket.onopen = connected;
  socket.onmessage = (event) => receive(event.data);
  socket.onclose = disconnected;
}
// #endregion connect

function connected() {
  clearTimeout(timer);
  attempts = 0;
  setState("connected", tr("Conectado", "Connected"));
  note.textContent = "";
  if (lostAt)
    show({ kind: "gap", text: tr(`Reconectado: o que se disse desde as ${lostAt} não chegou aqui.`,
      `Reconnected: what was said since ${lostAt} did not arrive here.`) });
  lostAt = "";
  if (introduction)
    socket.send(introduction);
  askWhoIsHere(socket);
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
  if (bar.dataset.state === "connected")
    lostAt = timeNow();
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
  show({ kind: "gap", text: room ? tr(`Sala ${room}`, `Room ${room}`)
    : tr("Sala comum", "The common room") });
  connect();
}

/* The address names another room. The old connection ends first, and the name is free again. */
function move() {
  readRoom();
  moving = socket.readyState !== WebSocket.CLOSED;
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
