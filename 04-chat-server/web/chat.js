"use strict";

/*
 * The chat's page: its words, its room, its log, its input. What the server sends is one line of
 * text a message; what others wrote is put on the page as text and never as markup.
 */

const LINES_KEPT = 1000; // on the page; older ones go
const SENT_KEPT = 100; // that ArrowUp brings back
const LINES_SHOWN = 200; // of one message, until a person asks for all
const NEAR_THE_END = 40; // pixels from the log's end that still count as its end

const [bar, roomName, state, countdown, retry, help, helpButton, log, lines, latest, composer, input,
  note] = ["bar", "room", "state", "countdown", "retry", "help", "help-button", "log", "lines",
  "latest", "composer", "input", "note"].map((id) => document.getElementById(id));

/* ---- the words ---------------------------------------------------------------------------- */

/* The first language named that we speak; where none is, Portuguese, which the articles are written
 * in, and the server answers in. */
function languageOf(names) {
  const known = names.map((name) => name.toLowerCase().split("-")[0])
    .find((name) => name === "pt" || name === "en");
  return known ?? "pt";
}

const language = languageOf((navigator.languages ?? [navigator.language]).filter(Boolean));

function tr(portuguese, english) {
  return language === "pt" ? portuguese : english;
}

function translatePage() {
  if (language === "en") {
    document.documentElement.lang = "en";
    for (const element of document.querySelectorAll("[data-en]"))
      element.textContent = element.dataset.en;
  }
  input.placeholder = document.getElementById("label").textContent;
}

/* ---- the room ----------------------------------------------------------------------------- */

let room = ""; // the common one
let unread = 0; // messages that came while nobody looked

/* What follows # in the page's address: a link leads there, and loading the page again stays. */
function readRoom() {
  const name = location.hash.slice(1);
  try {
    room = decodeURIComponent(name);
  } catch {
    room = name; // a % that begins nothing
  }
  roomName.textContent = room;
  showTitle();
}

function showTitle() {
  document.title = `${unread ? `(${unread}) ` : ""}${room ? `${room} · ` : ""}Chat`;
}

function countUnread(message) {
  if (!document.hidden || message.kind === "notice")
    return;
  unread++;
  showTitle();
}

function looked() {
  if (document.hidden)
    return;
  unread = 0;
  showTitle();
  connectNow();
}

/* ---- the log ------------------------------------------------------------------------------ */

let following = true; // new lines scroll the log: the reader is at its end
let lastTop = 0;

/* What a line of the server's is, by its shape: "NAME >> text" is a person's, with a tag before it
 * when it came to us alone, and the rest are the server's own. */
function parse(text) {
  const parts = /^(?:(PRIVADO de|PRIVATE from) )?([^\n]{1,32}?) >> (.*)$/su.exec(text);
  if (!parts)
    return { kind: "notice", text };
  const [, tag, from, said] = parts;
  return { kind: tag ? "private" : "person", tag, from, text: said };
}

function receive(text) {
  const message = parse(text);
  if (message.kind === "notice" && notePeople(text))
    return;
  show(message);
  countUnread(message);
}

/* A hue of the circle's 360 that stays the same for a name. */
function hueOf(name) {
  let hash = 0;
  for (const character of name)
    hash = (hash * 31 + character.codePointAt(0)) % 9973;
  return (hash * 137) % 360;
}

function part(tagName, className, text) {
  const element = document.createElement(tagName);
  element.className = className;
  element.textContent = text;
  return element;
}

/* "PRIVADO de Ana >> Olá": the element's text is the line as it came, the style lays it out anew.
 * bdi keeps right-to-left text, and characters that change the direction, inside its own part. */
function lineElement({ kind, tag, from, text }) {
  const line = part("p", `line ${kind}`, "");
  line.dataset.time = timeNow();
  if (from) {
    const who = part("span", "who", "");
    const arrow = part("span", "arrow", " >> ");
    arrow.setAttribute("aria-hidden", "true");
    if (tag)
      who.append(part("span", "tag", tag), " ");
    who.append(part("bdi", "from", from), arrow);
    who.style.setProperty("--hue", hueOf(from));
    line.dataset.from = `${kind} ${from}`;
    line.append(who);
  }
  line.classList.toggle("list", kind === "notice" && text.includes("\n"));
  line.append(textElement(text));
  return line;
}

