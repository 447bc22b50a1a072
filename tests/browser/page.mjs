/*
 * The chat's page, whatever server is behind it: the bar, the input, the log, languages, phones,
 * keyboards, hostile text, rooms and who is in them, and a server that goes away. A proxy of our own
 * stands between the two.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { check, closePage, equal, linesOf, openPage, patience, run, say, waitFor } from "./browser.mjs";
import {
  completion, countOfPeople, dayAndZone, forcedColours, links, longRoomNames, mentionsNotify, onlyTheLogScrolls,
  quotesOfPhones, severalLines, smooth,
} from "./comforts.mjs";
import { growingPauses, muteServer, ownGhost, reconnectsAtOnce, serverGoneAndBack } from "./connection.mjs";
import { findFaintTexts } from "./contrast.mjs";
import {
  browser, feed, focused, lastLine, open, openAs, POLICY, proxy, start, styleOf, valueOf,
  waitForFocus, waitForLast,
} from "./fixture.mjs";
import {
  deadWhenAwake, deadWhileIdle, lostMessages, nameFirst, roomOverADeadNetwork,
} from "./network.mjs";
import {
  hide, outAndInAgain, peopleKeptUpToDate, peopleOnAPhone, roomInTheAddress, sameCommands, sameSpaces,
  namesFromRightToLeft, severalAtOnce, storms, unreadInTheTitle, arrivalsAreGathered,
} from "./rooms.mjs";

const lastOf = async (page) => (await linesOf(page)).at(-1);

async function typing() {
  const page = await openAs("Teclado");
  equal(await focused(page), "input", "focus after loading and sending");
  await say(page, "");
  await say(page, "   ");
  equal((await linesOf(page)).length, 3, "lines after sending nothing and blanks");
  await page.fill("#input", "");

  proxy.hold(); // shown at once, whatever the server does
  await say(page, "um");
  equal(await lastOf(page), "own: Você >> um", "own line");
  proxy.release();
  await page.keyboard.type("dois");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("linhas");
  equal(await valueOf(page), "dois\nlinhas", "another line by Shift+Enter");
  await page.keyboard.press("Enter");
  equal(await lastOf(page), "own: Você >> dois\nlinhas", "two lines sent");
  await page.keyboard.type("três");
  await page.click("#composer button");
  equal(await lastOf(page), "own: Você >> três", "line sent by the button");
  equal(await focused(page), "input", "focus after the button");
  equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0, "things stored");
  await closePage(page);
}

async function history() {
  const page = await openAs("História");
  for (const text of ["um", "dois", "três"])
    await say(page, text);
  await page.keyboard.type("rascunho");
  const recalled = [];
  for (const key of ["Up", "Up", "Up", "Up", "Down", "Down", "Down", "Down"]) {
    await page.keyboard.press(`Arrow${key}`);
    recalled.push(await valueOf(page));
  }
  const name = '/nome "História"';
  const expected = ["três", "dois", "um", name, "um", "dois", "três", "rascunho"];
  equal(recalled, expected, "lines brought back");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.type("!");
  await page.keyboard.press("Enter");
  equal(await lastOf(page), "own: Você >> três!", "a line brought back, changed and sent");
  await closePage(page);
}

/* No mouse from here to the end. */
async function keyboardOnly() {
  const page = await open({ viewport: { width: 800, height: 400 } });
  const visited = [];
  for (let i = 0; i < 3; i++) {
    visited.push(await focused(page));
    await page.keyboard.press("Shift+Tab");
  }
  equal(visited, ["input", "log", "help-button"], "what Shift+Tab visits");

  const time = page.getByRole("button", { name: "/horas" });
  await page.focus("#help-button");
  await page.keyboard.press("Enter");
  await time.waitFor();
  await page.keyboard.press("Escape");
  await time.waitFor({ state: "hidden" });
  await waitForFocus(page, "input");

  await page.focus("#help-button");
  await page.keyboard.press("Enter");
  const chosen = () => page.evaluate(() => document.activeElement.textContent);
  for (let i = 0; i < 8 && await chosen() !== "/horas"; i++) // Firefox visits the list itself, too
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await waitForFocus(page, "input");
  equal(await valueOf(page), "/horas ", "the chosen command");
  await page.keyboard.press("Enter");
  await waitForLast(page, /^Hora atual: \d\d:\d\d:\d\d UTC[+-]\d{4}$/);

  await page.focus("#log");
  await page.keyboard.type("/data");
  equal(await valueOf(page), "/data", "what was typed while the log had the focus");
  equal(await styleOf(page.locator("#input"), "outlineStyle"), "solid", "the focus's outline");
  await closePage(page);
}

