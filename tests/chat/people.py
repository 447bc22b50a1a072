"""Those who chat: how they enter, speak and hear. And the requests that they make without the chat."""

import asyncio
import itertools
import os
import re
import socket
import ssl
import sys

import websockets
import websockets_version

WELCOME = (
    "Bem vindo ao servidor de chat escrito em C com libuv e WebSockets. "
    "Identifique-se com /nome SeuNome"
)
WELCOME_ENGLISH = (
    "Welcome to the chat server written in C with libuv and WebSockets. "
    "Identify yourself with /name YourName"
)
IDENTIFY = "Identifique-se para enviar mensagens. Use o comando /nome SeuNome"
TAKEN = "Nome em uso ou inválido. Escolha um outro."
INVALID = "Comando inválido"
PATIENCE = 10 * float(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds for an answer
ports = [int(word) for word in sys.argv[1].split(",")]
port = ports[0]
in_turn = itertools.cycle(ports)
tls = ssl.create_default_context(cafile=sys.argv[3]) if len(sys.argv) > 3 else None
entered = []


def connect(path, address="127.0.0.1", **options):
    scheme = "wss" if tls else "ws"
    return websockets_version.connect(f"{scheme}://{address}:{next(in_turn)}{path}", ssl=tls, **options)


class Client:
    """One who is connected, and has read the welcome."""

    def __init__(self, socket):
        self.socket = socket

    async def say(self, text):
        await self.socket.send(text)

    async def hears(self, expected):
        try:
            heard = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"heard nothing, expected {expected!r}") from None
        assert heard == expected, f"heard {heard!r}, expected {expected!r}"

    async def asks(self, text, answer):
        await self.say(text)
        await self.hears(answer)

    async def answer_to(self, text):
        await self.say(text)
        return await self.socket.recv()

    async def is_told(self, text, expected):
        """Asks again and again until that is the answer: what others did may not have arrived."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while (answer := await self.answer_to(text)) != expected:
            assert asyncio.get_running_loop().time() < end, f"heard {answer!r}, expected {expected!r}"

    async def hears_nothing(self):
        """What had been on its way would have come before this answer."""
        await self.asks("/", INVALID)

    async def leave(self):
        await self.socket.close()


async def enter(name=None, address="127.0.0.1", path="/", language=None):
    headers = {"Accept-Language": language} if language else {}
    client = Client(await connect(path, address, headers=headers))
    entered.append(client)
    english = language and language.lower().startswith("en")
    await client.hears(WELCOME_ENGLISH if english else WELCOME)
    if name:
        await client.asks(f'/nome "{name}"', f"Nome alterado com sucesso para {name}")
        if len(ports) > 1:
            await all_servers_know()
    return client


async def entries_read(server):
    reader, writer = await asyncio.open_connection("127.0.0.1", server)
    writer.write(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
    metrics = (await reader.read()).decode()
    writer.close()
    return int(re.search(r"^chat_cluster_read_total (\d+)$", metrics, re.M)[1])


async def all_servers_know():
    """Waits until each server has read what any of them had read before."""
    newest = max([await entries_read(server) for server in ports])
    for server in ports:
        while await entries_read(server) < newest:
            await asyncio.sleep(0.005)


async def enter_as_page():
    """A client that is told what each line is; with the welcome read."""
    page = Client(await connect("/", subprotocols=["soap", "lines.chat"]))
    entered.append(page)
    assert page.socket.subprotocol == "lines.chat", page.socket.subprotocol
    await page.hears(f"notice\n{WELCOME}")
    return page


async def arrives(name, *others, **where):
    """One enters, and those who are there already are told."""
    client = await enter(name, **where)
    for other in others:
        await other.hears(f"{name} entrou na sala")
    return client


def second_address():
    """IPv6's, if the machine has it."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return "[::1]"
    except OSError:
        return "127.0.0.1"


async def ends_with(status, socket):
    try:
        raise AssertionError(f"heard {await socket.recv()!r} instead of a goodbye")
    except websockets.ConnectionClosed as closed:
        assert closed.rcvd and closed.rcvd.code == status, closed


def frame(opcode, text, final=True):
    """Not masked in effect: the mask is zero. Less than 64 KB."""
    payload = text.encode()
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([opcode | (0x80 if final else 0)]) + size + b"\0\0\0\0" + payload


async def get(path, method="GET", host="localhost", **options):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, **options)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return head, body
