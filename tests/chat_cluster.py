"""One chat on many servers: a redis-server of its own for each scenario, chat servers as programs, and
what goes wrong between them.

chat_cluster.py SCENARIO [ARGUMENT...][,SCENARIO...]: plays the scenarios, at once if there are several, and
ends with 0 if all was as they say. With 77 if redis-server is missing, or the chat server was built without hiredis.
BIN names the root of the programs, VALGRIND=1 runs them under Valgrind; CK_TIMEOUT_MULTIPLIER lengthens all
time limits.
"""

import asyncio
import contextlib
import inspect
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import websockets

import websockets_version

BIN = os.environ.get("BIN") or "."
SLOWER = float(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))
SECONDS = int(os.environ.get("SECONDS", "28"))  # for a scenario; more by hand: SECONDS=600 chat_cluster.py hostile 1 0
WELCOME = "Bem vindo"
AWAY = "Os outros servidores estão fora de alcance."
BACK = "Os outros servidores estão ao alcance de novo."
LOST = re.compile("Algumas mensagens dos últimos [0-9]+ segundos se perderam.*")
TAKEN = "Nome em uso ou inválido. Escolha um outro."
INVALID = "Comando inválido"
IDENTIFY = "Identifique-se para enviar mensagens. Use o comando /nome SeuNome"

work = None  # the directory of this scenario
processes = []


async def until(condition, what, seconds=20):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + seconds * SLOWER
    while True:
        result = condition()
        if inspect.isawaitable(result):
            result = await result
        if result:
            return result
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.005)


