/* Checks of page.mjs: rooms, who is in them, what came while nobody looked, and a way out. */
import { check, closePage, equal, linesOf, patience, say, waitFor, waitForState } from "./browser.mjs";
import {
  feed, focused, mainThreadOf, open, openAs, styleOf, valueOf, waitForFocus, waitForLast,
} from "./fixture.mjs";

const lastOf = async (page) => (await linesOf(page)).at(-1);
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
  await follow(caio, "#100%é", "Sala 100%é");
  await follow(caio, "#cafe\u0301", "Sala café"); // a letter and its accent
  await say(caio, "/nome Joa\u0303o");
  await waitForLast(ana, "Caio agora é João");

  await bia.reload(); // and the name stays
  await waitForLast(bia, "Nome alterado com sucesso para Bia");
  await say(bia, "voltei");
  await waitForLast(ana, "Bia >> voltei");
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

  await feed(ana, "Ana >> Caio entrou na sala", "Ana >> joined\tCaio", "private\tAna\njoined\tCaio");
  equal(await peopleOf(ana), ["Zoé (você)"], "people whom nobody but people spoke of");
  await feed(ana, "here\t3\t6\t0\nQuem está aqui: 3 (os primeiros)\nZoé", "joined\t<b>x</b>");
  await waitForPeople(ana, ["<b>x</b>", "Zoé (você)"]); // as text
  equal(await ana.locator("#others").textContent(), "e mais 2; 2 sem nome", "those whom the server did not list");
  equal(await ana.locator("#count").textContent(), "6", "how many");
  for (const page of [ana, silent])
    await closePage(page);
}

/* What the server says of several at once. */
export async function severalAtOnce() {
  const ana = await openAs("Ana", { hash: "#muitos", viewport: { width: 1000, height: 600 } });
  await feed(ana, "joined\tBia\tCaio\tZé e Zoé");
  await waitForPeople(ana, ["Ana (você)", "Bia", "Caio", "Zé e Zoé"]);
  await feed(ana, "renamed\tBia\tCaio\tCaio\tBia\tAna\tAna");
  await waitForPeople(ana, ["Ana (você)", "Bia", "Caio", "Zé e Zoé"]);
  await feed(ana, "renamed\tCaio\tDuda\tBia\tCaio");
  await waitForPeople(ana, ["Ana (você)", "Caio", "Duda", "Zé e Zoé"]);
  await feed(ana, "left\tCaio\tZé e Zoé", "joined\tEva\tFia");
  await waitForPeople(ana, ["Ana (você)", "Duda", "Eva", "Fia"]);
  equal((await linesOf(ana)).length, 3 + 1, "one line says it all");

  const busy = /a sala está cheia: \/quem atualiza a lista$/;
  const othersOf = () => ana.locator("#others").textContent();
  await feed(ana, "crowded");
  await waitFor(othersOf, (text) => busy.test(text), "a crowded room");
  await feed(ana, "here\t3\t3\t1\nQuem está aqui: 3 (página 1 de 2: /quem 2; a sala está cheia)\nAna\nLia");
  await waitForPeople(ana, ["Ana (você)", "Lia"]);
  check(busy.test(await othersOf()), "the room is crowded still");
  await feed(ana, "uncrowded"); // asks the server, which knows Ana alone
  await waitFor(othersOf, (text) => text === "", "a list that is whole");
  await waitForPeople(ana, ["Ana (você)"]);
  await closePage(ana);
}

/* Who comes and goes without a word between is one line, and what did not change is left out. */
export async function arrivalsAreGathered() {
  const ana = await openAs("Ana", { hash: "#chegadas" });
  const lastIs = (text) => waitForLast(ana, text);
  await feed(ana, "joined\tBia");
  await lastIs("Bia entrou na sala");
  await feed(ana, "joined\tCaio");
  await lastIs("Bia e Caio entraram na sala");
  await feed(ana, "renamed\tCaio\tDuda", "joined\tEva");
  await lastIs("Bia, Duda e Eva entraram na sala");
  await feed(ana, ...Array.from({ length: 12 }, (_, i) => `joined\tn${i}`), "left\tZoé");
  await lastIs("Bia, Duda e mais 13 entraram na sala; Zoé saiu da sala");
  equal((await linesOf(ana)).length, 4, "lines");
  await feed(ana, "Bia >> oi", "left\tn1", "joined\tn1");
  await lastIs("Bia >> oi");
  await feed(ana, ...Array.from({ length: 1100 }, (_, i) => [`joined\tx${i}`, `Bia >> ${i}`]).flat());
  const kept = (await linesOf(ana)).filter((line) => line.startsWith("person"));
  check(kept.length > 990, `${kept.length} messages are kept`);
  await closePage(ana);
}

/* Such a name stands before what is said of it, and the sentence runs from left to right. */
export async function namesFromRightToLeft() {
  const ana = await openAs("Ana", { hash: "#direções" });
  for (const [frame, text] of [["joined\tשרה", "שרה entrou na sala"], ["renamed\tנועה\tליאת", "נועה agora é ליאת"],
    ["left\tדוד\tBia", "דוד e Bia saíram da sala"]]) {
    await feed(ana, "Bia >> oi", frame);
    await waitForLast(ana, text);
    const [name, end] = await ana.locator(".presence .text").last().evaluate((element) => {
      const range = document.createRange();
      return [element.firstChild, element.lastChild].map((node) => {
        range.selectNodeContents(node);
        return range.getBoundingClientRect().x;
      });
    });
    check(name < end, `the name stands first: ${text}`);
  }
  await closePage(ana);
}

