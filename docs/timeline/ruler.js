"use strict";

/* The ruler: which times have a line and a label, the span that is measured, and their drawing. */

const LABEL_GAP = 14; // pixels between labels
const [SPAN_TOP, SPAN_HEIGHT] = [3, 14];

/* 1, 2 or 5 of some power of ten, and not less than that. */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * (1 - 1e-9));
}

/* [{time, text}]: as close as their labels allow. width(text): pixels. */
function ticksOf(view, width) {
  const unit = unitOf(view.to);
  if (view.fold !== UNFOLDED)
    return foldedTicks(view, width, unit);
  for (let step = roundStep(40 / view.scale); ; step = roundStep(step * 1.5)) {
    const text = formatTick(view.to, step, unit);
    if (step * view.scale >= width(text) + LABEL_GAP)
      return evenTicks(view, step, unit);
  }
}

function evenTicks(view, step, unit) {
  const ticks = [];
  for (let n = Math.max(0, Math.ceil(view.from / step - 1e-9)); n * step <= view.to; n++)
    ticks.push({ time: n * step, text: formatTick(n * step, step, unit) });
  return ticks;
}

/* Between folds the scale differs: the labels are that far apart in pixels, and as exact as one. */
function foldedTicks(view, width, unit) {
  const ticks = [];
  for (let x = view.gutter + 4; x < view.width;) {
    const time = view.timeAt(x);
    const text = formatTick(time, Math.max(view.timeAt(x + 1) - time, NANOSECOND), unit);
    if (time >= 0 && time <= view.model.end && text !== ticks.at(-1)?.text)
      ticks.push({ time, text });
    x += width(text) + 2 * LABEL_GAP;
  }
  return ticks;
}

function drawRuler(drawing, state) {
  const { view, palette } = drawing;
  drawing.rectangle(0, 0, view.width, RULER, palette.band);
  for (const { time, text } of drawing.ticks) {
    drawing.rectangle(Math.round(view.xOf(time)), RULER - 6, 1, 6, palette.muted);
    drawing.write(text, view.xOf(time) + 4, RULER / 2, palette.muted);
  }
  if (state.span)
    drawSpan(drawing, state.span);
  const x = view.xOf(state.time);
  if (x >= view.gutter)
    drawing.rectangle(x - 4, RULER - 8, 9, 8, palette.cursor);
  drawing.rectangle(0, 0, view.gutter, RULER, palette.band);
}

/* What was measured, on the ruler; the lines down from its ends are the overlay's. */
function drawSpan(drawing, { from, to }) {
  const { view, palette } = drawing;
  const [left, right] = [from, to].sort((a, b) => a - b).map((time) => view.xOf(time));
  const text = formatSpan(view, { from, to });
  drawing.rectangle(left, SPAN_TOP, Math.max(right - left, 1), SPAN_HEIGHT, palette.select);
  const width = drawing.widthOf(text) + 10;
  const x = Math.min(Math.max((left + right - width) / 2, view.gutter), view.width - width);
  drawing.rectangle(x, SPAN_TOP, width, SPAN_HEIGHT, palette.select);
  drawing.write(text, x + 5, SPAN_TOP + SPAN_HEIGHT / 2 + 0.5, palette.page);
}

/* As exact as a pixel. */
function formatSpan(view, { from, to }) {
  return formatTime(Math.abs(to - from), Math.max(NANOSECOND, pixelAt(view, Math.max(from, to))));
}

function pixelAt(view, time) {
  const x = view.xOf(time);
  return view.timeAt(x + 1) - view.timeAt(x);
}
