/* Checks of page.mjs: rooms, who is in them, what came while nobody looked, and a way out. */
import { check, closePage, equal, linesOf, say, waitFor, waitForState } from "./browser.mjs";
import {
  feed, focused, open, openAs, styleOf, valueOf, waitForFocus, waitForLast,
} from "./fixture.mjs";

const peopleOf = (page) => page.locator("#names li").allTextContents();

function waitForPeople(page, expected) {
  const same = (names) => JSON.stringify(names) === JSON.stringify(expected);
  return waitFor(() => peopleOf(page), same, `the people ${expected.join(", ")}`);
}

/* As by a link that leads there: the page says where it is now, by the gap. */
async function follow(page, hash, gap) {
  await page.evaluate((to) => { location.hash = to; }, hash);
  await waitFor(() => linesOf(page), (lines) => lines.includes(`gap: ${gap}`), gap);
  await waitForState(page, "connected");
}

export async function roomInTheAddress() {
  const ana = await openAs("Ana", { hash: "#caf%C3%A9" });
  equal(await ana.locator("h1").textContent(), "Chat café", "the heading");
  equal(await ana.title(), "café · Chat", "the title");
  const bia = await openAs("Bia", { hash: "#café" });
  await waitForLast(ana, "Bia entrou na sala");
  const caio = await openAs("Caio");
  equal(await caio.title(), "Chat", "the title in the common room");
  await say(caio, "ninguém no café ouve");
  await say(bia, "oi, café");
  await waitForLast(ana, "Bia >> oi, café");

  await follow(caio, "#café", "Sala café");
  await waitForLast(bia, "Caio entrou na sala");
  await say(caio, "cheguei");
  await waitForLast(ana, "Caio >> cheguei");
  await waitForPeople(caio, ["Ana", "Bia", "Caio (você)"]);
  await follow(caio, "", "Sala comum");
  await waitForLast(ana, "Caio saiu da sala");
  await waitForPeople(caio, ["Caio (você)"]);
  await follow(caio, "#%E0%A4%A", "Sala %E0%A4%A"); // not UTF-8: taken as it stands

  await bia.reload();
  await waitForState(bia, "connected");
  await say(bia, "/nome Bia");
  await waitForLast(ana, "Bia entrou na sala");
  for (const page of [ana, bia, caio])
    await closePage(page);
}

export async function peopleKeptUpToDate() {
  const ana = await openAs("Ana", { hash: "#lista", viewport: { width: 1000, height: 600 } });
  await waitForPeople(ana, ["Ana (você)"]);
  const bob = await openAs("Bob", { hash: "#lista", locale: "en-US" });
  const silent = await open({ hash: "#lista" });
  await waitForPeople(silent, ["Ana", "Bob"]);
  await say(bob, '/name "Bob \\"B\\""');
  await waitForPeople(ana, ["Ana (você)", 'Bob "B"']);
  await waitForPeople(bob, ["Ana", 'Bob "B" (you)']);
  await say(ana, "/nome Zoé");
  await waitForPeople(bob, ['Bob "B" (you)', "Zoé"]);
  await waitForPeople(ana, ['Bob "B"', "Zoé (você)"]);

  await ana.keyboard.type("olá");
  await ana.getByRole("button", { name: "Bob" }).click();
  equal(await valueOf(ana), '/apenas "Bob \\"B\\"" olá', "a message to one");
  equal(await focused(ana), "input", "the focus after a name");
  await ana.keyboard.press("Enter");
  await waitForLast(bob, "PRIVATE from Zoé >> olá");

  await say(silent, "/quem"); // asked by a person: shown
  await waitForLast(silent, 'Quem está aqui: 2\nZoé\nBob "B"');
  await closePage(bob);
  await waitForPeople(ana, ["Zoé (você)"]);
  equal((await linesOf(ana)).filter((line) => line.includes("Quem está")), [], "answers to the page");

  await feed(ana, "Ana >> Caio entrou na sala", "PRIVADO de Ana >> Caio entrou na sala");
  equal(await peopleOf(ana), ["Zoé (você)"], "people whom nobody but people spoke of");
  await feed(ana, "Quem está aqui: 3 (os primeiros)\nZoé", "<b>x</b> entrou na sala");
  equal(await peopleOf(ana), ["<b>x</b>", "Zoé (você)"], "the list, as text");
  equal(await ana.locator("#others").textContent(), "e mais 2", "those whom the server did not list");
  equal(await ana.locator("#count").textContent(), "4", "how many");
  for (const page of [ana, silent])
    await closePage(page);
}

