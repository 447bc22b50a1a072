"use strict";

/* The legend's samples, drawn by what draws the recording. */

const SAMPLE = { width: 34, height: 20 };

function drawLegend({ palette, looks }) {
  for (const canvas of document.querySelectorAll("#legend canvas")) {
    const density = devicePixelRatio || 1;
    canvas.width = SAMPLE.width * density;
    canvas.height = SAMPLE.height * density;
    const pen = canvas.getContext("2d");
    pen.scale(density, density);
    const sample = Object.assign(Object.create(Drawing.prototype),
      { pen, palette, looks, shapes: 0 });
    drawSample(sample, canvas.dataset);
  }
}

function drawSample(sample, { spell, mark }) {
  const { width, height } = SAMPLE;
  if (spell)
    sample.fill(1, width - 2, 1, height - 2, sample.looks[spell]);
  else if (mark)
    drawMark(sample, { name: mark, kind: mark.startsWith("timer") ? "timer" : "io" }, width / 2,
      height / 2);
  else
    drawArrowBetween(sample, width / 2, 1, height - 1, sample.palette.wake, 1);
}
