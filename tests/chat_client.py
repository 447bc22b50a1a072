"""The chat as its users see it, through a client library that nobody here wrote (python3-websockets).

chat_client.py PORT SCENARIO: ends with 0 if all was as test_04_chat.c's test of that name says.
"""

import asyncio
import inspect
import re
import sys

import websockets

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

port = int(sys.argv[1])
entered = []


class Client:
    """One who is connected, and has read the welcome."""

    def __init__(self, socket):
        self.socket = socket

    async def say(self, text):
        await self.socket.send(text)

    async def hears(self, expected):
        heard = await self.socket.recv()
        assert heard == expected, f"heard {heard!r}, expected {expected!r}"

    async def asks(self, text, answer):
        await self.say(text)
        await self.hears(answer)

    async def hears_nothing(self):
        """What had been on its way would have come before this answer."""
        await self.asks("/", INVALID)

    async def leave(self):
        await self.socket.close()


async def enter(name=None, address="127.0.0.1", path="/", language=None):
    headers = {"Accept-Language": language} if language else {}
    client = Client(
        await websockets.connect(f"ws://{address}:{port}{path}", extra_headers=headers)
    )
    entered.append(client)
    english = language and language.startswith("en")
    await client.hears(WELCOME_ENGLISH if english else WELCOME)
    if name:
        await client.asks(f'/nome "{name}"', f"Nome alterado com sucesso para {name}")
    return client


async def session():
    """The article's session."""
    one, two, three = await enter(), await enter(address="[::1]"), await enter(path="/any")
    await one.asks("/nome Cliente1", "Nome alterado com sucesso para Cliente1")
    await one.say("/horas")
    assert re.fullmatch(r"Hora atual: \d\d:\d\d:\d\d", await one.socket.recv())
    await two.asks("/nome Cliente2", "Nome alterado com sucesso para Cliente2")
    await two.say("/data")
    assert re.fullmatch(r"Data atual: \d\d/\d\d/\d\d", await two.socket.recv())
    await three.asks("/nome Cliente3", "Nome alterado com sucesso para Cliente3")
    await three.say("/apenas Cliente1 Olá 1")
    await one.hears("PRIVADO de Cliente3 >> Olá 1")
    await three.say("/apenas Cliente2 Olá 2")
    await two.hears("PRIVADO de Cliente3 >> Olá 2")
    await three.say("Olá todos!")
    await one.hears("Cliente3 >> Olá todos!")
    await two.hears("Cliente3 >> Olá todos!")
    await three.hears_nothing()


async def commands():
    client = await enter()
    await client.asks("/clientes", "1 clientes conectados")
    other = await enter()
    await client.asks("  /CLIENTES  ", "2 clientes conectados")
    await client.asks("/clientes now", "2 clientes conectados")
    await client.asks("/dance", "Comando desconhecido")
    for nothing in ["/clientes\0", "/", "  /  ", '/nome "x', "/nome 'x", "/nome x\\", '/"']:
        await client.asks(nothing, INVALID)
    await client.asks('/""', "Comando desconhecido")
    await client.asks('/"clientes"', "2 clientes conectados")
    await other.hears_nothing()


