/*
 * The page that draws recordings (docs/timeline), on real ones: of the echo server, of the chat, and
 * a long one of 100,000 events.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { check, closePage, equal, isFirefox, openPage, run, waitFor } from "./browser.mjs";
import { findFaintTexts } from "./contrast.mjs";
import { choose, press, runChecks, showFile, textOf } from "./timeline_page.mjs";
import { crowdedMoment, namesOf, read, serve, spellsOf } from "./recordings.mjs";

let browser, page, fileUrl, httpUrl, files;

const shown = (page) => page.evaluate(() => [view.from, view.to].map(Math.round));

const isOpen = (page) => waitFor(() => textOf(page, "title"), Boolean, "a title");

async function openFile(file) {
  page = await showFile(browser, fileUrl, file);
}

/* Every row, and every state of every task with its times, as the file has them. */
async function rowsAndStates() {
  for (const file of [files.echo, files.chat]) {
    await openFile(file);
    const recording = read(file);
    const names = await page.evaluate(() => state.model.rows.filter((row) => row.kind !== "counter")
      .map(({ tid, name }) => [tid, name]));
    equal(new Map(names).size, namesOf(recording).size, "rows");
    for (const [tid, name] of namesOf(recording))
      equal(new Map(names).get(tid), name, `the name of row ${tid}`);
    const states = await page.evaluate(() => state.model.rows.filter((row) => row.kind === "task")
      .map((row) => [row.tid,
        row.lanes[0].map(({ name, begin, end }) => [name, begin, end])]));
    equal(states, [...spellsOf(recording)].sort(([a], [b]) => a - b), "the tasks' states");
  }
}

/* Tasks beyond the first million leave a million numbers to the threads of the pool. */
async function kindsOfRows() {
  equal(await page.evaluate(() => [0, 1, 1000000, 1000001, 2000000, 2000001].map(kindOfRow)),
    ["loop", "task", "task", "pool", "pool", "task"], "kinds of rows");
  equal(await page.evaluate(() => [0, 1, 1000001].map((number) => kindOfRow(2 ** 32 + number))),
    ["loop", "task", "pool"], "kinds of rows of a second program");
}

async function detailsByKeyboard() {
  await openFile(files.echo);
  const recording = read(files.echo);
  const tid = [...namesOf(recording)].find(([, name]) => name === "connection")[0];
  await page.fill("#search", `#${tid}`);
  await page.keyboard.press("Enter");
  await waitFor(() => textOf(page, "live"), (text) => text.startsWith(`connection #${tid}; state: `),
    "the connection to be chosen");
  await press(page, "Shift+ArrowRight", "Shift+ArrowLeft");
  check(/state: ready, in the queue; since: .*; for: .*; woken by: /.test(await textOf(page, "live")),
    `state and waker are told: ${await textOf(page, "live")}`);
  const [, , waker] = recording.traceEvents
    .filter((event) => event.ph === "B" && event.cat === "ready" && event.tid === tid)
    .map(({ args }) => [0, 0, args.by])[0];
  await press(page, "w");
  const wakerName = namesOf(recording).get(waker);
  check((await textOf(page, "live")).startsWith(wakerName), `W leads to ${wakerName}`);
  await press(page, "Escape");
  equal(await textOf(page, "details"), "", "details after Escape");
  await page.fill("#search", "nobody");
  await page.keyboard.press("Enter");
  equal(await textOf(page, "live"), 'Nothing is called "nobody".', "what is said of a wrong name");
}

