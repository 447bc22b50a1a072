/*
 * Pages of the chat behind a proxy of ours, and what the checks of page.mjs ask of them.
 */
import { linesOf, openPage, say, waitFor, waitForState } from "./browser.mjs";
import { Proxy } from "./proxy.mjs";

/* As strict as a policy can be for a page with a script, a style and a socket. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

export let proxy;
export let browser;

export async function start(launched, url) {
  browser = launched;
  proxy = new Proxy(url, `Content-Security-Policy: ${POLICY}`);
  await proxy.restore();
}

/* A page that is connected and was welcomed: to the room that hash names, if it does. A room whose
 * name is refused leaves it in another state. */
export async function open({ hash = "", state = "connected", ...options } = {}) {
  const page = await openPage(browser, proxy.url + hash, options);
  await waitForState(page, state);
  await waitFor(() => linesOf(page), (lines) => lines.length === 1, "the server's welcome");
  await waitForFocus(page, "input");
  return page;
}

export async function openAs(name, options) {
  const page = await open(options);
  await say(page, `/nome "${name}"`);
  await waitFor(() => linesOf(page), (lines) => lines.length === 3, "an answer to /nome");
  return page;
}

/* A page whose clock moves when we say so, and whose chance always takes the longest pause. */
export async function openTimeless(hash = "") {
  const page = await open({
    hash,
    before: async (opened) => {
      await opened.clock.install();
      await opened.addInitScript(() => { Math.random = () => 0.9999; });
    },
  });
  await page.clock.pauseAt(Date.now() + 3600000);
  return page;
}

export function valueOf(page) {
  return page.locator("#input").inputValue();
}

export function focused(page) {
  return page.evaluate(() => document.activeElement.id);
}

/* One property of how an element looks. */
export function styleOf(locator, property) {
  return locator.evaluate((element, name) => getComputedStyle(element)[name], property);
}

export function waitForFocus(page, id) {
  return waitFor(() => focused(page), (now) => now === id, `the focus in #${id}`);
}

export function lastLine(page) {
  return page.locator("#lines .line").last();
}

/* Waits until the log's last line is this one. */
export function waitForLast(page, expected) {
  const good = (text) => (expected instanceof RegExp ? expected.test(text) : text === expected);
  return waitFor(() => lastLine(page).textContent(), good, `the last line "${expected}"`);
}

/* Returns a function that tells how many seconds of the processor the page's main thread has used:
 * those in which other programs had the processor do not count. */
export async function mainThreadOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => (await session.send("Performance.getMetrics")).metrics
    .find(({ name }) => name === "TaskDuration").value;
}

/* Lines as if the server had sent them: "Ana >> Olá", or in the server's own form: its kind and
 * what it is about, separated by tabs, then the text. */
export function feed(page, ...texts) {
  const frames = texts.map((text) => text.replace(/^([^\t\n]+?) >> /u, "message\t$1\n"));
  return page.evaluate((all) => all.forEach((frame) => receive(frame)), frames);
}
