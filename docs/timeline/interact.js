"use strict";

/* Pointers and keys on the canvas: zooming, panning, choosing. What they mean is in the table that
 * the page hands in: {hover(item, x, y), choose(item, time), changed()}. */

const TAP = 5; // pixels that a press may move and still choose
const WHEEL = 0.002; // of a wheel's pixel: how much nearer

class Pointers {
  constructor(canvas, view, actions) {
    Object.assign(this, { canvas, view, actions, down: new Map(), moved: 0 });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.down.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => actions.hover(undefined, 0, 0));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  press(event) {
    if (!this.view.model || event.button !== 0)
      return;
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, this.place(event));
    this.moved = this.down.size > 1 ? Infinity : 0;
  }

  move(event) {
    const { view, actions, down } = this;
    const place = this.place(event);
    const before = down.get(event.pointerId);
    if (!view.model)
      return;
    if (!before) {
      actions.hover(itemAt(view, place.x, place.y), place.x, place.y);
      return;
    }
    this.moved += Math.abs(place.x - before.x) + Math.abs(place.y - before.y);
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    down.set(event.pointerId, place);
    if (others.length > 0)
      this.pinch(before, place, others[0]);
    else if (this.moved > TAP)
      view.pan(before.x - place.x, before.y - place.y);
    actions.changed();
  }

  /* One finger moves from before to place, another stays. */
  pinch(before, place, other) {
    const apart = Math.max(20, Math.abs(place.x - other.x));
    this.view.zoom(apart / Math.max(20, Math.abs(before.x - other.x)), (place.x + other.x) / 2);
    this.view.pan((before.x - place.x) / 2, (before.y - place.y) / 2);
  }

  release(event) {
    const { x, y } = this.place(event);
    if (this.down.delete(event.pointerId) && this.moved <= TAP)
      this.actions.choose(itemAt(this.view, x, y), this.view.timeAt(x));
  }

  wheel(event) {
    if (!this.view.model)
      return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const { x } = this.place(event);
    if (event.shiftKey)
      this.view.pan(0, dy || dx);
    else if (Math.abs(dx) > Math.abs(dy))
      this.view.pan(dx, 0);
    else
      this.view.zoom(Math.exp(-dy * WHEEL), x);
    this.actions.changed();
  }
}

/* The chosen spell's neighbour: in its lane, or in another row at the time of its beginning. */
function moveSelection(view, selected, time, dx, dy) {
  const { rows } = view.model;
  if (!selected) {
    const row = view.visibleRows().find(({ kind }) => kind !== "counter");
    return row && nearestSpell(row, time);
  }
  if (dx)
    return neighbourOf(selected, dx);
  for (let i = selected.row.index + dy; rows[i]; i += dy)
    if (rows[i].kind !== "counter")
      return nearestSpell(rows[i], Math.max(time, selected.begin));
  return undefined;
}

/* What the row did at that time, or before it, or first of all. */
function nearestSpell(row, time) {
  const lane = row.lanes[Math.min(1, row.lanes.length - 1)];
  return spellAt(lane, time) ?? lane[firstIndex(lane, ({ begin }) => begin > time) - 1] ?? lane[0];
}
