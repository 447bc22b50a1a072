/*
 * What one measures, counts and finds with in the page that draws recordings (docs/timeline).
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { check, closePage, equal, isFirefox, openPage, run, waitFor } from "./browser.mjs";
import { findFaintShapes } from "./contrast.mjs";
import { changesOf, read, serve, sumsOf } from "./recordings.mjs";
import { sparseRecording } from "./synthetic.mjs";
import { press, runChecks, showFile, textOf } from "./timeline_page.mjs";

let browser, page, url, files;

const LONG = { length: 20e6, turns: 5000, run: 0.18 }; // runs for 0.0045 % of 20 s

async function open(file) {
  page = await showFile(browser, url, file);
}

function made(name, text) {
  return { name, mimeType: "application/json", buffer: Buffer.from(text) };
}

const timeNow = () => page.evaluate(() => state.time);

/* At each zoom of 20 s, around several moments: no two labels alike, and none over another. */
async function everyLabelDiffers() {
  await open(made("sparse.json", sparseRecording(LONG)));
  const wrong = await page.evaluate(() => {
    const found = [];
    for (const folded of [false, true]) {
      view.foldBy(folded ? foldOf(state.model) : UNFOLDED);
      for (const moment of [0, 0.0123, 999.9995, 3e6 + 1 / 3, 12345678.912, 2e7])
        for (let length = 3e7; length > 0.04; length /= 1.37) {
          view.show(moment - length / 3, moment + length * 2 / 3);
          const ticks = ticksOf(view, (text) => drawing.widthOf(text));
          const texts = ticks.map(({ text }) => text);
          const ends = ticks.map(({ time, text }) => view.xOf(time) + 4 + drawing.widthOf(text));
          if (new Set(texts).size < texts.length || texts.some((text) => text.startsWith("-0"))
            || ticks.some(({ time }, i) => i > 0 && view.xOf(time) < ends[i - 1])
            || ticks.length < (folded ? 0 : moment && moment < 2e7 ? 2 : 1))
            found.push([folded, moment, length, ...texts].join(" | "));
        }
    }
    view.foldBy(UNFOLDED);
    return found;
  });
  equal(wrong, [], "rulers with labels that are alike, overlap, or are missing");
}

/* A row that ran for 0.0045 % of the time is not blue from afar, and yet can be seen. */
async function trueFromAfar() {
  const share = await page.evaluate(() => {
    view.showAll();
    drawing.columns.clear();
    drawing.draw(view, { ...state, time: 0 });
    const { pen, density } = drawing;
    const [top, height] = view.laneBox(state.model.rowOf.get(1), 0);
    const [left, right] = [view.xOf(1e6), view.xOf(19e6)];
    const { data } = pen.getImageData(left * density, top * density, (right - left) * density,
      height * density);
    const [red, green, blue] = [1, 3, 5].map((i) => parseInt(drawing.palette.run.slice(i, i + 2), 16));
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      count += Math.abs(data[i] - red) + Math.abs(data[i + 1] - green)
        + Math.abs(data[i + 2] - blue) < 12;
    return count / (data.length / 4);
  });
  check(share > 0 && share <= 1 / 22 + 0.001, `the row is blue by its share, at least a pixel: ${share}`);
}

async function foldsIdlePolls() {
  const widths = () => page.evaluate(() => ["ready", "poll"].map((name) => state.model.rowOf.get(0)
    .lanes[1].filter((spell) => spell.name === name)
    .reduce((sum, spell) => sum + view.widthOf(spell), 0)));
  const [busy, idle] = await widths();
  check(busy / (busy + idle) < 0.0001, "unfolded, the loop sleeps all the time");
  await press(page, "f");
  const [folded, polls] = await widths();
  check(folded / (folded + polls) > 0.7, `folded, polls take a quarter: ${folded}, ${polls}`);
  const drift = await page.evaluate(() => Math.max(...state.model.changes
    .map((time) => Math.abs(view.timeAt(view.xOf(time)) - time))));
  check(drift < 1e-3, `places lead back to their times: ${drift}`);
  equal(await page.locator("[data-command=fold]").getAttribute("aria-pressed"), "true", "the button");
  await press(page, "f");
}

