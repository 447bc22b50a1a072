"use strict";

/*
 * Who is here: the names in the room, kept up to date by what the server says of them. It is asked
 * once a connection; then whoever comes, goes or changes the name is told of. No name can hold
 * these phrases, so the lines are certain.
 */

const WHO = { pt: "/quem", en: "/who" };
const LISTED = /^(?:Quem está aqui|Who is here): (\d+)(?: \([^\n]*\))?((?:\n[^\n]+)*)$/u;
const ARRIVED = /^(.+) (?:entrou na sala|joined the room)$/u;
const LEFT = /^(.+) (?:saiu da sala|left the room)$/u;
const RENAMED = /^(.+) (?:agora é|is now) (.+)$/u;
const NAMED = /^(?:Nome alterado com sucesso para|Name successfully changed to) (.+)$/u;

const [people, peopleButton, names, count, others] =
  ["people", "people-button", "names", "count", "others"].map((id) => document.getElementById(id));

const present = new Set();
let unlisted = 0; // more than the server listed
let ownName = "";
let asked = false; // by the page itself: that answer is not shown

function forgetPeople() {
  present.clear();
  unlisted = 0;
  ownName = "";
  asked = false;
  showPeople();
}

function askWhoIsHere(socket) {
  asked = true;
  socket.send(WHO[language]);
}

function rename(before, after) {
  if (before && !present.delete(before))
    unlisted--;
  if (after)
    present.add(after);
}

function takeList(total, list) {
  present.clear();
  for (const name of list.split("\n").slice(1))
    present.add(name);
  unlisted = total - present.size;
}

/* What one of the server's own lines says of people. Returns whether it answers the page, and not
 * the person before it. */
function notePeople(text) {
  const [arrived, left, renamed, named, listed] =
    [ARRIVED, LEFT, RENAMED, NAMED, LISTED].map((pattern) => pattern.exec(text));
  if (arrived)
    rename("", arrived[1]);
  else if (left)
    rename(left[1], "");
  else if (renamed)
    rename(renamed[1], renamed[2]);
  else if (named) {
    rename(ownName, named[1]);
    ownName = named[1];
    introduction = `${tr("/nome", "/name")} ${quote(ownName)}`;
  } else if (listed)
    takeList(Number(listed[1]), listed[2]);
  else
    return false;
  showPeople();
  const ours = Boolean(listed) && asked;
  asked = asked && !listed;
  return ours;
}

/* Another's name is a button that begins a message to that person alone. */
function personElement(name) {
  const person = document.createElement("li");
  const label = document.createElement(name === ownName ? "span" : "button");
  const text = document.createElement("bdi");
  text.textContent = name;
  label.style.setProperty("--hue", hueOf(name));
  label.append(text);
  person.append(label);
  if (name === ownName)
    person.append(tr(" (você)", " (you)"));
  return person;
}

function showPeople() {
  const focused = names.contains(document.activeElement) && document.activeElement.textContent;
  const order = new Intl.Collator(language);
  names.replaceChildren(...[...present].sort(order.compare).map(personElement));
  if (focused)
    [...names.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
  count.textContent = present.size + unlisted;
  others.textContent = unlisted > 0 ? tr(`e mais ${unlisted}`, `and ${unlisted} more`)
    : present.size > 0 ? ""
    : tr("Aparece aqui quem diz o seu nome.", "Whoever says a name appears here.");
}

/* A name as one word of a command. */
function quote(name) {
  return /[\s"'\\]/u.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}"` : name;
}

function messageTo(event) {
  const button = event.target.closest("button");
  if (!button)
    return;
  if (people.matches(":popover-open"))
    people.hidePopover();
  const text = input.value.startsWith("/") ? "" : input.value;
  input.value = `${tr("/apenas", "/only")} ${quote(button.textContent)} ${text}`;
  input.focus();
}

names.addEventListener("click", messageTo);
