"""Redis is away, or slow."""

import asyncio
import random
import re

from cluster.stage import AWAY, BACK, INVALID, LOST, TAKEN, Client, Redis, Server, servers, stop, until
from cluster.proxy import Proxy, one_behind_proxy
from cluster.talk import Talk


async def without_redis():
    """A server begins, and goes on, without Redis; --redis-required makes /healthz say so."""
    redis = await Redis().start()
    redis.kill()
    one, other = [await server.ready(None) for server in (Server(redis.url), Server(redis.url, "--redis-required"))]
    for server in (one, other):
        await server.says("Só os clientes deste servidor se falam.")
    status, body = await one.get("/healthz")
    assert status == 200 and body.startswith("ok\nredis: fora de alcance"), (status, body)
    assert (await other.get("/healthz"))[0] == 503
    ana, bia = await Client(one).enter("Ana"), await Client(one).enter("Bia")
    await ana.say("oi")
    await bia.hears("Ana >> oi")
    await bia.asks("/clientes", "2 clientes conectados")
    eva = await Client(other).enter("Eva")
    assert await one.metric("connected") == 0
    await redis.start()
    for server in (one, other):
        await server.says("Redis: conectado")
        assert await server.get("/healthz") == (200, "ok\nredis: ok\n")
    await eva.hears("Ana >> oi")
    await eva.asks("/clientes", "3 clientes conectados")
    await bia.hears("Eva entrou na sala")
    assert await one.metric("connected") == 1
    assert (await other.get("/metrics"))[0] == 200
    lines = one.output().count("Só os clientes")
    assert lines <= 3, one.output()  # once for each reason, not for each attempt
    await stop(one, other)


async def slow(size="10", pause="0.01", count="30", length="100"):
    """Redis' answers arrive in small pieces, for longer than Redis may be silent. That is no outage: meanwhile
    the server serves its clients, and at the end all have heard all, in one order. As many messages are on the
    way, each of that length; by hand: SECONDS=600 chat_cluster.py slow 1000 0.01 100 65000, slow 1 0.01."""
    redis, proxy, one, other = await one_behind_proxy()
    ana, bia, cid = [await Client(server).enter(name) for server, name in ((one, "Ana"), (other, "Bia"), (other, "Cid"))]
    await ana.hears("Cid entrou na sala")
    texts = [f"{n} {'x' * int(length)}" for n in range(int(count))]
    began = asyncio.get_running_loop().time()
    proxy.drip = int(size), float(pause)  # the second answer has nearly all messages
    for text in texts:
        await ana.say(text)
    await bia.say("oi")
    await ana.hears("Bia >> oi")
    gil = await Client(other).enter()
    await gil.say("/nome Gil")
    await ana.hears("Gil entrou na sala")
    third = await Server(redis.url).ready()  # it asks for all names
    while f"Ana >> {texts[-1]}" not in cid.texts:
        assert (await other.get("/healthz"))[0] == 200
        await bia.asks("/", INVALID)
        await bia.say("/quem")
        await bia.hears(lambda text: text.startswith("Quem está aqui"))
        await (await Client(other).enter()).leave()
        await asyncio.sleep(0.1)
    took = asyncio.get_running_loop().time() - began
    assert took > 6, f"{took} s are not longer than a server's patience"
    proxy.drip = None
    await gil.hears("Nome alterado com sucesso para Gil", 60)
    await cid.hears("Bia >> oi")
    for client in (bia, cid):
        heard = [text for text in client.texts if text.startswith("Ana >> ")]
        assert heard == [f"Ana >> {text}" for text in texts], [text[:20] for text in client.texts]
        assert not [text for text in client.texts if text.startswith((AWAY, BACK)) or LOST.match(text)], client.texts
    assert await other.metric("outages_total") == 0, other.output()
    await (await Client(third).enter()).asks("/nome Gil", TAKEN)
    await ana.asks("/nome Gil", TAKEN)
    assert not [text for text in ana.texts if "saiu" in text], ana.texts
    await stop(one, other, third)