async function measures() {
  await open(files.echo);
  const { x, y, width } = await page.locator("#canvas").boundingBox();
  const before = await page.evaluate(() => view.from);
  const ends = [0.4, 0.7].map((share) => Math.round(x + width * share)); // Firefox has whole pixels only
  await page.mouse.move(ends[0], y + 10);
  await page.mouse.down();
  await page.mouse.move(ends[1], y + 10, { steps: 3 });
  await page.mouse.up();
  equal(await page.evaluate(() => view.from), before, "the view stays");
  const [text, expected, marked] = await page.evaluate(([from, to]) => [
    document.getElementById("live").textContent,
    `Measured: ${formatSpan(view, { from: view.timeAt(from), to: view.timeAt(to) })}`,
    state.span.to - state.span.from], ends.map((end) => end - x));
  equal(text, expected, "what is measured");
  check(marked > 0, "a span of some length");
  await waitFor(() => textOf(page, "span"), (now) => text.endsWith(now), "the span in the panel");
  await press(page, "Escape");
  await waitFor(() => textOf(page, "span"), (now) => now === "nothing", "no span");
  await page.evaluate(() => player.goTo(state.model.begin));
  await press(page, "m", ".", ".", "m", ".");
  const changes = await page.evaluate(() => [state.span.from, state.span.to, ...state.model.changes]);
  equal([changes[0], changes[1]], [await page.evaluate(() => state.model.begin), changes[4]],
    "measured by keys, from the beginning to the second change after it");
}

/* Chapter 1 has no tasks: its callbacks and timers are stepped through, there and back. */
async function stepsThroughCallbacks() {
  await open(files.timer);
  const recording = read(files.timer);
  const expected = changesOf(recording);
  check(recording.traceEvents.some(({ cat }) => cat === "callback"), "callbacks are recorded");
  const seen = [];
  await page.evaluate(() => player.goTo(state.model.begin));
  for (const _ of expected.filter((time) => time > recording.traceEvents.find(({ ts }) => ts).ts)) {
    await press(page, ".");
    seen.push(await timeNow());
  }
  equal(seen, expected.slice(-seen.length), "stops");
  check(seen.length >= 8, `callbacks and timers: ${seen.length} stops`);
  await press(page, ",");
  equal(await timeNow(), expected.at(-2), "one back");
}

/* By Shift and arrows alone, each spell, mark and step of a counter is chosen. */
async function keysReachAll() {
  const count = await page.evaluate(() => state.model.items);
  const reached = new Set();
  const number = () => page.evaluate(() => state.selected?.number);
  await press(page, "Escape", "Shift+ArrowDown", ...Array(8).fill("Shift+ArrowUp"));
  for (let last; last !== await number();) {
    last = await number();
    await page.evaluate(() => { state.selected = trackOf(state.selected)[0]; });
    for (let at; at !== await number();) {
      at = await number();
      reached.add(at);
      await press(page, "Shift+ArrowRight");
    }
    await press(page, "Shift+ArrowDown");
  }
  equal(reached.size, count, "items that are reached");
}

/* What woke a spell began before it. */
async function wakersAreEarlier() {
  await open(files.chat);
  const [later, wakes] = await page.evaluate(() => {
    const woken = state.model.rows.flatMap(({ wakes }) => wakes);
    return [woken.filter((wake) => spellOfWaker(wake)?.begin > wake.begin).length, woken.length];
  });
  check(wakes > 100, "many wakes");
  equal(later, 0, "wakers that begin later");
  await page.evaluate(() => select(state.model.rows.flatMap(({ wakes }) => wakes).at(-1)));
  for (let time = await timeNow(), before = Infinity; time < before;) {
    before = time;
    await press(page, "w");
    time = await timeNow();
    check(time <= before, "W goes back");
  }
}

