/* What timeline.mjs knows of recordings by reading them itself, and where it serves them from. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, extname, join } from "node:path";
import { POLICY } from "./fixture.mjs";

export function read(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/* The rows' names, by tid. */
export function namesOf({ traceEvents }) {
  return new Map(traceEvents.filter(({ ph, name }) => ph === "M" && name === "thread_name")
    .map(({ tid, args }) => [tid, args.name]));
}

/* What each task did, by tid: a list of [state, since, until]. */
export function spellsOf({ traceEvents }) {
  const rows = new Map();
  for (const { ph, tid, name, ts } of traceEvents) {
    const isTask = tid > 0 && tid < 1000001;
    if (isTask && ph === "B")
      rows.set(tid, [...rows.get(tid) ?? [], [name, ts, ts]]);
    else if (isTask && ph === "E")
      rows.get(tid).at(-1)[2] = ts;
  }
  return rows;
}

/* A moment at which several tasks are ready, and their names in the order in which they became so. */
export function crowdedMoment({ traceEvents }) {
  const ready = new Map();
  let most = { time: 0, tids: [] };
  traceEvents.forEach(({ ph, tid, cat, ts }, index) => {
    if (ph === "B" && cat === "ready")
      ready.set(tid, ts);
    else if (ph === "E")
      ready.delete(tid);
    const next = traceEvents[index + 1]?.ts ?? ts;
    if (ready.size > most.tids.length && next > ts && tid !== 0)
      most = { time: (ts + next) / 2, tids: [...ready.keys()] };
  });
  return most;
}

/* The moments at which a task's state, a callback or a piece of work begins or ends, or a timer is set,
 * fires or stops: each once, in order. */
export function changesOf({ traceEvents }) {
  const open = new Map();
  const moments = new Set();
  for (const { ph, tid, cat, ts } of traceEvents) {
    const stack = open.get(tid) ?? [];
    open.set(tid, stack);
    if (ph === "B")
      stack.push(cat);
    const what = ph === "E" ? stack.pop() : cat;
    if ("BE".includes(ph) && !["loop", "phase"].includes(what) || ph === "i" && cat === "timer")
      moments.add(ts);
  }
  return [...moments].sort((a, b) => a - b);
}

/* By tid of a task: how often and how long it ran, the longest; how long it was ready, the longest; its
 * waits, each [cause, count, total]; bytes received and sent. */
export function sumsOf(recording) {
  const sums = new Map();
  for (const [tid, spells] of spellsOf(recording)) {
    const times = (state) => spells.filter(([name]) => name === state).map(([, from, to]) => to - from);
    const total = (list) => list.reduce((sum, time) => sum + time, 0);
    const [ran, ready] = [times("running"), times("ready")];
    const causes = [...new Set(spells.map(([name]) => name))]
      .filter((name) => name !== "running" && name !== "ready").sort();
    const bytes = (names) => total(recording.traceEvents.filter((event) => event.ph === "i"
      && event.tid === tid && names.includes(event.name)).map(({ args }) => args?.bytes ?? 0));
    sums.set(tid, [ran.length, total(ran), Math.max(0, ...ran), total(ready), Math.max(0, ...ready),
      causes.map((name) => [name, times(name).length, total(times(name))]),
      bytes(["recv", "ws recv"]), bytes(["send", "ws send"])]);
  }
  return sums;
}

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript",
  ".svg": "image/svg+xml", ".json": "application/json", ".gz": "application/gzip" };

/* Serves the page's folder, and these recordings beside it, as strictly as a server can; one more has
 * this content. Returns the page's address. */
export async function serve(folder, recordings, more = "", content = undefined) {
  const places = new Map(recordings.map((file) => [basename(file), dirname(file)]));
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url, "http://x").pathname) || "index.html";
    try {
      const body = more && name === basename(more) ? content
        : readFileSync(join(places.get(name) ?? folder, name));
      response.writeHead(200,
        { "Content-Type": TYPES[extname(name)], "Content-Security-Policy": POLICY });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}
