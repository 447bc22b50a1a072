"use strict";

/*
 * The chat's page: its words, its room, and what the server sends: the kind of a line and what it is
 * about, separated by tabs, then a line break and the text (chat.h lists the kinds). What others
 * wrote is put on the page as text and never as markup.
 */

const [bar, roomName, state, countdown, retry, help, helpButton, notifyButton] = ["bar", "room",
  "state", "countdown", "retry", "help", "help-button", "notify"]
  .map((id) => document.getElementById(id));

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
    room = decodeURIComponent(name.replace(/%(?![\da-f]{2})/giu, "%25")).normalize();
  } catch {
    room = name; // not UTF-8
  }
  roomName.textContent = roomName.title = room;
  showTitle();
}

function showTitle() {
  document.title = `${unread ? `(${unread}) ` : ""}${room ? `${room} · ` : ""}Chat`;
}

function looked() {
  keepForReload();
  if (document.hidden)
    return;
  unread = 0;
  showTitle();
  follow(following); // what came meanwhile was seen
  connectNow();
}

/* ---- what the server sends ---------------------------------------------------------------- */

function receive(data) {
  const head = data.split("\n", 1)[0];
  const [kind, ...fields] = head.split("\t");
  const text = data.slice(head.length + 1);
  if (kind === "done")
    pending.shift()?.line?.classList.remove("pending");
  else if (kind === "message" || kind === "private")
    hear(kind, fields[0], text);
  else if (kind === "announcement")
    show({ kind: "notice", text: tr(...fields) });
  else if (kind === "servers")
    takeServers(fields[0]);
  else
    notice(kind, fields, text);
}

function notice(kind, fields, text) {
  if (kind === "refused")
    refuseOldest();
  else if (kind === "help")
    listCommands(text);
  notePeople(kind, fields, text);
  if (text && !isForPage(kind))
    show({ kind: "notice", text });
}

/* Whether the text answers the page, and not the person before it. */
function isForPage(kind) {
  return Boolean(pending[0]?.isQuiet) && (kind === "here" || kind === "help" || (kind === "taken" && triesAgain()));
}

/* The server's commands, "/apenas Nome texto: a uma só pessoa", and the page's own. */
function listCommands(text) {
  const all = `${text}\n${tr("/sala Nome: vai a outra sala", "/room Name: leads to another room")}`;
  document.getElementById("commands").replaceChildren(...all.split("\n").map((line) => {
    const [, name, words, meaning] = /^(\S+?)(?: (.*?))?: (.*)$/u.exec(line);
    const [item, button, about] = [part("li", "", ""), part("button", "", name), part("p", "", "")];
    button.type = "button";
    about.append(part("i", "", words ?? ""), part("span", "", meaning));
    item.append(button, about);
    return item;
  }));
}

function hear(kind, from, text) {
  const isPrivate = kind === "private";
  const isMention = isPrivate || (ownName !== "" && mentions(text, ownName));
  countNew();
  const line = show({ kind: isPrivate ? "private" : "person", from, text,
    tag: isPrivate ? tr("PRIVADO de", "PRIVATE from") : "" });
  line.classList.toggle("mention", isMention);
  if (!document.hidden)
    return;
  unread++;
  showTitle();
  if (!isMention || globalThis.Notification?.permission !== "granted")
    return;
  try {
    new Notification(`${from}${room && ` · ${room}`}`, { body: text.slice(0, 200), tag: "mention" });
  } catch {
    // some phones let only service workers do this
  }
}

function mentions(text, name) {
  const literally = name.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}])${literally}(?![\\p{L}\\p{N}])`, "iu").test(text);
}

/* Browsers ask the reader, and only after a click. */
async function allowNotices() {
  await Notification.requestPermission();
  showNotifyButton();
}

function showNotifyButton() {
  notifyButton.hidden = globalThis.Notification?.permission !== "default";
}

/* ------------------------------------------------------------------------------------------- */

translatePage();
readRoom();
showNotifyButton();
notifyButton.addEventListener("click", allowNotices);
for (const list of [help, people])
  list.addEventListener("toggle", (event) => event.newState === "closed" && input.focus());
helpButton.hidden = peopleButton.hidden = !("popover" in help);
retry.addEventListener("click", () => {
  connect();
  input.focus();
});
addEventListener("online", connectNow);
addEventListener("hashchange", move);
addEventListener("pagehide", keepForReload);
document.addEventListener("visibilitychange", looked);

connect();