/* The list is drawn once a frame, and a text of very many lines is not drawn whole. */
export async function storms() {
  const ana = await openAs("Ana", { hash: "#temporal", viewport: { width: 1000, height: 600 } });
  const busy = await mainThreadOf(ana);
  const begun = await busy();
  await ana.evaluate(async () => {
    for (let i = 0; i < 1000; i++) {
      receive(`joined\tp${(i * 7919) % 1000}`);
      if (i === 500)
        globalThis.kept = [...names.querySelectorAll("button")].find((button) => button.textContent === "p0");
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  });
  const seconds = await busy() - begun;
  console.log(`1000 arrivals: ${seconds.toFixed(2)} s of main thread`);
  check(seconds < Math.max(1, patience / 3), `1000 arrivals took ${seconds} s of main thread`);
  check(await ana.evaluate(() => kept.isConnected), "a name's button stays while others arrive");
  await waitFor(() => ana.locator("#count").textContent(), (text) => text === "1001", "1001 people");
  equal(await ana.locator("#names li").count(), 200, "names drawn");
  equal(await ana.locator("#others").textContent(), "e mais 801", "the others");

  const text = `começo${"\n".repeat(60000)}fim`;
  await feed(ana, `Bia >> ${text}`);
  const last = ana.locator("#lines .line").last();
  const linesShown = await last.evaluate((line) => line.textContent.split("\n").length);
  check(linesShown <= 202, `${linesShown} lines of a message are shown`);
  await last.getByRole("button", { name: "Mostrar tudo" }).click();
  equal(await last.locator(".text").evaluate((element) => element.textContent.length), text.length,
    "the whole text");
  await closePage(ana);
}

/* Beside the log where there is room, behind a button where there is not. */
export async function peopleOnAPhone() {
  const ana = await openAs("Ana", { hash: "#celular", isMobile: true, hasTouch: true,
    viewport: { width: 320, height: 568 } });
  const other = await openAs("N".repeat(32), { hash: "#celular" });
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
  for (const page of [ana, other])
    await closePage(page);
}

/* A tab in the background: headless Chromium has none of its own. */
export function hide(page, hidden) {
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

  const reason = 'notice: Nome de sala inválido: de 1 a 32 caracteres visíveis, e nenhuma parte entre barras'
    + ' vazia, "." ou "..".';
  const refused = await open({ hash: "#..", state: "left" });
  equal(await linesOf(refused), [reason], "what a bad room is told");
  let count = 1;
  for (const name of ["x".repeat(33), "x".repeat(9000), ".", "a//b", "/a", "a/", "a/../b", "%2E%2E", "%2F", "a%2F.",
    "a%07", "%20", "%00", "a%00b"]) {
    await refused.evaluate((hash) => { location.hash = hash; }, name);
    count++;
    await waitFor(() => linesOf(refused), (lines) => lines.length === count, `a line for ${name.slice(0, 50)}`);
    equal(await lastOf(refused), reason, `what the room ${name.slice(0, 50)} is told`);
    await waitForState(refused, "left");
  }
  await closePage(refused);
  const moved = await openAs("Bia", { hash: "#a/b" });
  await moved.evaluate(() => { location.hash = "#.."; });
  await waitForState(moved, "left");
  equal((await linesOf(moved)).slice(3), [reason], "after a link to such a room");
  await moved.evaluate(() => { location.hash = "#..."; });
  await waitForState(moved, "connected");
  await closePage(moved);
}

/* What the page shows as a command is one for the server, whatever white space precedes it. */
export async function sameSpaces() {
  const page = await openAs("Ana", { hash: "#espaços" });
  const count = await page.evaluate(() => {
    const spaces = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
      .filter((character) => character.trim() === "");
    spaces.forEach((space) => send(`${space}/clientes`));
    return spaces.length;
  });
  const answers = (lines) => lines.filter((line) => /^notice: 1 clientes conectados$/.test(line));
  await waitFor(() => linesOf(page), (lines) => answers(lines).length === count, `${count} answers`);
  equal(await page.locator("#lines .own:not(.command)").count(), 0, "messages to the room");
  await closePage(page);
}

/* The page's list of commands is the server's, and /sala, which is the page's own. */
export async function sameCommands() {
  for (const [locale, command, last] of [["pt-BR", "/ajuda", "/sala Nome: vai a outra sala"],
    ["en-US", "/help", "/room Name: leads to another room"]]) {
    const page = await open({ locale });
    await say(page, command);
    const expected = page.locator("#lines .line").last();
    await waitFor(() => expected.textContent(), (text) => text.split("\n").length > 4, "the commands");
    const listed = await page.locator("#help li").evaluateAll((items) => items.map((item) => {
      const [name, words, text] = ["button", "i", "span"].map((one) => item.querySelector(one).textContent);
      return `${name}${words && " "}${words}: ${text}`;
    }));
    equal(listed, [...(await expected.textContent()).split("\n"), last], "the list");
    check(new Set(listed.map((line) => line.split(" ")[0])).size === listed.length, "each command once");
    await closePage(page);
  }
}