async function zoomAndPan() {
  await openFile(files.echo);
  const whole = await shown(page);
  const length = async () => (await shown(page)).reduce((from, to) => to - from);
  await press(page, "+", "+");
  check(Math.abs(await length() * 2.25 / (whole[1] - whole[0]) - 1) < 0.01, "+ brings nearer");
  const [from] = await shown(page);
  await press(page, "ArrowRight");
  check((await shown(page))[0] > from, "the arrow pans");
  const { x, y, width, height } = await page.locator("#canvas").boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  const before = await length();
  await page.mouse.wheel(0, -200);
  await waitFor(length, (now) => now < before, "the wheel to bring nearer");
  const [left] = await shown(page);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 - 90, y + height / 2, { steps: 3 });
  await page.mouse.up();
  check((await shown(page))[0] > left, "dragging pans");
  await press(page, "0");
  equal(await shown(page), whole, "what 0 shows");
  const [within, down] = await page.evaluate(() => {
    const row = state.model.rowOf.get(LOOP);
    const [phase] = row.lanes[1].toSorted((a, b) => (b.end - b.begin) - (a.end - a.begin));
    return [view.xOf((phase.begin + phase.end) / 2), view.laneBox(row, 1)[0] + 8];
  });
  await page.mouse.move(x + within, y + down);
  await waitFor(() => page.locator("#tip").isVisible(), Boolean, "a tip on the loop's row");
  check(/state.*since.*for/.test(await textOf(page, "tip")), "the tip tells the state");
}

/* Two fingers that move apart. */
async function pinch() {
  await openFile(files.echo);
  const before = await shown(page);
  const { x, y, width } = await page.locator("#canvas").boundingBox();
  const touches = await page.context().newCDPSession(page);
  const middle = x + width / 2;
  const touch = (type, apart) => touches.send("Input.dispatchTouchEvent", { type,
    touchPoints: apart ? [{ x: middle - apart, y: y + 90, id: 0 }, { x: middle + apart, y: y + 90, id: 1 }]
      : [] });
  await touch("touchStart", 40);
  for (const apart of [60, 90, 120])
    await touch("touchMove", apart);
  await touch("touchEnd", 0);
  const length = ([from, to]) => to - from;
  await waitFor(() => shown(page), (now) => length(now) < length(before) / 2, "fingers to zoom");
}

async function playing() {
  await openFile(files.chat);
  const recording = read(files.chat);
  const names = namesOf(recording);
  const { time, tids } = crowdedMoment(recording);
  check(tids.length > 1, "some tasks were ready at once");
  await page.evaluate((moment) => player.goTo(moment), time);
  await waitFor(() => page.locator("#ready-list li").allTextContents(),
    (list) => JSON.stringify(list) === JSON.stringify(tids.map((tid) => `${names.get(tid)} #${tid}`)),
    `the ready queue ${tids}`);
  await press(page, ".");
  check(await page.evaluate(() => state.time) > time, "the next change");
  await page.selectOption("#speed", "0.01");
  await page.evaluate(() => player.goTo(0));
  const start = await page.evaluate(() => state.time);
  await press(page, " ");
  await waitFor(() => page.evaluate(() => state.time), (now) => now > start, "the cursor to move");
  equal(await page.locator("#play").getAttribute("aria-pressed"), "true", "the button, pressed");
  await page.selectOption("#speed", "1");
  await page.evaluate(() => player.goTo(state.model.end - 1000));
  await waitFor(() => page.locator("#play").getAttribute("aria-pressed"), (now) => now === "false",
    "playing to stop at the end");
  equal(await page.evaluate(() => state.time === state.model.end), true, "the end");
}

