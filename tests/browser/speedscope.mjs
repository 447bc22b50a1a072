/*
 * speedscope, from npm, opens recordings: each without a warning, an error, or a failure.
 */
import { basename } from "node:path";
import { equal, openPage, run, waitFor } from "./browser.mjs";

/* Chromium's own words about its drawing, without a graphics card. */
const OF_DRAWING = /GL Driver Message/;

const said = [];

async function start(browser, url) {
  const page = await openPage(browser, url);
  page.on("console", (message) => {
    if (["warning", "error"].includes(message.type()) && !OF_DRAWING.test(message.text()))
      said.push(message.text());
  });
  page.on("dialog", (dialog) => {
    said.push(dialog.message());
    dialog.dismiss();
  });
  page.on("pageerror", (error) => said.push(error.stack));
  return page;
}

/* Once a file is open, the page's title names it. */
async function open(page, file) {
  await page.setInputFiles("input[type=file]", file);
  const failed = () => page.getByText("Something went wrong").isVisible();
  await waitFor(async () => await page.title() !== "speedscope" || await failed(), Boolean,
    `speedscope to open ${file}`);
  equal(await failed(), false, `speedscope fails to open ${file}`);
  equal(said.splice(0), [], `what speedscope says of ${basename(file)}`);
}

await run("speedscope.mjs FILE_URL_OF_SPEEDSCOPE RECORDING...", async (browser, url, ...files) => {
  const page = await start(browser, url);
  for (const file of files) {
    await page.goto(url);
    await open(page, file);
    console.log(`${basename(file)}: ${await page.title()}`);
  }
});
