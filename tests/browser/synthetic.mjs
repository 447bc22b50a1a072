/* A recording that is made, not recorded: long, dense, and with known sums. */

/* A task that runs for a moment every so often, and waits between; one iteration of the loop each time.
 * Times are microseconds. */
export function sparseRecording({ length, turns, run }) {
  const events = [{ ph: "M", tid: 0, name: "thread_name", args: { name: "loop" } },
    { ph: "M", tid: 1, name: "thread_name", args: { name: "worker" } }];
  const begin = (tid, ts, cat, name, args) => events.push({ ph: "B", tid, ts, cat, name, args });
  const end = (tid, ts) => events.push({ ph: "E", tid, ts });
  const step = length / turns;
  for (let turn = 0; turn < turns; turn++) {
    const [start, next] = [turn * step, (turn + 1) * step];
    begin(0, start, "loop", "tick");
    begin(0, start, "phase", "ready");
    begin(1, start, "ready", "ready", { by: 0 });
    end(1, start + run / 10);
    begin(1, start + run / 10, "run", "running");
    end(1, start + run * 1.1);
    begin(1, start + run * 1.1, "wait", "sleep");
    end(0, start + run * 1.1);
    begin(0, start + run * 1.1, "phase", "poll");
    end(0, next);
    end(1, next);
    end(0, next);
  }
  return JSON.stringify({ otherData: { program: "sparse" }, traceEvents: events });
}
