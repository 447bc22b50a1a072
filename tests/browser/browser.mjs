/*
 * What the scripts share: Debian's Chromium, or Firefox with BROWSER=firefox, the chat's page as a
 * person reads it, and an end with a clear message. Each script prints what it checked, and ends with
 * status 0 or 1.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export const patience = Number(process.env.CK_TIMEOUT_MULTIPLIER) || 1;
export const STEP = 8000 * patience; // milliseconds that one condition may take
const WHOLE = 27000 * patience; // and a whole script: Check's limit is 30 s, and says nothing

export const isFirefox = process.env.BROWSER === "firefox";

/* $CHROMIUM or $FIREFOX, or the first on the PATH; distributions have two names for each. */
function findBrowser() {
  const [wanted, ...common] = isFirefox ? [process.env.FIREFOX, "firefox-esr", "firefox"]
    : [process.env.CHROMIUM, "chromium", "chromium-browser"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = wanted ? [wanted]
    : folders.flatMap((folder) => common.map((name) => join(folder, name)));
  for (const name of names) {
    try {
      accessSync(name, constants.X_OK);
      return name;
    } catch {
      // the next one
    }
  }
  throw new Error(`no ${wanted ?? common[0]} here: \`make deps\` installs it`);
}

async function launch(url) {
  const { chromium, firefox } = await import("playwright-core").catch((error) => {
    throw new Error(`no playwright-core here: \`make deps\` installs it (${error.message})`);
  });
  const options = { executablePath: findBrowser(), timeout: 2 * STEP };
  if (isFirefox) // as it is, by WebDriver BiDi
    return firefox.launch({ ...options, channel: "moz-firefox",
      firefoxUserPrefs: { "intl.accept_languages": "pt-BR" } });
  // The test's certificate vouches for itself.
  const trusting = url.startsWith("https:") ? ["--ignore-certificate-errors"] : [];
  // A launch has a new, empty profile.
  return chromium.launch({
    ...options,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ...trusting],
  });
}

/* Runs check(browser, words of the command line), then ends the process. */
export async function run(usage, check) {
  const words = process.argv.slice(2);
  if (!/^(https?|file):/.test(words[0] ?? "")) {
    console.error(`usage: node ${usage}`);
    process.exit(2);
  }
  const late = setTimeout(() => {
    console.error(`not ended after ${WHOLE / 1000} s`);
    process.exit(1);
  }, WHOLE);
  let browser;
  let status = 0;
  try {
    browser = await launch(words[0]);
    await check(browser, ...words);
  } catch (error) {
    console.error(error.stack);
    status = 1;
  }
  await browser?.close().catch(() => {});
  clearTimeout(late);
  process.exit(status);
}

/* Firefox reports these as errors of the page, though the page handles them. */
const OF_FIREFOX = /^Firefox can.t establish a connection|The input is ended without reaching the stream end/;

/* What goes wrong in a page whatever is tested: exceptions, refusals of the security policy. */
const complaints = new WeakMap();

export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ locale: "pt-BR", ...options });
  context.setDefaultTimeout(STEP);
  const page = await context.newPage();
  complaints.set(page, []);
  page.on("pageerror", (error) => {
    if (!OF_FIREFOX.test(error.message))
      complaints.get(page).push(error.message);
  });
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text()))
      complaints.get(page).push(message.text());
  });
  await options.before?.(page);
  await page.goto(url);
  return page;
}

export async function closePage(page) {
  equal(complaints.get(page), [], "what the page complained of");
  await page.context().close();
}

/* Types a line as a person does, and sends it. */
export async function say(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/* The log, a line each: "private: PRIVADO de Ana >> Olá". */
export function linesOf(page) {
  return page.locator("#lines .line").evaluateAll((lines) => lines.map((line) => {
    const kinds = ["own", "private", "person", "notice", "gap"];
    const kind = kinds.find((name) => line.classList.contains(name));
    return `${kind}: ${line.textContent}`;
  }));
}

function matches(actual, expected) {
  return expected instanceof RegExp ? expected.test(actual) : actual === expected;
}

/* Waits until the log is exactly these lines, each a string or a regular expression. */
export async function waitForLines(page, expected) {
  const same = (lines) => lines.length === expected.length
    && lines.every((line, index) => matches(line, expected[index]));
  await waitFor(() => linesOf(page), same, `the lines\n  ${expected.join("\n  ")}`);
}

/* Waits until good(what get gives) is true; else says what it was last. */
export async function waitFor(get, good, what) {
  const end = Date.now() + STEP;
  let value = await get();
  while (!good(value)) {
    if (Date.now() > end)
      throw new Error(`expected ${what}\nbut there was\n  ${[value].flat().join("\n  ")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    value = await get();
  }
  return value;
}

export function equal(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

export function check(condition, what) {
  if (!condition)
    throw new Error(`not so: ${what}`);
}

export const stateOf = (page) => page.locator("#bar").getAttribute("data-state");

export function waitForState(page, state) {
  return waitFor(() => stateOf(page), (now) => now === state, `the bar to say "${state}"`);
}
