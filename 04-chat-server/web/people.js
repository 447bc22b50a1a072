"use strict";

/*
 * Who is here: the names in the room, kept up to date by what the server says of them. The page asks
 * once a connection; then the server tells who comes, goes or takes another name. When many do so at
 * once it counts some of them, and the page asks again; when the room is crowded it tells of nobody.
 * No name can hold these phrases, so the lines are certain.
 */

const WHO = { pt: "/quem", en: "/who" };
const LISTED = /^(?:Quem está aqui|Who is here): (\d+)( \([^\n]*\))?((?:\n[^\n]+)*)$/u;
const CROWDED = /a sala está cheia|the room is crowded/iu;
const NO_LONGER_CROWDED = /^(?:A sala não está mais cheia|The room is no longer crowded): /u;
const ARRIVED = /^(.+) (?:entrou na sala|joined the room)$/u;
const LEFT = /^(.+) (?:saiu da sala|left the room)$/u;
const RENAMED = /^(.+) (?:agora é|is now) (.+)$/u;
const SEVERAL_ARRIVED = /^(?:Entraram na sala|Joined the room): (.+)$/u;
const SEVERAL_LEFT = /^(?:Saíram da sala|Left the room): (.+)$/u;
const SEVERAL_RENAMED = /^(?:Novos nomes|New names): (.+)$/u;
const SEVERAL = /^(.+?)(?: e mais (\d+)| and (\d+) others)?$/u;
const REFUSED = /^(?:Nome em uso ou inválido|Name in use or invalid)\. /u;
const PAIR = /^(.+) (?:agora é|is now) (.+)$/u;
const NAMED = /^(?:Nome alterado com sucesso para|Name successfully changed to) (.+)$/u;

const [people, peopleButton, names, count, others] =
  ["people", "people-button", "names", "count", "others"].map((id) => document.getElementById(id));

const DRAWN = 200; // names that the list shows; the others are counted
const ASK_AGAIN = { soonest: 1000, latest: 4000 }; // milliseconds; many pages ask

const present = new Set();
let unlisted = 0; // more than the server listed
let crowded = false; // the server does not tell who comes and goes
let askTimer = 0; // runs before the page asks again
let drawn = false; // in this frame
let outdated = false; // since then
let ownName = "";
let asked = false; // by the page itself: that answer is not shown

function forgetPeople() {
  present.clear();
  unlisted = 0;
  crowded = false;
  ownName = "";
  asked = false;
  clearTimeout(askTimer);
  askTimer = 0;
  showPeople();
}

function askWhoIsHere(socket) {
  asked = true;
  socket.send(WHO[language]);
}

/* Not at once: all pages of the room do so. */
function askAgain() {
  const pause = ASK_AGAIN.soonest + Math.random() * (ASK_AGAIN.latest - ASK_AGAIN.soonest);
  askTimer ||= setTimeout(() => {
    askTimer = 0;
    if (bar.dataset.state === "connected")
      askWhoIsHere(socket);
  }, pause);
}

/* All old names go before the new ones come: one may have what another had. */
function replace(before, after) {
  for (const name of before)
    if (!present.delete(name) && unlisted > 0)
      unlisted--;
  for (const name of after)
    present.add(name);
}

/* What a notice about several names says: the names, or the pairs of an old and a new one. */
function replaceSeveral(kind, list) {
  const [, names, more, others] = SEVERAL.exec(list);
  const all = names.split(", ");
  const pairs = kind === SEVERAL_RENAMED ? all.map((one) => PAIR.exec(one)).filter(Boolean) : [];
  if (kind === SEVERAL_RENAMED)
    replace(pairs.map((pair) => pair[1]), pairs.map((pair) => pair[2]));
  else
    replace(kind === SEVERAL_LEFT ? all : [], kind === SEVERAL_ARRIVED ? all : []);
  if (more || others)
    askAgain();
}

function takeList(total, remark, list) {
  present.clear();
  for (const name of list.split("\n").slice(1))
    present.add(name);
  unlisted = total - present.size;
  crowded = CROWDED.test(remark ?? "");
}

function noteOwnName(name) {
  introduced();
  replace(ownName ? [ownName] : [], [name]);
  ownName = name;
  introduction = `${tr("/nome", "/name")} ${quote(ownName)}`;
}

/* Whether the line is about the room's people; then their names are brought up to date. */
function updatePeople(text) {
  const [arrived, left, renamed, named] =
    [ARRIVED, LEFT, RENAMED, NAMED].map((pattern) => pattern.exec(text));
  const several = [SEVERAL_ARRIVED, SEVERAL_LEFT, SEVERAL_RENAMED].find((kind) => kind.test(text));
  if (several)
    replaceSeveral(several, several.exec(text)[1]);
  else if (arrived)
    replace([], [arrived[1]]);
  else if (left)
    replace([left[1]], []);
  else if (renamed)
    replace([renamed[1]], [renamed[2]]);
  else if (named)
    noteOwnName(named[1]);
  else if (NO_LONGER_CROWDED.test(text))
    askAgain();
  else if (CROWDED.test(text))
    crowded = true;
  else
    return false;
  return true;
}

/* What one of the server's own lines says of people. Returns whether it answers the page, and not
 * the person before it. */
function notePeople(text) {
  if (REFUSED.test(text))
    return refusedAgain();
  const listed = LISTED.exec(text);
  if (listed)
    takeList(Number(listed[1]), listed[2], listed[3]);
  else if (!updatePeople(text))
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

/* At once, but only once in a frame, however many come and go. */
function showPeople() {
  outdated = drawn;
  if (drawn)
    return;
  drawPeople();
  drawn = true;
  requestAnimationFrame(() => {
    drawn = false;
    if (outdated)
      showPeople();
  });
}

function countText(hidden) {
  if (crowded)
    return tr(`${hidden > 0 ? `e mais ${hidden}; ` : ""}a sala está cheia: /quem atualiza a lista`,
      `${hidden > 0 ? `and ${hidden} more; ` : ""}the room is crowded: /who brings the list up to date`);
  if (hidden > 0)
    return tr(`e mais ${hidden}`, `and ${hidden} more`);
  return present.size > 0 ? "" : tr("Aparece aqui quem diz o seu nome.", "Whoever says a name appears here.");
}

function drawPeople() {
  const focused = names.contains(document.activeElement) && document.activeElement.textContent;
  const order = new Intl.Collator(language);
  const sorted = [...present].sort(order.compare);
  names.replaceChildren(...sorted.slice(0, DRAWN).map(personElement));
  if (focused)
    [...names.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
  count.textContent = present.size + unlisted;
  others.textContent = countText(unlisted + Math.max(present.size - DRAWN, 0));
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
people.addEventListener("toggle", (event) => event.newState === "open" && crowded && askAgain());