async def names():
    ana, bia = await enter("Ana Maria"), await enter()
    await bia.asks('/nome "Ana Maria"', TAKEN)
    await bia.asks("/nome", TAKEN)
    await ana.asks("/nome 'Ana Maria'", TAKEN)
    for bad in ["", " ", "a" * 33, "a\u0007b", "a\u007fb", "a\u0085b", "\u202eab", "a\u2028b", "a\u200bb", "\u3000\u2003",
                "PRIVADO de Ana", "PRIVATE from Ana", "Ana >> oi"]:
        await bia.asks(f'/nome "{bad}"', TAKEN)
    await bia.asks("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)
    await bia.asks("/nome Bia", "Nome alterado com sucesso para Bia")
    await ana.asks("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)
    await ana.leave()
    for tries in range(100):  # its name is free once the server has noticed
        await bia.say("/nome " + "ã" * 32)
        if await bia.socket.recv() != TAKEN:
            return
    raise AssertionError("the name of one who left is still taken")


async def private():
    ana, bia, unnamed = await enter("Ana"), await enter("Bia"), await enter()
    await unnamed.asks("/apenas Ana oi", IDENTIFY)
    incorrect = "Comando incorreto. /apenas Destinatário mensagem"
    await ana.asks("/apenas", incorrect)
    await ana.asks("/apenas Bia", incorrect)
    missing = "Destinatário {} não encontrado. Mensagem não enviada."
    await ana.asks("/apenas Caio oi", missing.format("Caio"))
    await ana.asks("/apenas Ana oi", missing.format("Ana"))
    await ana.say("/apenas Bia  'um  dois'   três ")
    await bia.hears("PRIVADO de Ana >> um  dois três")
    await ana.hears_nothing()
    await unnamed.hears_nothing()


async def messages():
    ana, bia = await enter("Ana"), await enter()
    await bia.asks("oi", IDENTIFY)
    await ana.say("")
    await ana.say(b"")
    for text in ["oi", "  oi ", " ", "um\ndois", "nul\0nul", "<b>", "é" * 32000, "%s%n"]:
        await ana.say(text)
        await bia.hears(f"Ana >> {text}")
    await ana.hears_nothing()


async def order():
    """Many who all speak at once: every message reaches every other one, in its sender's order."""
    count, each = 10, 50
    clients = [await enter(f"c{i}") for i in range(count)]

    async def speak(client, i):
        for n in range(each):
            await client.say(f"{n}")

    async def listen(client, i):
        expected = {f"c{j}": 0 for j in range(count) if j != i}
        for _ in range(each * (count - 1)):
            name, n = (await client.socket.recv()).split(" >> ")
            assert int(n) == expected[name], f"c{i} heard {n} of {name}"
            expected[name] += 1

    both = zip(*[(speak(c, i), listen(c, i)) for i, c in enumerate(clients)])
    await asyncio.gather(*[task for tasks in both for task in tasks])
    for client in clients:
        await client.hears_nothing()


async def leaving():
    """Clients that leave while messages to them are on their way."""
    ana, bia = await enter("Ana"), await enter("Bia")
    for _ in range(20):
        guests = [await enter() for _ in range(10)]
        for n, guest in enumerate(guests):
            await ana.say(f"{n}")
            if n % 2:
                guest.socket.transport.abort()
            else:
                asyncio.ensure_future(guest.leave())
        for n in range(10):
            await bia.hears(f"Ana >> {n}")
    await ana.hears_nothing()


async def english():
    ana = await enter("Ana")
    bob = await enter(language="en-US,en;q=0.9,pt;q=0.5")
    await bob.asks("/clients", "2 clients connected")
    await bob.say("/TIME")
    assert re.fullmatch(r"Current time: \d\d:\d\d:\d\d", await bob.socket.recv())
    await bob.say("/date")
    assert re.fullmatch(r"Current date: \d\d/\d\d/\d\d", await bob.socket.recv())
    await bob.asks("hi", IDENTIFY_ENGLISH)
    await bob.asks("/only Ana hi", IDENTIFY_ENGLISH)
    await bob.asks("/name Ana", "Name in use or invalid. Choose another one.")
    await bob.asks("/nome Bob", "Name successfully changed to Bob")
    await bob.asks("/only Ana", "Incorrect command. /only Recipient message")
    await bob.asks("/only Zoe hi", "Recipient Zoe not found. Message not sent.")
    await bob.asks("/dance", "Unknown command")
    await bob.asks('/name "', "Invalid command")
    await bob.say("/only Ana hi")
    await ana.hears("PRIVADO de Bob >> hi")
    await ana.say("/apenas Bob oi")
    await bob.hears("PRIVATE from Ana >> oi")
    await ana.asks("/name Ann", "Nome alterado com sucesso para Ann")


IDENTIFY_ENGLISH = "Identify yourself to send messages. Use the command /name YourName"


async def log():
    """Leaves what test_04_chat.c looks for on the server's log."""
    ana, bia = await enter("Ana"), await enter("Bia")
    await ana.say("um\n\u202edois")
    await bia.hears("Ana >> um\n\u202edois")
    await ana.say("/apenas Bia três")
    await bia.hears("PRIVADO de Ana >> três")
    await ana.leave()


async def farewell():
    """Says that it is there, and stays until the server goes."""
    client = await enter()
    print("connected", flush=True)
    try:
        await client.socket.recv()
    except websockets.ConnectionClosed as closed:
        print(closed.rcvd.code)


scenarios = {name: f for name, f in globals().items() if inspect.iscoroutinefunction(f)}


async def main():
    await scenarios[sys.argv[2]]()
    await asyncio.gather(*[client.leave() for client in entered])


asyncio.run(asyncio.wait_for(main(), 100))
