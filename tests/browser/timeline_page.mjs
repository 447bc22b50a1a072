/* The page that draws recordings (docs/timeline), as the scripts about it use it. */
import { openPage, waitFor } from "./browser.mjs";

export const textOf = (page, id) => page.locator(`#${id}`).textContent();

export function choose(page, name, content) {
  return page.setInputFiles("#chooser",
    { name, mimeType: "application/json", buffer: Buffer.from(content) });
}

let page;

/* The page with a recording, by the file chooser, not by a server; file: a path, or {name, mimeType,
 * buffer}. One page sees all that need no other: a new one takes half a second. */
export async function showFile(browser, url, file) {
  page ??= await openPage(browser, url, { locale: "en" });
  await page.evaluate(() => { globalThis.modelBefore = state.model; });
  await page.setInputFiles("#chooser", file);
  await waitFor(() => page.evaluate(() => state.model !== modelBefore), Boolean,
    `${file.name ?? file} to open`);
  return page;
}

export async function press(page, ...keys) {
  await page.focus("#canvas");
  for (const key of keys)
    await page.keyboard.press(key);
}

/* A failure names its check. */
export async function runChecks(checks) {
  for (const one of checks) {
    const begun = Date.now();
    try {
      await one();
    } catch (error) {
      error.stack = `${one.name}: ${error.stack}`;
      throw error;
    }
    console.log(`${one.name}: ${Date.now() - begun} ms`);
  }
}
