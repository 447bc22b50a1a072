/* Checks of page.mjs: a network that is dead without saying so, and messages that get lost in it. */
import { check, closePage, equal, linesOf, patience, say, stateOf, waitFor, waitForState } from "./browser.mjs";
import { lastLine, open, openAs, openTimeless, proxy, valueOf, waitForLast } from "./fixture.mjs";

const DOUBTFUL = "talvez não entregue Enviar de novo";

const waitForAnswers = (page) =>
  waitFor(() => page.evaluate(() => pending.length), (count) => count === 0, "answers to all");

const received = async (page) => (await linesOf(page)).filter((line) => line.startsWith("person"));

/* A page without a word for 25 s has asked, got no answer, and says so. */
export async function deadWhileIdle() {
  const page = await openTimeless();
  await say(page, "/nome Ana");
  await waitForLast(page, "Nome alterado com sucesso para Ana");
  for (let i = 0; i < 3; i++) {
    await page.clock.runFor(12000); // asks, and is answered
    await waitForAnswers(page);
  }
  await waitForState(page, "connected");
  proxy.freeze();
  await page.clock.runFor(5000);
  await waitForState(page, "connected");
  await page.clock.runFor(17500); // less than 25 s after the network died
  await waitForState(page, "waiting");
  await page.clock.runFor(2000);
  await waitForState(page, "connected"); // by itself, and it has its name again
  await waitForLast(page, "Nome alterado com sucesso para Ana");
  await closePage(page);
}

/* Coming back to the page, or to a network, asks at once. */
export async function deadWhenAwake() {
  for (const way of ["online", "visibilitychange"]) {
    const page = await openTimeless();
    await waitForAnswers(page);
    proxy.freeze();
    await page.clock.runFor(5000);
    await page.evaluate((name) => (name === "online" ? window : document).dispatchEvent(new Event(name)), way);
    await page.clock.runFor(9000);
    await waitForState(page, "connected");
    await page.clock.runFor(1000);
    await waitFor(() => stateOf(page), (state) => state !== "connected", `after "${way}" that the page knows it`);
    await closePage(page);
  }
}

/* Nothing is sent twice by itself, and nothing that got lost looks delivered. */
export async function lostMessages() {
  const page = await openTimeless("#perdidas");
  await say(page, "/nome Ana");
  await waitForLast(page, "Nome alterado com sucesso para Ana");
  await say(page, "chega");
  await waitForAnswers(page);

  proxy.freeze();
  const bia = await openAs("Bia", { hash: "#perdidas" });
  await say(page, "perdida");
  await say(page, "/apenas Bia também");
  equal(await page.locator(".pending").count(), 2, "messages without an answer");
  await page.clock.runFor(10000);
  const doubtful = (await linesOf(page)).filter((line) => line.includes("talvez"));
  equal(doubtful, [`own: Você >> perdida${DOUBTFUL}`, `own: Você >> /apenas Bia também${DOUBTFUL}`], "marked");
  await page.clock.runFor(2000);
  await waitForState(page, "connected");
  await waitForLast(page, "Nome alterado com sucesso para Ana");
  await say(page, "/horas");
  await waitForLast(page, /^Hora atual/);
  await say(bia, "/horas");
  await waitForLast(bia, /^Hora atual/);
  equal(await received(bia), [], "what has arrived");

  await page.locator(".doubtful button").first().click();
  await waitForLast(bia, "Ana >> perdida");
  await waitForAnswers(page);
  equal(await lastLine(page).textContent(), "Você >> perdida", "the line, sent again");
  equal((await linesOf(page)).filter((line) => line.includes("perdida")).length, 1, "lines of it");
  equal(await received(bia), ["person: Ana >> perdida"], "what has arrived");

  await proxy.cut(); // a message on its way when the connection breaks is in doubt, too
  await waitForState(page, "waiting");
  await page.locator(".doubtful button").first().click();
  check(/^Sem conexão/.test(await page.locator("#note").textContent()), "nothing is sent without a connection");
  equal(await page.locator(".doubtful").count(), 1, "lines in doubt");
  await proxy.restore();
  await closePage(page);
  await closePage(bia);
}

/* The new room does not wait for the old connection's end. */
export async function roomOverADeadNetwork() {
  const page = await openAs("Ana", { hash: "#velha" });
  proxy.freeze();
  const other = await openAs("Caio", { hash: "#nova" });
  const begun = Date.now();
  await page.evaluate(() => { location.hash = "#nova"; });
  await waitForLast(other, "Ana entrou na sala");
  const milliseconds = Date.now() - begun;
  console.log(`another room over a dead network: ${milliseconds} ms`);
  check(milliseconds < 2000 * patience, `the page was in the new room after ${milliseconds} ms`);
  await say(page, "cheguei");
  await waitForLast(other, "Ana >> cheguei");
  for (const one of [page, other])
    await closePage(one);
}

/* Who has no name cannot speak: the page asks for it, and keeps the message. */
export async function nameFirst() {
  const bia = await openAs("Bia", { hash: "#antes" });
  const page = await open({ hash: "#antes" });
  const before = await linesOf(page);
  await say(page, "Oi gente");
  equal(await linesOf(page), before, "lines: nothing looks sent");
  equal(await valueOf(page), "/nome ", "what the page asks for");
  check(/diga o seu nome/.test(await page.locator("#note").textContent()), "the note says so");
  await say(page, "Ana");
  await waitForLast(bia, "Ana entrou na sala");
  await waitFor(() => valueOf(page), (text) => text === "Oi gente", "the message again");
  equal(await page.locator("#note").textContent(), "", "the note");
  await page.keyboard.press("Enter");
  await waitForLast(bia, "Ana >> Oi gente");
  await closePage(page);

  const refused = await open({ hash: "#antes" });
  await refused.evaluate(() => send("cedo demais"));
  await waitForLast(refused, /^Identifique-se/);
  equal((await linesOf(refused))[1], "own: Você >> cedo demaisnão enviada Enviar de novo", "the server's refusal");
  await closePage(refused);
  await closePage(bia);
}