async function wrongFiles() {
  await openFile(files.echo);
  const text = readFileSync(files.echo, "utf8");
  const title = await textOf(page, "title");
  const event = (fields) => JSON.stringify({ traceEvents: [{ pid: 1, tid: 0, ts: 0, ...fields }] });
  const begin = { ph: "B", tid: 0, ts: 5, name: "tick", cat: "loop" };
  const nested = (tid, depth) => JSON.stringify({ traceEvents: [
    ...Array.from({ length: depth }, (_, ts) => ({ ...begin, tid, ts })),
    ...Array.from({ length: depth }, (_, i) => ({ ph: "E", tid, ts: depth + i }))] });
  const wrong = [
    [text.slice(0, text.length / 2), "not complete JSON"],
    ["", "not complete JSON"],
    ["[1, 2]", 'lacks the list "traceEvents"'],
    ["null", 'lacks the list "traceEvents"'],
    ['{"traceEvents": []}', "is empty"],
    ['{"traceEvents": [null]}', "Event 1 is not of a recording"],
    [event({ ph: "X", name: "other" }), "Event 1 is not of a recording"],
    [event({ ph: "E" }), "ends something that never began"],
    [event({ ...begin, ts: -1 }), "The time of event 1 is not between 0 and 100 days"],
    [event({ ...begin, ts: 1e300 }), "The time of event 1 is not between 0 and 100 days"],
    [event({ ...begin, ts: Date.now() * 1000 }), "The time of event 1 is not between 0 and 100 days"],
    [nested(1, 2), "Event 2 begins something within another thing of row 1"],
    [nested(1000001, 2), "Event 2 begins something within another thing of row 1000001"],
    [nested(0, 4), "Event 4 begins something within another thing of row 0"],
    [event(begin), "never ends"],
    [gzipSync(readFileSync(files.echo)).subarray(0, 500), "cannot be decompressed"],
    [JSON.stringify({ traceEvents: [begin, { ph: "E", tid: 0, ts: 4 }] }), "Time goes back"],
    [JSON.stringify({ traceEvents: [begin, { ph: "E", tid: 0, ts: 6 }] }), "Row 0 has no name"],
  ];
  for (const [content, reason] of wrong) {
    await choose(page, "wrong.json", content);
    await waitFor(() => textOf(page, "message"),
      (message) => message.startsWith("wrong.json: ") && message.includes(reason), reason);
  }
  await page.evaluate(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(["{}"], "dropped.json"));
    dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, cancelable: true }));
  });
  await waitFor(() => textOf(page, "message"), (now) => now.startsWith("dropped.json: "),
    "what was dropped to be read");
  equal(await textOf(page, "title"), title, "the recording that was open stays");
}

/* What is odd but not wrong opens, is drawn, and is walked through without an error. */
async function oddFiles() {
  const named = (tid, name) => ({ ph: "M", tid, name: "thread_name", args: { name } });
  const slice = (tid, from, to) => [{ ph: "B", tid, ts: from, name: "running", cat: "run" }, { ph: "E", tid, ts: to }];
  const html = "<img src=x onerror=alert(1)>";
  const odd = {
    "only a task": [named(1, html), ...slice(1, 0, 1)],
    "rows in which nothing happens": [named(0, "loop"), named(1, ""), named(2, "x"), ...slice(2, 5, 9)],
    "all at one moment": [named(0, "loop"), named(1, "a"), ...slice(1, 7, 7), ...slice(0, 7, 7)],
    "a hundred days": [named(1, "a".repeat(5000)), ...slice(1, 0, 100 * 24 * 3600 * 1e6)],
    "the last moments of a hundred days": [named(1, "a"), ...slice(1, 8.64e12 - 1, 8.64e12)],
    "wild values": [named(1, "אב"), ...slice(1, 0, 1).map((event) => ({ ...event, args: "text" })),
      { ph: "C", tid: 0, ts: 1, name: html, args: { value: 1e308 } }, { ph: "C", tid: 0, ts: 2, name: html, args: { value: -5 } },
      { ph: "i", tid: 1, ts: 3, name: "__proto__", cat: "constructor", args: null }],
  };
  for (const [what, traceEvents] of Object.entries(odd)) {
    await openFile({ name: `${what}.json`, mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ traceEvents })) });
    equal(await textOf(page, "message"), "", what);
    await press(page, "Shift+ArrowRight", "Enter", ".", "f", "t", "f", "t", ...Array(60).fill("+"), "0");
    check((await textOf(page, "details")).length > 0, `${what}: something is chosen`);
    check(await page.evaluate(() => { drawing.draw(view, state); return drawing.shapes > 3; }), `${what}: it is drawn`);
    equal(await page.locator("img").count(), 0, `${what}: images`);
  }
}

