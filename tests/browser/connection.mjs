/* Checks of page.mjs: the server goes away and comes back. */
import {
  check, closePage, equal, linesOf, say, waitFor, waitForLines, waitForState,
} from "./browser.mjs";
import { openAs, openTimeless, proxy, styleOf, valueOf } from "./fixture.mjs";

const KEPT = "Sem conexão: sua mensagem fica aqui até que ela volte.";

const barColour = (page) => styleOf(page.locator("#bar"), "backgroundColor");

function waitForCountdown(page, seconds) {
  const text = `nova tentativa em ${seconds} s`;
  return waitFor(() => page.locator("#countdown").textContent(), (now) => now === text, text);
}

export async function serverGoneAndBack() {
  const page = await openAs("Volta");
  const [welcome, , named] = await linesOf(page);
  await say(page, '/nome "a >> b"'); // refused: it is not what is said again
  await waitFor(() => linesOf(page), (lines) => lines.length === 5, "a refusal");
  const before = await linesOf(page);
  const colours = [await barColour(page)];
  const [red, green, blue] = colours[0].match(/\d+/g).map(Number);
  check(blue > 2 * red && blue > 1.5 * green, `the bar is blue while connected: ${colours[0]}`);

  await page.keyboard.type("não me perca");
  await proxy.cut();
  await waitForState(page, "waiting");
  colours.push(await barColour(page));
  await page.keyboard.press("Enter");
  equal(await valueOf(page), "não me perca", "what was typed while not connected");
  equal(await page.locator("#note").textContent(), KEPT, "why it was kept");
  equal((await linesOf(page)).length, 5, "lines while not connected");

  proxy.hold();
  await proxy.restore();
  await waitForState(page, "connecting"); // by itself
  colours.push(await barColour(page));
  equal(new Set(colours).size, 3, "colours of the bar's three states");
  proxy.release();
  await waitForState(page, "connected");
  equal(await page.locator("#note").textContent(), "", "the note after reconnecting");
  const gap = /^gap: Reconectado: .* desde as \d\d:\d\d/;
  await waitForLines(page, [...before, gap, welcome, named]);
  await page.keyboard.press("Enter");
  equal((await linesOf(page)).at(-1), "own: Você >> não me perca", "the message that was kept");
  await closePage(page);
}

/* The server takes the old connection for alive, and so its name for used. */
export async function ownGhost() {
  const bia = await openAs("Bia", { hash: "#fantasma" });
  const page = await openAs("Ana", { hash: "#fantasma" });
  await waitFor(() => linesOf(bia), (lines) => lines.length === 4, "an arrival");
  const before = await linesOf(page);
  proxy.orphan();
  const gap = /^gap: Reconectado: .* desde as \d\d:\d\d/;
  await waitForLines(page, [...before, gap, before[0], before[2]]);
  equal((await linesOf(page)).filter((line) => line.includes("em uso")), [], "refusals");
  await waitForState(bia, "connected");
  await say(page, "de volta");
  await waitFor(() => linesOf(bia), (lines) => lines.at(-1) === "person: Ana >> de volta", "a message");
  equal((await linesOf(bia)).filter((line) => line.includes("saiu")), [], "departures");

  /* A name that is another's is tried again, and said once. */
  await page.evaluate(() => {
    GHOST.pause = 100;
    introduction = "/nome Bia";
    introducedSince = 0;
    introduce();
  });
  const STILL = "Seu nome ainda está em uso: a página tenta de novo.";
  const noteOf = () => page.locator("#note").textContent();
  await waitFor(noteOf, (text) => text === STILL, "a note");
  await say(bia, "/nome Beatriz");
  await waitFor(() => linesOf(page),
    (lines) => lines.at(-1) === "notice: Nome alterado com sucesso para Bia", "the name");
  equal(await noteOf(), "", "the note");
  equal((await linesOf(page)).filter((line) => line.includes("em uso")), [], "refusals");
  await say(bia, "/nome Bia"); // a person's own try is answered
  await waitFor(() => linesOf(bia), (lines) => /em uso/.test(lines.at(-1)), "a refusal");
  await closePage(page);
  await closePage(bia);
}

export async function growingPauses() {
  const page = await openTimeless();
  await proxy.cut();
  for (const pause of [1, 2, 4, 8, 16, 30, 30]) {
    await waitForCountdown(page, pause);
    for (let left = pause - 1; left > 0; left--) {
      await page.clock.runFor(1000);
      await waitForCountdown(page, left);
    }
    equal(await page.locator("#bar").getAttribute("data-state"), "waiting", "the state so far");
    await page.clock.runFor(1000);
  }
  await waitForCountdown(page, 30);
  await page.evaluate(() => { Math.random = () => 0; });
  await page.clock.runFor(30000);
  await waitForCountdown(page, 3); // chance takes up to nine tenths away
  await proxy.restore();
  await page.clock.runFor(3000);
  await waitForState(page, "connected");

  await page.evaluate(() => { Math.random = () => 0.9999; });
  await page.clock.runFor(8000);
  await proxy.cut();
  await waitForCountdown(page, 30); // as long as a connection does not last, the pauses stay long
  await proxy.restore();
  await page.clock.runFor(30000);
  await waitForState(page, "connected");
  await page.clock.runFor(10000);
  await proxy.cut();
  await waitForCountdown(page, 1);
  await proxy.restore();
  await closePage(page);
}

/* Each of these ends the pause: the clock stands still here. */
export async function reconnectsAtOnce() {
  const page = await openTimeless();
  const ways = {
    // Not setOffline(false): a browser without any network but the machine's own stays offline.
    online: () => page.evaluate(() => dispatchEvent(new Event("online"))),
    visible: () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))),
    button: () => page.getByRole("button", { name: "Tentar agora" }).click(),
  };
  for (const way of Object.values(ways)) {
    await proxy.cut();
    await waitForCountdown(page, 1);
    await proxy.restore();
    await way();
    await waitForState(page, "connected");
    await page.clock.runFor(10000); // the connection has lasted, so the next pause is short again
  }
  await closePage(page);
}

/* The connection is accepted, and the handshake never answered. */
export async function muteServer() {
  const page = await openTimeless();
  await proxy.cut();
  await waitForCountdown(page, 1);
  proxy.hold();
  await proxy.restore();
  await page.clock.runFor(1000);
  await waitForState(page, "connecting");
  await page.clock.runFor(9999);
  await waitForState(page, "connecting");
  await page.clock.runFor(1);
  await waitForState(page, "waiting");
  proxy.release();
  await page.clock.runFor(2000);
  await waitForState(page, "connected");
  await closePage(page);
}