class Redis:
    """A redis-server, and one connection to it."""

    def __init__(self, *options, name="redis"):
        self.path = f"{work}/{name}"
        self.options = ["--dir", work, "--port", "0", "--unixsocket", self.path, "--save", "", *options]
        self.environment = {}
        self.process = None

    async def start(self):
        with open(f"{self.path}.log", "a") as log:
            self.process = subprocess.Popen(["redis-server", *self.options], stdout=log, stderr=log,
                                            env={**os.environ, **self.environment})
        processes.append(self.process)
        await until(self.answers, "redis-server answers")
        return self

    async def answers(self):
        try:
            return await self.ask("PING")
        except (OSError, asyncio.IncompleteReadError, ValueError):
            return False

    async def ask(self, *words):
        """The answer; an error is an answer, too."""
        reader, writer = await asyncio.open_unix_connection(self.path)
        pieces = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        writer.write(b"*%d\r\n" % len(pieces) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in pieces))
        answer = await self.read(reader)
        writer.close()
        return answer

    async def read(self, reader):
        line = (await reader.readuntil(b"\r\n"))[:-2]
        kind, rest = line[:1], line[1:].decode()
        if kind == b"$":
            return None if rest == "-1" else (await reader.readexactly(int(rest) + 2))[:-2]
        if kind == b"*":
            return [await self.read(reader) for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest

    async def names(self):
        """How many names are taken."""
        return len([key for key in await self.ask("HKEYS", "{chat}:names") if not key.startswith(b"\n")])

    def kill(self):
        self.process.kill()
        self.process.wait()
        processes.remove(self.process)

    def signal(self, number):
        self.process.send_signal(number)

    @property
    def url(self):
        return "unix:" + self.path


class Server:
    """A chat server."""

    def __init__(self, url, *options, environment=None):
        prefix = ["valgrind"] if os.environ.get("VALGRIND") else []
        self.log = open(f"{work}/chat-{len(processes)}-{random.random()}.log", "w+")
        words = [*prefix, f"{BIN}/04-chat-server/chat-server", "--port", "0", "--rate", "0", "--per-address", "0"]
        redis = ["--redis", url] if url else []
        self.process = subprocess.Popen([*words, *redis, *options], stdout=self.log, stderr=self.log,
                                        env={**os.environ, **(environment or {})})
        processes.append(self.process)

    def output(self):
        with open(self.log.name) as file:
            return file.read()

    async def says(self, text, seconds=20):
        await until(lambda: text in self.output(), f"the server says {text!r}: {self.output()}", seconds)

    async def ready(self, text="Redis: conectado"):
        await self.says("Escutando ")
        self.port = int(re.search(r"Escutando \S+:(\d+)", self.output())[1])
        if text:
            await self.says(text)
        return self

    async def get(self, path):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        writer.close()
        return int(head.split()[1]), body

    async def metric(self, name):
        return int(re.search(rf"^chat_cluster_{name} (\d+)$", (await self.get("/metrics"))[1], re.M)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()
        processes.remove(self.process)

    async def stop(self):
        self.process.terminate()
        await until(lambda: self.process.poll() is not None, f"the server ends: {self.output()}")
        processes.remove(self.process)
        status = self.process.returncode
        assert status == 0, f"status {status}: {self.output()}"


class Client:
    """One who reads all the time."""

    def __init__(self, server):
        self.server = server
        self.texts = []
        self.ended = False

    async def enter(self, name=None, path="/"):
        self.socket = await websockets_version.connect(f"ws://127.0.0.1:{self.server.port}{path}")
        self.reading = asyncio.create_task(self.read())
        await self.hears(lambda text: text.startswith(WELCOME))
        if name:
            await self.asks(f'/nome "{name}"', f"Nome alterado com sucesso para {name}")
        return self

    async def read(self):
        try:
            async for text in self.socket:
                self.texts.append(text)
        except websockets.ConnectionClosed:
            pass
        self.ended = True

    async def say(self, text):
        await self.socket.send(text)

    def take(self, expected):
        for i, text in enumerate(self.texts):
            if text == expected if isinstance(expected, str) else expected(text):
                return self.texts.pop(i)
        return None

    async def hears(self, expected, seconds=20):
        """Waits for that text, whatever comes before it."""
        return await until(lambda: self.take(expected), f"heard {expected!r}, but {self.texts}", seconds)

    async def asks(self, text, answer):
        await self.say(text)
        await self.hears(answer)

    async def is_told(self, text, answer):
        """Asks again and again until that is the answer: what others did may not have arrived."""
        async def is_answered():
            await self.say(text)
            await self.asks("/", INVALID)
            return self.take(answer)
        await until(is_answered, f"{text!r} is answered {answer!r}, but {self.texts}")

    async def leave(self):
        await self.socket.close()


async def servers(url, count=2, *options):
    started = [Server(url, *options) for _ in range(count)]
    return [await server.ready() for server in started]


async def stop(*stopped):
    for server in stopped:
        await server.stop()


async def all_know(*running):
    """Waits until each server has read what any of them has read."""
    newest = max([await server.metric("read_total") for server in running])
    for server in running:
        async def knows():
            return await server.metric("read_total") >= newest
        await until(knows, "all servers have read the same")


# --- as on one server ----------------------------------------------------------------------------


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


# --- faults --------------------------------------------------------------------------------------


class Proxy:
    """Stands between the servers and Redis, and cuts connections, also in the middle of a command."""

    def __init__(self, redis, name="proxy"):
        self.redis = redis
        self.path = f"{work}/{name}"
        self.url = "unix:" + self.path
        self.writers = set()
        self.left = None  # bytes until the next cut
        self.gate = asyncio.Event()  # of the connections that are made now: while it is closed,
        self.gate.set()  # what servers write waits here
        self.held = None  # an event for which the next XREAD waits
        self.holds = False
        self.instead = None  # a command, and what answers the next such command instead of Redis
        self.drip = None  # (bytes, seconds): Redis' answers arrive in such pieces, with such pauses

    async def start(self):
        self.server = await asyncio.start_unix_server(self.accept, self.path)
        return self

    async def accept(self, reader, writer):
        try:
            redis_reader, redis_writer = await asyncio.open_unix_connection(self.redis.path)
        except OSError:
            writer.close()
            return
        self.writers |= {writer, redis_writer}
        opened = asyncio.Event()
        opened.set()
        await asyncio.gather(self.copy(reader, redis_writer, self.gate, writer), self.copy(redis_reader, writer, opened))

    async def copy(self, reader, writer, gate, back=None):
        try:
            while data := await reader.read(65536):
                await gate.wait()
                if back and self.instead and b"\r\n%b\r\n" % self.instead[0] in data:
                    answer, self.instead = self.instead[1], None
                    back.write(answer)
                    continue
                if self.held and b"\r\nXREAD\r\n" in data:
                    self.holds = True
                    await self.held.wait()
                while not back and self.drip and data:
                    size, pause = self.drip
                    writer.write(data[:size])
                    await writer.drain()
                    await asyncio.sleep(pause)
                    data = data[size:]
                if self.left is not None:
                    data, self.left = data[:self.left], self.left - len(data)
                writer.write(data)
                await writer.drain()
                if self.left is not None and self.left <= 0:
                    self.cut()
        except (OSError, ConnectionError):
            pass
        writer.close()
        self.writers.discard(writer)

    def cut(self):
        self.left = None
        for writer in self.writers:
            writer.close()
        self.writers.clear()


class Talk:
    """Numbered messages. Without a number of rooms, all are in the common one. Otherwise each room has two, at
    places that follow each other."""

    def __init__(self, rng, places, rooms=0):
        self.rng = rng
        self.rooms = rooms
        if rooms:
            places = [places[(n // 2 + n % 2) % len(places)] for n in range(2 * rooms)]
        self.clients = [Client(place) for place in places]
        self.sent = [0] * len(places)

    def others(self, number):
        """Those in the same room."""
        if self.rooms:
            return [number ^ 1]
        return [n for n in range(len(self.clients)) if n != number]

    async def begin(self):
        for first in range(0, len(self.clients), 50):  # no more at once than a server takes
            await asyncio.gather(*[client.enter(f"C{first + n}", f"/R{(first + n) // 2}" if self.rooms else "/")
                                   for n, client in enumerate(self.clients[first:first + 50])])
        return self

    async def send(self, number, count, pause):
        for _ in range(count):
            client = self.clients[number]
            try:
                await client.say(f"{self.sent[number]}")
            except websockets.ConnectionClosed:
                return
            self.sent[number] += 1
            await asyncio.sleep(self.rng.random() * pause)

    async def all_send(self, count, pause):
        await asyncio.gather(*[self.send(n, count, pause) for n in range(len(self.clients))])

    def heard(self, client, number):
        """The numbers that it heard from another."""
        beginning = f"C{number} >> "
        return [int(text[len(beginning):]) for text in client.texts if text.startswith(beginning)]

    async def expect_all(self, dead=None):
        """Each has heard what all others in its room sent, and nothing else: each message once, and in order. Of the
        clients of a dead server, all have heard the same, up to some message."""
        alive = [n for n, client in enumerate(self.clients) if client.server is not dead]
        for n in alive:
            for sender in set(self.others(n)).intersection(alive):
                await until(lambda: len(self.heard(self.clients[n], sender)) >= self.sent[sender],
                            f"C{n} hears C{sender}: {self.heard(self.clients[n], sender)} of {self.sent[sender]}")
        for n in alive:
            total = 0
            for sender in self.others(n):
                heard = self.heard(self.clients[n], sender)
                size = len(heard) if self.clients[sender].server is dead else self.sent[sender]
                assert heard == list(range(size)), f"C{n} heard of C{sender}: {heard}"
                total += size
            assert len([text for text in self.clients[n].texts if " >> " in text]) == total, self.clients[n].texts
        for sender in set(range(len(self.clients))).difference(alive):
            def sizes():
                return {len(self.heard(self.clients[n], sender)) for n in self.others(sender) if n in alive}
            await until(lambda: len(sizes()) <= 1, f"all have heard of C{sender} what one has: {sizes()}")

    def expect_one_order(self):
        """What two have both heard, they have heard in the same order."""
        orders = []
        for n, client in enumerate(self.clients):
            orders.append([text for text in client.texts if " >> " in text])
        for i, one in enumerate(orders):
            for k, other in enumerate(orders[:i]):
                skipped = (f"C{i} >> ", f"C{k} >> ")
                assert [t for t in one if not t.startswith(skipped)] == \
                    [t for t in other if not t.startswith(skipped)], f"C{i} and C{k} differ"


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


async def fault_kill(redis, proxy, places, rng):
    """Redis is killed, and started again."""
    redis.kill()
    await asyncio.sleep(rng.random() * 1.5)
    await redis.start()


async def fault_stop(redis, proxy, places, rng, seconds=2.5):
    """Redis hangs."""
    redis.signal(signal.SIGSTOP)
    await asyncio.sleep(seconds + rng.random())
    redis.signal(signal.SIGCONT)


async def fault_cut(redis, proxy, places, rng):
    """Connections end in the middle of a command."""
    for _ in range(4):
        proxy.left = rng.randrange(2000)
        await asyncio.sleep(rng.random() * 0.5)


async def fault_late(redis, proxy, places, rng):
    """What servers wrote reaches Redis when they have given it up, and have written it again."""
    gate = proxy.gate
    gate.clear()
    proxy.gate = asyncio.Event()
    proxy.gate.set()
    await asyncio.sleep(2.5 + rng.random())
    gate.set()


async def fault_server(redis, proxy, places, rng):
    """A chat server is killed."""
    places[-1].kill()


async def fault_both(redis, proxy, places, rng):
    await asyncio.gather(fault_kill(redis, proxy, places, rng), fault_server(redis, proxy, places, rng))


async def fault_clock(redis, proxy, places, rng):
    """Redis' clock jumps forward: the entries' ids show it, and all keys expire."""
    await redis.ask("XADD", "{chat}:stream", f"{9 * 10**12 + rng.randrange(10**9)}-7", "a", "b")
    for key in await redis.ask("KEYS", "{chat}:server:*"):
        await redis.ask("DEL", key)


faults = {name[6:]: f for name, f in globals().items() if name.startswith("fault_")}  # before fault_in_rooms


async def round_with(fault, seed=1, count=25, pause=0.05, rooms=0):
    rng = random.Random(seed)
    redis = await Redis("--appendonly", "yes", name=f"redis-{seed}").start()
    await redis.ask("CONFIG", "SET", "dir", work)
    proxy = await Proxy(redis).start()
    three = await servers(proxy.url, 3)
    talk = await Talk(rng, three if rooms else three * 2, rooms).begin()

    async def strike():
        await asyncio.sleep(rng.random() * count * pause / 2)
        await faults[fault](redis, proxy, three, rng)

    await asyncio.gather(talk.all_send(count, pause), strike())
    dead = three[-1] if fault in ("server", "both") else None
    alive = [server for server in three if server is not dead]
    for server in alive:
        async def is_back():
            return await server.metric("connected") == 1
        await until(is_back, f"back: {server.output()}")
    await talk.expect_all(dead)
    for n, client in enumerate(talk.clients):
        assert not [text for text in client.texts if LOST.match(text)], f"C{n} is told of a loss"
    await stop(*alive)
    proxy.server.close()
    redis.kill()
    with contextlib.suppress(FileNotFoundError):  # Python 3.13 removes it with the listener
        os.unlink(proxy.path)
    shutil.rmtree(f"{work}/appendonlydir", ignore_errors=True)


async def fault(name):
    await round_with(name)


async def fault_in_rooms(name, rooms="1000"):
    """Many rooms, with one client on each of two servers."""
    await round_with(name, count=3, pause=0.5, rooms=int(rooms))


async def rounds(first="1", count="50", rooms="0"):
    """Random faults; by hand: chat_cluster.py rounds 1 50, or rounds 1 50 1000 with a thousand rooms."""
    for seed in range(int(first), int(first) + int(count)):
        name = random.Random(seed).choice(sorted(faults))
        print(f"round {seed}: {name}", flush=True)
        if int(rooms):
            await round_with(name, seed, 4, 0.8, int(rooms))
        else:
            await round_with(name, seed)


# --- what it costs Redis -------------------------------------------------------------------------


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


# --- names, and what people are told --------------------------------------------------------------


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
    assert took < 15, took
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


async def one_behind_proxy():
    """A server, and another one whose reading a test can hold."""
    redis = await Redis().start()
    proxy = await Proxy(redis).start()
    one, other = await Server(redis.url).ready(), await Server(proxy.url).ready()
    return redis, proxy, one, other


async def hold(proxy, client):
    """After this, the client's server reads nothing until the event that is returned."""
    proxy.held, proxy.holds = asyncio.Event(), False
    await client.say("agora")
    await until(lambda: proxy.holds, "an XREAD is held")
    return proxy.held


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


async def keeps_talking(server, problem):
    """The server tells the problem, and its own clients hear each other."""
    await server.says(problem)
    clients = [await Client(server).enter(f"{n}{random.randrange(10**6)}") for n in range(2)]
    await clients[0].say("oi")
    await clients[1].hears(lambda text: text.endswith(" >> oi"))

    async def is_reported():
        status, body = await server.get("/healthz")
        return status == 503 and body.startswith("unavailable\nredis: ") and problem in body
    await until(is_reported, f"/healthz says {problem}")


async def problems():
    """What is wrong with Redis is told, from the beginning or after an outage."""
    redis = await Redis().start()
    server = await Server(redis.url, "--redis-required").ready()
    redis.kill()
    await server.says("fora de alcance")
    redis.options += ["--requirepass", "segredo"]
    await redis.start()
    await keeps_talking(server, "recusou a senha")
    await stop(server)
    redis = await Redis(name="secret").start()
    await redis.ask("CONFIG", "SET", "requirepass", "segredo")
    secret = await Server(redis.url, "--redis-required").ready(None)
    await keeps_talking(secret, "recusou a senha")
    await redis.ask("AUTH", "segredo")
    await stop(secret)
    for name, words, problem in [
        ("type", ["SET", "{chat}:stream", "x"], "de outro tipo"),
        ("type2", ["SET", "{chat}:names", "x"], "de outro tipo"),
        ("memory", ["CONFIG", "SET", "maxmemory", "1"], "sem memória"),
        ("replica", ["REPLICAOF", "127.0.0.1", "1"], "réplica"),
    ]:
        redis = await Redis(name=name).start()
        assert await redis.ask(*words) == "OK"
        server = await Server(redis.url, "--redis-required").ready(None)
        await keeps_talking(server, problem)
        if name in ("memory", "type2"):
            undo = ["CONFIG", "SET", "maxmemory", "0"] if name == "memory" else ["DEL", "{chat}:names"]
            await redis.ask(*undo)
            await server.says("Redis: conectado")
        await stop(server)


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


JUMPING_CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static long offset(void)
{
    char text[32] = "";
    int file = open(getenv("CLOCK"), O_RDONLY);
    if (file >= 0 && read(file, text, sizeof(text) - 1) < 0)
        abort();
    close(file);
    return atol(text);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec time;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    *now = (struct timeval){time.tv_sec + offset(), time.tv_nsec / 1000};
    return result;
}
"""


async def clocks():
    """Redis' real clock jumps, forwards and backwards. By hand, because it needs a compiler."""
    library, clock = f"{work}/clock.so", f"{work}/clock"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], input=JUMPING_CLOCK.encode(), check=True)

    def jump(seconds):
        with open(clock + ".new", "w") as file:
            file.write(f"{seconds}")
        os.rename(clock + ".new", clock)
    jump(0)
    redis = Redis()
    redis.environment = {"LD_PRELOAD": library, "CLOCK": clock}
    await redis.start()
    three = await servers(redis.url, 3)
    talk = await Talk(random.Random(1), three).begin()

    async def jumps():
        for seconds in (3600, -3600, 7, 0, -86400 * 400, 86400 * 400, 0):
            jump(seconds)
            await asyncio.sleep(1.5)
            print(f"{seconds:+d} s: {(await redis.ask('TIME'))[0].decode()}", flush=True)
    await asyncio.gather(talk.all_send(500, 0.04), jumps())
    await talk.expect_all()
    talk.expect_one_order()
    assert await redis.names() == 3
    for n, client in enumerate(talk.clients):
        await client.asks(f"/nome C{(n + 1) % 3}", TAKEN)
        assert not [text for text in client.texts if LOST.match(text) or "já era" in text], client.texts
    await stop(*three)


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
        path = f"{work}/impostor{number}"
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


class RunMany:
    """make run-many: a Redis and several chat servers."""

    def __init__(self, count):
        self.log = open(f"{work}/many.log", "w+")
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


class Port:
    """A port that the system gives to no other program: a socket is bound to it until the scenario ends, and does
    not listen. So connections are refused, and redis-server, which sets SO_REUSEADDR too, can listen there."""

    def __init__(self):
        self.holder = socket.socket()
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))

    def __str__(self):
        return str(self.holder.getsockname()[1])


async def tls():
    """rediss:// checks the certificate and its host; without TLS in hiredis it is refused."""
    program = f"{BIN}/04-chat-server/chat-server"
    linked = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    if "hiredis_ssl" not in linked:
        server = Server("rediss://localhost")
        assert await asyncio.to_thread(server.process.wait, 20) == 1
        return await server.says("hiredis")
    for name in ["good", "other"]:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{work}/{name}.key",
                        "-out", f"{work}/{name}.pem"], check=True, capture_output=True)
    port = Port()
    redis = await Redis("--tls-port", str(port), "--tls-cert-file", f"{work}/good.pem", "--tls-key-file",
                        f"{work}/good.key", "--tls-ca-cert-file", f"{work}/good.pem", "--tls-auth-clients", "no").start()
    trusting, wary = ({"SSL_CERT_FILE": f"{work}/{name}.pem"} for name in ["good", "other"])
    both = [await Server(f"rediss://localhost:{port}", environment=trusting).ready() for _ in range(2)]
    talk = await Talk(random.Random(1), both).begin()
    await talk.all_send(50, 0)
    await talk.expect_all()
    for server in [Server(f"rediss://localhost:{port}", environment=wary),
                   Server(f"rediss://127.0.0.1:{port}", environment=trusting)]:
        await server.ready("Redis: fora de alcance")
        await stop(server)
    await stop(*both)


