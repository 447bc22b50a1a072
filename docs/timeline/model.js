"use strict";

/*
 * The model: rows with their spells, marks and counters, and the questions asked of them. It knows
 * nothing of pixels.
 *
 * A row's lanes are lists of spells, one a depth: a task has one lane, the loop has its ticks, the
 * phases in them, and the callbacks in those. The spells of a lane follow each other in time.
 */

const LOOP = 0; // the tid of the loop's row
const FIRST_POOL_ROW = 1000001;
const LAST_POOL_ROW = 2000000; // tasks beyond the first million are above
const PROGRAM = 2 ** 32; // in a recording of several, each one's rows begin at a multiple of it
const MOST_LANES = 3;

function kindOfRow(tid) {
  const number = tid % PROGRAM;
  if (number === LOOP)
    return "loop";
  return number >= FIRST_POOL_ROW && number <= LAST_POOL_ROW ? "pool" : "task";
}

function rowLabel(row) {
  return row.kind === "task" ? `${row.name} #${row.tid % PROGRAM}` : row.name;
}

function newRow(tid, name, kind) {
  return { tid, name, kind, order: tid, lanes: [[]], marks: [], wakes: [], open: [] };
}

class Model {
  constructor({ program, dropped, events }) {
    Object.assign(this, { program, dropped, begin: Infinity, end: 0, items: 0 });
    Object.assign(this, { rows: [], rowOf: new Map() });
    const counters = new Map();
    for (const event of events)
      if (event.ph === "M")
        this.nameRow(event);
    for (const event of events) {
      if (event.ph === "M")
        continue;
      this.begin = Math.min(this.begin, event.ts); // what came before may have been dropped
      this.end = Math.max(this.end, event.ts);
      if (event.ph === "C")
        this.addStep(counters, event);
      else
        this.add(event);
    }
    this.orderRows(counters);
    this.changes = this.findChanges();
  }

  nameRow({ name, tid, args }) {
    const row = this.rowOf.get(tid) ?? newRow(tid, "", kindOfRow(tid));
    this.rowOf.set(tid, row);
    if (name === "thread_name")
      row.name = String(args?.name ?? "");
    else if (name === "thread_sort_index")
      row.order = Number(args?.sort_index) || 0;
  }

  row(tid) {
    return this.rowOf.get(tid) ?? refuse(`A linha ${tid} não tem nome: a gravação está errada.`,
      `Row ${tid} has no name: the recording is wrong.`);
  }

  add(event) {
    const row = this.row(event.tid);
    if (event.ph === "B")
      this.beginSpell(row, event);
    else if (event.ph === "E")
      row.open.pop().end = event.ts;
    else if (event.ph === "i")
      row.marks.push({ mark: true, row, name: event.name, kind: event.cat, begin: event.ts,
        end: event.ts, args: event.args ?? {}, number: this.items++ });
    // The arrows of Perfetto (s, f) say again what "by" says.
  }

  beginSpell(row, { name, cat, ts, args: given }) {
    const args = given ?? {};
    const lane = Math.min(row.open.length, MOST_LANES - 1);
    const spell = { row, lane, name, kind: cat, begin: ts, end: ts, args, number: this.items++ };
    if (cat === "ready" && args.by !== undefined) {
      spell.by = this.row(args.by);
      row.wakes.push(spell);
    }
    row.open.push(spell);
    (row.lanes[lane] ??= []).push(spell);
  }

  addStep(counters, { name, ts, args }) {
    const value = Number(Object.values(args ?? {})[0]) || 0;
    if (!counters.has(name))
      counters.set(name, { ...newRow(`counter ${name}`, name, "counter"), steps: [], most: 0 });
    const row = counters.get(name);
    if (row.steps.length > 0)
      row.steps.at(-1).end = ts;
    row.steps.push({ row, name, kind: "counter", begin: ts, end: ts, value, args: {},
      number: this.items++ });
    row.most = Math.max(row.most, value);
  }

  /* The loop, its counters, then tasks and threads of the pool in the recording's own order. */
  orderRows(counters) {
    const rows = [...this.rowOf.values()].sort((a, b) => a.order - b.order || a.tid - b.tid);
    const after = rows.findIndex((row) => row.kind === "loop") + 1;
    rows.splice(after, 0, ...counters.values());
    for (const { steps } of counters.values())
      steps.at(-1).end = this.end;
    this.rows = rows;
    rows.forEach((row, index) => { row.index = index; });
  }

  /* The moments at which something changes, each once, in order: a task's state, a callback, a
   * timer, a piece of work on the pool. */
  findChanges() {
    const moments = new Set();
    for (const { kind, lanes, marks } of this.rows) {
      for (const { begin, end } of (kind === "loop" ? lanes[2] : lanes[0]) ?? [])
        moments.add(begin).add(end);
      for (const mark of marks)
        if (mark.kind === "timer")
          moments.add(mark.begin);
    }
    return Float64Array.from(moments).sort();
  }
}

/* The index of the first item for which later(item) is true; the list's length if there is none. */
function firstIndex(list, later) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (later(list[middle]))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* The last item that began at that time or before, if there is one. */
function lastBefore(list, time) {
  return list[firstIndex(list, ({ begin }) => begin > time) - 1];
}

/* The spell of the lane at that time. At the border of two, the later one. */
function spellAt(lane, time) {
  const spell = lastBefore(lane, time);
  return spell && (time < spell.end || time === spell.begin) ? spell : undefined;
}

function stateAt(row, time) {
  return spellAt(row.lanes[0], time);
}

/* The tasks in the ready queue at that time, the next one first. */
function readyQueueAt(model, time) {
  return model.rows.filter(({ kind }) => kind === "task")
    .map((row) => stateAt(row, time))
    .filter((spell) => spell?.kind === "ready")
    .sort((a, b) => a.number - b.number);
}

function runningAt(model, time) {
  const task = model.rows.find((row) => row.kind === "task" && stateAt(row, time)?.kind === "run");
  if (task)
    return rowLabel(task);
  const loop = model.rowOf.get(LOOP);
  const phase = loop?.lanes.map((lane) => spellAt(lane, time)).findLast(Boolean);
  return phase ? `${loop.name}: ${phase.name}` : "";
}

function timersAt(model, time) {
  return model.rows.flatMap(({ marks }) => {
    const after = firstIndex(marks, ({ begin }) => begin > time);
    return marks.slice(firstIndex(marks, ({ begin }) => begin >= time), after);
  }).filter(({ kind }) => kind === "timer");
}
