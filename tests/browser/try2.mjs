import { run } from "./browser.mjs";
import { start, open, feed } from "./fixture.mjs";
await run("x URL", async (b, url) => { await start(b, url);
  for (const [w,h] of [[1280,720],[360,640],[240,320]]) { 
  const page = await open({ hash: "#"+"W".repeat(32), viewport: { width: w, height: h } });
  await feed(page, "joined\tBia\tCaio\tDuda\tEva", "Bia >> oi");
  await page.evaluate(() => { follow(false); for (let i=0;i<4;i++) receive("message\tZé\nnova "+i); });
  await page.screenshot({path:`/tmp/page-shots/r${w}a.png`});
  await page.evaluate(() => {forgetPeople(); setState("waiting","Sem conexão"); countdown.textContent="nova tentativa em 30 s"; note.textContent="Sem conexão: sua mensagem fica aqui até que ela volte.";});
  await page.screenshot({path:`/tmp/page-shots/r${w}b.png`}); }
});
