"use strict";

/* The layout: which part of the recording the canvas shows, and what stands where on it. */

const RULER = 26; // pixels at the top, for the time
const ROW_HEIGHTS = { loop: 64, counter: 26, task: 34, pool: 34 };
/* Within a row: the top and the height of each lane. */
const LANES = {
  loop: [[4, 8], [14, 22], [38, 20]],
  task: [[6, 22]],
  pool: [[6, 22]],
};
const SHORTEST = 0.05; // microseconds that the canvas is wide when nearest
const MARGIN = 0.02; // of the recording's length, left and right of it

class View {
  constructor() {
    Object.assign(this, { width: 1, height: 1, top: 0, tops: [0], model: null });
    Object.assign(this, { fold: UNFOLDED, first: 0, last: 1 }); // places on the fold's axis
  }

  /* The times at the left and the right. */
  get from() {
    return this.fold.timeAt(this.first);
  }

  get to() {
    return this.fold.timeAt(this.last);
  }

  /* Shows a recording, whole. */
  open(model) {
    this.model = model;
    this.tops = [0];
    for (const row of model.rows)
      this.tops.push(this.tops.at(-1) + ROW_HEIGHTS[row.kind]);
    this.top = 0;
    this.foldBy(UNFOLDED);
    this.showAll();
  }

  foldBy(fold) {
    const { from, to } = this;
    this.fold = fold;
    if (this.model)
      this.show(from, to);
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    this.scrollTo(this.top);
  }

  /* The place of the rows' names. */
  get gutter() {
    return Math.min(150, Math.round(this.width * 0.26));
  }

  get scale() { // pixels a microsecond, where nothing is folded
    return (this.width - this.gutter) / (this.last - this.first);
  }

  xOf(time) {
    return this.gutter + (this.fold.placeOf(time) - this.first) * this.scale;
  }

  timeAt(x) {
    return this.fold.timeAt(this.first + (x - this.gutter) / this.scale);
  }

  widthOf({ begin, end }) {
    return this.fold === UNFOLDED ? (end - begin) * this.scale : this.xOf(end) - this.xOf(begin);
  }

  yOf(row) {
    return RULER + this.tops[row.index] - this.top;
  }

  rowAt(y) {
    if (y < RULER)
      return undefined;
    const index = firstIndex(this.tops, (top) => top > y - RULER + this.top) - 1;
    return this.model.rows[index];
  }

  /* The rows of which something can be seen. */
  visibleRows() {
    const bottom = this.top + this.height - RULER;
    const first = Math.max(0, firstIndex(this.tops, (top) => top > this.top) - 1);
    return this.model.rows.slice(first, firstIndex(this.tops, (top) => top >= bottom));
  }

  /* The top and the height of a lane, on the canvas. */
  laneBox(row, lane) {
    const [top, height] = LANES[row.kind][lane];
    return [this.yOf(row) + top, height];
  }

  /* Shows from ... to, or as much of it as there is. */
  show(from, to) {
    this.showPlaces(this.fold.placeOf(from), this.fold.placeOf(to));
  }

  showPlaces(first, last) {
    const [begin, end] = [this.model.begin, this.model.end].map((time) => this.fold.placeOf(time));
    const margin = (end - begin) * MARGIN || 1;
    const whole = end - begin + 2 * margin;
    const length = Math.min(Math.max(last - first, SHORTEST), whole);
    const middle = (first + last) / 2;
    this.first = Math.min(Math.max(middle - length / 2, begin - margin), end + margin - length);
    this.last = this.first + length;
  }

  showAll() {
    const { begin, end } = this.model;
    this.show(2 * begin - end, 2 * end - begin);
  }

  /* factor: above 1 is nearer. The time at x stays where it is. */
  zoom(factor, x = (this.gutter + this.width) / 2) {
    const place = this.first + (x - this.gutter) / this.scale;
    this.showPlaces(place - (place - this.first) / factor, place + (this.last - place) / factor);
  }

  /* By pixels: what is shown moves left and up. */
  pan(dx, dy) {
    this.showPlaces(this.first + dx / this.scale, this.last + dx / this.scale);
    this.scrollTo(this.top + dy);
  }

  scrollTo(top) {
    const most = Math.max(0, this.tops.at(-1) + RULER - this.height);
    this.top = Math.min(Math.max(0, top), most);
  }

  /* Moves as little as needed to show the row. */
  showRow(row) {
    const [top, bottom] = [this.tops[row.index], this.tops[row.index + 1]];
    this.scrollTo(Math.min(top, Math.max(this.top, bottom + RULER - this.height)));
  }

  /* Moves only if the time cannot be seen; then it stands at that share of the width. */
  showTime(time, share = 0.1) {
    if (time >= this.from && time <= this.to)
      return;
    const [place, length] = [this.fold.placeOf(time), this.last - this.first];
    this.showPlaces(place - length * share, place + length * (1 - share));
  }

  /* Brings a spell or a mark into sight: as large as it is, unless it is too small to be seen. */
  showSpell(spell) {
    this.showRow(spell.row);
    this.showTime(spell.begin, 0.3);
  }
}

/* What is at a place of the canvas: a mark, a spell, or undefined. */
const REACH = 6; // pixels that a pointer may miss a mark by
const MARKS = 16; // pixels at the top of a row in which they stand

function itemAt(view, x, y) {
  const row = view.rowAt(y);
  if (!row || x < view.gutter)
    return undefined;
  if (row.kind === "counter")
    return lastBefore(row.steps, view.timeAt(x));
  const mark = y < view.yOf(row) + MARKS ? markAt(view, row, x) : undefined;
  return mark ?? spellUnder(view, row, x, y);
}

function markAt(view, row, x) {
  const from = view.timeAt(x - REACH);
  const to = view.timeAt(x + REACH);
  const at = view.timeAt(x);
  let nearest;
  for (let i = firstIndex(row.marks, ({ begin }) => begin >= from); row.marks[i]?.begin <= to; i++)
    if (!nearest || Math.abs(row.marks[i].begin - at) < Math.abs(nearest.begin - at))
      nearest = row.marks[i];
  return nearest;
}

/* Where several share a pixel, the longest. */
function spellUnder(view, row, x, y) {
  const lane = row.lanes.findLastIndex((_, index) => y >= view.laneBox(row, index)[0]);
  const spells = row.lanes[Math.max(lane, 0)];
  const [from, to] = [view.timeAt(x - 1), view.timeAt(x + 1)];
  let longest;
  for (let i = firstIndex(spells, ({ end }) => end > from); spells[i]?.begin < to; i++)
    if (!longest || spells[i].end - spells[i].begin > longest.end - longest.begin)
      longest = spells[i];
  return longest;
}