async def addresses():
    """What --redis takes."""
    def run(*words):
        program = [f"{BIN}/04-chat-server/chat-server", "--port", "0", *words]
        return subprocess.run(program, capture_output=True, text=True, timeout=20 * SLOWER)

    for bad in ["", "redis", "redis:", "redis://", "http://a", "redis://a:", "redis://a:x", "redis://a:0", "redis://a:65536",
                "redis://a/x", "redis://a/-1", "redis://[::1", "redis://[::1]x", "redis://u@h", "redis://:%4@h",
                "redis://:%00@h", "unix:", "unix:x", "unix:/" + 107 * "x", "redis://:p@"]:
        result = run("--redis", bad)
        assert result.returncode == 1 and "--redis" in result.stderr, (bad, result)
    result = run("--redis-required")
    assert result.returncode == 1 and "--redis" in result.stderr, result
    port = Port()
    refused = await Server(f"redis://127.0.0.1:{port}").ready("fora de alcance")
    assert "(Connection refused)" in refused.output(), refused.output()
    await stop(refused)
    redis = await Redis("--port", "0").start()
    await redis.ask("CONFIG", "SET", "bind", "127.0.0.1")
    assert await redis.ask("CONFIG", "SET", "port", port) == "OK"
    with open("04-chat-server/cluster/cluster.h") as header:
        rights = re.search(r"SETUSER chat on >password ([^.]*?)\n \*\n", header.read())[1].replace("*\n", "").split()
    rights = [word for word in rights if word != "*"]
    assert await redis.ask("ACL", "SETUSER", "ana", "on", ">a:b/c@d", *rights) == "OK", rights
    await redis.ask("CONFIG", "SET", "requirepass", "p%")
    for good in [f"redis://:p%25@127.0.0.1:{port}", f"redis://ana:a%3Ab%2Fc%40d@localhost:{port}/1",
                 f"redis://ana:a:b%2fc@d@127.0.0.1:{port}/"]:
        server = await Server(good).ready()
        await stop(server)
    chats = [await Server(f"redis://ana:a%3Ab%2Fc%40d@localhost:{port}/{database}").ready() for database in (0, 0, 1, 1)]
    one, other, two, another = [await Client(server).enter() for server in chats]
    await one.asks("/nome Ana", "Nome alterado com sucesso para Ana")
    await two.asks("/nome Ana", "Nome alterado com sucesso para Ana")  # in another database, so in another chat
    for speaker, listener, text in [(one, other, "oi"), (two, another, "olá")]:
        await listener.hears("Ana entrou na sala")
        await speaker.say(text)
        await listener.hears(f"Ana >> {text}")
        await listener.asks("/clientes", "2 clientes conectados")
    assert not other.texts and not another.texts, (other.texts, another.texts)
    await stop(*chats)