/* A text of very many lines shows its first ones, and a button that shows all. */
function textElement(text) {
  const first = text.split("\n", LINES_SHOWN).join("\n");
  const element = part("bdi", "text", first);
  if (first.length === text.length)
    return element;
  const more = part("button", "more", tr("… Mostrar tudo", "… Show all"));
  more.type = "button";
  more.addEventListener("click", () => { element.textContent = text; });
  element.append("\n", more);
  return element;
}

function show(message) {
  const line = lineElement(message);
  const before = lines.lastElementChild;
  if (message.from && !message.tag && before?.dataset.from === line.dataset.from)
    line.classList.add("again"); // the name is not repeated; that a line is private always is
  lines.append(line);
  while (lines.childElementCount > LINES_KEPT)
    lines.firstElementChild.remove();
}

function timeNow() {
  return new Date().toTimeString().slice(0, 5); // in all languages HH:MM:SS and the zone
}

function follow(on) {
  following = on;
  log.classList.toggle("following", on);
}

function scrollToEnd() {
  follow(true);
  log.scrollTop = log.scrollHeight;
}

/* Only a move upwards is the reader's wish to stop following: lines that came since the last scroll
 * also leave the end further away. */
function scrolled() {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
  follow(atEnd || (following && log.scrollTop >= lastTop));
  lastTop = log.scrollTop;
}

/* ---- the input ---------------------------------------------------------------------------- */

const sent = []; // the latest last
let place = 0; // in sent, of what the input shows; sent.length: a new line
let draft = ""; // that new line, while older ones are looked at

/* The server sends a message to all but its sender: we show it ourselves. */
function send(text) {
  if (/^\s*\/(?:nome|name)\b/iu.test(text))
    introduced();
  socket.send(text);
  const kind = text.trimStart().startsWith("/") ? "own command" : "own";
  show({ kind, from: tr("Você", "You"), text });
  scrollToEnd();
}

function submit(event) {
  event.preventDefault();
  input.focus();
  const text = input.value;
  if (text.trim() === "")
    return;
  if (socket?.readyState !== WebSocket.OPEN) {
    note.textContent = tr("Sem conexão: sua mensagem fica aqui até que ela volte.",
      "Not connected: your message stays here until the connection is back.");
    return;
  }
  send(text);
  sent.push(text);
  sent.splice(0, sent.length - SENT_KEPT);
  place = sent.length;
  draft = "";
  input.value = "";
}

/* Shows the line that stands step further in what was sent; after the last one, the draft. */
function recall(step) {
  if (place === sent.length)
    draft = input.value;
  place = Math.min(Math.max(place + step, 0), sent.length);
  input.value = sent[place] ?? draft;
  input.setSelectionRange(input.value.length, input.value.length);
}

function inputKey(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const page = { PageUp: -1, PageDown: 1 }[event.key];
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || !(step || page))
    return;
  event.preventDefault();
  if (step)
    recall(step);
  else
    log.scrollBy(0, page * log.clientHeight * 0.9);
}

/* What is typed elsewhere on the page was meant for the input. */
function strayKey(event) {
  const typed = event.key?.length === 1 && event.key !== " ";
  if (typed && !event.ctrlKey && !event.altKey && !event.metaKey && !event.target.closest("[popover]"))
    input.focus();
}

/* A command of the list, chosen: the input begins with it. */
function insertCommand(event) {
  if (!event.target.matches("li button"))
    return;
  help.hidePopover();
  input.value = `${event.target.textContent} `;
  input.focus();
}

/* ------------------------------------------------------------------------------------------- */

translatePage();
readRoom();
composer.addEventListener("submit", submit);
input.addEventListener("keydown", inputKey);
document.addEventListener("keydown", strayKey);
help.addEventListener("click", insertCommand);
for (const list of [help, people])
  list.addEventListener("toggle", (event) => event.newState === "closed" && input.focus());
helpButton.hidden = peopleButton.hidden = !("popover" in help);
log.addEventListener("scroll", scrolled, { passive: true });
latest.addEventListener("click", () => {
  scrollToEnd();
  input.focus();
});
retry.addEventListener("click", () => {
  connect();
  input.focus();
});
addEventListener("online", connectNow);
addEventListener("hashchange", move);
document.addEventListener("visibilitychange", looked);

/* Lines that came, or a phone's keyboard that took half of the log away, must not hide its end. */
const resized = new ResizeObserver(() => following && scrollToEnd());
resized.observe(log);
resized.observe(lines);

connect();
