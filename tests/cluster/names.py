"""Names that several want."""

import asyncio
import signal

from cluster.stage import AWAY, BACK, IDENTIFY, SLOWER, TAKEN, Client, Redis, Server, servers, stop, until
from cluster.proxy import Proxy, hold, one_behind_proxy


async def names_of_the_dead():
    """A server that is killed loses its clients' names, within 15 seconds. One that was only stopped
    comes back with them."""
    redis = await Redis().start()
    one, other, third = await servers(redis.url, 3)
    ana, bia, eva = await Client(one).enter("Ana"), await Client(other).enter("Bia"), await Client(third).enter("Eva")
    await ana.hears("Eva entrou na sala")
    await ana.asks("/clientes", "3 clientes conectados")
    began = asyncio.get_running_loop().time()
    other.kill()
    third.process.send_signal(signal.SIGSTOP)
    await ana.asks("/nome Bia", TAKEN)
    await ana.hears("Bia saiu da sala")
    took = asyncio.get_running_loop().time() - began
    assert took < 15 * max(1, SLOWER / 3), took  # run.sh allows even a healthy suite three times as long
    await ana.asks("/nome Bia", "Nome alterado com sucesso para Bia")
    await ana.hears("Eva saiu da sala")
    await ana.asks("/clientes", "1 clientes conectados")
    third.process.send_signal(signal.SIGCONT)
    await ana.hears("Eva entrou na sala")
    await eva.hears("Ana agora é Bia")
    await ana.asks("/nome Eva", TAKEN)
    await eva.asks("/clientes", "2 clientes conectados")
    assert await redis.names() == 2
    await stop(one, third)
    assert await redis.names() == 0


async def names_taken_meanwhile():
    """Two take the same name while Redis is away: the later one loses it, and is told."""
    redis = await Redis("--appendonly", "yes").start()
    proxies = [await Proxy(redis, f"proxy{number}").start() for number in range(2)]
    both = [await Server(proxy.url).ready() for proxy in proxies]
    ana, bia = await Client(both[0]).enter("Ana"), await Client(both[1]).enter("Bia")
    await ana.hears("Bia entrou na sala")
    redis.kill()
    for client in (ana, bia):
        await client.hears(lambda text: text.startswith(AWAY))
    await ana.asks("/nome Zoe", "Nome alterado com sucesso para Zoe")
    await bia.asks("/nome zoe", "Nome alterado com sucesso para zoe")
    await ana.asks("/clientes", "1 clientes conectados")
    guest = await Client(both[0]).enter("Gil")
    await guest.leave()
    await redis.start()
    for client in (ana, bia):
        await client.hears(BACK)
    loser = await until(lambda: next((c for c in (ana, bia) if any("de outra pessoa" in t for t in c.texts)), None),
                        "one loses the name")
    winner = bia if loser is ana else ana
    await loser.asks("oi", IDENTIFY)
    await loser.asks("/nome Zoe", TAKEN)
    await loser.asks("/nome Leo", "Nome alterado com sucesso para Leo")
    await winner.hears("Leo entrou na sala")
    assert not any("de outra pessoa" in text for text in winner.texts), winner.texts
    await winner.say("/quem")
    who = await winner.hears(lambda text: text.startswith("Quem"))
    assert who.lower().split("\n")[0] == "quem está aqui: 2", who
    assert set(who.lower().split("\n")[1:]) == {"zoe", "leo"}, who
    for client, server in zip((ana, bia), both):
        more = await server.metric("outages_total") - 1  # a busy machine may cause another
        assert len([text for text in client.texts if text.startswith((AWAY, BACK))]) <= 2 * more, client.texts
    assert await redis.names() == 2
    await stop(*both)


async def names_at_once():
    """Of many who take the same name at once, one gets it, and all agree who."""
    redis = await Redis().start()
    both = await servers(redis.url)
    clients = [await Client(both[n % 2]).enter() for n in range(8)]
    for round in range(10):
        name = f"R{round}"
        await asyncio.gather(*[client.say(f"/nome {name}") for client in clients])
        took = f"Nome alterado com sucesso para {name}"
        answers = [await client.hears(lambda text: text in (TAKEN, took)) for client in clients]
        assert answers.count(took) == 1, answers
    for client in clients:
        await client.leave()

    async def no_names():
        return await redis.names() == 0
    await until(no_names, "all names are free")
    await stop(*both)


async def lists_and_names():
    """A list of names takes no name away that is under way, however long that is."""
    redis, proxy, one, other = await one_behind_proxy()
    ana, bia = await Client(one).enter("Ana"), await Client(other).enter()
    proxy.held, proxy.holds = asyncio.Event(), False
    await redis.ask("XADD", "{chat}:stream", "*", "kind", "hello", "server", "0123456789abcdef", "number", 1)
    await until(lambda: proxy.holds, "an XREAD is held")
    await bia.say("/nome Bia")
    await ana.hears("Bia entrou na sala")
    await asyncio.sleep(2.5)  # longer than a list waited for names once
    proxy.held.set()
    await bia.hears("Nome alterado com sucesso para Bia")

    async def is_answered():
        return b"answer" in str(await redis.ask("XREVRANGE", "{chat}:stream", "+", "-", "COUNT", 3)).encode()
    await until(is_answered, "the list is written")
    await ana.say("fim")
    await bia.hears("Ana >> fim")
    await bia.say("fim")
    await ana.hears("Bia >> fim")
    assert "Bia saiu da sala" not in ana.texts, ana.texts
    await ana.asks("/nome Bia", TAKEN)
    await stop(one, other)


async def taken_at_once():
    """A client gets a name and loses it in the same answer of Redis. It is told only that it has lost the name."""
    redis, proxy, one, other = await one_behind_proxy()
    bia, eva = await Client(other).enter("Bia"), await Client(other).enter()
    held = await hold(proxy, bia)
    await eva.say("/nome Eva")
    await until(lambda: redis.ask("HEXISTS", "{chat}:names", "eva"), "Redis has the name")
    await redis.ask("XADD", "{chat}:stream", "*", "kind", "name", "server", "0123456789abcdef", "number", 1, "name", "Eva")
    held.set()
    await eva.hears(lambda text: text.startswith("O nome Eva já era de outra pessoa"))
    await eva.asks("oi", IDENTIFY)
    assert not [text for text in eva.texts if text.startswith("Nome alterado")], eva.texts
    await stop(one, other)