async function byHttp() {
  const served = await openPage(browser, `${httpUrl}?file=echo.json`, { locale: "pt-BR" });
  await isOpen(served);
  check((await textOf(served, "title")).startsWith("echo-server: "), "the program is named");
  check(/linhas/.test(await textOf(served, "title")), "in Portuguese");
  // Names are text, whatever they hold.
  const text = readFileSync(files.echo, "utf8").replaceAll('"connection"', '"<img src=x>"');
  await choose(served, "markup.json", text);
  await served.fill("#search", "<img");
  await served.keyboard.press("Enter");
  await waitFor(() => textOf(served, "details"), (now) => now.includes("<img src=x>"),
    "the name as text");
  equal(await served.locator("aside img").count(), 0, "images");
  await closePage(served);

  const missing = await openPage(browser, `${httpUrl}?file=missing.json`, { locale: "en" });
  await waitFor(() => textOf(missing, "message"), (now) => now.includes("404"),
    "the server's refusal");
  await closePage(missing);
  const local = await openPage(browser, `${fileUrl}?file=echo.json`, { locale: "en" });
  await waitFor(() => textOf(local, "message"), (now) => now.includes("with the button Open"),
    "what a page from a file cannot do");
  await closePage(local);
}

async function screens() {
  await openFile(files.echo);
  await page.setViewportSize({ width: 360, height: 640 });
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await waitFor(() => page.evaluate(() => document.documentElement.dataset.theme),
      (theme) => theme === colorScheme, colorScheme);
    equal(await findFaintTexts(page), [], `faint texts, ${colorScheme}`);
  }
  const dark = await page.evaluate(() => drawing.palette.page);
  await page.click("#theme");
  check(await page.evaluate(() => drawing.palette.page) !== dark, "the canvas turns light");
  const cut = await page.evaluate(() => [...document.querySelectorAll("html, header *, #tools *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .map(({ tagName }) => tagName));
  equal(cut, [], "what is wider than the screen");
  const { height } = await page.locator("#canvas").boundingBox();
  check(height >= 200, `the recording has room: ${height} pixels`);
  await page.setViewportSize({ width: 1280, height: 720 });
}

/* The shapes are bounded by the canvas: one a pixel and lane, and as many marks. */
async function manyEvents() {
  await openFile(files.long);
  equal(read(files.long).traceEvents.length >= 90000, true, "a long recording");
  for (const nearer of [0, 8, 8, 8]) {
    await press(page, ...Array.from({ length: nearer }, () => "+"));
    const { shapes, bound, time } = await page.evaluate(() => {
      const begun = performance.now();
      drawing.draw(view, state);
      const lanes = view.visibleRows().reduce((sum, row) => sum + row.lanes.length + 1, 0);
      return { shapes: drawing.shapes, bound: 2 * lanes * view.width,
        time: performance.now() - begun };
    });
    console.log(`${shapes} shapes, ${time.toFixed(1)} ms`);
    check(shapes < bound, `${shapes} shapes are less than ${bound}`);
  }
}

/* Firefox has neither touches to send nor a dark to switch to. */
const CHECKS = isFirefox ? [detailsByKeyboard, zoomAndPan, playing, wrongFiles, oddFiles, byHttp]
  : [rowsAndStates, kindsOfRows, detailsByKeyboard, zoomAndPan, pinch, playing, wrongFiles, oddFiles, byHttp,
    screens, manyEvents];

await run("timeline.mjs FILE_URL_OF_THE_PAGE ECHO.json CHAT.json LONG.json",
  async (launched, url, echo, chat, long) => {
    browser = launched;
    fileUrl = url;
    files = { echo, chat, long };
    httpUrl = await serve(fileURLToPath(new URL(".", url)), [echo]);
    await runChecks(CHECKS);
    await closePage(page);
  });