function manyLines(count) {
  return Array.from({ length: count }, (_, index) => `Ana >> linha ${index + 1}`);
}

async function scrolling() {
  const page = await open({ viewport: { width: 700, height: 400 } });
  const latest = page.locator("#latest");
  const read = page.locator("#lines .line", { hasText: /^Ana >> linha 46$/ });
  const top = async () => Math.round((await read.boundingBox()).y);
  const toEnd = () => page.locator("#log")
    .evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
  const waitForEnd = (when) => waitFor(toEnd, (pixels) => pixels < 2, `the log's end ${when}`);

  await feed(page, ...manyLines(50));
  await waitForEnd("after new lines");
  equal(await latest.isVisible(), false, "the button that leads to the end, seen at the end");

  await page.keyboard.press("PageUp");
  await latest.waitFor();
  const [place, distance] = [await top(), await toEnd()];
  await feed(page, ...manyLines(20));
  await waitFor(toEnd, (pixels) => pixels > distance, "lines below what is read");
  equal(await top(), place, "the place of one who reads older lines");
  equal(await latest.textContent(), "↓ 20 novas", "what the button leads to");
  equal(await page.locator(".new + .line .text").textContent(), "linha 1", "where the new lines begin");
  await latest.click();
  await waitForEnd("after the button");
  equal(await latest.textContent(), "↓ Mais recentes", "the button, when all were seen");
  equal(await focused(page), "input", "focus after the button");

  await page.keyboard.press("PageUp");
  await latest.waitFor();
  await say(page, "/horas");
  await waitForLast(page, /Hora atual/);
  await waitForEnd("after sending");

  await hide(page, true); // what came meanwhile is seen on coming back
  await feed(page, "Ana >> enquanto isso");
  await waitFor(() => latest.textContent(), (text) => text === "↓ 1 nova", "one that is new");
  await hide(page, false);
  equal(await latest.textContent(), "↓ Mais recentes", "the button, when the page is looked at again");

  await feed(page, ...manyLines(1500));
  equal((await linesOf(page)).length, 1000, "lines kept");
  await waitForLast(page, "Ana >> linha 1500");
  await waitForEnd("after many lines");
  await feed(page, "Ana >> uma a mais"); // as high as the one that goes for it
  await waitForLast(page, "Ana >> uma a mais");
  await page.waitForFunction(() => new Promise(requestAnimationFrame));
  await waitForEnd("after one more line");
  await page.setViewportSize({ width: 700, height: 260 }); // as by a phone's keyboard
  await waitForEnd("after the window shrank");
  await closePage(page);
}

const HOSTILE = [
  "<img src=x onerror=document.title='hacked'>",
  "</p><script>document.title='hacked'</script>",
  "&lt;b&gt; &amp; \"aspas\" 'simples'",
  "a >> b >> c",
];

async function hostileText() {
  const name = "<i>Ana</i> & é";
  const victim = await openAs("Vítima");
  const villain = await openAs(name);
  for (const text of HOSTILE) {
    await villain.fill("#input", text);
    await villain.keyboard.press("Enter");
    await waitForLast(victim, `${name} >> ${text}`);
  }
  await say(villain, "/apenas Vítima '<b>só</b> para você'");
  await waitForLast(victim, `PRIVADO de ${name} >> <b>só</b> para você`);
  const from = await lastLine(victim).locator(".from").textContent();
  equal(from, name, "who a private message is from");
  for (const page of [victim, villain]) {
    equal(await page.locator("#lines .text :not(bdi), #lines :is(bdi bdi, .from) *").count(), 0, "elements made by text");
    equal(await page.title(), "Chat", "the title");
  }
  const headers = (await victim.reload()).headers();
  check(headers["content-security-policy"].includes(POLICY), "the strict policy was in force");
  await closePage(victim);
  await closePage(villain);
}

