/* Checks of page.mjs: what makes the page pleasant, at every size. */
import { check, closePage, equal, linesOf, patience, say, waitFor } from "./browser.mjs";
import {
  feed, focused, lastLine, mainThreadOf, open, openAs, styleOf, valueOf, waitForLast,
} from "./fixture.mjs";

async function type(page, text, ...keys) {
  await page.fill("#input", "");
  await page.keyboard.type(text);
  for (const key of keys)
    await page.keyboard.press(key);
  return valueOf(page);
}

export async function completion() {
  const page = await openAs("Ana", { hash: "#tab" });
  await feed(page, "joined\tÉrica\tErnesto\tZé Maria", "joined\tO\"Neil");
  equal(await type(page, "/ap", "Tab"), "/apenas ", "a command");
  equal(await type(page, "/SA", "Tab"), "/sair ", "the first command of two");
  equal(await type(page, "/sa", "Tab", "Tab"), "/sala ", "the second one");
  equal(await type(page, "/apenas z", "Tab"), '/apenas "Zé Maria" ', "a name in a command");
  equal(await type(page, '/apenas "Zé m', "Tab"), '/apenas "Zé Maria" ', "a name whose quote is open");
  equal(await type(page, "/apenas “z", "Tab"), '/apenas "Zé Maria" ', "a phone's quote");
  equal(await type(page, 'oi, "er', "Tab"), 'oi, "er', "no quotes in a text");
  await page.focus("#input");
  equal(await type(page, "/apenas o", "Tab"), '/apenas "O\\"Neil" ', "a name with a quote");
  equal(await type(page, "oi, er", "Tab"), "oi, Érica ", "a name in a text");
  equal(await type(page, "oi, er", "Tab", "Tab"), "oi, Ernesto ", "another name");
  await type(page, "fim: er", "Home");
  for (let i = 0; i < 7; i++)
    await page.keyboard.press("ArrowRight");
  await page.keyboard.type("n");
  await page.keyboard.press("Tab");
  equal(await valueOf(page), "fim: ern".replace("ern", "Ernesto "), "a name in the middle");
  for (const nothing of ["xyz", "oi ", ""]) {
    await type(page, nothing, "Tab");
    check(await focused(page) !== "input", `after "${nothing}" Tab moves on`);
    await page.focus("#input");
  }
  await closePage(page);
}

export async function links() {
  const page = await openAs("Ana", { hash: "#elos" });
  const linksIn = async (text) => {
    await feed(page, `Bia >> ${text}`);
    equal(await lastLine(page).locator(".text").textContent(), text, "the text itself");
    return lastLine(page).locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  };
  for (const [text, expected] of [
    ["veja https://example.org/a?b=c&d#e, e (http://example.org).", ["https://example.org/a?b=c&d#e", "http://example.org"]],
    ["HTTPS://EXAMPLE.ORG", ["HTTPS://EXAMPLE.ORG"]],
    ["javascript:alert(1) data:text/html,x ftp://x file:///etc www.example.org http:// xhttp://a", []],
    ["<a href='https://a'>", ["https://a"]],
    ["/sala jogos ou /room café", ["#jogos", "#caf%C3%A9"]],
    ['/sala "meu canto", /sala “o teu”. /sala "sem fim', ["#meu%20canto", "#o%20teu", "#%22sem"]],
    ["x/sala jogos /salada boa", []],
  ])
    equal(await linksIn(text), expected, `links in ${text}`);
  await feed(page, "Bia >> https://example.org/");
  equal(await lastLine(page).locator("a").evaluate((link) => [link.rel, link.target]),
    ["noopener noreferrer", "_blank"], "how a link opens");
  equal(await page.locator("#lines .text :not(a)").count(), 0, "elements of other kinds");

  await feed(page, "Bia >> vamos à /sala jogos");
  await lastLine(page).locator("a").click();
  await waitFor(() => linesOf(page), (lines) => lines.includes("gap: Sala jogos"), "the other room");
  await say(page, "/sala “meu canto”");
  await waitFor(() => linesOf(page), (lines) => lines.includes("gap: Sala meu canto"), "a room by command");
  equal(await page.title(), "meu canto · Chat", "the title");
  await say(page, "/SALA");
  await waitFor(() => linesOf(page), (lines) => lines.includes("gap: Sala comum"), "the common room");
  await closePage(page);
}

export async function quotesOfPhones() {
  const page = await open({ hash: "#aspas" });
  for (const [text, name] of [["/nome “Ana Maria”", "Ana Maria"], ["/nome ‘Bia Lia’", "Bia Lia"],
    ["/nome «Caio»", "Caio"], ["/name „Duda Sá“", "Duda Sá"], ["/nome d’Ávila", "d’Ávila"]]) {
    await page.fill("#input", text);
    await page.keyboard.press("Enter");
    await waitForLast(page, `Nome alterado com sucesso para ${name}`);
  }
  await closePage(page);
}

