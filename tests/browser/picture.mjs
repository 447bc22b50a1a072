/*
 * A picture of the chat for the README: three people talk, and one of them is looked at.
 *
 *     node picture.mjs http://localhost:8765/ ../../docs/chat.png
 *     node picture.mjs http://localhost:8765/ phone.png 390x760 dark
 */
import { linesOf, openPage, run, say, waitFor, waitForState } from "./browser.mjs";

const TALK = [
  ["Ana", "Bom dia! Alguém já leu o capítulo das corotinas?"],
  ["Bruno", "Li ontem. Um laço sem fim que dorme, e ninguém espera!"],
  ["Bruno", "E compila em menos de um segundo."],
  ["Célia", "/horas"],
  ["Célia", "Estou no servidor de eco, rodando com 100 clientes ao mesmo tempo"],
  ["Ana", "/apenas Célia Depois me mostra o seu labirinto?"],
  ["Célia", "/apenas Ana Mostro, sim!"],
  ["Bruno", "Até mais tarde, então!"],
];

async function talk(pages, looked) {
  for (const [name, text] of TALK) {
    const before = (await linesOf(looked)).length;
    const more = text === "/horas" ? 2 : 1; // the command and its answer
    await say(pages[name], text);
    await waitFor(() => linesOf(looked), (lines) => lines.length >= before + more, text);
  }
}

const USAGE = "picture.mjs URL FILE [WIDTHxHEIGHT] [dark]";
await run(USAGE, async (browser, url, file, size = "880x684", colorScheme = "light") => {
  const [width, height] = size.split("x").map(Number);
  const options = { viewport: { width, height }, colorScheme, deviceScaleFactor: 2 };
  const pages = {};
  for (const name of ["Ana", "Bruno", "Célia"]) {
    pages[name] = await openPage(browser, `${url}#corotinas`, options);
    await waitForState(pages[name], "connected");
    await say(pages[name], `/nome ${name}`);
    await waitFor(() => linesOf(pages[name]), (lines) => lines.length === 3, "an answer to /nome");
  }
  const looked = pages["Célia"];
  await talk(pages, looked);
  await looked.keyboard.type("Tchau, gente");
  await looked.screenshot({ path: file, animations: "disabled" });
});
