"""Whatever stands in the stream, and whatever a Redis answers, harms nobody."""

import asyncio
import random

from cluster import stage
from cluster.stage import TAKEN, Client, Redis, Server, servers, stop, until
from cluster.connecting import keeps_talking
from cluster.proxy import one_behind_proxy


async def rubbish():
    """Whatever stands in the stream harms nobody."""
    redis = await Redis().start()
    both = await servers(redis.url)
    ana, bia = await Client(both[0]).enter("Ana"), await Client(both[1]).enter("Bia")
    await ana.hears("Bia entrou na sala")
    good = {"kind": "message", "server": "0123456789abcdef", "number": 1, "room": "", "name": "Eva", "other": "", "text": "mau"}
    bad = [{"kind": "other"}, {"kind": ""}, {"server": "ABCDEF0123456789"}, {"server": "1"}, {"number": "-1"},
           {"number": "1x"}, {"number": "99999999999999999999"}, {"number": ""}, {"room": ".."}, {"room": "a" * 33},
           {"room": b"\xff"}, {"name": ""}, {"name": "PRIVADO de Ana"}, {"name": "a\nb"}, {"name": b"a\0b"},
           {"name": b"\xc3"}, {"text": b"\xff"}, {"text": b"x" * (3 << 20)}, {"kind": "private"},
           {"kind": "private", "other": "a" * 99}, {"kind": "name", "name": ""}, {"kind": "left", "name": "\u202e"}]
    fine = [{"number": 1, "kind": "left", "name": "Ana"}, {"number": 2, "kind": "private", "other": "Ninguém"},
            {"number": 3, "kind": "here", "name": "", "part": "fl", "text": "\nEva\n..\nMau\n\nruim >> \nso\n"},
            {"number": 3}, {"number": 2}, {"number": 4, "kind": "bye", "name": ""},
            {"number": 5, "kind": "name", "other": "Ana"}, {"number": 6, "kind": "hello", "name": ""},
            {"number": 7, "kind": "left"},
            {"number": 8, "kind": "here", "name": "", "part": "fl", "text": "longe\nEva\n" * 100000}]
    for change in bad + fine:
        fields = [word for pair in {**good, **change}.items() for word in pair]
        assert b"-" in await redis.ask("XADD", "{chat}:stream", "*", *fields)
    await redis.ask("XADD", "{chat}:stream", "*", "kind", "message")
    await redis.ask("XADD", "{chat}:stream", "*", "", "")
    await redis.ask("HSET", "{chat}:names", "leo", "?", "gil", "")
    await redis.ask("SET", "{chat}:server:0123456789abcdef", "x" * 100)
    await ana.say("fim")
    await bia.hears("Ana >> fim")
    await bia.say("fim")
    await ana.hears("Bia >> fim")
    for client in (ana, bia):
        noise = [text for text in client.texts if "Eva" not in text and text != "Ana entrou na sala"]
        assert not noise and not any("mau" in text for text in client.texts), client.texts
    invalid = len(bad) + 2 + 2 + 1  # two entries without most fields, two names in a list, a list too long
    assert await both[0].metric("invalid_total") == invalid, await both[0].metric("invalid_total")
    await ana.asks("/nome Leo", "Nome alterado com sucesso para Leo")
    await ana.asks("/nome Gil", "Nome alterado com sucesso para Gil")
    await stop(*both)


async def strangers():
    """Entries of servers that do not exist take no place from those that do."""
    redis = await Redis().start()
    one, = await servers(redis.url, 1)
    ana = await Client(one).enter("Ana")
    for n in range(300):
        await redis.ask("XADD", "{chat}:stream", "*", "kind", "message", "server", f"{n:016x}", "number", 1,
                        "room", "longe", "name", "Eva", "text", "mau")
    bia = await Client(await Server(redis.url).ready()).enter("Bia")
    await bia.say("oi")
    await ana.hears("Bia >> oi")
    await stop(one, bia.server)


async def forged():
    """An entry in a server's name with a number that is far too large does not turn that server off."""
    redis = await Redis().start()
    one, other = await servers(redis.url)
    ana, bia = await Client(one).enter("Ana"), await Client(other).enter("Bia")
    await ana.hears("Bia entrou na sala")
    for number in (2**64 - 1, 2**64 - 1, 10**6):
        for key in await redis.ask("KEYS", "{chat}:server:*"):
            await redis.ask("XADD", "{chat}:stream", "*", "kind", "left", "server", key[-16:], "number", number, "name", "x")
        for n in range(20):
            await ana.say(f"{n}")
            await bia.say(f"{n}")
        for n in range(20):
            await bia.hears(lambda text: text.startswith("Ana >>") and text == f"Ana >> {n}")
            await ana.hears(lambda text: text.startswith("Bia >>") and text == f"Bia >> {n}")
        for client in (ana, bia):
            assert not [text for text in client.texts if ">>" in text or "já era" in text], client.texts
    await one.says("em nome deste servidor que ele não escreveu")
    await bia.asks("/nome Ana", TAKEN)
    await bia.is_told("/clientes", "2 clientes conectados")  # the messages arrive before the end of the outage
    await stop(one, other)