/* Beside the log where there is room, behind a button where there is not. */
export async function peopleOnAPhone() {
  const ana = await openAs("Ana", { hash: "#celular", isMobile: true, hasTouch: true,
    viewport: { width: 320, height: 568 } });
  await openAs("N".repeat(32), { hash: "#celular" });
  await waitForLast(ana, `${"N".repeat(32)} entrou na sala`);
  equal(await ana.locator("#people").isVisible(), false, "the list, before the button");
  await ana.tap("#people-button");
  check(await ana.getByRole("complementary", { name: "Quem está aqui" }).isVisible(), "the list");
  const box = await ana.locator("#people").boundingBox();
  check(box.x >= 0 && box.x + box.width <= 320, "the list fits");
  const { height } = await ana.locator("#names button").boundingBox();
  check(height >= 44, `a finger hits a name ${height} pixels high`);
  await ana.keyboard.press("Escape");
  await waitForFocus(ana, "input");
  await follow(ana, `#${"m".repeat(32)}`, `Sala ${"m".repeat(32)}`);
  const narrow = await ana.evaluate(() => [document.documentElement.scrollWidth, bar.clientHeight < 64,
    bar.querySelector(".state").getBoundingClientRect().right <= peopleButton.offsetLeft]);
  equal(narrow,
    [320, true, true], "the width, the bar of one line and its state, with the longest name");
  await ana.setViewportSize({ width: 1000, height: 568 });
  check(await ana.locator("#people").isVisible(), "the list beside the log");
  equal(await ana.locator("#people-button").isVisible(), false, "the button beside the list");
  equal(await styleOf(ana.locator("#people"), "position"), "static", "the list's place");
  await closePage(ana);
}

/* A tab in the background: headless Chromium has none of its own. */
function hide(page, hidden) {
  return page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

export async function unreadInTheTitle() {
  const ana = await openAs("Ana", { hash: "#fundo" });
  const bia = await openAs("Bia", { hash: "#fundo" });
  await say(bia, "visto");
  await waitForLast(ana, "Bia >> visto");
  await hide(ana, true);
  equal(await ana.title(), "fundo · Chat", "the title before anything came");
  await say(bia, "um");
  await say(bia, "/apenas Ana dois");
  await say(bia, "/nome Beatriz"); // does not count
  await waitForLast(ana, "Bia agora é Beatriz");
  equal(await ana.title(), "(2) fundo · Chat", "the title after two");
  await hide(ana, false);
  equal(await ana.title(), "fundo · Chat", "the title when somebody looks");
  await closePage(ana);
  await closePage(bia);
}

export async function outAndInAgain() {
  const page = await openAs("Ana", { hash: "#saída" });
  await say(page, "/sair");
  await waitForLast(page, "Até logo!");
  await waitForState(page, "left");
  equal(await page.locator("#count").textContent(), "0", "people seen from outside");
  await hide(page, false); // as when one comes back to the tab
  equal(await page.locator("#bar").getAttribute("data-state"), "left", "the state");
  await page.getByRole("button", { name: "Entrar de novo" }).click();
  await waitForState(page, "connected");
  await waitForPeople(page, ["Ana (você)"]);
  await closePage(page);

  const refused = await open({ hash: `#${"x".repeat(33)}`, state: "left" });
  equal(await linesOf(refused), ["notice: Nome de sala inválido"], "what a bad room is told");
  await closePage(refused);
}

/* The page's list of commands is the server's. */
export async function sameCommands() {
  for (const [locale, command] of [["pt-BR", "/ajuda"], ["en-US", "/help"]]) {
    const page = await open({ locale });
    const listed = await page.locator("#help li").evaluateAll((items) => items.map((item) => {
      const [name, words, text] = ["button", "i", "p span, p:not(:has(span))"]
        .map((part) => item.querySelector(part)?.textContent ?? "");
      return `${name}${words && " "}${words}: ${text}`;
    }));
    await say(page, command);
    await waitForLast(page, listed.join("\n"));
    await closePage(page);
  }
}