/* Whoever writes a message must not hold up the pages of its readers. */
async function costlyTexts() {
  const page = await open();
  const last = page.locator("#lines .line:last-child .text");
  const all = `a${"😀".repeat(5000)}`; // the cut would be in the middle of a character
  await page.evaluate((text) => show({ kind: "person", from: "Ana", text }), all);
  const beginning = `a${"😀".repeat(1999)}\n… Mostrar tudo`;
  check(await last.textContent() === beginning, "a long message shows its beginning");
  await last.locator("button").click();
  check(await last.textContent() === all, "the button shows the whole message");
  for (const unclosed of ["/sala “", "/sala “x ", "/sala \"\n", "/room \"x "]) {
    const time = await page.evaluate((text) => {
      const start = performance.now();
      linked(text.repeat(65000 / text.length));
      return performance.now() - start;
    }, unclosed);
    check(time < 2000 * patience, `links are found at once in ${unclosed}...; it took ${time} ms`);
  }
  await closePage(page);
}

async function languages() {
  const english = await openAs("Reader", { locale: "en-US" });
  equal(await english.getAttribute("html", "lang"), "en", "the page's language");
  equal(await english.locator("#state").textContent(), "Connected", "the bar");
  for (const name of ["Send", "Commands"])
    check(await english.getByRole("button", { name }).isVisible(), `a button "${name}"`);
  check(await english.getByRole("textbox", { name: "Message or /command" }).isVisible(), "a label");
  equal(await english.getByPlaceholder("Message or /command").count(), 1, "English placeholders");
  equal((await linesOf(english))[1], 'own: You >> /nome "Reader"', "own line");

  const writer = await openAs("Writer", { locale: "pt-PT" });
  equal(await writer.getAttribute("html", "lang"), "pt-BR", "the page's language");
  await say(writer, "/apenas Reader hello");
  await waitForLast(english, "PRIVATE from Writer >> hello");
  check((await lastOf(english)).startsWith("private: "), "an English private message told apart");

  const named = [["fr-FR", "pt-BR", "en"], ["de", "en-GB", "pt"], ["fr"], [], ["PT"]];
  const chosen = await english.evaluate((lists) => lists.map(languageOf), named);
  equal(chosen, ["pt", "en", "pt", "pt", "pt"], "languages chosen");
  await closePage(writer);
  await closePage(english);
}

async function accessible() {
  const page = await open();
  const seen = async (role, name) =>
    check(await page.getByRole(role, { name, exact: true }).isVisible(), `a ${role} "${name}"`);
  await seen("log", "Conversa");
  await seen("textbox", "Mensagem ou /comando");
  await seen("button", "Enviar");
  await seen("complementary", "Quem está aqui");
  await seen("heading", "Chat");
  equal(await page.getByRole("status").first().textContent(), "Conectado", "the status");
  equal(await page.getByRole("main").count(), 1, "landmarks called main");

  await page.emulateMedia({ reducedMotion: "reduce" });
  await feed(page, "Ana >> oi", "Ana >> de novo", "private\tBia\nsó", "notice\num aviso",
    "named\tCaio\nNome alterado com sucesso para Caio", "joined\tDuda",
    "here\t9\t12\t0\nQuem está aqui: 9\nCaio\nDuda", "Ana >> Caio, veja https://example.org/");
  equal(await styleOf(lastLine(page), "animationName"), "none", "motion");
  equal(await page.locator("#lines .arrow:not([aria-hidden])").count(), 0, "arrows read aloud");
  await say(page, "minha");
  await say(page, "/horas");
  await page.evaluate(() => show({ kind: "gap", text: "Reconectado" }));
  await page.click("#help-button");
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const state of ["connected", "connecting", "waiting", "left"]) {
      await page.evaluate((name) => setState(name, name), state);
      equal(await findFaintTexts(page), [], `faint texts, ${colorScheme}, ${state}`);
    }
  }
  await closePage(page);
}

