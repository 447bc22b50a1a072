"use strict";

/*
 * Folding: polls in which the loop slept take little room, so that what ran between them can be
 * seen together. A fold leads from times to places on an axis, and back; without folds both are
 * the same.
 */

const FOLDED_SHARE = 0.25; // of the axis, for all folded polls together

class Fold {
  /* polls: {begin, end} in order, none in another; each becomes this long. */
  constructor(polls, length) {
    this.polls = polls.filter(({ begin, end }) => end - begin > length);
    this.length = length;
    this.places = []; // of the polls' beginnings
    let saved = 0;
    for (const { begin, end } of this.polls) {
      this.places.push(begin - saved);
      saved += end - begin - length;
    }
  }

  placeOf(time) {
    const i = firstIndex(this.polls, ({ begin }) => begin > time) - 1;
    if (i < 0)
      return time;
    const { begin, end } = this.polls[i];
    return this.places[i] + (time < end ? (time - begin) * this.length / (end - begin)
      : this.length + time - end);
  }

  timeAt(place) {
    const i = firstIndex(this.places, (other) => other > place) - 1;
    if (i < 0)
      return place;
    const { begin, end } = this.polls[i];
    const within = place - this.places[i];
    return within < this.length ? begin + within * (end - begin) / this.length
      : end + within - this.length;
  }
}

const UNFOLDED = new Fold([], 0);

/* All polls that are longer than their part of a quarter of what is left. */
function foldOf(model) {
  const phases = model.rowOf.get(LOOP)?.lanes[1] ?? [];
  const polls = phases.filter(({ name, begin, end }) => name === "poll" && end > begin);
  const idle = polls.reduce((sum, { begin, end }) => sum + end - begin, 0);
  const busy = Math.max(model.end - model.begin - idle, 1);
  return new Fold(polls, busy * FOLDED_SHARE / (1 - FOLDED_SHARE) / Math.max(polls.length, 1));
}
