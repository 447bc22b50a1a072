"use strict";

/* The sums of each task, and of the loop: what the table shows. */

const HELD_TOO_LONG = 10000; // microseconds that a run or a callback may hold the loop

/* item: the longest. */
function addUp(spells) {
  const sum = { count: spells.length, total: 0, longest: 0, item: undefined };
  for (const spell of spells) {
    const length = spell.end - spell.begin;
    sum.total += length;
    if (length >= sum.longest)
      Object.assign(sum, { longest: length, item: spell });
  }
  return sum;
}

function groupByName(groups, spell) {
  if (groups.has(spell.name))
    groups.get(spell.name).push(spell);
  else
    groups.set(spell.name, [spell]);
  return groups;
}

/* [{name, count, total, longest}], the longest in total first. */
function sumsByName(groups) {
  return [...groups].map(([name, spells]) => ({ name, ...addUp(spells) }))
    .sort((a, b) => b.total - a.total);
}

function bytesOf(marks, pattern) {
  return marks.filter(({ name }) => pattern.test(name))
    .reduce((sum, { args }) => sum + (Number(args.bytes) || 0), 0);
}

/* The loop runs callbacks, and waits in poll. */
function spellsOf(row, state) {
  if (row.kind === "task")
    return row.lanes[0].filter(({ kind }) => kind === state);
  if (state === "run")
    return row.lanes[2] ?? [];
  return state === "wait" ? (row.lanes[1] ?? []).filter(({ name }) => name === "poll") : [];
}

function sumsOf(row) {
  const [runs, readies] = ["run", "ready"].map((state) => addUp(spellsOf(row, state)));
  const waits = spellsOf(row, "wait").reduce(groupByName, new Map());
  return { row, runs, readies, waits: sumsByName(waits), received: bytesOf(row.marks, /recv/),
    sent: bytesOf(row.marks, /send/), held: runs.longest > HELD_TOO_LONG,
    neverWaits: row.kind === "task" && runs.count > 0 && waits.size === 0 };
}

function sumsOfModel(model) {
  return model.rows.filter(({ kind }) => kind === "task" || kind === "loop").map(sumsOf);
}
