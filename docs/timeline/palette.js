"use strict";

/* The colours of the canvas are the style sheet's, so that light and dark are told there. */

const COLOURS = ["page", "band", "ink", "muted", "grid", "run", "run-ink", "ready", "wait",
  "wait-ink", "poll", "phase", "phase-ink", "callback", "callback-ink", "work", "work-ink", "wake",
  "io", "timer", "counter", "folded", "cursor", "select"];

/* A pattern of stripes, for what is told apart not by its colour alone. */
function stripes(context, colour, back) {
  const size = 6;
  const tile = new OffscreenCanvas(size, size);
  const pen = tile.getContext("2d");
  pen.fillStyle = back;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const start of [-size, 0, size]) {
    pen.moveTo(start - 1, size + 1);
    pen.lineTo(start + size + 1, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

function readPalette(context) {
  const style = getComputedStyle(document.documentElement);
  const palette = Object.fromEntries(
    COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  palette.hatch = stripes(context, palette.ready, palette.page);
  return palette;
}

/* How the kinds of spells look: what fills them, their writing, and which share of the lane's
 * height they stand in, from its bottom. Waiting is low, ready hatched, running full. */
const LOOKS = new Set(["run", "ready", "wait", "loop", "poll", "phase", "callback", "work"]);

function looksOf(palette) {
  return {
    run: { fill: palette.run, ink: palette["run-ink"], height: 1 },
    ready: { fill: palette.hatch, edge: palette.ready, ink: palette.ink, height: 0.7, bare: true },
    wait: { fill: palette.wait, ink: palette["wait-ink"], height: 0.55 },
    loop: { fill: palette.ink, height: 0.5 },
    poll: { fill: palette.poll, ink: palette["wait-ink"], height: 0.55 },
    phase: { fill: palette.phase, ink: palette["phase-ink"], height: 1 },
    callback: { fill: palette.callback, ink: palette["callback-ink"], height: 1 },
    work: { fill: palette.work, ink: palette["work-ink"], height: 1 },
  };
}

/* The name of a look, of those above. */
function lookName({ kind, name }) {
  if (kind === "phase" && name === "poll")
    return "poll";
  return LOOKS.has(kind) ? kind : "wait";
}

function lookOf(looks, spell) {
  return looks[lookName(spell)];
}
