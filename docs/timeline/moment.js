"use strict";

/* A link to a moment: #t=0.2 or #t=200ms, and #t=0.2,0.25 for what lies between two moments. Seconds,
 * as in the W3C's media fragments, if no unit is named. */

function readMoment(text) {
  const match = /^(\d+(?:\.\d+)?)(s|ms|us|µs)?$/.exec(text);
  if (!match)
    return undefined;
  const unit = UNITS.find(({ name }) => name === (match[2] ?? "s").replace("us", "µs"));
  return Number(match[1]) * unit.size;
}

/* [time], or [from, to]; [] if the fragment tells none. */
function readFragment(fragment) {
  const text = new URLSearchParams(fragment.replace(/^#/, "")).get("t") ?? "";
  const times = text.split(",").map(readMoment);
  const good = times.length <= 2 && !times.includes(undefined) && !(times[1] <= times[0]);
  return good ? times : [];
}

function fragmentOf(time) {
  return `#t=${Number((time / 1e6).toFixed(9))}`;
}

/* The cursor goes there; a span fills the view. */
function goToFragment(fragment, view, player) {
  const [from, to] = readFragment(fragment);
  if (from === undefined)
    return;
  player.goTo(from);
  if (to !== undefined)
    view.show(from, to);
  else
    view.showTime(view.model && player.state.time, 0.5);
}
