"use strict";

/*
 * Drawing what a view shows of a recording on the canvas: the frame, the rows' spells and the
 * counters; what lies over them is in overlay.js. Only what can be seen is drawn, and what is
 * narrower than a pixel shares one with its neighbours, so that the shapes are bounded by the
 * canvas's size and not by the recording's.
 */

const FONT = "12px system-ui, sans-serif";
const NARROW_FONT = "11px ui-monospace, monospace";
const LETTER = 6.7; // pixels of one in NARROW_FONT

class Drawing {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { alpha: false });
    this.shapes = 0; // of the last frame
    this.widths = new Map(); // by text
    this.columns = new Map(); // by colour, those that are not drawn yet
    this.readColours();
  }

  readColours() {
    this.palette = readPalette(this.pen);
    this.looks = looksOf(this.palette);
  }

  resize(width, height, density) {
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.density = density;
  }

  rectangle(x, y, width, height, fill) {
    this.pen.fillStyle = fill;
    this.pen.fillRect(x, y, width, height);
    this.shapes++;
  }

  /* A column, of one pixel if nothing else is said. Columns of one colour that follow each other at
   * the same height become one rectangle, drawn when endColumns is called: none may overlap. */
  column(x, y, height, fill, width = 1) {
    const last = this.columns.get(fill);
    if (last && last.y === y && last.height === height && last.x + last.width === x) {
      last.width += width;
      return;
    }
    this.endColumn(last);
    this.columns.set(fill, { x, y, width, height, fill });
  }

  endColumn(column) {
    if (column)
      this.rectangle(column.x, column.y, column.width, column.height, column.fill);
  }

  endColumns() {
    this.columns.forEach((column) => this.endColumn(column));
    this.columns.clear();
  }

  /* Digits are as wide as zeros: measuring takes long. */
  widthOf(text) {
    const form = text.replace(/\d/g, "0");
    if (!this.widths.has(form)) {
      this.pen.font = FONT;
      this.widths.set(form, this.pen.measureText(form).width);
    }
    return this.widths.get(form);
  }

  write(text, x, y, colour, font = FONT) {
    this.pen.font = font;
    this.pen.fillStyle = colour;
    this.pen.fillText(text, x, y);
    this.shapes++;
  }

  draw(view, state) {
    const { pen, palette } = this;
    this.shapes = 0;
    this.view = view;
    pen.setTransform(this.density, 0, 0, this.density, 0, 0);
    pen.textBaseline = "middle";
    this.rectangle(0, 0, view.width, view.height, palette.page);
    const rows = view.visibleRows();
    this.ticks = ticksOf(view, (text) => this.widthOf(text));
    this.clip(view.gutter, RULER, () => {
      rows.forEach((row) => this.drawBand(row));
      this.drawGrid();
      rows.forEach((row) => this.drawRow(row));
      drawOverlay(this, rows, state);
    });
    this.clip(0, RULER, () => rows.forEach((row) => this.drawLabel(row, state)));
    drawRuler(this, state);
  }

  /* Draws with all left of x and above y left as it is. */
  clip(x, y, drawing) {
    const { pen, view } = this;
    pen.save();
    pen.beginPath();
    pen.rect(x, y, view.width - x, view.height - y);
    pen.clip();
    drawing();
    pen.restore();
  }

  // ---- the frame

  drawBand(row) {
    if (row.index % 2 === 0)
      this.rectangle(0, this.view.yOf(row), this.view.width, ROW_HEIGHTS[row.kind],
        this.palette.band);
  }

  drawGrid() {
    for (const { time } of this.ticks)
      this.rectangle(Math.round(this.view.xOf(time)), RULER, 1, this.view.height,
        this.palette.grid);
    this.drawFolds();
  }

  /* Bands where polls are folded, if they are wide enough to be seen: all are equally wide. */
  drawFolds() {
    const { view } = this;
    const { polls, length } = view.fold;
    const width = length * view.scale;
    const first = firstIndex(polls, ({ end }) => end > view.from);
    for (let i = first; width >= 2 && polls[i]?.begin < view.to; i++)
      this.rectangle(view.xOf(polls[i].begin), RULER, width, view.height, this.palette.folded);
  }

  drawLabel(row, state) {
    const { view, palette, pen } = this;
    const y = view.yOf(row);
    this.rectangle(0, y, view.gutter, ROW_HEIGHTS[row.kind],
      row.index % 2 === 0 ? palette.band : palette.page);
    this.rectangle(view.gutter - 1, y, 1, ROW_HEIGHTS[row.kind], palette.grid);
    const chosen = state.selected?.row === row;
    if (chosen)
      this.rectangle(0, y, 4, ROW_HEIGHTS[row.kind], palette.select);
    pen.save();
    pen.beginPath();
    pen.rect(0, y, view.gutter - 4, ROW_HEIGHTS[row.kind]);
    pen.clip();
    const middle = y + ROW_HEIGHTS[row.kind] / 2;
    const counter = row.kind === "counter";
    const font = chosen ? `bold ${FONT}` : FONT;
    this.write(row.name, counter ? 18 : 8, middle, counter ? palette.muted : palette.ink, font);
    if (row.kind === "task")
      this.write(`#${row.tid % PROGRAM}`, 14 + pen.measureText(row.name).width, middle, palette.muted);
    if (counter)
      this.write(`≤ ${formatNumber(row.most)}`, 24 + pen.measureText(row.name).width, middle,
        palette.muted);
    pen.restore();
  }

  // ---- the rows

  drawRow(row) {
    if (row.kind === "counter")
      this.drawCounter(row);
    else
      row.lanes.forEach((_, lane) => this.drawLane(row, lane));
  }

  /* What is wider than a pixel, each by itself; the rest in columns of one pixel. */
  drawLane(row, lane) {
    const { view } = this;
    const spells = row.lanes[lane];
    const [top, height] = view.laneBox(row, lane);
    let i = firstIndex(spells, ({ end }) => end > view.from);
    while (i < spells.length && spells[i].begin < view.to) {
      if (view.widthOf(spells[i]) >= 1)
        this.drawSpell(spells[i++], top, height);
      else
        i = this.drawColumn(spells, i, top, height);
    }
    this.endColumns();
  }

  /* The pixel in which the i-th spell begins: looks stand on each other, each as high as its share
   * of the time. Returns the index of the first spell that is not in it alone. */
  drawColumn(spells, i, top, height) {
    const { view } = this;
    const x = Math.floor(view.xOf(spells[i].begin));
    const next = view.timeAt(x + 1);
    let bottom = top + height;
    for (const [name, share] of sharesOf(spells).between(view.timeAt(x), next)) {
      const look = this.looks[name];
      const part = Math.max(1, Math.round(share * look.height * height)); // nothing is lost
      bottom -= part;
      this.column(x, bottom, part, look.fill);
    }
    const after = Math.max(i + 1, firstIndex(spells, ({ begin }) => begin >= next));
    return after > i + 1 && view.widthOf(spells[after - 1]) >= 1 ? after - 1 : after;
  }

  fill(x, width, top, height, look) {
    const part = Math.round(height * look.height);
    this.rectangle(x, top + height - part, width, part, look.fill);
    if (look.edge && width > 3) {
      this.pen.strokeStyle = look.edge;
      this.pen.lineWidth = 1;
      this.pen.strokeRect(x + 0.5, top + height - part + 0.5, width - 1, part - 1);
    }
  }

  drawSpell(spell, top, height) {
    const { view } = this;
    const look = lookOf(this.looks, spell);
    const left = Math.max(view.xOf(spell.begin), view.gutter - 2);
    const right = Math.min(view.xOf(spell.end), view.width + 2);
    const width = Math.max(1, right - left - (right - left > 4 ? 1 : 0)); // a gap to the next one
    this.fill(left, width, top, height, look);
    if (height < 16 || look.bare)
      return;
    const text = spell.kind === "run" ? stateText(spell) : spell.name;
    const room = Math.floor((width - 8) / LETTER);
    if (room >= Math.min(4, text.length))
      this.write(text.length <= room ? text : `${text.slice(0, room - 1)}…`, left + 4,
        top + height - height * look.height / 2 + 0.5, look.ink, NARROW_FONT);
  }

  /* A curve of steps. In a column of one pixel the highest is seen; then the last one goes on. */
  drawCounter(row) {
    const { view } = this;
    const { steps } = row;
    let i = Math.max(0, firstIndex(steps, ({ begin }) => begin > view.from) - 1);
    while (i < steps.length && steps[i].begin < view.to) {
      const left = Math.max(Math.floor(view.xOf(steps[i].begin)), view.gutter);
      const next = view.timeAt(left + 1);
      let { value } = steps[i];
      for (i++; i < steps.length && steps[i].begin < next; i++)
        value = Math.max(value, steps[i].value);
      const right = Math.min(view.xOf(steps[i]?.begin ?? view.model.end), view.width);
      this.drawStep(row, value, left, left + 1);
      this.drawStep(row, steps[i - 1].value, left + 1, Math.floor(right));
    }
    this.endColumns();
  }

  drawStep(row, value, left, right) {
    const bottom = this.view.yOf(row) + ROW_HEIGHTS.counter - 3;
    const height = Math.max(1, Math.round((ROW_HEIGHTS.counter - 6) * value / (row.most || 1)));
    if (right > left)
      this.column(left, bottom - height, height, this.palette.counter, right - left);
  }
}
