"use strict";

/* The page joins what the scripts before it bring: the view, the drawing, the player, the panel. */

const [canvas, chooser, details, left, live, message, now, playButton, running, readyList, search,
  span, speed, stage, tableBox, title, tip] = ["canvas", "chooser", "details", "left-out", "live",
  "message", "now", "play", "running", "ready-list", "search", "span", "speed", "stage", "tasks",
  "title", "tip"].map((id) => document.getElementById(id));

/* span: the times from and to that are measured; open: its end still follows the cursor. */
const state = { model: null, selected: undefined, time: 0, span: undefined };
const view = new View();
const drawing = new Drawing(canvas);
const player = new Player(state, () => {
  if (player.playing)
    view.showTime(state.time);
  if (state.span?.open)
    state.span.to = state.time;
  changed();
});
const overview = new Overview(document.getElementById("overview"), view, changed);
const table = new Table(tableBox.querySelector("table"), select);
const finder = new Finder();

/* ---- frames ------------------------------------------------------------------------------- */

let asked = 0; // the frame that will draw, or 0

function changed() {
  asked ||= requestAnimationFrame(frame);
}

function frame(time) {
  asked = 0;
  if (!state.model)
    return;
  if (player.playing)
    player.step(time);
  drawing.draw(view, state);
  overview.draw(drawing.palette);
  showQueue(state.model, state.time, running, readyList);
  now.textContent = formatTime(state.time, Math.max(NANOSECOND, pixelAt(view, state.time)));
  span.textContent = state.span ? formatSpan(view, state.span) : tr("nada", "nothing");
  left.textContent = drawing.arrowsLeftOut > 0
    ? tr(`${formatNumber(drawing.arrowsLeftOut)} flechas: aproxime para vê-las`,
      `${formatNumber(drawing.arrowsLeftOut)} arrows: zoom in to see them`) : "";
  playButton.setAttribute("aria-pressed", player.playing);
}

function resize() {
  const { clientWidth, clientHeight } = stage;
  view.resize(clientWidth, clientHeight);
  drawing.resize(clientWidth, clientHeight, devicePixelRatio || 1);
  overview.resize(clientWidth, devicePixelRatio || 1);
  if (state.model)
    view.showPlaces(view.first, view.last);
  changed();
}

/* ---- choosing ----------------------------------------------------------------------------- */

function say(text) {
  live.textContent = text;
}

function select(item) {
  if (!item)
    return;
  state.selected = item;
  player.stop();
  player.goTo(item.begin);
  view.showSpell(item);
  fillList(details, describe(state.model, item));
  say(describeInOneLine(state.model, item));
  rememberMoment();
}

function unselect() {
  state.selected = state.span = undefined;
  details.replaceChildren();
  changed();
}

function choose(item, time) {
  if (item)
    select(item);
  player.goTo(time);
  rememberMoment();
}

let remembering = 0;

/* In the address, which is then a link to this moment; browsers refuse to change it too often. */
function rememberMoment() {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(history.state, "", fragmentOf(state.time)), 250);
}

function hover(item, x, y) {
  tip.hidden = !item;
  if (!item)
    return;
  fillList(tip, describe(state.model, item));
  const left = x + 16 + tip.offsetWidth > stage.clientWidth ? x - 12 - tip.offsetWidth : x + 16;
  const top = Math.min(y + 16, stage.clientHeight - tip.offsetHeight - 4);
  tip.style.translate = `${Math.max(0, left)}px ${Math.max(0, top)}px`;
}

function find(text, step) {
  const item = finder.next(state.model, text, state.time, step);
  search.setAttribute("aria-invalid", !item && text.trim() !== "");
  if (!item) {
    say(tr(`Nada se chama "${text}".`, `Nothing is called "${text}".`));
    return;
  }
  select(item);
  const [number, count] = [finder.at + 1, finder.hits.length].map((value) => formatNumber(value));
  say(describeInOneLine(state.model, item) + tr(`; ${number} de ${count}`, `; ${number} of ${count}`));
}

function goToWaker() {
  const wake = state.selected && !state.selected.mark && wakeOf(state.selected);
  const spell = wake?.by && spellOfWaker(wake);
  if (spell)
    select(spell);
  else
    say(tr("Nada de antes o acordou.", "Nothing before it woke it."));
}

/* ---- what the buttons switch -------------------------------------------------------------- */

function measure(from, to, open = false) {
  state.span = { from, to, open };
  say(tr("Medido: ", "Measured: ") + formatSpan(view, state.span));
  changed();
}

/* By keys: from the cursor to where it goes, until the key is pressed again. */
function toggleMeasure() {
  if (state.span?.open)
    measure(state.span.from, state.time);
  else
    measure(state.time, state.time, true);
}

function pressButton(name, pressed) {
  document.querySelector(`[data-command="${name}"]`).setAttribute("aria-pressed", pressed);
}

function toggleFold() {
  const folded = view.fold === UNFOLDED;
  view.foldBy(folded ? foldOf(state.model) : UNFOLDED);
  pressButton("fold", folded);
}

function toggleTable() {
  tableBox.hidden = !tableBox.hidden;
  pressButton("tasks", !tableBox.hidden);
}

function nearer() {
  const { selected } = state;
  if (!selected)
    return;
  const length = selected.end - selected.begin || (view.to - view.from) / 10;
  view.show(selected.begin - length, selected.end + length);
  changed();
}
