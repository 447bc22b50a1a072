"""Messages and commands."""

import asyncio
import re

import websockets

from chat.people import IDENTIFY, INVALID, arrives, ends_with, enter, enter_as_page, frame, get, second_address


async def session():
    """The article's session."""
    one, two, three = await enter(), await enter(address=second_address()), await enter()
    await one.asks("/nome Cliente1", "Nome alterado com sucesso para Cliente1")
    await two.hears("Cliente1 entrou na sala")
    await three.hears("Cliente1 entrou na sala")
    await one.say("/horas")
    assert re.fullmatch(r"Hora atual: \d\d:\d\d:\d\d UTC[+-]\d{4}", await one.socket.recv())
    await two.asks("/nome Cliente2", "Nome alterado com sucesso para Cliente2")
    await one.hears("Cliente2 entrou na sala")
    await three.hears("Cliente2 entrou na sala")
    await two.say("/data")
    assert re.fullmatch(r"Data atual: \d\d/\d\d/\d\d", await two.socket.recv())
    await three.asks("/nome Cliente3", "Nome alterado com sucesso para Cliente3")
    await one.hears("Cliente3 entrou na sala")
    await two.hears("Cliente3 entrou na sala")
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
    for space in SPACES:
        await client.asks(f"{space} {space}/clientes", "2 clientes conectados")
        await client.asks(f"/{space}clientes{space}", "2 clientes conectados")
        await client.asks(f"/historico{space} {space}0", "Últimas mensagens: 0")
    for unlike in ["\u0085", "\u200b", "\u180e", "\u2060", "x"]:
        await client.asks(f"{unlike}/clientes", IDENTIFY)
    await client.asks('/""', "Comando desconhecido")
    await client.asks('/"clientes"', "2 clientes conectados")
    await other.hears_nothing()


async def private():
    ana = await enter("Ana")
    bia = await arrives("Bia", ana)
    unnamed = await enter()
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


SPACES = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
SPACES += "\u2028\u2029\u202f\u205f\u3000\ufeff"  # what JavaScript's trim removes


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
    clients = []
    for i in range(count):
        clients.append(await arrives(f"c{i}", *clients))

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


