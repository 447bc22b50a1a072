"use strict";

/*
 * The log: its lines, the day they belong to, where the new ones begin, and where it is scrolled to.
 */

const LINES_KEPT = 1000; // on the page; older ones go, and first those about who came and went
const RENDERED = 50; // of the last lines, seen or not, so that the end is where it seems to be
const LINES_SHOWN = 200; // of one message, until a person asks for all
const CHARACTERS_SHOWN = 4000; // likewise; the layout of many combining marks takes quadratic time
const NAMES_SHOWN = 3; // of those who came or went; if there are more, two are named
const NEAR_THE_END = 40; // pixels from the log's end that still count as its end
const LINK = /\bhttps?:\/\/[^\s<>"]*[^\s<>"'.,:;!?)\]}’”»]|(?<!\S)\/(?:sala|room) +("[^"\n]{1,64}"|“[^”\n]{1,64}”|\S*[^\s.,:;!?)])/giu;

const [log, lines, latest] = ["log", "lines", "latest"].map((id) => document.getElementById(id));

let following = true; // new lines scroll the log: the reader is at its end
let lastTop = 0;
let news = 0; // messages since the reader was last at the end
let presence = null; // the line about who came and went, while it is the last one
let day = ""; // of the last line

/* ---- a line ------------------------------------------------------------------------------- */

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

/* "PRIVADO de Ana >> Olá": the element's text is the line as others get it, the style lays it out
 * anew. bdi keeps right-to-left text, and characters that change the direction, inside its own
 * part. */
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

/* A very long text shows its beginning, not cut inside a code point, and a button that shows all. */
function textElement(text) {
  const first = text.split("\n", LINES_SHOWN).join("\n").slice(0, CHARACTERS_SHOWN)
    .replace(/[\ud800-\udbff]$/u, "");
  const element = part("bdi", "text", "");
  element.append(...linked(first));
  if (first.length === text.length)
    return element;
  const more = part("button", "more", tr("… Mostrar tudo", "… Show all"));
  more.type = "button";
  more.addEventListener("click", () => element.replaceChildren(...linked(text)));
  element.append("\n", more);
  return element;
}

/* The name may stand in quotes. */
function addressOfRoom(name) {
  return `#${encodeURIComponent(name.replace(/^(["'])(.*)\1$|^“(.*)”$/su, "$2$3"))}`;
}

/* The text's parts: addresses of the Web, and "/sala jogos", become links. */
function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = part("a", "", match[0]);
    link.href = match[1] ? addressOfRoom(match[1]) : match[0];
    if (!match[1])
      Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
    parts.push(text.slice(end, match.index), link);
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

function timeNow() {
  return new Date().toTimeString().slice(0, 5); // in all languages HH:MM:SS and the zone
}

function show(message) {
  showDay();
  const line = lineElement(message);
  const before = lines.lastElementChild;
  if (message.from && !message.tag && before?.dataset.from === line.dataset.from)
    line.classList.add("again"); // the name is not repeated; that a line is private always is
  lines.append(line);
  lines.children[lines.childElementCount - RENDERED]?.classList.add("old");
  while (lines.childElementCount > LINES_KEPT)
    (lines.querySelector(".presence, .day:not(:first-child)") ?? lines.firstElementChild).remove();
  return line;
}

/* The day and the time's zone, before the first line and when the day changes. */
function showDay() {
  const now = new Date();
  if (day === now.toDateString())
    return;
  day = now.toDateString();
  const zone = new Intl.DateTimeFormat(language, { timeZoneName: "short" }).formatToParts(now)
    .find(({ type }) => type === "timeZoneName").value;
  lines.append(part("p", "day",
    `${new Intl.DateTimeFormat(tr("pt-BR", "en"), { dateStyle: "full" }).format(now)} · ${zone}`));
}

/* What became of one's own message, and a button that sends it again. */
function markLine(line, kind, words, text) {
  if (line.querySelector(".status"))
    return;
  const status = part("span", "status", `${words} `);
  const button = part("button", "", tr("Enviar de novo", "Send again"));
  button.type = "button";
  button.addEventListener("click", () => sendAgain(line, text));
  status.append(button);
  line.classList.add(kind);
  line.append(status);
}

/* ---- who came and went -------------------------------------------------------------------- */

/* Parts of a sentence. bdi keeps a name that is written from right to left from turning the rest. */
function namesParts(set, one, several) {
  const all = [...set];
  const some = all.length > NAMES_SHOWN ? all.slice(0, NAMES_SHOWN - 1) : all;
  const rest = all.length - some.length;
  const list = rest ? [...some, tr(`mais ${rest}`, `${rest} others`)] : some;
  return all.length === 0 ? [] : [...new Intl.ListFormat(tr("pt", "en-GB")).formatToParts(list)
    .map(({ type, value }) => (type === "element" ? part("bdi", "", value) : value)),
  all.length === 1 ? one : several];
}

/* All that came and went since the last message is one line, without what has not changed in the
 * end. */
function showPresence(kind, names) {
  if (!presence || presence.line !== lines.lastElementChild) {
    drawPresence();
    presence = { joined: new Set(), left: new Set(), renamed: new Map(),
      line: show({ kind: "notice presence", text: "" }) };
  }
  const { joined, left, renamed } = presence;
  for (const [index, name] of names.entries()) {
    if (kind === "joined" && !left.delete(name))
      joined.add(name);
    else if (kind === "left" && !joined.delete(name))
      left.add(name);
    else if (kind === "renamed" && index % 2 === 1 && joined.delete(names[index - 1]))
      joined.add(name);
    else if (kind === "renamed" && index % 2 === 1)
      renamed.set(names[index - 1], name);
  }
}

/* With the list of people, and no more often. */
function drawPresence() {
  if (!presence)
    return;
  const { joined, left, renamed, line } = presence;
  const text = [namesParts(joined, tr(" entrou na sala", " joined the room"), tr(" entraram na sala", " joined the room")),
    namesParts(left, tr(" saiu da sala", " left the room"), tr(" saíram da sala", " left the room")),
    ...Array.from(renamed, ([before, after]) => [part("bdi", "", before), tr(" agora é ", " is now "), part("bdi", "", after)])]
    .filter(({ length }) => length > 0);
  line.lastElementChild.replaceChildren(...text.flatMap((parts, i) => (i ? ["; ", ...parts] : parts)));
  if (line.textContent === "")
    line.remove();
}

/* ---- the reader's place ------------------------------------------------------------------- */

const marker = part("p", "new", "");

/* The next message is new to a reader who is further up, or looks elsewhere. */
function countNew() {
  if (following && !document.hidden)
    return;
  if (news === 0)
    lines.append(marker);
  news++;
  marker.textContent = news === 1 ? tr("1 nova", "1 new") : tr(`${news} novas`, `${news} new`);
  latest.textContent = `↓ ${marker.textContent}`;
}

function follow(on) {
  following = on;
  log.classList.toggle("following", on);
  if (!on || document.hidden || news === 0)
    return;
  news = 0; // the marker stays where they began
  latest.textContent = tr("↓ Mais recentes", "↓ Latest");
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

log.addEventListener("scroll", scrolled, { passive: true });
latest.addEventListener("click", () => {
  scrollToEnd();
  input.focus();
});

/* Lines that came, or a phone's keyboard that took half of the log away, must not hide its end. */
const resized = new ResizeObserver(() => following && scrollToEnd());
resized.observe(log);
resized.observe(lines);
