"use strict";

/*
 * Walking from item to item. An item is a spell, a mark, or a step of a counter. A row has tracks,
 * from its top: its marks, then its lanes; a counter has one.
 */

function tracksOf(row) {
  const tracks = row.kind === "counter" ? [row.steps] : [row.marks, ...row.lanes];
  return tracks.filter((track) => track.length > 0);
}

function trackOf({ mark, row, lane }) {
  if (row.kind === "counter")
    return row.steps;
  return mark ? row.marks : row.lanes[lane];
}

/* The item's neighbour in time in its track: step is -1 or 1. */
function neighbourOf(item, step) {
  const track = trackOf(item);
  return track[firstIndex(track, ({ number }) => number >= item.number) + step];
}

/* What the track held at that time, or before it, or first of all. */
function nearestItem(track, time) {
  return lastBefore(track, time) ?? track[0];
}

/* What the row did then: of the loop, the phase. */
function nearestSpell(row, time) {
  return nearestItem(row.lanes[Math.min(1, row.lanes.length - 1)], time);
}

/* The chosen item's neighbour: in its track, or in the track above or below, there at the time. */
function moveSelection(view, selected, time, dx, dy) {
  if (!selected) {
    const row = view.visibleRows().find(({ kind, lanes }) => kind !== "counter" && lanes[0].length > 0);
    return row && nearestSpell(row, time);
  }
  if (dx)
    return neighbourOf(selected, dx);
  const { rows } = view.model;
  const tracks = tracksOf(selected.row);
  let [index, next] = [selected.row.index, tracks[tracks.indexOf(trackOf(selected)) + dy]];
  while (!next && rows[index += dy])
    next = tracksOf(rows[index]).at(dy > 0 ? 0 : -1);
  return next && nearestItem(next, Math.max(time, selected.begin));
}

/* The ready spell that led to this one: what woke the task. */
function wakeOf(spell) {
  if (spell.kind === "ready")
    return spell;
  const before = spell.kind === "run" ? neighbourOf(spell, -1) : undefined;
  return before?.kind === "ready" ? before : undefined;
}

/* What the waker did at that moment: the innermost spell that had begun. Never later than that. */
function spellOfWaker(wake) {
  const earlier = wake.by.lanes
    .map((lane) => lane[firstIndex(lane, ({ number }) => number >= wake.number) - 1]);
  return earlier.findLast((spell) => spell && spell.end >= wake.begin) ?? earlier.find(Boolean);
}
