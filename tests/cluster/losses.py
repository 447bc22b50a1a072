"""Redis has lost entries or keys: what is lost is told, and all goes on."""

import asyncio
import random

from cluster.stage import AWAY, LOST, TAKEN, Client, Redis, servers, stop, until
from cluster.proxy import Proxy, hold, one_behind_proxy
from cluster.talk import Talk
from cluster.faults import fault_clock


async def data_lost(clock="earlier"):
    """Redis comes back without its data, and with an earlier clock, or with the same."""
    redis = await Redis().start()
    if clock == "earlier":
        await fault_clock(redis, None, None, random.Random(1))
    both = await servers(redis.url)
    ana, bia = await Client(both[0]).enter("Ana"), await Client(both[1]).enter("Bia")
    await ana.say("antes")
    await bia.hears("Ana >> antes")
    redis.kill()
    await ana.hears(lambda text: text.startswith(AWAY))
    await ana.say("durante")
    await redis.start()
    await bia.hears("Ana >> durante")
    await ana.say("depois")
    await bia.hears("Ana >> depois")
    await bia.asks("/nome Ana", TAKEN)
    assert not [text for text in bia.texts + ana.texts if "antes" in text or "saiu" in text], (ana.texts, bia.texts)
    assert [await server.metric("losses_total") for server in both] == [0, 0]
    await stop(*both)


async def stream_deleted():
    """The stream is deleted after a jump of Redis' clock: the new one's ids are smaller."""
    redis = await Redis().start()
    both = await servers(redis.url)
    ana, bia = await Client(both[0]).enter("Ana"), await Client(both[1]).enter("Bia")
    await fault_clock(redis, None, None, random.Random(1))
    await ana.say("antes")
    await bia.hears("Ana >> antes")
    await redis.ask("DEL", "{chat}:stream")
    await ana.say("depois")
    await bia.hears("Ana >> depois")
    await ana.asks("/nome Eva", "Nome alterado com sucesso para Eva")
    await bia.hears(lambda text: text in ("Ana agora é Eva", "Eva entrou na sala"))  # this during the outage
    assert not [text for text in bia.texts if "antes" in text], bia.texts
    await stop(*both)


async def entries_deleted():
    """What Redis loses after it was written, and before it was read, keeps nobody waiting."""
    redis = await Redis().start()
    proxy = await Proxy(redis).start()
    one, = await servers(proxy.url, 1)
    ana = await Client(one).enter()
    proxy.held = asyncio.Event()
    await until(lambda: proxy.holds, "an XREAD is held")
    await ana.say("/nome Ana")

    async def is_written():
        return await redis.names() == 1
    await until(is_written, "the name is written")
    await redis.ask("XTRIM", "{chat}:stream", "MAXLEN", 0)
    proxy.held.set()
    await ana.hears("Nome alterado com sucesso para Ana")
    await one.says("perdeu o que os servidores escreveram")
    await stop(one)


async def trimmed():
    """A server that was away for longer than the stream reaches back says so once, and learns the names."""
    redis, proxy, one, other = await one_behind_proxy()
    ana, eva, bia = await Client(one).enter("Ana"), await Client(one).enter("Eva"), await Client(other).enter("Bia")
    proxy.gate.clear()
    proxy.cut()
    await ana.say("perdida")
    await ana.asks("/nome Zoe", "Nome alterado com sucesso para Zoe")
    await eva.leave()
    gil = await Client(one).enter("Gil", "/jogos")
    await ana.hears("Eva saiu da sala")
    await redis.ask("XTRIM", "{chat}:stream", "MAXLEN", 0)
    await ana.say("a última")
    proxy.gate = asyncio.Event()
    proxy.gate.set()
    await bia.hears(lambda text: LOST.match(text))
    await bia.hears("Zoe >> a última")
    await other.says("perderam-se mensagens de outros servidores")
    assert await other.metric("losses_total") > 0 and await one.metric("losses_total") == 0

    async def knows():
        await bia.say("/quem")
        return (await bia.hears(lambda text: text.startswith("Quem"))).split("\n")[1:] in (["Bia", "Zoe"], ["Zoe", "Bia"])
    await until(knows, "Bia's server knows the names")
    await bia.say("/apenas Gil oi")
    await gil.hears("PRIVADO de Bia >> oi")
    assert not [text for text in bia.texts if LOST.match(text) or "perdida" in text], bia.texts
    await stop(one, other)


async def deleted_unread():
    """Entries that somebody deletes before a server reads them are missed; it says so, and learns the names."""
    redis, proxy, one, other = await one_behind_proxy()
    ana, bia = await Client(one).enter("Ana"), await Client(other).enter("Bia")
    event = await hold(proxy, bia)
    await ana.hears("Bia >> agora")
    await ana.say("perdida")
    eva = await Client(one).enter("Eva")
    await eva.say("perdida também")
    await ana.hears("Eva >> perdida também")
    for number, fields in await redis.ask("XREVRANGE", "{chat}:stream", "+", "-", "COUNT", 3):
        await redis.ask("XDEL", "{chat}:stream", number)
    await ana.say("depois")
    event.set()
    await bia.hears("Ana >> depois")
    await bia.hears(lambda text: LOST.match(text))
    await bia.asks("/nome Eva", TAKEN)
    assert not [text for text in bia.texts if "perdida" in text], bia.texts
    assert await other.metric("losses_total") == 1
    await stop(one, other)


async def deleted_under_load():
    """Whatever somebody does to the keys while all talk: order is kept, nothing comes twice, what is lost
    is told, and at the end all hear each other and the names are those of the clients."""
    redis = await Redis().start()
    three = await servers(redis.url, 3)
    talk = await Talk(random.Random(1), three).begin()
    harms = [[["FLUSHALL"]], [["DEL", "{chat}:stream"]], [["RENAME", "{chat}:stream", "elsewhere"]],
             [["SET", "{chat}:stream", "x"], ["DEL", "{chat}:stream"]], [["XTRIM", "{chat}:stream", "MAXLEN", 0]],
             [["DEL", "{chat}:names"]], [["SET", "{chat}:names", "x"], ["DEL", "{chat}:names"]],
             [["RENAME", "elsewhere", "{chat}:stream"]], [["SWAPDB", 0, 1]]]

    async def harm():
        for words in harms:
            for command in words:
                await redis.ask(*command)
                await asyncio.sleep(0.3)
    await asyncio.gather(talk.all_send(300, 0.02), harm())

    async def hear_each_other():
        before = list(talk.sent)
        await talk.all_send(1, 0)
        await asyncio.sleep(0.2)
        return all(before[sender] in talk.heard(client, sender)
                   for n, client in enumerate(talk.clients) for sender in range(3) if sender != n)
    await until(hear_each_other, "all hear each other")

    async def names_are_right():
        return await redis.names() == 3
    await until(names_are_right, "Redis has the names")
    for n, client in enumerate(talk.clients):
        for sender in range(3):
            heard = talk.heard(client, sender) if sender != n else []
            assert heard == sorted(set(heard)), heard
            if len(heard) < (talk.sent[sender] if sender != n else 0):
                await until(lambda: any(LOST.match(text) for text in client.texts), "somebody says that messages are lost")
        await client.asks(f"/nome C{(n + 1) % 3}", TAKEN)
    await stop(*three)
