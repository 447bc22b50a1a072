"""Several servers are one chat: what people see, and what it costs Redis."""

import asyncio
import os
import random
import re
import signal
import subprocess

import websockets_version

from cluster import stage
from cluster.stage import (
    BIN, INVALID, SLOWER, TAKEN, Client, Redis, Server, all_know, processes, servers, stop, until)
from cluster.proxy import hold, one_behind_proxy
from cluster.talk import Talk


async def as_on_one(*names):
    """Scenarios of chat_client.py, with the clients on two servers in turn."""
    redis = await Redis().start()
    for name in names:
        both = await servers(redis.url)
        ports = ",".join(str(server.port) for server in both)
        scenario = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "tests/chat_client.py", ports, name,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = await scenario.communicate()
        assert scenario.returncode == 0, f"{name}: {output.decode()}"
        await stop(*both)


async def history():
    """A room's last messages are those of all servers, also for a server that comes later."""
    redis = await Redis().start()
    one, other = await servers(redis.url)
    ana, bia = await Client(one).enter("Ana"), await Client(other).enter("Bia")
    for n in range(3):
        await ana.say(f"{n}")
        await bia.hears(f"Ana >> {n}")
        await bia.say(f"{n}")
        await ana.hears(f"Bia >> {n}")
    expected = "Últimas mensagens: 3\nBia >> 1\nAna >> 2\nBia >> 2"
    await ana.asks("/historico 3", expected)
    await bia.asks("/historico 3", expected)
    late = await Server(redis.url).ready()
    eva = await Client(late).enter("Eva")
    await eva.asks("/historico 3", expected)
    await eva.asks("/historico 9", "Últimas mensagens: 6" + "".join(
        f"\n{name} >> {n}" for n in range(3) for name in ["Ana", "Bia"]))
    assert not [text for text in eva.texts if ">>" in text], eva.texts
    await stop(one, other, late)


async def act(rng, clients, names):
    """One random action of one of them."""
    number = rng.randrange(len(clients))
    free = f"N{rng.randrange(9)}"
    action = rng.choice(["say", "say", "say", "only", "name", "name", "nonsense"])
    if action == "name":
        await clients[number].say(f"/nome {free}")
        if free not in names.values():
            names[number] = free
    elif action == "only":
        await clients[number].say(f"/apenas N{rng.randrange(9)} {rng.random()}")
    else:
        await clients[number].say(f"{rng.random()}" if action == "say" else "/nonsense")


async def random_session(seed, places, expected):
    """Plays a random session with a client at each place. Returns what each heard in each step; waits in
    each step for what is expected, if that is known."""
    rng = random.Random(seed)
    clients = [await Client(place).enter(path=rng.choice(["/", "/", "/jogos"])) for place in places]
    names, heard = {}, []
    for step in range(40):
        await act(rng, clients, names)
        if expected:
            for client, texts in zip(clients, expected[step]):
                await until(lambda: len(client.texts) >= len(texts), f"{texts}, but {client.texts}")
            await all_know(*set(places))  # also of those who have heard nothing
        else:
            for client in clients:
                await client.say("/")
            for client in clients:
                await client.hears(INVALID)
        heard.append([list(client.texts) for client in clients])
        for client in clients:
            client.texts.clear()
    return heard


async def random_sessions(first="1", count="3"):
    """Each client gets the same texts on two servers as on one."""
    redis = await Redis().start()
    for seed in range(int(first), int(first) + int(count)):
        one = await Server(None).ready(None)
        expected = await random_session(seed, [one] * 4, None)
        await stop(one)
        both = await servers(redis.url)
        heard = await random_session(seed, both * 2, expected)
        for step, (texts, wanted) in enumerate(zip(heard, expected)):
            assert texts == wanted, f"seed {seed}, step {step}: {texts} instead of {wanted}"
        await stop(*both)


async def order(count="100"):
    """All hear the same in the same order, whichever server they are on."""
    redis = await Redis().start()
    three = await servers(redis.url, 3)
    talk = await Talk(random.Random(1), three * 2).begin()
    await talk.all_send(int(count), 0)
    await talk.expect_all()
    talk.expect_one_order()
    assert await three[0].metric("duplicates_total") == 0
    assert await three[0].metric("servers") == 3
    await stop(*three)


async def history_of_own():
    """/historico shows one's own message also while it is on its way over Redis."""
    _, proxy, one, other = await one_behind_proxy()
    bia = await Client(other).enter("Bia")
    event = await hold(proxy, bia)
    await bia.say("oi")
    await bia.say("/historico 1")
    await until(lambda: proxy.holds, "an XREAD is held")
    event.set()
    await bia.hears("Últimas mensagens: 1\nBia >> oi")
    event = await hold(proxy, bia)
    await bia.say("/historico")
    await bia.leave()
    event.set()
    bia = await Client(other).enter()
    await bia.is_told("/nome Bia", "Nome alterado com sucesso para Bia")
    event = await hold(proxy, bia)
    await bia.say("/historico")
    await stop(other)
    event.set()
    await stop(one)