async def impostors():
    """Servers that are no Redis, or one that is too old."""
    async def serve(reader, writer, answer):
        while not answer.startswith(b"close") and await reader.read(4096):
            writer.write(answer)
        writer.close()

    for number, (answer, problem) in enumerate([
        (b"-ERR unknown command 'XINFO'\r\n", "versão velha"),
        (b"close", "fora de alcance"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "fora de alcance"),
        (b"*-5\r\n", "fora de alcance"),
        (b"+OK\r\n", "respondeu o que não devia"),
        (b"*1\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n", "respondeu o que não devia"),
        (b"-LOADING Redis is loading the dataset in memory\r\n", "ocupado"),
        (b"-MISCONF Redis is configured to save RDB snapshots\r\n", "gravar"),
        (b"$9000000000\r\n" + b"a" * (1 << 20), "a reply that is too long"),
        (b"+" + b"a" * (1 << 20), "a reply that is too long"),
        (b"*9000000\r\n", "a reply that is too long"),
    ]):
        path = f"{stage.work}/impostor{number}"
        impostor = await asyncio.start_unix_server(lambda r, w, a=answer: serve(r, w, a), path)
        server = await Server(f"unix:{path}", "--redis-required").ready(None)
        await keeps_talking(server, problem)
        impostor.close()
        await stop(server)


ERRORS = ["LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script", "NOSCRIPT No matching script",
          "MOVED 1234 127.0.0.1:7000", "ASK 1 a:1", "CLUSTERDOWN The cluster is down", "READONLY You can't write",
          "OOM command not allowed", "NOAUTH Authentication required.", "NOPERM this user has no permissions",
          "WRONGTYPE Operation", "ERR no such key", "ERR syntax error", "", "%s%n%p" * 40, "\xff" * 5000]
REPLIES = [b"-%b\r\n" % text.encode() for text in ERRORS] + [
    b"+OK\r\n+OK\r\n", b":1\r\n:2\r\n:3\r\n", b"*0\r\n*0\r\n", b"$-1\r\n$-1\r\n", b"*-1\r\n-ERR more\r\n",
    b">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n", b"%1\r\n+a\r\n+b\r\n", b"~1\r\n+a\r\n", b",1.5\r\n", b"#t\r\n", b"_\r\n",
    b"*1\r\n" * 10000, b"*1000000000\r\n", b"*2147483647\r\n:1\r\n", b"*4294967297\r\n", b"*-2\r\n", b"*9223372036854775807\r\n",
    b"$-2\r\n", b"$99999999999999999999\r\n", b"$3\r\nabcde\r\n", b"$2\r\nab", b"*2\r\n:1\r\n", b":\r\n", b":abc\r\n", b"", b"\0" * 100, b"x",
    b"*1\r\n*2\r\n$13\r\n{chat}:stream\r\n*1\r\n*2\r\n$1\r\nx\r\n*0\r\n", b"*1\r\n*1\r\n*-1\r\n", b"*1\r\n*2\r\n$-1\r\n*1\r\n$-1\r\n",
    b"*1\r\n*2\r\n$1\r\na\r\n*1\r\n*2\r\n$23\r\n99999999999999-184467440\r\n*-1\r\n", b"*2\r\n$1\r\na\r\n$1\r\nb\r\n", b"*2\r\n$-1\r\n:1\r\n",
    b"*4\r\n$17\r\nlast-generated-id\r\n:1\r\n$11\r\nfirst-entry\r\n*2\r\n*0\r\n:1\r\n", b"*2\r\n*0\r\n*0\r\n", b"$2\r\nok\r\n", b"$5\r\ntaken\r\n",
    b"$4\r\nlate\r\n", b"*1\r\n$3\r\nana\r\n", b"+PONG\r\n", b"$1000\r\n" + b"a" * 1000 + b"\r\n"]
AT_START = [b"TIME", b"XINFO", b"XTRIM", b"HSET"]
LATER = [b"XREAD", b"XADD", b"SET", b"EVAL", b"HSETNX", b"MGET"]


async def hostile(seed="1", count="12"):
    """A Redis that answers anything, at any command, harms nobody: afterwards all goes on. With count 0: all
    that there is."""
    rng = random.Random(int(seed))
    redis, proxy, one, other = await one_behind_proxy()
    ana, bia = await Client(one).enter("Ana"), await Client(other).enter("Bia")
    every = [(command, reply) for command in AT_START + LATER for reply in REPLIES]
    # Without an answer the server waits for some seconds, and HSETNX is sent every 2 seconds only.
    quick = [(command, reply) for command, reply in every if command != b"HSETNX" and reply not in (b"", b"$2\r\nab", b"*2\r\n:1\r\n") and
             not reply.startswith((b"$1000", b"$3"))]
    for number, (command, reply) in enumerate(rng.sample(quick, int(count)) if int(count) else every):
        proxy.instead = (command, reply)
        if command in AT_START:
            proxy.cut()
        elif command == b"EVAL":
            await bia.say(f"/nome Bia{number}")
        elif command == b"MGET":
            await bia.say("/clientes")
        elif command == b"SET":
            await (await Client(other).enter()).leave()
        else:
            await bia.say("injusto")
        try:
            await until(lambda: not proxy.instead, f"{command} is answered", 10)
            async def hear_each_other():
                assert other.process.poll() is None, other.output()
                await ana.say(f"{number}")
                await bia.say(f"{number}")
                await asyncio.sleep(0.02)
                return ana.take(lambda text: text.startswith("Bia") and text.endswith(f">> {number}")) and \
                    bia.take(f"Ana >> {number}") and await other.metric("connected") == 1
            await until(hear_each_other, f"{ana.texts} {bia.texts}", 10)
        except AssertionError as error:
            raise AssertionError(f"after {reply[:60]!r} to {command}: {other.output()[-1000:]}") from error
    await stop(one, other)