export async function severalLines() {
  const page = await openAs("Ana", { hash: "#linhas" });
  const bia = await openAs("Bia", { hash: "#linhas" });
  const before = (await page.locator("#input").boundingBox()).height;
  await page.locator("#input").evaluate((element) => {
    element.focus();
    document.execCommand("insertText", false, "um\ndois\ntrês"); // as a paste does
  });
  equal(await valueOf(page), "um\ndois\ntrês", "three lines pasted");
  const after = (await page.locator("#input").boundingBox()).height;
  check(after > before + 30, `the input grows: ${before}, ${after}`);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  equal(await valueOf(page), "um\ndois\ntrês", "arrows within the lines");
  await page.keyboard.press("Enter");
  await waitForLast(bia, "Ana >> um\ndois\ntrês");
  const paste = async (text) => {
    await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await page.keyboard.press("Control+V");
  };
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.type("antes ");
  await paste(`começo${"\n".repeat(60000)}fim`); // nothing of it is cut off
  equal(await page.locator("#note").textContent(), "Não coube: uma mensagem tem no máximo 20000 caracteres.", "the note");
  equal(await valueOf(page), "antes ", "what the input holds");
  await paste("x".repeat(19994));
  equal((await valueOf(page)).length, 20000, "as much as there is room for");
  await page.evaluate(() => { input.value = "\ud83d mais curta"; });
  await page.keyboard.press("Enter");
  await waitForLast(bia, "Ana >> \ufffd mais curta");
  equal(await lastLine(page).textContent(), "Você >> \ufffd mais curta", "half a character");
  equal(await page.locator("#note").textContent(), "", "the note, after a message that was sent");
  equal((await page.locator("#input").boundingBox()).height, before, "the input's height, empty again");
  await closePage(page);
  await closePage(bia);
}

/* The day and the zone, once a day. */
export async function dayAndZone() {
  const page = await open({ hash: "#dia", timezoneId: "America/Sao_Paulo", before: (opened) =>
    opened.clock.install({ time: new Date("2026-02-28T12:00:00-03:00") }) });
  const days = () => page.locator(".day").allTextContents();
  equal((await days()).length, 1, "days");
  check(/28 de fevereiro de 2026 · (BRT|GMT-3)$/.test((await days())[0]), `the day: ${await days()}`);
  await page.clock.setSystemTime(new Date("2026-03-01T00:00:01-03:00"));
  await feed(page, "Bia >> boa noite");
  equal((await days()).length, 2, "days after midnight");
  check(/1 de março de 2026/.test((await days())[1]), `the next day: ${await days()}`);
  await closePage(page);
}

