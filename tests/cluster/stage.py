"""The actors: a Redis, chat servers as programs, and clients. Each scenario has its own directory."""

import asyncio
import inspect
import os
import random
import re
import subprocess
import time

import websockets
import websockets_version

BIN = os.environ.get("BIN") or "."
SLOWER = float(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))
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
