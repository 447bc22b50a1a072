/*
 * The session at the end of the article about the chat: three clients in three pages, each typing
 * its lines, and every page's log compared line by line.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  check, closePage, linesOf, openPage, run, say, waitForLines, waitForState,
} from "./browser.mjs";

const WELCOME = "notice: Bem vindo ao servidor de chat escrito em C com libuv e WebSockets."
  + " Identifique-se com /nome SeuNome";

function beginning(name) {
  return [WELCOME, `own: Você >> /nome ${name}`, `notice: Nome alterado com sucesso para ${name}`];
}

const arrived = (name) => `notice: ${name} entrou na sala`;

const FROM_THIRD = ["/apenas Cliente1 Olá 1", "/apenas Cliente2 Olá 2", "Olá todos!"];

const EXPECTED = {
  Cliente1: [...beginning("Cliente1"), "notice: Cliente2 e Cliente3 entraram na sala",
    "own: Você >> /horas",
    /^notice: Hora atual: ([01]\d|2[0-3]):[0-5]\d:[0-5]\d UTC[+-]\d{4}$/,
    "private: PRIVADO de Cliente3 >> Olá 1", "person: Cliente3 >> Olá todos!"],
  Cliente2: [...beginning("Cliente2"), arrived("Cliente3"), "own: Você >> /data",
    /^notice: Data atual: [0-3]\d\/[01]\d\/\d\d$/,
    "private: PRIVADO de Cliente3 >> Olá 2", "person: Cliente3 >> Olá todos!"],
  Cliente3: [...beginning("Cliente3"), ...FROM_THIRD.map((text) => `own: Você >> ${text}`),
    "own: Você >> /clientes", "notice: 3 clientes conectados"],
};

/* How a kind of line looks: two kinds that are told apart differ in this. */
function look(page, kind) {
  return page.locator(`.line.${kind}`).first().evaluate((line) => {
    const { alignSelf, backgroundColor, boxShadow, textAlign } = getComputedStyle(line);
    return [alignSelf, backgroundColor, boxShadow, textAlign].join(" ");
  });
}

await run("session.mjs URL [SCREENSHOT_DIR]", async (browser, url, folder) => {
  const pages = {};
  for (const name of Object.keys(EXPECTED)) {
    const page = await openPage(browser, url, { viewport: { width: 720, height: 620 } });
    pages[name] = page;
    await waitForState(page, "connected");
    await waitForLines(page, [WELCOME]);
    await say(page, `/nome ${name}`);
    await waitForLines(page, beginning(name));
  }
  for (const name of ["Cliente1", "Cliente2"]) // or an arrival could come after what is said next
    await waitForLines(pages[name], EXPECTED[name].slice(0, 4));
  await say(pages.Cliente1, "/horas");
  await waitForLines(pages.Cliente1, EXPECTED.Cliente1.slice(0, 6));
  await say(pages.Cliente2, "/data");
  await waitForLines(pages.Cliente2, EXPECTED.Cliente2.slice(0, 6));
  for (const text of FROM_THIRD)
    await say(pages.Cliente3, text);
  // The answer to this comes after anything that the server would have sent back before it.
  await say(pages.Cliente3, "/clientes");

  for (const [name, page] of Object.entries(pages)) {
    await waitForLines(page, EXPECTED[name]);
    if (folder) {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
    }
  }
  const kinds = ["private", "person", "notice", "own"];
  const looks = new Set(await Promise.all(kinds.map((kind) => look(pages.Cliente1, kind))));
  check(looks.size === kinds.length, "the kinds of lines look different");

  for (const [name, page] of Object.entries(pages)) {
    console.log(`${name}\n  ${(await linesOf(page)).join("\n  ")}`);
    await closePage(page);
  }
});
