/*
 * The site that `make site` makes, in a browser, in both languages.
 */
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { check, closePage, equal, isFirefox, openPage, run, waitFor } from "./browser.mjs";
import { serveSite } from "./site_server.mjs";
import { runChecks } from "./timeline_page.mjs";

const CHAPTERS = ["01-event-loop/", "02-coroutines-echo/", "03-keyboard-maze/", "04-chat-server/"];
const WITH_PICTURES = [...CHAPTERS, "docs/see-the-loop.html"];
const RECORDINGS = readdirSync(fileURLToPath(new URL("../../docs/recordings", import.meta.url)))
  .filter((name) => name.endsWith(".json.gz")).length;

let browser, root, url, page;

/* A page of the site, once its scripts run. */
async function open(path) {
  await page.goto(url + path);
  await waitFor(() => page.evaluate(() => document.getElementById("app")?.__vue_app__ !== undefined),
    Boolean, `${path} to be alive`);
}

const langNow = () => page.evaluate(() => document.documentElement.lang);

/* The link below each picture opens the timeline on its recording, in the page's language, at the part that
 * the picture shows. */
async function livePictures() {
  for (const [prefix, word] of [["", "rows"], ["pt/", "linhas"]]) {
    const targets = new Set();
    for (const path of WITH_PICTURES) {
      await page.goto(`${url}${prefix}${path}`, { waitUntil: "domcontentloaded" });
      const links = await page.locator(".picture .recording")
        .evaluateAll((all) => all.map(({ href }) => href));
      equal(await page.locator(".picture .light").count(), links.length, "pictures with links");
      links.forEach((link) => targets.add(link));
    }
    equal(targets.size, RECORDINGS, "recordings that are shown");
    for (const target of targets) {
      await page.goto("about:blank"); // or the fragment alone would change
      await page.goto(target);
      await checkRecording(target, word);
    }
  }
}

async function checkRecording(target, word) {
  const title = await waitFor(() => page.locator("#title").textContent(), Boolean, `${target} to open`);
  check(title.includes(word), `the timeline speaks the page's language: ${title}`);
  const parts = await page.evaluate((hash) => [...readFragment(hash), view.from, view.to],
    new URL(target).hash);
  check(Math.abs(parts[2] - parts[0]) < 100 && Math.abs(parts[3] - parts[1]) < 100,
    `${target}: what is shown are microseconds ${parts}`);
}

/* One click, the site's light or dark stays, and one click leads back. */
async function thereAndBack() {
  await open("pt/03-keyboard-maze/");
  await page.locator(".VPNavBarAppearance button").click();
  const dark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
  equal(await dark(), true, "the dark site");
  await page.locator(".picture .recording").first().click();
  await waitFor(() => page.locator("#title").textContent(), Boolean, "the timeline");
  equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark", "the timeline's theme");
  await page.locator("#back").evaluate((link) => link.click()); // the driver would wait for a load
  await waitFor(() => page.evaluate(() => location.href).catch(() => "on the way"), (now) => now === `${url}pt/03-keyboard-maze/`,
    "the page of the picture");
  await open("pt/03-keyboard-maze/");
  await page.locator(".VPNavBarAppearance button").click();
}

async function languageMenu() {
  for (const path of ["source/common/loop.h.html", "docs/api.html", "common/",
    "source/github/workflows/ci.yml.html"]) {
    await open(path);
    equal(await langNow(), "en", path);
    await page.hover(".VPNavBarTranslations button");
    await page.click(".VPNavBarTranslations a");
    await waitFor(langNow, (lang) => lang === "pt-BR", `${path} in Portuguese`);
    check(!await page.locator(".not-found").isVisible(), `${path} is there in Portuguese`);
    check((await page.locator("main h1").textContent()).length > 3, "with its content");
  }
}

async function noSuchPage() {
  const answer = await page.goto(`${url}pt/nada.html`);
  equal(answer.status(), 404, "the status");
  for (const text of ["Esta página não existe", "There is no such page"])
    await waitFor(() => page.getByText(text).isVisible(), Boolean, text);
  await page.getByText("Ir para o começo do livro").click();
  await waitFor(langNow, (lang) => lang === "pt-BR", "the start");
}

