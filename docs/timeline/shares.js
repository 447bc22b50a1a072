"use strict";

/*
 * Which share of a stretch of time a lane spent in each of its looks. From afar a pixel holds
 * thousands of spells: sums up to every spell of a lane make one search a pixel enough.
 */

class Shares {
  constructor(lane) {
    this.lane = lane;
    this.looks = [...new Set(lane.map(lookName))];
    this.kinds = Uint8Array.from(lane, (spell) => this.looks.indexOf(lookName(spell)));
    this.sums = this.looks.map((_, look) => {
      const sums = new Float64Array(lane.length + 1);
      lane.forEach(({ begin, end }, i) => {
        sums[i + 1] = sums[i] + (this.kinds[i] === look ? end - begin : 0);
      });
      return sums;
    });
  }

  /* How long the lane was in each of its looks before that time. */
  before(time) {
    const i = firstIndex(this.lane, ({ begin }) => begin >= time);
    const before = this.sums.map((sums) => sums[i]);
    if (i > 0 && this.lane[i - 1].end > time)
      before[this.kinds[i - 1]] -= this.lane[i - 1].end - time;
    return before;
  }

  /* [look, share] for each that is not 0. */
  between(from, to) {
    const [before, after] = [this.before(from), this.before(to)];
    return this.looks.map((look, k) => [look, Math.min((after[k] - before[k]) / (to - from), 1)])
      .filter(([, share]) => share > 0);
  }
}

const sharesOfLanes = new WeakMap();

function sharesOf(lane) {
  if (!sharesOfLanes.has(lane))
    sharesOfLanes.set(lane, new Shares(lane));
  return sharesOfLanes.get(lane);
}
