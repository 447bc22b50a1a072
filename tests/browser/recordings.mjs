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

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript",
  ".svg": "image/svg+xml", ".json": "application/json" };

/* Serves the page's folder, and these recordings beside it, as strictly as a server can. Returns the
 * page's address. */
export async function serve(folder, recordings) {
  const places = new Map(recordings.map((file) => [basename(file), dirname(file)]));
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url, "http://x").pathname) || "index.html";
    try {
      const content = readFileSync(join(places.get(name) ?? folder, name));
      response.writeHead(200,
        { "Content-Type": TYPES[extname(name)], "Content-Security-Policy": POLICY });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}