scenarios = {name: f for name, f in globals().items() if inspect.iscoroutinefunction(f)}


def is_built_with_redis():
    program = f"{BIN}/04-chat-server/chat-server"
    words = [program, "--port", "0", "--redis", "none:"]
    return "hiredis" not in subprocess.run(words, capture_output=True, text=True).stderr


def play(name, *arguments):
    """Plays a scenario in this process, and ends it."""
    global work
    work = tempfile.mkdtemp(prefix="chat-cluster-")
    seconds = (3600 if name == "rounds" else SECONDS) * SLOWER
    try:
        asyncio.run(asyncio.wait_for(scenarios[name](*arguments), seconds))
    except BaseException:
        traceback.print_exc(limit=-3)
        for log_name in sorted(os.listdir(work)):
            if log_name.startswith("chat-") and log_name.endswith(".log"):
                with open(f"{work}/{log_name}") as log:
                    print(f"--- {log_name}\n{log.read()[-3000:]}", file=sys.stderr)
        status = 1
    else:
        status = 0
    for process in processes:
        process.send_signal(signal.SIGCONT)
        process.kill()
    shutil.rmtree(work)
    sys.exit(status)


def play_all(choices):
    """Plays them at once, since most of their time they wait, each in a process of its own."""
    children = []
    for words in choices:
        output = tempfile.TemporaryFile("w+")
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            play(*words)
        children.append((child, words, output))
    failed = False
    for child, words, output in children:
        if os.waitpid(child, 0)[1] != 0:
            failed = True
            output.seek(0)
            print(f"{' '.join(words)}: {output.read()}")
    sys.exit(failed)


def main():
    if not shutil.which("redis-server"):
        print("redis-server is missing")
        sys.exit(77)
    if not is_built_with_redis():
        print("the chat server was built without hiredis")
        sys.exit(77)
    choices = [words.split() for words in " ".join(sys.argv[1:]).split(",")]
    if len(choices) == 1:
        play(*choices[0])
    play_all(choices)


if __name__ == "__main__":
    main()
