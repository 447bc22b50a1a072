import { run, say, waitFor, linesOf, waitForState } from "./browser.mjs";
import { start, openAs, feed, waitForLast,proxy } from "./fixture.mjs";
await run("x URL", async (b, url) => { await start(b, url);
  const page = await openAs("Ana", { hash: "#jogos", viewport: { width: 1280, height: 720 } });
  await feed(page, "joined\tBia\tCaio\tDuda\tEva", "Bia >> olá, veja https://example.org/a?b=c e /sala café", "Bia >> Ana, você vem?", "private\tCaio\nsó para você\nem duas linhas", "count\t7", "Duda >> oi");
  await say(page, "oi gente"); await say(page, "/horas");
  await page.evaluate(() => { const l = show({kind:"own",from:"Você",text:"esta se perdeu"}); markLine(l,"doubtful","talvez não entregue","x"); const m = show({kind:"own",from:"Você",text:"esta foi recusada"}); markLine(m,"refused","não enviada","x"); scrollToEnd(); });
  await page.waitForTimeout(400);
  const wide = await page.evaluate(() => 1);
  for (const [w,h] of [[1280,720],[360,640],[240,320],[240,480]]) { await page.setViewportSize({width:w,height:h}); await page.waitForTimeout(150);
    console.log(w, await page.evaluate(() => [...document.querySelectorAll("body *")].filter(e=>e.getBoundingClientRect().right>innerWidth+0.5 && e.checkVisibility()).map(e=>e.tagName+"#"+e.id+"."+e.className+" "+e.getBoundingClientRect().right)));
    await page.screenshot({path:`/tmp/page-shots/p${process.env.BROWSER??""}${w}x${h}.png`}); }
});
