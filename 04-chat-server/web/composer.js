"use strict";

/* The input: what is sent, what was sent before, and what Tab completes. */

const SENT_KEPT = 100; // that ArrowUp brings back
const MAX_LENGTH = 20000; // characters: the server takes 64 KiB, and a character is up to three bytes

const [composer, input, note] = ["composer", "input", "note"].map((id) => document.getElementById(id));

const sent = []; // the latest last
let place = 0; // in sent, of what the input shows; sent.length: a new line
let draft = ""; // that new line, while older ones are looked at
let heldBack = ""; // a message that waits until the page has a name
let completion = null; // what Tab offers: { text, choices, next }

const isCommand = (text) => text.trimStart().startsWith("/");

/* A phone writes “Ana Maria” where a command needs "Ana Maria". */
function plainQuotes(text) {
  return text.replace(/^(\s*\/\p{L}+\s+)[“”„«]([^"\\“”„«»]*)[“”»]/u, '$1"$2"')
    .replace(/^(\s*\/\p{L}+\s+)[‘‚]([^'‘’‚]*)[’‘]/u, "$1'$2'");
}

/* The server sends a message to all but its sender: we show it ourselves. */
function send(written) {
  const text = isCommand(written) ? plainQuotes(written.normalize()) : written; // names have one form
  if (/^\s*\/(?:nome|name)\b/iu.test(text))
    introduced();
  const line = show({ kind: isCommand(text) ? "own command" : "own", from: tr("Você", "You"), text });
  transmit(text, { line, text });
  scrollToEnd();
}

/* The same line, at a new place. Nothing is sent twice unless a person asks for it. */
function sendAgain(line, text) {
  if (!mayStart(text))
    return;
  line.querySelector(".status").remove();
  line.classList.remove("doubtful", "refused", "again");
  line.dataset.time = timeNow();
  lines.append(line);
  transmit(text, { line, text });
  scrollToEnd();
  input.focus();
}

/* Whether the text can be sent now; else the note says why not. */
function mayStart(text) {
  if (bar.dataset.state !== "connected") {
    note.textContent = tr("Sem conexão: sua mensagem fica aqui até que ela volte.",
      "Not connected: your message stays here until the connection is back.");
    return false;
  }
  if (isCommand(text) || ownName || introduction)
    return true;
  note.textContent = tr("Antes de falar, diga o seu nome. Depois a sua mensagem volta para cá.",
    "Before you speak, say your name. Your message comes back after that.");
  heldBack = text;
  setInput(tr("/nome ", "/name "));
  return false;
}

/* Once the page has a name. */
function giveBack() {
  if (heldBack && input.value === "")
    setInput(heldBack);
  if (heldBack)
    note.textContent = "";
  heldBack = "";
}

function setInput(text) {
  input.value = text;
  input.setSelectionRange(text.length, text.length);
  input.focus();
}

/* "/sala jogos" leads to another room: the page's own command. */
function goToRoom(text) {
  const name = /^\s*\/(?:sala|room)(?:\s+(.*?))?\s*$/isu.exec(plainQuotes(text));
  if (name)
    location.hash = addressOfRoom(name[1] ?? "");
  return Boolean(name);
}

function submit(event) {
  event.preventDefault();
  input.focus();
  const text = input.value.toWellFormed(); // half a character arrives as another one
  if (text.trim() === "")
    return;
  if (!goToRoom(text)) {
    if (!mayStart(text))
      return;
    send(text);
    if (!isCommand(text))
      note.textContent = "";
  }
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
  setInput(sent[place] ?? draft);
}

const simplified = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/* The commands or names that begin as the word before the caret does. */
function choicesFor(before) {
  const word = /(?<=^\s*\/\S+\s+)["“][^"”]*$|\S*$/u.exec(before)[0];
  const start = simplified(isCommand(before) ? word.replace(/^["“]/u, "") : word);
  const fits = (text) => simplified(text).startsWith(start);
  const commands = [...help.querySelectorAll("li button")].map((button) => button.textContent);
  const choices = /^\s*\/\S*$/u.test(before) ? commands
    : order.filter((name) => name !== ownName);
  const written = isCommand(before) ? quote : String;
  return word === "" ? []
    : choices.filter(fits).map((choice) => `${before.slice(0, -word.length)}${written(choice)} `);
}

/* Tab completes; again, it offers the next choice. With none left it moves on, as always. */
function complete(event) {
  const before = input.value.slice(0, input.selectionStart);
  const after = input.value.slice(input.selectionEnd);
  if (completion?.text !== input.value)
    completion = { choices: choicesFor(before), next: 0 };
  const choice = completion.choices[completion.next++];
  if (!choice)
    return;
  event.preventDefault();
  input.value = completion.text = choice + after;
  input.setSelectionRange(choice.length, choice.length);
}

/* A browser by itself would cut what is pasted, and say nothing. */
function limitLength(event) {
  const kept = input.value.length - (input.selectionEnd - input.selectionStart);
  if (kept + (event.data?.length ?? 0) <= MAX_LENGTH)
    return;
  event.preventDefault();
  note.textContent = tr(`Não coube: uma mensagem tem no máximo ${MAX_LENGTH} caracteres.`,
    `No room for it: a message has at most ${MAX_LENGTH} characters.`);
}

function inputKey(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const page = { PageUp: -1, PageDown: 1 }[event.key];
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)
    return;
  const beyond = step < 0 ? input.value.slice(0, input.selectionStart) : input.value.slice(input.selectionEnd);
  if (event.key === "Tab") {
    complete(event);
  } else if (event.key === "Enter") {
    submit(event);
  } else if (step && !beyond.includes("\n")) {
    event.preventDefault();
    recall(step);
  } else if (page) {
    event.preventDefault();
    log.scrollBy(0, page * log.clientHeight * 0.9);
  }
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
  setInput(`${event.target.textContent} `);
}

composer.addEventListener("submit", submit);
input.addEventListener("keydown", inputKey);
input.addEventListener("beforeinput", limitLength);
document.addEventListener("keydown", strayKey);
document.getElementById("help").addEventListener("click", insertCommand);
