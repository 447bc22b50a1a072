"use strict";

/* The page joins what the scripts before it bring: the view, the drawing, the player, the panel. */

const [canvas, chooser, details, live, message, now, playButton, running, readyList, search, speed,
  stage, title, tip] = ["canvas", "chooser", "details", "live", "message", "now", "play", "running",
  "ready-list", "search", "speed", "stage", "title", "tip"]
  .map((id) => document.getElementById(id));

const state = { model: null, selected: undefined, time: 0 };
const view = new View();
const drawing = new Drawing(canvas);
const player = new Player(state, () => {
  if (player.playing)
    view.showTime(state.time);
  changed();
});

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
  showQueue(state.model, state.time, running, readyList);
  now.textContent = formatTime(state.time);
  playButton.setAttribute("aria-pressed", player.playing);
}

function resize() {
  const { clientWidth, clientHeight } = stage;
  view.resize(clientWidth, clientHeight);
  drawing.resize(clientWidth, clientHeight, devicePixelRatio || 1);
  if (state.model)
    view.show(view.from, view.to);
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
  state.time = item.begin;
  player.stop();
  view.showSpell(item);
  fillList(details, describe(state.model, item));
  say(describeInOneLine(state.model, item));
  changed();
}

function unselect() {
  state.selected = undefined;
  details.replaceChildren();
  changed();
}

function choose(item, time) {
  if (item)
    select(item);
  player.goTo(time);
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

/* The next row whose name or number is looked for. */
function find(text) {
  const wanted = text.trim().toLowerCase();
  const rows = state.model.rows.filter((row) => row.kind !== "counter" && row.lanes[0].length > 0
    && rowLabel(row).toLowerCase().includes(wanted));
  if (!wanted || rows.length === 0) {
    say(tr(`Nenhuma linha se chama "${text}".`, `No row is called "${text}".`));
    search.setAttribute("aria-invalid", wanted !== "");
    return;
  }
  search.removeAttribute("aria-invalid");
  const after = rows.find((row) => row.index > (state.selected?.row.index ?? -1));
  select(nearestSpell(after ?? rows[0], state.time));
}

function goToWaker() {
  const wake = state.selected && !state.selected.mark && wakeOf(state.selected);
  if (wake?.by)
    select(nearestSpell(wake.by, wake.begin));
}

function nearer() {
  const { selected } = state;
  if (!selected)
    return;
  const length = selected.end - selected.begin || (view.to - view.from) / 10;
  view.show(selected.begin - length, selected.end + length);
  changed();
}
