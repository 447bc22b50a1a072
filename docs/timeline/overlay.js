"use strict";

/* What is drawn over the rows: marks, the arrows of who woke whom, the selection, the cursor. */

/* Pixels that each needs on average. In a greater crowd arrows are left out, and marks are
 * strokes. */
const ARROW_ROOM = 10;
const MARK_ROOM = 12;

function drawOverlay(drawing, rows, state) {
  drawWakes(drawing, rows);
  for (const row of rows)
    drawMarks(drawing, row);
  drawSelection(drawing, state);
  for (const time of state.span ? [state.span.from, state.span.to] : [])
    drawing.rectangle(Math.round(drawing.view.xOf(time)), RULER, 1, drawing.view.height,
      drawing.palette.select);
  const x = Math.round(drawing.view.xOf(state.time));
  drawing.rectangle(x, RULER, 1, drawing.view.height, drawing.palette.cursor);
}

/* The places of those that can be seen. */
function inSight(view, list) {
  return [firstIndex(list, ({ begin }) => begin >= view.from),
    firstIndex(list, ({ begin }) => begin > view.to)];
}

/* Whether each of so many has that much room. */
function isRoomy(view, count, room) {
  return count * room < view.width - view.gutter;
}

/* All that can be seen in all rows, or none. */
function drawWakes(drawing, rows) {
  const { view, palette } = drawing;
  const inRows = rows.map((row) => [row.wakes, ...inSight(view, row.wakes)]);
  const count = inRows.reduce((sum, [, first, last]) => sum + last - first, 0);
  drawing.arrowsLeftOut = isRoomy(view, count, ARROW_ROOM) ? 0 : count;
  if (drawing.arrowsLeftOut > 0)
    return;
  for (const [wakes, first, last] of inRows)
    for (let i = first; i < last; i++)
      if (wakes[i].by !== wakes[i].row)
        drawArrow(drawing, wakes[i], palette.wake, 1);
}

/* From the waker's row to the one that is woken, straight: both were there at that moment. */
function drawArrow(drawing, { begin, row, by }, colour, width) {
  const { view } = drawing;
  const down = by.index < row.index;
  const start = view.yOf(by) + ROW_HEIGHTS[by.kind] * (down ? 0.75 : 0.25);
  const end = view.yOf(row) + (down ? 8 : ROW_HEIGHTS[row.kind] - 6);
  drawArrowBetween(drawing, view.xOf(begin), start, end, colour, width);
}

function drawArrowBetween(drawing, x, start, end, colour, width) {
  const { pen } = drawing;
  const down = Math.sign(end - start);
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(x, start);
  pen.lineTo(x, end - 4 * down);
  pen.stroke();
  pen.beginPath();
  polygon(pen, [[x, end], [x - 3.5, end - 7 * down], [x + 3.5, end - 7 * down]]);
  pen.fill();
  drawing.shapes += 2;
}

const SHAPES_OF_TIMERS = new Map([["timer set", "ring"], ["timer fired", "disc"], ["timer stopped", "cross"]]);

function shapeOf(name) {
  if (/recv/.test(name))
    return "in";
  if (/send/.test(name))
    return "out";
  return SHAPES_OF_TIMERS.get(name) ?? "diamond";
}

const SHAPES = {
  in: (pen, x, y) => polygon(pen, [[x - 5, y - 4], [x + 5, y - 4], [x, y + 5]]),
  out: (pen, x, y) => polygon(pen, [[x - 5, y + 4], [x + 5, y + 4], [x, y - 5]]),
  diamond: (pen, x, y) => polygon(pen, [[x, y - 5], [x + 5, y], [x, y + 5], [x - 5, y]]),
  disc: (pen, x, y) => pen.arc(x, y, 4, 0, 2 * Math.PI),
  ring: (pen, x, y) => pen.arc(x, y, 4, 0, 2 * Math.PI),
  cross: (pen, x, y) => {
    for (const side of [-1, 1]) {
      pen.moveTo(x - 4, y - 4 * side);
      pen.lineTo(x + 4, y + 4 * side);
    }
  },
};

function polygon(pen, points) {
  points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

function drawMark(drawing, mark, x, y) {
  const { pen, palette } = drawing;
  const colour = mark.kind === "timer" ? palette.timer : palette.io;
  const shape = shapeOf(mark.name);
  const hollow = shape === "ring" || shape === "cross";
  pen.beginPath();
  SHAPES[shape](pen, x, y);
  pen.lineWidth = hollow ? 4 : 2.5;
  pen.strokeStyle = palette.page; // an edge, so that it stands out from what is under it
  pen.stroke();
  pen.fillStyle = hollow ? palette.page : colour;
  if (shape !== "cross")
    pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = colour;
  if (hollow)
    pen.stroke();
  drawing.shapes++;
}

function drawMarks(drawing, row) {
  const { view } = drawing;
  const [first, last] = inSight(view, row.marks);
  const roomy = isRoomy(view, last - first, MARK_ROOM);
  const y = view.yOf(row) + (row.kind === "loop" ? 10 : 7);
  if (!roomy)
    drawStrokes(drawing, row.marks, first, last, y);
  for (let i = first; roomy && i < last; i++)
    drawMark(drawing, row.marks[i], view.xOf(row.marks[i].begin), y);
}

/* One a pixel, whatever its kind. */
function drawStrokes(drawing, marks, first, last, y) {
  const { view, palette } = drawing;
  for (let i = first; i < last;) {
    const column = Math.floor(view.xOf(marks[i].begin));
    const colour = marks[i].kind === "timer" ? palette.timer : palette.io;
    drawing.column(column, y - 5, 5, colour);
    const next = view.timeAt(column + 1);
    i = Math.max(i + 1, firstIndex(marks, ({ begin }) => begin >= next));
  }
  drawing.endColumns();
}

function boxOf(view, { mark, row, lane }) {
  if (row.kind === "counter")
    return [view.yOf(row) + 3, ROW_HEIGHTS.counter - 6];
  return mark ? [view.yOf(row), 15] : view.laneBox(row, lane);
}

function drawSelection(drawing, { selected }) {
  if (!selected)
    return;
  const { pen, view, palette } = drawing;
  const wake = wakeOf(selected);
  if (wake?.by && wake.by !== wake.row)
    drawArrow(drawing, wake, palette.select, 3);
  const [top, height] = boxOf(view, selected);
  const left = Math.max(view.xOf(selected.begin) - (selected.mark ? 7 : 1), view.gutter - 4);
  const right = Math.min(view.xOf(selected.end) + (selected.mark ? 7 : 1), view.width + 4);
  pen.strokeStyle = palette.select;
  pen.lineWidth = 2.5;
  pen.strokeRect(left, top - 2, Math.max(right - left, 3), height + 4);
  drawing.shapes++;
}
