/*
 * Two servers of one chat, of which one is killed: its pages go on at the other, with their names.
 */
import { closePage, equal, linesOf, openPage, run, say, waitFor, waitForState } from "./browser.mjs";

const GAP = /^gap: Reconectado: /;

async function openAs(browser, url, name) {
  const page = await openPage(browser, url);
  await waitForState(page, "connected");
  await say(page, `/nome ${name}`);
  await waitFor(() => linesOf(page), (lines) => lines.at(-1).endsWith(`para ${name}`), "the name");
  return page;
}

const serverOf = (page) => page.evaluate(() => new URL(socket.url).port);

await run("servers.mjs URL PROCESS OTHER_PORT", async (browser, url, number, port) => {
  const [ana, bia] = [await openAs(browser, `${url}#jogos`, "Ana"), await openAs(browser, `${url}#jogos`, "Bia")];
  await ana.keyboard.type("ainda aqui");
  process.kill(Number(number), "SIGKILL");
  for (const [page, name] of [[ana, "Ana"], [bia, "Bia"]]) {
    await waitFor(() => linesOf(page), (lines) => lines.some((line) => GAP.test(line)), "the other server");
    await waitFor(() => page.locator("#names .self").textContent(), (text) => text === `${name} (você)`, "its name");
    equal(await serverOf(page), port, "the other server's port");
  }
  await ana.keyboard.press("Enter");
  await waitFor(() => linesOf(bia), (lines) => lines.at(-1) === "person: Ana >> ainda aqui", "a message in the room");
  await bia.evaluate(() => { location.hash = "#outra"; });
  await waitFor(() => linesOf(bia), (lines) => lines.at(-1).endsWith("para Bia"), "another room");
  equal(await serverOf(bia), port, "the server of the other room");
  for (const page of [ana, bia])
    await closePage(page);
});
