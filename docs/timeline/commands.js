"use strict";

/* What keys and buttons do. */

const STEP = 80; // pixels that an arrow key pans

/* The cursor, where it can be seen; else the middle. */
function zoomPoint() {
  return state.time >= view.from && state.time <= view.to ? view.xOf(state.time) : undefined;
}

const COMMANDS = {
  in: () => view.zoom(1.5, zoomPoint()),
  out: () => view.zoom(1 / 1.5, zoomPoint()),
  all: () => view.showAll(),
  play: () => player.toggle(),
  next: () => player.stepTo(1),
  previous: () => player.stepTo(-1),
  start: () => view.show(state.model.begin, state.model.begin + view.to - view.from),
  end: () => view.show(state.model.end - (view.to - view.from), state.model.end),
  left: () => view.pan(-STEP, 0),
  right: () => view.pan(STEP, 0),
  up: () => view.pan(0, -STEP / 2),
  down: () => view.pan(0, STEP / 2),
  selectNext: () => select(moveSelection(view, state.selected, state.time, 1, 0)),
  selectPrevious: () => select(moveSelection(view, state.selected, state.time, -1, 0)),
  selectAbove: () => select(moveSelection(view, state.selected, state.time, 0, -1)),
  selectBelow: () => select(moveSelection(view, state.selected, state.time, 0, 1)),
  waker: goToWaker,
  measure: toggleMeasure,
  fold: toggleFold,
  tasks: toggleTable,
  nearer,
  unselect,
  search: () => search.focus(),
};

const KEYS = {
  "+": "in", "=": "in", "-": "out", "0": "all", " ": "play", ".": "next", ",": "previous",
  "Home": "start", "End": "end", "ArrowLeft": "left", "ArrowRight": "right", "ArrowUp": "up",
  "ArrowDown": "down", "Shift+ArrowRight": "selectNext", "Shift+ArrowLeft": "selectPrevious",
  "Shift+ArrowUp": "selectAbove", "Shift+ArrowDown": "selectBelow", "w": "waker",
  "m": "measure", "f": "fold", "t": "tasks",
  "Enter": "nearer", "Escape": "unselect", "/": "search",
};

function command(name) {
  if (!state.model)
    return;
  COMMANDS[name]();
  if (player.playing || name === "next" || name === "previous")
    view.showTime(state.time);
  if (name === "next" || name === "previous")
    sayMoment();
  changed();
}

function sayMoment() {
  const timers = timersAt(state.model, state.time).map(({ name }) => `; ${name}`).join("");
  const runs = runningAt(state.model, state.time);
  say(tr(`${formatTime(state.time)}; rodando: ${runs}`, `${formatTime(state.time)}; running: ${runs}`)
    + timers);
  rememberMoment();
}

function pressKey(event) {
  const key = event.key.length > 1 && event.shiftKey ? `Shift+${event.key}` : event.key;
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, key))
    return;
  event.preventDefault();
  command(KEYS[key]);
}