async function phone() {
  const viewport = { width: 320, height: 568 };
  const page = await open({ viewport, isMobile: true, hasTouch: true });
  await feed(page, `Ana >> ${"palavramuitocomprida".repeat(40)}`, "y".repeat(500));
  await page.evaluate(() => {
    show({ kind: "own", from: "Você", text: "x".repeat(2000) });
    setState("waiting", "Sem conexão");
    countdown.textContent = "nova tentativa em 30 s";
  });
  const cut = await page.evaluate(() => [document.documentElement, log, ...lines.children]
    .filter((element) => element.scrollWidth > element.clientWidth)
    .map((element) => element.tagName));
  equal(cut, [], "what is wider than its place");

  await page.tap("#help-button");
  const box = await page.locator("#help").boundingBox();
  check(box.x >= 0 && box.x + box.width <= 320 && box.y + box.height <= 568, "the commands fit");
  await page.getByRole("button", { name: "/clientes" }).tap();
  equal(await valueOf(page), "/clientes ", "the command that was tapped");

  const size = await styleOf(page.locator("#input"), "fontSize");
  check(parseFloat(size) >= 16, `phones do not zoom into text of 16 pixels; here ${size}`);
  for (const button of await page.locator("button:visible").all()) {
    const { height, width } = await button.boundingBox();
    check(height >= 44 && width >= 44, `a finger hits "${await button.textContent()}"`);
  }
  const bottom = await page.locator("#composer").boundingBox();
  equal(Math.round(bottom.y + bottom.height), 568, "where the input ends on a screen of 568");
  await closePage(page);
}

/* As the article's readers did: without the server's address. */
async function fromFile() {
  const file = fileURLToPath(new URL("../../04-chat-server/web/index.html", import.meta.url));
  const page = await openPage(browser, pathToFileURL(file).href);
  equal(await page.evaluate(() => address()), "ws://localhost:8765/", "the server's address");
  /* Whatever may run there, it does not accept such a page. */
  await waitFor(() => linesOf(page), (lines) => lines.length > 0, "what is missing");
  check(/--allow-origin null; ou abra http:\/\/localhost:8765\/\.$/.test(await lastOf(page)), "how to be accepted");
  await closePage(page);
}

const GROUPS = {
  central: [typing, roomOverADeadNetwork], // in Firefox, as are the next three
  dead: [lostMessages],
  scroll: [scrolling],
  wheel: [onlyTheLogScrolls],
  input: [typing, history, keyboardOnly, scrolling],
  display: [hostileText, costlyTexts, languages, accessible, phone, fromFile],
  connection: [serverGoneAndBack, ownGhost, growingPauses, reconnectsAtOnce, muteServer],
  network: [deadWhileIdle, deadWhenAwake, lostMessages, roomOverADeadNetwork, nameFirst],
  comforts: [completion, links, quotesOfPhones, severalLines, dayAndZone, countOfPeople, mentionsNotify],
  sizes: [onlyTheLogScrolls, longRoomNames, forcedColours, smooth],
  rooms: [roomInTheAddress, outAndInAgain, sameCommands, sameSpaces],
  people: [peopleKeptUpToDate, peopleOnAPhone, unreadInTheTitle],
  crowds: [severalAtOnce, arrivalsAreGathered, storms, namesFromRightToLeft],
};

await run(`page.mjs URL [${Object.keys(GROUPS).join("|")}|CHECK]`, async (launched, url, group) => {
  const all = [...new Set(Object.values(GROUPS).flat())];
  const chosen = group ? GROUPS[group] ?? all.filter(({ name }) => name === group) : all;
  check(chosen.length > 0, `there is a group or a check "${group}"`);
  await start(launched, url);
  for (const one of chosen) {
    const begun = Date.now();
    try {
      await one();
      await waitFor(() => proxy.chats, (count) => count === 0, "the server to see that the pages are gone");
    } catch (error) {
      error.stack = `${one.name}: ${error.stack}`;
      throw error;
    }
    console.log(`${one.name}: ${Date.now() - begun} ms`);
  }
});
