"use strict";

/*
 * Who is here: the names in the room, kept up to date by what the server says of them. The page asks
 * once a connection; then the server tells who comes, goes or takes another name, and how many there
 * are. When the room is crowded it tells of nobody, and a person asks by /quem.
 */

const WHO = { pt: "/quem", en: "/who" };
const CROWDED = ["A sala está cheia: quem entra, sai ou muda de nome não é mais anunciado. /quem mostra quem está aqui.",
  "The room is crowded: arrivals, departures and new names are no longer announced. /who shows who is here."];
const NO_LONGER_CROWDED = ["A sala não está mais cheia: quem entra, sai ou muda de nome é anunciado de novo.",
  "The room is no longer crowded: arrivals, departures and new names are announced again."];

const [people, peopleButton, names, count, countInList, others] =
  ["people", "people-button", "names", "count", "count-in-list", "others"]
    .map((id) => document.getElementById(id));

const DRAWN = 200; // names that the list shows; the others are counted
const DRAW_PAUSE = 200; // milliseconds
const ASK_AGAIN = { soonest: 1000, latest: 4000 }; // milliseconds; many pages ask

let order = []; // the names, sorted
const elements = new Map(); // of the names that are drawn
let collator; // made when the language is known
let clients = 0; // in the room, those without a name too
let unlisted = 0; // more names than the server listed
let crowded = false; // the server does not tell who comes and goes
let askTimer = 0; // runs before the page asks again
let drawTimer = 0; // runs after the list was drawn
let isOutdated = false; // since then
let ownName = "";

function forgetPeople() {
  order = [];
  clients = unlisted = 0;
  crowded = false;
  ownName = "";
  clearTimeout(askTimer);
  askTimer = 0;
  drawPeople();
}

function askWhoIsHere() {
  transmit(WHO[language], { isQuiet: true });
}

/* Not at once: all pages of the room do so. */
function askAgain() {
  const pause = ASK_AGAIN.soonest + Math.random() * (ASK_AGAIN.latest - ASK_AGAIN.soonest);
  askTimer ||= setTimeout(() => {
    askTimer = 0;
    if (bar.dataset.state === "connected")
      askWhoIsHere();
  }, pause);
}

/* Where a name stands in the order, or would. */
function placeOf(name) {
  collator ??= new Intl.Collator(language);
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const difference = collator.compare(order[middle], name) || (order[middle] < name ? -1 : order[middle] > name);
    if (difference < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* All old names go before the new ones come: one may have what another had. */
function replace(before, after) {
  for (const name of before) {
    const place = placeOf(name);
    if (order[place] === name)
      order.splice(place, 1);
    else if (unlisted > 0)
      unlisted--;
  }
  for (const name of after) {
    const place = placeOf(name);
    if (order[place] !== name)
      order.splice(place, 0, name);
  }
}

function noteOwnName(name) {
  introduced();
  replace(ownName ? [ownName] : [], [name]);
  for (const changed of [ownName, name]) {
    elements.get(changed)?.remove();
    elements.delete(changed);
  }
  ownName = name;
  introduction = `${tr("/nome", "/name")} ${quote(ownName)}`;
  giveBack();
}

function takeList([named, total, isCrowded], text) {
  order = [];
  replace([], text.split("\n").slice(1));
  unlisted = Number(named) - order.length;
  clients = Number(total);
  crowded = isCrowded === "1";
}

/* Brings the people up to date, if the line is about them. */
function notePeople(kind, fields, text) {
  const odd = fields.filter((_, index) => index % 2 === 1);
  const even = fields.filter((_, index) => index % 2 === 0);
  if (kind === "here")
    takeList(fields, text);
  else if (kind === "named")
    noteOwnName(fields[0]);
  else if (kind === "count")
    clients = Number(fields[0]);
  else if (kind === "crowded" || kind === "uncrowded")
    noteCrowd(kind === "crowded");
  else if (["joined", "left", "renamed"].includes(kind))
    replace(...{ joined: [[], fields], left: [fields, []], renamed: [even, odd] }[kind]);
  else
    return;
  if (["joined", "left", "renamed"].includes(kind))
    showPresence(kind, fields);
  showPeople();
}

function noteCrowd(isCrowded) {
  crowded = isCrowded;
  show({ kind: "notice", text: tr(...(isCrowded ? CROWDED : NO_LONGER_CROWDED)) });
  if (!isCrowded)
    askAgain();
}

/* Another's name is a button that begins a message to that person alone. */
function personElement(name) {
  const person = part("li", name === ownName ? "self" : "", "");
  const label = document.createElement(name === ownName ? "span" : "button");
  label.style.setProperty("--hue", hueOf(name));
  label.append(part("bdi", "", name));
  person.append(label);
  if (name === ownName)
    person.append(tr(" (você)", " (you)"));
  return person;
}

/* At once, but not more often than DRAW_PAUSE allows, however many come and go. */
function showPeople() {
  isOutdated = drawTimer !== 0;
  if (isOutdated)
    return;
  drawPeople();
  drawTimer = setTimeout(() => {
    drawTimer = 0;
    if (isOutdated)
      showPeople();
  }, DRAW_PAUSE);
}

function countText(hidden, unnamed) {
  const texts = [];
  if (hidden > 0)
    texts.push(tr(`e mais ${hidden}`, `and ${hidden} more`));
  if (unnamed > 0)
    texts.push(tr(`${unnamed} sem nome`, `${unnamed} unnamed`));
  if (crowded)
    texts.push(tr("a sala está cheia: /quem atualiza a lista", "the room is crowded: /who brings the list up to date"));
  return texts.length || order.length ? texts.join("; ")
    : tr("Aparece aqui quem diz o seu nome.", "Whoever says a name appears here.");
}

/* An element stays the same while its name is here: a click on it, or the focus, is not lost. */
function drawPeople() {
  const drawn = new Set(order.slice(0, DRAWN));
  for (const [name, element] of elements)
    if (!drawn.has(name)) {
      element.remove();
      elements.delete(name);
    }
  let next = names.firstElementChild;
  for (const name of drawn) {
    const element = elements.get(name) ?? personElement(name);
    if (element === next)
      next = next.nextElementSibling;
    else
      names.insertBefore(element, next);
    elements.set(name, element);
  }
  const named = order.length + unlisted;
  count.textContent = countInList.textContent = Math.max(clients, named);
  others.textContent = countText(unlisted + Math.max(order.length - DRAWN, 0), clients - named);
  drawPresence();
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
  setInput(`${tr("/apenas", "/only")} ${quote(button.textContent)} ${text}`);
}

names.addEventListener("click", messageTo);
people.addEventListener("toggle", (event) => event.newState === "open" && crowded && askAgain());