async def many():
    """Eight servers that start at once, many rooms, and names in many scripts."""
    redis = await Redis().start()
    started = [Server(redis.url) for _ in range(8)]
    for server in started:
        await server.ready()

    async def know_each_other():
        return [await server.metric("servers") for server in started] == [8] * 8
    await until(know_each_other, "all know each other")
    names = ["Ana Maria", "ÉLODIE", "Ωμέγα", "Юрий", "أحمد", "דוד", "हिन्दी", "ไทย", "日本", "한국", "😀", "𝒜", "ß", "İ", "ﬁ", "x" * 32, "😀" * 32]
    clients = [await Client(started[n % 8]).enter(name) for n, name in enumerate(names)]
    for n, name in enumerate(names):
        await clients[(n + 1) % len(names)].asks(f'/nome "{name}"', TAKEN)
        await clients[(n + 1) % len(names)].asks(f'/nome "{name.lower()}"', TAKEN) if name.isascii() else None
    assert await redis.names() == len(names)
    rooms = [await Client(started[n % 8]).enter(path=f"/sala{n // 2}") for n in range(200)]
    for n in range(0, 200, 2):
        await rooms[n].say(f"/nome S{n}")
    for n in range(0, 200, 2):
        await rooms[n].hears(f"Nome alterado com sucesso para S{n}")
        await rooms[n].say("oi")
    for n in range(1, 200, 2):
        await rooms[n].hears(f"S{n - 1} >> oi")
        assert not [text for text in rooms[n].texts if ">>" in text], rooms[n].texts
    await stop(*started)


async def commands(redis):
    """How often Redis has run each command: {"xadd": 3, ...}."""
    stats = (await redis.ask("INFO", "commandstats")).decode()
    counts = {}
    for name, calls in re.findall(r"^cmdstat_(\w+)\S*?:calls=(\d+)", stats, re.M):
        counts[name] = counts.get(name, 0) + int(calls)
    return counts


async def few_commands():
    """A message costs Redis one write, and one read for each server, however many clients there are; and
    rooms in which nobody talks cost no command."""
    redis = await Redis().start()
    both = await servers(redis.url)
    ana = await Client(both[0]).enter("Ana")
    clients = []

    async def spent():
        """Since the last call; an XREAD that has waited in vain is followed by an XINFO."""
        now = await commands(redis)
        writes, reads = (now.get(name, 0) - spent.before.get(name, 0) for name in ("xadd", "xread"))
        return writes, reads - now.get("xinfo", 0) + spent.before.get("xinfo", 0)

    async def both_wait():
        return b"blocked_clients:2\r" in await redis.ask("INFO", "clients")

    for more in 2, 20:
        clients += [await Client(place).enter() for place in both * (more // 2)]
        await until(both_wait, "both servers wait for messages")
        spent.before = await commands(redis)
        for n in range(5):
            await ana.say(f"{more} {n}")
            for client in clients:
                await client.hears(f"Ana >> {more} {n}")
        async def is_few():
            return await spent() == (5, 10)
        await until(is_few, f"5 writes and 10 reads for 5 messages, with {len(clients)} clients")
    for n in range(60):
        await Client(both[n % 2]).enter(path=f"/quiet{n}")
    before = await commands(redis)

    async def have_renewed():
        return (await commands(redis))["set"] >= before["set"] + 4
    await until(have_renewed, "both servers renew their keys")
    after = await commands(redis)
    total = sum(after.values()) - sum(before.values()) - after["info"] + before["info"]
    assert total < 60, f"{total} commands for 60 quiet rooms: {before}, {after}"
    await stop(*both)


class RunMany:
    """make run-many: a Redis and several chat servers."""

    def __init__(self, count):
        self.log = open(f"{stage.work}/many.log", "w+")
        words = ["04-chat-server/cluster/run_many.sh", f"{BIN}/04-chat-server/chat-server", f"{count}"]
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log)
        processes.append(self.process)

    def output(self):
        with open(self.log.name) as file:
            return file.read()

    async def ports(self, count):
        def found():
            ports = re.findall(r"http://127.0.0.1:(\d+)/", self.output())
            return ports if len(ports) == count else None
        try:
            return await until(found, "all addresses")
        except AssertionError as error:
            raise AssertionError(self.output()) from error

    def children(self):
        """The chat servers: their ports and processes. And Redis, as the port 0."""
        number = self.process.pid
        with open(f"/proc/{number}/task/{number}/children") as file:
            children = file.read().split()
        found = {}
        for child in children:
            with open(f"/proc/{child}/cmdline") as file:
                words = file.read().split("\0")
            found[words[words.index("--port") + 1] if "--port" in words else "0"] = int(child)
        return found


async def run_many():
    """make run-many: each server's page learns the addresses of all, and may connect to them. One that is killed
    leaves the others, and the end ends all."""
    many = RunMany(3)
    ports = await many.ports(3)
    addresses = {f"http://127.0.0.1:{port}" for port in ports}
    for port in ports:
        for other in ports:
            for origin in (f"http://127.0.0.1:{other}", f"http://localhost:{other}"):
                page = await websockets_version.connect(f"ws://127.0.0.1:{port}/", subprotocols=["lines.chat"], origin=origin)
                told = ""
                while not told.startswith("servers\t"):
                    told = await asyncio.wait_for(page.recv(), 20 * SLOWER)
                assert set(told.split("\t")[1].split(",")) == addresses, told
                await page.close()
    children = many.children()
    assert set(ports) < set(children) and len(children) == 4, children
    os.kill(children[ports[0]], signal.SIGKILL)
    clients = []
    for number, port in enumerate(ports[1:]):
        client = Client(None)
        client.server = type("Place", (), {"port": int(port)})
        clients.append(await client.enter(f"N{number}"))
    await clients[0].say("oi")
    await clients[1].hears("N0 >> oi")
    many.process.terminate()
    await until(lambda: many.process.poll() is not None, "the end")
    processes.remove(many.process)
    for number in children.values():
        assert not os.path.exists(f"/proc/{number}"), "a program is left"