/* How many are here is seen at every width, and those without a name count. */
export async function countOfPeople() {
  const page = await openAs("Ana", { hash: "#quantos", viewport: { width: 1280, height: 720 } });
  const seen = () => page.locator("#count:visible, #count-in-list:visible").allTextContents();
  const silent = await open({ hash: "#quantos" });
  for (const width of [1280, 360, 240]) {
    await page.setViewportSize({ width, height: 640 });
    await waitFor(seen, (texts) => texts.length === 1 && texts[0] === "2", `2 people at ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  await waitFor(() => page.locator("#others").textContent(), (text) => text === "1 sem nome", "one unnamed");
  await say(silent, "/nome Bia");
  await waitFor(() => page.locator("#others").textContent(), (text) => text === "", "none unnamed");
  equal(await seen(), ["2"], "people");
  await closePage(silent);
  await waitFor(seen, (texts) => texts[0] === "1", "one person");
  await closePage(page);
}

/* One's own name is noticed from afar, if the reader has allowed it. */
export async function mentionsNotify() {
  const page = await openAs("Ana", { hash: "#menção", before: (opened) => opened.addInitScript(() => {
    globalThis.told = [];
    globalThis.Notification = class {
      static permission = "default";

      static async requestPermission() {
        this.permission = "granted";
      }

      constructor(title, { body }) {
        told.push(`${title}: ${body}`);
      }
    };
    globalThis.away = (value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    };
  }) });
  await page.evaluate(() => away(true));
  await feed(page, "Bia >> Ana, não peça");
  equal(await page.evaluate(() => told), [], "notices that nobody allowed");
  await page.evaluate(() => away(false));
  await page.click("#help-button");
  await page.getByRole("button", { name: "Avisar quando falarem de mim" }).click();
  await page.locator("#notify").waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  await feed(page, "Bia >> Ana, estou vendo");
  await page.evaluate(() => away(true));
  await feed(page, "Bia >> oi, ana!", "Bia >> Banana e Anaís", "private\tCaio\npsiu", "Bia >> outra coisa");
  equal(await page.evaluate(() => told), ["Bia · menção: oi, ana!", "Caio · menção: psiu"], "notices");
  equal(await page.locator(".mention").count(), 4, "lines that speak of the reader");
  await closePage(page);
}

/* Only the log scrolls, whatever the wheel is over. */
export async function onlyTheLogScrolls() {
  const page = await openAs("Ana", { hash: "#rolagem", viewport: { width: 1280, height: 720 } });
  await feed(page, ...Array.from({ length: 60 }, (_, i) => `${i % 2 ? "Ana" : "Bia"} >> linha ${i}`));
  for (let i = 0; i < 8; i++)
    await say(page, `minha ${i}`);
  for (const [width, height] of [[1280, 720], [768, 500], [360, 640], [320, 400], [240, 320]]) {
    await page.setViewportSize({ width, height });
    for (const [x, y] of [[width / 2, 15], [width / 2, height / 2], [width / 2, height - 15]]) {
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, 600);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 30)));
    }
    const page_ = await page.evaluate(() => {
      const root = document.scrollingElement;
      scrollTo(100, 600);
      return [root.scrollTop, root.scrollLeft, root.scrollHeight, root.scrollWidth];
    });
    equal(page_, [0, 0, height, width], `the page's place and size at ${width}×${height}`);
    const form = await page.locator("#composer").boundingBox();
    equal(Math.round(form.y + form.height), height, `the composer's end at ${width}×${height}`);
    check(await page.locator("#log").evaluate((element) => element.clientHeight) >= 80, "room for the log");
  }
  await page.locator("#help-button").click();
  equal(await page.locator("#help").evaluate((help) => help.scrollWidth - help.clientWidth), 0, "the commands' breadth");
  await closePage(page);
}

/* Runs in the page: what stands outside the bar, or over its neighbour. */
function faultsOfTheBar(now) {
  setState(now, now === "waiting" ? "Sem conexão" : "Conectado");
  if (now === "waiting")
    countdown.textContent = "nova tentativa em 30 s";
  const boxes = [...bar.children]
    .filter((element) => element.checkVisibility() && getComputedStyle(element).clipPath === "none")
    .map((element) => ({ what: element.id || element.tagName, ...element.getBoundingClientRect().toJSON() }));
  const found = boxes.filter((box) => box.right > innerWidth || box.left < 0 || box.bottom > bar.clientHeight)
    .map(({ what }) => `${what} is outside`);
  for (let i = 1; i < boxes.length; i++)
    if (boxes[i].left < boxes[i - 1].right - 1)
      found.push(`${boxes[i].what} over ${boxes[i - 1].what}`);
  if (bar.clientHeight > (innerWidth < 300 ? 84 : 72)) // three lines on the smallest screen
    found.push(`${bar.clientHeight} pixels high`);
  return found;
}

/* A long room name is cut, and nothing else moves. */
export async function longRoomNames() {
  const names = ["W".repeat(32), "漢".repeat(32), `${"dois nomes ".repeat(2)}de sala, ou mais`];
  const page = await open({ hash: `#${names[0]}` });
  for (const [width, height] of [[1280, 720], [768, 500], [360, 640], [240, 320]]) {
    await page.setViewportSize({ width, height });
    for (const name of names) {
      await page.evaluate((text) => { roomName.textContent = text; }, name);
      for (const state of ["connected", "waiting"])
        equal(await page.evaluate(faultsOfTheBar, state), [], `the bar at ${width}×${height}, ${state}, in ${name}`);
    }
  }
  await closePage(page);
}

/* The dot of the state is full while connected, in the system's own colours as well. */
export async function forcedColours() {
  const page = await open({ forcedColors: "active" });
  const dot = () => page.evaluate(() => {
    const style = getComputedStyle(state, "::before");
    return parseFloat(style.borderTopWidth) * 2 >= parseFloat(style.width);
  });
  equal(await dot(), true, "a full dot while connected");
  await page.evaluate(() => setState("waiting", "Sem conexão"));
  equal(await dot(), false, "an empty one while not");
  await closePage(page);
}

/* A hundred messages a second, with a full log. */
export async function smooth() {
  const page = await openAs("Ana", { hash: "#rápido", viewport: { width: 1280, height: 720 } });
  await feed(page, ...Array.from({ length: 1000 }, (_, i) => `p${i % 7} >> linha ${i}`));
  const busy = await mainThreadOf(page);
  const before = await busy();
  const frames = await page.evaluate(() => new Promise((resolve) => {
    let frames = 0;
    let fed = 0;
    const begun = performance.now();
    requestAnimationFrame(function frame(now) {
      frames++;
      if (now - begun > 2500)
        resolve(frames);
      else
        requestAnimationFrame(frame);
    });
    const timer = setInterval(() => {
      for (; fed < (performance.now() - begun) / 10; fed++)
        receive(`message\tp${fed % 7}\numa frase como as outras, número ${fed}, com um fim`);
      if (fed > 250)
        clearInterval(timer);
    }, 10);
  }));
  const milliseconds = 1000 * (await busy() - before) / frames;
  console.log(`100 messages a second: ${milliseconds.toFixed(1)} ms of main thread a frame, ${frames} frames`);
  check(milliseconds <= 17 * Math.max(1, patience / 3), `a frame took ${milliseconds} ms of main thread`);
  await closePage(page);
}
