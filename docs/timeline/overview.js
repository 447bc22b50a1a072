"use strict";

/* The overview: how busy the whole recording is, and which part of it the view shows. Press or drag to
 * move the view. */

const OVERVIEW_HEIGHT = 20;

class Overview {
  constructor(canvas, view, changed) {
    Object.assign(this, { canvas, view, changed, pen: canvas.getContext("2d") });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.move(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1)
        this.move(event);
    });
  }

  resize(width, density) {
    Object.assign(this, { width, density });
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(OVERVIEW_HEIGHT * density);
  }

  xOf(time) {
    const { begin, end } = this.view.model;
    return (time - begin) / (end - begin || 1) * this.width;
  }

  move(event) {
    const { view } = this;
    if (!view.model)
      return;
    const x = event.clientX - this.canvas.getBoundingClientRect().left;
    const { begin, end } = view.model;
    const place = view.fold.placeOf(begin + x / this.width * (end - begin));
    const half = (view.last - view.first) / 2;
    view.showPlaces(place - half, place + half);
    this.changed();
  }

  /* The share of each pixel in which a task ran or the loop called back. */
  draw(palette) {
    const { pen, view, width } = this;
    const { begin, end, rows } = view.model;
    pen.setTransform(this.density, 0, 0, this.density, 0, 0);
    pen.fillStyle = palette.page;
    pen.fillRect(0, 0, width, OVERVIEW_HEIGHT);
    pen.fillStyle = palette.run;
    this.busy = busyShares(rows, begin, end, Math.max(1, Math.floor(width)), this.busy);
    this.busy.shares.forEach((share, x) => {
      const height = share && Math.max(1, Math.round(share * (OVERVIEW_HEIGHT - 2)));
      pen.fillRect(x, OVERVIEW_HEIGHT - height, 1, height);
    });
    const [left, right] = [this.xOf(view.from), this.xOf(view.to)];
    pen.strokeStyle = palette.select;
    pen.lineWidth = 2;
    pen.strokeRect(Math.max(left, 0) + 1, 1,
      Math.max(Math.min(right, width) - Math.max(left, 0) - 2, 2), OVERVIEW_HEIGHT - 2);
  }
}

/* {rows, shares}: shares has one number a pixel. before: the last answer, for the same question. */
function busyShares(rows, begin, end, pixels, before) {
  if (before?.rows === rows && before.shares.length === pixels)
    return before;
  const shares = new Float64Array(pixels);
  const scale = pixels / (end - begin || 1);
  for (const row of rows)
    for (const spell of row.kind === "counter" || row.kind === "pool" ? [] : spellsOf(row, "run"))
      addShare(shares, (spell.begin - begin) * scale, (spell.end - begin) * scale);
  return { rows, shares: shares.map((share) => Math.min(share, 1)) };
}

function addShare(shares, from, to) {
  for (let x = Math.floor(from); x < Math.min(to, shares.length); x++)
    shares[x] += Math.min(to, x + 1) - Math.max(from, x);
}