async def together():
    """Many messages in one piece, which over TLS is one record, arrive one by one all the same."""
    ana, bia = await enter("Ana"), await enter("Bia")
    await ana.hears("Bia entrou na sala")
    writer = ana.socket.transport
    for count, size in [(16, 10), (17, 10), (17, 600), (30, 500), (500, 1), (1000, 10), (9, 1800), (3, 9000)]:
        texts = [f"{n}:{'x' * size}" for n in range(count)]
        writer.write(b"".join(frame(1, text) for text in texts))
        for text in texts:
            await bia.hears(f"Ana >> {text}")
    texts = [f"{n}:{'ã' * (n % 70)}" for n in range(300)]
    pieces = b"".join(
        frame(1, text[:n % 5], False) + frame(9, "?" * (n % 125)) + frame(0, text[n % 5:])
        for n, text in enumerate(texts)
    )
    for size in [1, 2, 3, 7, 100, 511, 16384, len(pieces)]:
        for start in range(0, len(pieces), size) if size > 3 else range(0, 3000, size):
            writer.write(pieces[start : start + size])
            if size < 100:
                await asyncio.sleep(0)
        if size <= 3:
            writer.write(pieces[(3000 + size - 1) // size * size :])
        for text in texts:
            await bia.hears(f"Ana >> {text}")


async def leaving():
    """Clients that leave while messages to them are on their way."""
    ana = await enter("Ana")
    bia = await arrives("Bia", ana)
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
    assert re.fullmatch(r"Current time: \d\d:\d\d:\d\d UTC[+-]\d{4}", await bob.socket.recv())
    await bob.say("/date")
    assert re.fullmatch(r"Current date: \d\d/\d\d/\d\d", await bob.socket.recv())
    await bob.asks("hi", IDENTIFY_ENGLISH)
    await bob.asks("/only Ana hi", IDENTIFY_ENGLISH)
    await bob.asks("/name Ana", "Name in use or invalid. Choose another one.")
    await bob.asks("/nome Bob", "Name successfully changed to Bob")
    await ana.hears("Bob entrou na sala")
    await bob.asks("/only Ana", "Incorrect command. /only Recipient message")
    await bob.asks("/only Zoe hi", "Recipient Zoe not found. Message not sent.")
    await bob.asks("/dance", "Unknown command")
    await bob.asks('/name "', "Invalid command")
    await bob.say("/only Ana hi")
    await ana.hears("PRIVADO de Bob >> hi")
    await ana.say("/apenas Bob oi")
    await bob.hears("PRIVATE from Ana >> oi")
    await ana.asks("/name Ann", "Nome alterado com sucesso para Ann")
    await bob.hears("Ana is now Ann")
    zoe = await enter("Zoe")
    await bob.hears("Zoe joined the room")
    await zoe.leave()
    await bob.hears("Zoe left the room")
    await bob.asks("/who", "Who is here: 2\nAnn\nBob")
    await bob.say("/help")
    assert "/quit: goodbye" in (await bob.socket.recv()).split("\n")
    await bob.asks("/quit", "Goodbye!")


HELP = """/nome SeuNome: quem você é
/apenas Nome texto: a uma só pessoa
/quem: quem está nesta sala
/clientes: quantos estão conectados
/historico [N]: as últimas mensagens da sala
/horas: a hora do servidor
/data: a data do servidor
/ajuda: os comandos
/sair: até logo"""


async def helping():
    ana, bia = await enter("Ana"), await enter()
    await ana.asks("/ajuda", HELP)
    await ana.asks("/HELP me", HELP)
    await bia.say("/quit")
    await bia.say("/horas")  # too late
    await bia.hears("Até logo!")
    await ends_with(1000, bia.socket)
    await ana.hears_nothing()


async def history():
    ana, bia = await enter("Ana"), await enter(language="en")
    await ana.asks("/historico", "Últimas mensagens: 0")
    for n in range(130):
        await ana.say(f"{n}")
        await bia.hears(f"Ana >> {n}")
    await ana.asks("/historico 2", "Últimas mensagens: 2\nAna >> 128\nAna >> 129")
    await bia.asks("/history 1", "Last messages: 1\nAna >> 129")
    for none in ["0", "x"]:
        await ana.asks(f"/historico {none}", "Últimas mensagens: 0")
    for words, count in [("", 20), (" 3 4", 3), (" 1000", 100), (" -1", 100), (" 99999999999999999999", 100)]:
        lines = [f"\nAna >> {n}" for n in range(130 - count, 130)]
        await ana.asks(f"/HISTORICO{words}", f"Últimas mensagens: {count}" + "".join(lines))
    await ana.leave()
    await bia.leave()
    stranger = await enter()
    await stranger.asks("/historico 1", "Últimas mensagens: 1\nAna >> 129")
    other = await enter("Eva", path="/outra")
    await other.asks("/historico", "Últimas mensagens: 0")
    await other.say("a\0b\nc")
    await other.asks("/historico", "Últimas mensagens: 1\nEva >> a b\n  c")
    for line_break in ["\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"]:
        await other.say(f"oi{line_break}Ana >> tchau")  # nobody shall think that this is Ana's
        await other.asks("/historico 1", "Últimas mensagens: 1\nEva >> oi\n  Ana >> tchau")
    await other.say("\n\r\n\n\r")
    await other.asks("/historico 1", "Últimas mensagens: 1\nEva >> \n  \n  \n  \n  ")
    long = "é" * 30000  # two do not fit in an answer
    for _ in range(80):  # more bytes than are kept
        await other.say(long)
    await other.asks("/historico", "Últimas mensagens: 1\nEva >> " + long)
    await stranger.asks("/historico", "Últimas mensagens: 0")


IDENTIFY_ENGLISH = "Identify yourself to send messages. Use the command /name YourName"


async def log():
    """Leaves what test_04_chat.c looks for on the server's log."""
    ana = await enter("Ana")
    bia = await arrives("Bia", ana)
    await ana.say("um\n\u202edois")
    await bia.hears("Ana >> um\n\u202edois")
    await ana.say("/apenas Bia três")
    await bia.hears("PRIVADO de Ana >> três")
    await ana.say("é" * 3000)
    await bia.hears("Ana >> " + "é" * 3000)
    await ana.leave()


async def talk():
    """Fills a log that nobody reads, and is answered all the same."""
    ana = await enter("Ana")
    for n in range(200):
        await ana.say("x" * 10 * n)
        await ana.asks("/", INVALID)
    _, body = await get("/metrics")
    assert int(re.search(r"^chat_log_lines_lost_total (\d+)$", body, re.M)[1]) > 100, body


async def farewell():
    """Says that it is there, and stays until the server goes."""
    clients = [await enter(), await enter(language="en"), await enter_as_page()]
    print("connected", flush=True)
    for client in clients:
        print(await client.socket.recv(), end=" ")
        try:
            await client.socket.recv()
        except websockets.ConnectionClosed as closed:
            print(closed.rcvd.code)
