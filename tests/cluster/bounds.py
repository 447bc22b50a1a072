"""How much a server stores for Redis, and Redis for the servers."""

import asyncio
import re

from cluster.stage import AWAY, BACK, INVALID, Client, Redis, Server, servers, stop, until


async def outbox_full():
    """When a server has kept all that it may for Redis, the others still learn which names its clients
    have taken and given up."""
    redis = await Redis().start()
    one, other = await servers(redis.url)
    bia, eva = await Client(other).enter("Bia"), await Client(one).enter("Eva")
    await bia.hears("Eva entrou na sala")
    redis.kill()
    await eva.hears(lambda text: text.startswith(AWAY))
    await eva.leave()
    await Client(one).enter("Leo")
    ana = await Client(one).enter("Ana", "/monólogo")
    while await one.metric("lost_total") == 0:
        for _ in range(20):
            await ana.say("x" * 65000)
        await ana.asks("/", INVALID)
    before = await one.metric("pending_bytes")
    await ana.say("x")
    await ana.asks("/", INVALID)
    small = await one.metric("pending_bytes") - before
    room = (16 << 20) - await one.metric("pending_bytes")
    await ana.say("x" * (room - small))
    await ana.asks("/", INVALID)
    assert (16 << 20) - await one.metric("pending_bytes") < 10
    await redis.start()
    await bia.hears(BACK)
    await bia.hears("Eva saiu da sala")
    await bia.hears("Leo entrou na sala")
    await stop(one, other)


async def bounds(young="34", old="3"):
    """The newest 32 MiB stay in the stream, and what is younger than 90 seconds, but no more than 256 MiB. The
    arguments say how many MiB are younger and older; more by hand: bounds 259."""
    redis = await Redis().start()
    now = int((await redis.ask("TIME"))[0]) * 1000
    ids = [now - 10**6 + n for n in range(int(old))] + [now - 50000 + n for n in range(int(young))]  # one a MiB
    _, writer = await asyncio.open_unix_connection(redis.path)
    for milliseconds in ids:
        for part in range(16):
            number = b"%d-%d" % (milliseconds, part)
            writer.write(b"*5\r\n$4\r\nXADD\r\n$13\r\n{chat}:stream\r\n$%d\r\n%b\r\n$1\r\na\r\n$65536\r\n%b\r\n"
                         % (len(number), number, bytes(65536)))
        await writer.drain()

    async def is_written():
        return await redis.ask("XLEN", "{chat}:stream") == 16 * len(ids)
    await until(is_written, "all is written")
    server = await Server(redis.url).ready()

    async def is_added():
        return await redis.ask("XLEN", "{chat}:stream") > 16 * len(ids)
    await until(is_added, "the server adds its own entry, and reading has trimmed nothing")
    for part in range(17):
        await redis.ask("XADD", "{chat}:stream", "*", "a", bytes(65536))

    async def is_trimmed():
        return await redis.ask("XLEN", "{chat}:stream") < 16 * len(ids)
    await until(is_trimmed, "the stream is trimmed")
    first = int((await redis.ask("XRANGE", "{chat}:stream", "-", "+", "COUNT", 1))[0][0].split(b"-")[0])
    kept = len(ids) - ids.index(first)
    assert max(31, min(int(young), 252)) <= kept <= max(32, min(int(young), 256)), f"{kept} MiB stay"
    if kept <= 32:  # there is nothing that could make room
        return await stop(server)
    used = int(re.search(r"used_memory:(\d+)", (await redis.ask("INFO", "memory")).decode())[1])
    await redis.ask("CONFIG", "SET", "maxmemory", used - (1 << 20))
    await server.says("sem memória")

    async def is_back():
        return server.output().count("Redis: conectado") >= 2
    await until(is_back, f"room is made: {server.output()}")
    await stop(server)
