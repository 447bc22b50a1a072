"use strict";

/* Pointers and keys on the canvas: zooming, panning, choosing. What they mean is in the table that
 * the page hands in: {hover(item, x, y), choose(item, time), measure(from, to), changed()}. */

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
    const place = this.place(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, place);
    this.moved = this.down.size > 1 ? Infinity : 0;
    this.measured = place.y < RULER && this.down.size === 1 ? this.view.timeAt(place.x) : undefined;
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
    else if (this.moved > TAP && this.measured !== undefined)
      actions.measure(this.measured, view.timeAt(place.x));
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