async function arrowsAreLimited() {
  const drawn = await page.evaluate(() => {
    let count = 0;
    const original = drawArrow;
    globalThis.drawArrow = (...words) => { count++; return original(...words); };
    view.showAll();
    drawing.draw(view, { ...state, selected: undefined });
    globalThis.drawArrow = original;
    return [count, drawing.arrowsLeftOut, (view.width - view.gutter) / ARROW_ROOM];
  });
  check(drawn[0] <= drawn[2], `${drawn[0]} arrows are at most ${drawn[2]}`);
  check(drawn[1] > 0, "those left out are counted");
  await press(page, "0");
  await waitFor(() => textOf(page, "left-out"), (text) => text.startsWith(`${drawn[1]} arrows`),
    "the panel to tell it");
}

/* The sums are those of recordings.mjs, which reads the files by itself. */
async function sumsOfTasks() {
  for (const file of Object.values(files)) {
    await open(file);
    const expected = sumsOf(read(file));
    const sums = await page.evaluate(() => sumsOfModel(state.model).map((one) => [rowLabel(one.row),
      one.runs.count, one.runs.total, one.runs.longest, one.readies.total, one.readies.longest,
      one.waits.map(({ name, count, total }) => [name, count, total]).sort(), one.received, one.sent]));
    for (const one of sums.filter(([label]) => label !== "loop")) {
      const other = expected.get(Number(one[0].split("#")[1]));
      equal(JSON.parse(JSON.stringify(one.slice(1), rounded)), JSON.parse(JSON.stringify(other, rounded)),
        `the sums of ${one[0]} in ${file}`);
    }
    equal(sums.length, expected.size + 1, "tasks, and the loop");
  }
}