/* How large the smallest text of a picture is: of the drawing's units, a share of the image's width. */
function smallestText(image) {
  return fetch(image.currentSrc || image.src).then((answer) => answer.text()).then((svg) => {
    const width = Number(/viewBox=["'][\d.-]+ [\d.-]+ ([\d.]+)/.exec(svg)[1]);
    const sizes = [...svg.matchAll(/font(?:-size=["']|: )([\d.]+)/g)].map((match) => Number(match[1]));
    return Math.min(...sizes) * image.getBoundingClientRect().width / width;
  });
}

async function picturesAreLegible() {
  for (const path of [...WITH_PICTURES, "docs/ownership.html", "pt/docs/coroutines.html"]) {
    await open(path);
    for (const width of [1440, 1000, 768, 360]) {
      await page.setViewportSize({ width, height: 640 });
      for (const image of await page.locator(".picture img:visible:not(.screen)").all()) {
        const size = await image.evaluate(smallestText);
        check(size >= 10.99, `${path}: text of ${size.toFixed(1)} pixels at ${width}`);
      }
      equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `${path}: its width`);
    }
  }
  await page.locator(".picture button").first().click();
  await waitFor(() => page.locator("dialog.large-picture img:visible").count(), (count) => count === 1,
    "one large picture");
  await page.keyboard.press("Escape");
  await waitFor(() => page.locator("dialog.large-picture").count(), (count) => count === 0, "none");
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function lightAndDark() {
  await open("01-event-loop/");
  const shown = () => page.locator(".picture").first().locator("img:visible").getAttribute("class");
  const before = await shown();
  await page.locator(".VPNavBarAppearance button").click();
  await waitFor(shown, (now) => now !== before, "the other picture");
  await page.locator(".VPNavBarAppearance button").click();
}

async function listingsFit() {
  const paths = [...CHAPTERS.flatMap((chapter) => [chapter, `pt/${chapter}`]), "docs/see-the-loop.html",
    "source/04-chat-server/web/connection.js.html"];
  for (const path of paths) {
    await open(path);
    const wide = await page.evaluate(() => [...document.querySelectorAll("div[class*=language-] pre")]
      .filter((block) => block.scrollWidth > block.clientWidth).map((block) => block.innerText.slice(0, 80)));
    equal(wide, [], `${path}: listings that scroll sideways`);
    const broken = await page.evaluate(() => [...document.querySelectorAll("div[class*=language-] .line")]
      .filter((line) => line.textContent.length <= 100 && line.getClientRects().length > 0
        && line.offsetHeight > 1.5 * parseFloat(getComputedStyle(line).lineHeight)).map((line) => line.textContent));
    equal(broken, [], `${path}: lines of at most 100 columns that are broken`);
  }
}

/* From the chapter to a step's own page, and from step to step; its program stands beside the text. */
async function stepPages() {
  await page.setViewportSize({ width: 1920, height: 900 });
  await open("pt/01-event-loop/");
  await page.getByText("Este passo numa página só dele").nth(1).click();
  await waitFor(() => page.locator("main h1").textContent(), (text) => text.startsWith("Passo 2:"), "step 2");
  const [text, program] = await Promise.all([page.locator(".section").boundingBox(),
    page.locator(".program").boundingBox()]);
  check(program.x >= text.x + text.width && program.width > 800, "the program stands beside the text");
  await page.locator(".pager-link.next").click();
  await waitFor(() => page.locator("main h1").textContent(), (now) => now.startsWith("Passo 3:"), "step 3");
  for (const width of [1000, 1600, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const menu = await page.locator(".VPSidebar").boundingBox();
    check(menu.x >= 0 && menu.width >= 240, `the menu's width at ${width}: ${menu.width}`);
  }
}

async function copying() {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("01-event-loop/");
  for (const [text, expected] of [["$ make step N=1.1", "make step N=1.1"],
    ["$ echo hello |", "echo hello | make step N=1.2"]]) {
    const block = page.locator(".language-console", { hasText: text }).first();
    await block.hover();
    await block.locator("button.copy").click();
    await waitFor(() => page.evaluate(() => navigator.clipboard.readText()), (now) => now === expected,
      `the command "${expected}" alone`);
  }
}

async function searching() {
  await open("pt/");
  const found = {};
  for (const word of ["execucao", "execução"]) {
    await page.keyboard.press("Control+k");
    await page.fill(".VPLocalSearchBox input", word);
    const results = page.locator(".VPLocalSearchBox .result");
    await waitFor(() => results.count(), Boolean, `results for ${word}`);
    found[word] = await results.evaluateAll((list) => list.map(({ href }) => href));
    await page.keyboard.press("Escape");
  }
  equal(found.execucao, found["execução"], "results without accents");
}

async function descriptions() {
  const seen = new Set();
  for (const path of ["", "pt/", ...CHAPTERS, "pt/02-coroutines-echo/", "source/common/task.h.html"]) {
    const html = readFileSync(resolve(root, path.endsWith("html") ? path : `${path}index.html`), "utf8");
    const [, text] = /<meta name="description" content="([^"]*)"/.exec(html) ?? [];
    check(text?.length > 20 && text.length <= 400, `a description of ${path}: ${text}`);
    seen.add(text);
  }
  equal(seen.size, 8, "descriptions that differ");
}

/* From the disk a browser runs no modules: the page says what to do. */
async function fromDisk() {
  for (const [path, words] of [["index.html", "needs a server"], ["pt/index.html", "de um servidor"]]) {
    await page.goto(pathToFileURL(resolve(root, path)).href);
    await waitFor(() => page.getByText(words).isVisible(), Boolean, words);
  }
}

/* In Firefox those that the browser has a part in; it grants no clipboard to a test. */
const CHECKS = isFirefox ? [thereAndBack, noSuchPage, lightAndDark, stepPages, searching] : [livePictures, thereAndBack, languageMenu, noSuchPage, picturesAreLegible, lightAndDark,
  listingsFit, stepPages, copying, searching, descriptions, fromDisk];

const [folder, base] = process.argv.splice(2, 2);
[root, url] = [resolve(folder), await serveSite(folder, base)];
process.argv.push(url);
await run("site.mjs FOLDER BASE", async (launched) => {
  browser = launched;
  page = await openPage(browser, url, { locale: "en", viewport: { width: 1440, height: 900 } });
  const said = [];
  page.on("console", (message) => {
    const isExpected = page.url().startsWith("file:") || message.text().includes("404"); // of the page that is not there
    if (message.type() === "error" && !isExpected)
      said.push(`${page.url()}: ${message.text()}`);
  });
  await runChecks(CHECKS);
  equal(said, [], "errors on the console");
  await closePage(page);
});