async def slow_beginning():
    """A server begins although Redis' answers arrive a few bytes at a time."""
    redis = await Redis().start()
    proxy = await Proxy(redis).start()
    one, = await servers(redis.url, 1)
    bia = await Client(one).enter("Bia")
    proxy.drip = 2, 0.02
    other = await Server(proxy.url).ready(None)
    await asyncio.sleep(5)  # longer than a connection may take
    assert "Redis: " not in other.output(), f"this was too quick: {other.output()}"
    proxy.drip = None
    await other.says("Redis: ")
    assert "Redis: conectado" in other.output(), other.output()
    await (await Client(other).enter("Ana")).say("oi")
    await bia.hears("Ana >> oi")
    await stop(one, other)


async def fills_up():
    """Memory that is full later is an outage, after which nothing is missing."""
    redis = await Redis().start()
    both = await servers(redis.url)
    talk = await Talk(random.Random(1), both).begin()

    async def fill():
        await redis.ask("CONFIG", "SET", "maxmemory", "1")
        await both[0].says("sem memória")
        await redis.ask("CONFIG", "SET", "maxmemory", "0")
    await asyncio.gather(talk.all_send(40, 0.05), fill())
    await talk.expect_all()
    await stop(*both)


async def outage(seconds="60", away="all"):
    """A long outage, really waited for, of all servers or of one, while everybody talks. By hand, because it
    takes so long: SECONDS=600 chat_cluster.py outage 100 one. Up to 90 seconds nothing is lost. After that the
    clients of a server that was away alone miss what is older, which /historico shows, and are told so."""
    redis = await Redis("--appendonly", "yes").start()
    proxies = [await Proxy(redis, f"proxy{number}").start() for number in range(2)]
    both = [await Server(proxy.url).ready() for proxy in proxies]
    talk = await Talk(random.Random(1), both * 2).begin()
    clock, spoken = asyncio.get_running_loop().time, {}  # when each message was sent

    async def talk_for(duration):
        end = clock() + duration
        while clock() < end:
            for number in range(4):
                spoken[number, talk.sent[number]] = clock()
                await talk.send(number, 1, float(seconds) / 40)  # less than /historico holds

    await talk_for(1)
    for proxy in proxies[0 if away == "all" else 1:]:
        proxy.gate.clear()
        proxy.cut()
    if away == "all":
        redis.kill()
    await talk_for(float(seconds))
    if away == "all":
        await redis.start()
    for proxy in proxies:
        proxy.gate = asyncio.Event()
        proxy.gate.set()
    for server in both[0 if away == "all" else 1:]:
        await until(lambda: server.output().count("Redis: conectado") == 2, f"back: {server.output()}")
    came_back = clock()
    await talk_for(2)
    missing = away == "one" and float(seconds) > 90
    for n, client in enumerate(talk.clients):
        was_away = away == "all" or n % 2 == 1
        if was_away:
            await client.hears(lambda text: text.startswith(AWAY))
            await client.hears(BACK)
        if was_away and missing:
            told = await client.hears(lambda text: LOST.match(text))
            assert abs(int(re.search(r"\d+", told)[0]) - float(seconds)) < 10, told
        for sender in set(range(4)) - {n}:
            last = talk.sent[sender] - 1
            await until(lambda: last in talk.heard(client, sender), f"C{n} hears {last} of C{sender}")
            heard = talk.heard(client, sender)
            lost = [number for number in range(last + 1) if number not in heard]
            assert heard == sorted(set(heard)), f"C{n} of C{sender}: {heard}"
            assert not lost or (missing and n % 2 == 1 and sender % 2 == 0), f"C{n} misses of C{sender}: {lost}"
            if lost:
                ages = [came_back - spoken[sender, number] for number in (lost[-1], lost[-1] + 1)]
                assert lost == list(range(lost[0], lost[-1] + 1)) and ages[0] > 89 and ages[1] < 96, (lost, ages)
                await client.asks("/historico 100", lambda text: all(
                    f"C{sender} >> {number}" in text.split("\n") for number in lost))
        assert not [text for text in client.texts if text.startswith((AWAY, BACK)) or LOST.match(text)], client.texts
    print(f"outage of {seconds} s, away: {away}: {sum(talk.sent)} messages sent", flush=True)
    await stop(*both)
