"use strict";

/* Playing: a cursor that goes through the recording, and the ready queue at its time. */

const QUEUE_SHOWN = 12;

class Player {
  /* changed(): the cursor has moved. */
  constructor(state, changed) {
    Object.assign(this, { state, changed, playing: false, speed: 0.1, last: 0 });
  }

  /* To be called with the time of each frame, in milliseconds, while it plays. */
  step(now) {
    const passed = this.last ? now - this.last : 0;
    this.last = now;
    this.goTo(this.state.time + passed * 1000 * this.speed);
    if (this.state.time >= this.state.model.end)
      this.stop();
  }

  start() {
    if (this.state.time >= this.state.model.end)
      this.state.time = this.state.model.begin;
    Object.assign(this, { playing: true, last: 0 });
    this.changed();
  }

  stop() {
    this.playing = false;
    this.changed();
  }

  toggle() {
    if (this.playing)
      this.stop();
    else
      this.start();
  }

  goTo(time) {
    this.state.time = Math.min(Math.max(time, this.state.model.begin), this.state.model.end);
    this.changed();
  }

  /* To the next moment at which something changes, or the one before. */
  stepTo(direction) {
    const { changes } = this.state.model;
    const index = direction > 0 ? firstIndex(changes, (time) => time > this.state.time)
      : firstIndex(changes, (time) => time >= this.state.time) - 1;
    this.playing = false;
    this.goTo(changes[index] ?? direction * Infinity);
  }
}

/* Shows who runs and who is ready. The list changes only where the names do. */
function showQueue(model, time, running, list) {
  const queue = readyQueueAt(model, time);
  const names = queue.slice(0, QUEUE_SHOWN).map(({ row }) => rowLabel(row));
  if (queue.length > QUEUE_SHOWN)
    names.push(tr("e mais ", "and ") + formatNumber(queue.length - QUEUE_SHOWN)
      + tr("", " more"));
  if (queue.length === 0)
    names.push(tr("(vazia)", "(empty)"));
  running.textContent = runningAt(model, time) || tr("ninguém", "nobody");
  while (list.children.length > names.length)
    list.lastChild.remove();
  while (list.children.length < names.length)
    list.append(document.createElement("li"));
  names.forEach((name, index) => {
    if (list.children[index].textContent !== name)
      list.children[index].textContent = name;
  });
  list.classList.toggle("empty", queue.length === 0);
}
