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
const QUIET = 12000; // milliseconds without a line, after which the page asks whether the server is there
const PATIENCE = 10000; // milliseconds without an answer, after which the connection is dead

/* Proves to the server that a new connection is the same page's: nobody else knows it. */
let secret = Array.from(crypto.getRandomValues(new Uint8Array(16)),
  (byte) => byte.toString(16).padStart(2, "0")).join("");

let socket;
let attempts = 0; // that failed, or did not last, since the last connection that did
let connectedAt = 0; // by performance.now
let nextAttempt = 0; // when it is, by performance.now
let timer;
let lostAt = ""; // the time at which the connection broke
let introduction = ""; // /nome with the last name that was granted, said again after a reconnection
let introducedSince = 0; // when the page first said so, by performance.now; 0: it waits for no answer
const pending = []; // what the server has not processed yet: a person's { line, text }, or isQuiet
let watchdog; // the timer of QUIET or PATIENCE

function stored(action) {
  try {
    return action(sessionStorage);
  } catch {
    return null; // the browser keeps nothing
  }
}

/* A reload keeps the name. While the page is looked at nothing is stored, so that a second tab, which
 * gets a copy, does not take the name from the first. */
function keepForReload(event) {
  const isGoing = document.hidden || event?.type === "pagehide";
  stored((storage) => (isGoing ? storage.setItem("chat", JSON.stringify({ secret, introduction }))
    : storage.removeItem("chat")));
}

function takeFromReload() {
  ({ secret, introduction } = stored((storage) => JSON.parse(storage.getItem("chat"))) ?? { secret, introduction });
  keepForReload();
}

/* The server that the page came from; one opened from a file has none. Browsers give such a page the
 * origin "null", as they do to frames of any site, so the server has to allow it. */
const HOME = location.protocol === "file:" ? "ws://localhost:8765/" : new URL(".", location).href.replace(/^http/, "ws");

let servers = [HOME]; // of the same chat
let current = 0; // the one that the page is at, or tries

/* Those that this server names besides itself: the page goes to the next one when it loses one. */
function takeServers(list) {
  const here = servers[current];
  servers = [...new Set([HOME, here, ...list.match(/[^\s,]+/g).map((origin) => `${origin.replace(/^http/, "ws")}/`)])];
  current = servers.indexOf(here);
}

const address = () => servers[current] + encodeURIComponent(room);

function setState(name, text) {
  bar.dataset.state = name;
  state.textContent = text;
  countdown.textContent = "";
  retry.hidden = name !== "waiting" && name !== "left";
  retry.firstElementChild.textContent = name === "left" ? tr("Entrar de novo", "Join again")
    : tr("Tentar agora", "Try now");
}

/* Browsers and proxies normalize paths: such a name would lead to another room. HTTP allows no
 * NUL in a path. The server refuses other invalid names itself. */
function isRoom(name) {
  const parts = name.split("/");
  return name === "" || ([...name].length <= 32 && !name.includes("\0")
    && !parts.some((part) => /^\.{0,2}$/.test(part)));
}

function refuseRoom() {
  setState("left", tr("Fora da sala", "Out of the room"));
  show({ kind: "notice",
    text: tr('Nome de sala inválido: de 1 a 32 caracteres visíveis, e nenhuma parte entre barras vazia, "." ou "..".',
      'Invalid room name: 1 to 32 visible characters, and no part between slashes empty, "." or "..".') });
}

// #region connect
function connect() {
  drop();
  if (!isRoom(room))
    return refuseRoom();
  setState("connecting", tr("Conectando…", "Connecting…"));
  timer = setTimeout(lose, CONNECT_DEADLINE);
  socket = new WebSocket(`${address()}?key=${secret}`, "lines.chat");
  socket.onopen = connected;
  socket.onmessage = heard;
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
  askWhoIsHere();
  transmit(tr("/ajuda", "/help"), { isQuiet: true });
}

/* ---- whether it works --------------------------------------------------------------------- */

/* The server says "done" to each message, in their order. */
function transmit(text, entry) {
  socket.send(text);
  entry.line?.classList.add("pending");
  if (pending.push(entry) === 1)
    watch();
}

function watch() {
  clearTimeout(watchdog);
  watchdog = pending.length ? setTimeout(lose, PATIENCE) : setTimeout(probe, QUIET);
}

function heard(event) {
  receive(event.data);
  watch();
}

/* The server's reason follows. A command is not repeated by a button. */
function refuseOldest() {
  const { line, text } = pending[0] ?? {};
  if (line && !isCommand(text))
    markLine(line, "refused", tr("não enviada", "not sent"), text);
}

/* A space says nothing, and is answered. */
function probe() {
  if (bar.dataset.state === "connected" && pending.length === 0)
    transmit(" ", { isQuiet: true });
}

/* Does not wait until the browser and a dead network have ended the old connection. */
function lose() {
  drop();
  disconnected({});
}

function drop() {
  clearTimeout(timer);
  clearTimeout(watchdog);
  for (const { line, text } of pending.splice(0)) {
    line?.classList.remove("pending");
    if (line?.isConnected)
      markLine(line, "doubtful", tr("talvez não entregue", "maybe not delivered"), text);
  }
  if (!socket)
    return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
  socket = null;
}

/* ---- the name ----------------------------------------------------------------------------- */

/* The page says again who it is. The server may not know yet that the old connection is broken, whose
 * name it is then: by the secret it knows the page, and lets it have the name. If it does not, because
 * it has another connection's secret, the page tries again until the old connection must have ended. */
function introduce() {
  if (!introduction)
    return;
  introducedSince ||= performance.now();
  transmit(introduction, { isQuiet: true });
}

/* Whether the page goes on trying, so that the refusal of its name need not be shown. */
function triesAgain() {
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

/* ---- its end ------------------------------------------------------------------------------ */

/* Each pause may be twice as long as the last, and chance says how much of it passes: pages that lost
 * the same server do not come back all at once. */
function disconnected(event) {
  drop();
  forgetPeople();
  if (event.code === SAID_GOODBYE) {
    setState("left", tr("Fora da sala", "Out of the room"));
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
  current = (current + 1) % servers.length;
  const pause = Math.min(PAUSE.first * 2 ** attempts, PAUSE.longest);
  attempts++;
  nextAttempt = performance.now() + pause * (0.1 + 0.9 * Math.random());
  setState("waiting", tr("Sem conexão", "Not connected"));
  countDown();
}

/* The address names another room. The server takes the name from the old connection, whose secret
 * it knows. */
function move() {
  const wasInside = Boolean(socket);
  readRoom();
  drop();
  forgetPeople();
  attempts = 0;
  lostAt = "";
  for (const button of lines.querySelectorAll(".status button"))
    button.remove(); // it would send to the wrong room
  if (wasInside && isRoom(room))
    show({ kind: "gap", text: room ? tr(`Sala ${room}`, `Room ${room}`)
      : tr("Sala comum", "The common room") });
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

/* The network is back, or somebody looks at the page. */
function connectNow() {
  if (bar.dataset.state === "waiting")
    connect();
  else
    probe();
}

takeFromReload();