async function tableOfTasks() {
  await open(files.blocking);
  await press(page, "t");
  const rows = () => page.locator("#tasks tbody tr").allTextContents();
  const longest = Math.max(...[...sumsOf(read(files.blocking)).values()].map(([, , run]) => run)) / 1000;
  const isLongest = (text, pattern) => Math.abs(Number(pattern.exec(text)?.[1]) - longest) < 1; // milliseconds
  check(longest > 150 && isLongest((await rows())[0], /^keyboard #\d+held the loop ([\d.]+) ms/),
    `what blocks comes first, and held the loop for ${longest} ms: ${(await rows())[0]}`);
  await page.click("[data-column=task]");
  const names = (await page.locator("#tasks tbody th").allTextContents());
  equal(names, names.toSorted((a, b) => a.localeCompare(b)), "names in order");
  await page.click("[data-column=task]");
  equal(await page.locator("#tasks [aria-sort]").getAttribute("aria-sort"), "descending", "turned");
  await page.locator("#tasks tbody tr", { hasText: "keyboard" }).locator(".longest-run").click();
  check(isLongest(await textOf(page, "live"), /^keyboard #\d+; state: running; .*for: ([\d.]+) ms/),
    `a click leads to the longest run: ${await textOf(page, "live")}`);
  await open(files.turns);
  check((await rows()).filter((text) => text.includes("never waits")).length >= 2,
    "left and right never wait");
  await press(page, "t");
}

function rounded(_, value) {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}

async function findsEvents() {
  await open(files.echo);
  const events = read(files.echo).traceEvents.filter(({ name, ph }) => name === "recv" && ph !== "E");
  await page.fill("#search", "recv");
  for (const event of events.slice(0, 3)) {
    await page.press("#search", "Enter");
    equal(await timeNow(), event.ts, "the next event");
  }
  await page.press("#search", "Shift+Enter");
  equal(await timeNow(), events[1].ts, "the event before");
  check((await textOf(page, "live")).endsWith(`; 2 of ${events.length}`), "which of how many");
}

/* The value under the pointer, and the part that the overview leads to. */
async function countersAndOverview() {
  const canvas = await page.locator("#canvas").boundingBox();
  await press(page, "0");
  const [dx, dy, value] = await page.evaluate(() => {
    const row = state.model.rows.find(({ name }) => name === "tasks");
    const step = row.steps.at(-1);
    const last = row.steps.toSorted((a, b) => (b.end - b.begin) - (a.end - a.begin))[0] ?? step;
    return [view.xOf((last.begin + last.end) / 2), view.yOf(row) + 10, last.value];
  });
  await page.mouse.move(canvas.x + dx, canvas.y + dy);
  await waitFor(() => textOf(page, "tip"), (text) => text.includes(`value${value}`), `${value} tasks`);
  await press(page, "+", "+", "+", "+", "+");
  const { x, y, width } = await page.locator("#overview").boundingBox();
  await page.mouse.click(x + width * 0.8, y + 10);
  const place = await page.evaluate(() => (view.from + view.to) / 2 / state.model.end);
  check(Math.abs(place - 0.8) < 0.05, `the view stands at ${place} of the recording`);
}

async function linksToMoments() {
  const zipped = `${files.echo}.gz`;
  const served = await serve(fileURLToPath(new URL(".", url)), [files.echo, files.blocking], zipped,
    gzipSync(readFileSync(files.echo)));
  const linked = await openPage(browser, `${served}?file=echo.json.gz&lang=pt#t=1.2ms,1500us`,
    { locale: "en" });
  await waitFor(() => textOf(linked, "title"), (text) => /linhas/.test(text), "a title");
  equal(await linked.evaluate(() => [view.from, view.to, state.time].map((time) => time.toFixed(3))),
    ["1200.000", "1500.000", "1200.000"], "the part that the link names");
  await linked.keyboard.press(".");
  const moment = await linked.evaluate(() => state.time);
  const hash = await waitFor(() => linked.evaluate(() => location.hash),
    (now) => now !== "#t=1.2ms,1500us", "the address to name the moment");
  equal(Math.round(Number(hash.slice(3)) * 1e9), Math.round(moment * 1e3), "the moment in the address");
  for (const [wrong, time] of [["#t=x", moment], ["#t=99", "end"], ["#t=0.0005", 500]]) {
    await linked.evaluate((fragment) => { location.hash = fragment; }, wrong);
    await waitFor(() => linked.evaluate(() => (state.time === state.model.end ? "end" : state.time)),
      (now) => now === time, `${wrong} to lead to ${time}`);
  }
  await closePage(linked);
}

/* Five rows in small windows, and shapes that stand out from what is behind them. */
async function smallWindows() {
  await open(files.echo);
  for (const [width, height] of [[640, 400], [640, 360], [800, 450]]) {
    await page.setViewportSize({ width, height });
    await waitFor(() => page.evaluate(() => view.model.rows
      .filter((row) => view.yOf(row) + ROW_HEIGHTS[row.kind] <= view.height).length),
    (rows) => rows >= 5, `five whole rows at ${width}×${height}`);
    equal(await page.evaluate(() => [...document.querySelectorAll("header *, #tools *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth).length), 0, "cut off");
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}

async function contrastOfShapes() {
  equal(await findFaintShapes(page), [], "faint shapes");
  await page.click("#theme");
  equal(await findFaintShapes(page), [], "faint shapes in the other theme");
}

/* In Firefox those that the browser has a part in. */
const CHECKS = isFirefox ? [everyLabelDiffers, measures, stepsThroughCallbacks, sumsOfTasks, tableOfTasks,
  findsEvents, countersAndOverview, linksToMoments, smallWindows]
  : [everyLabelDiffers, trueFromAfar, foldsIdlePolls, measures, stepsThroughCallbacks, keysReachAll,
    wakersAreEarlier, arrowsAreLimited, sumsOfTasks, tableOfTasks, findsEvents, countersAndOverview,
    linksToMoments, smallWindows, contrastOfShapes];

await run("timeline_tools.mjs FILE_URL_OF_THE_PAGE FOLDER_OF_RECORDINGS",
  async (launched, address, folder) => {
    [browser, url] = [launched, address];
    files = Object.fromEntries(["blocking", "chat", "echo", "timer", "turns"]
      .map((name) => [name, `${folder}/${name}.json`]));
    await runChecks(CHECKS);
    await closePage(page);
  });
