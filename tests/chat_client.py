"""The chat as its users see it, through a client library that nobody here wrote (python3-websockets).

chat_client.py PORT[,PORT...] SCENARIO [CERTIFICATE]: with several ports the clients go to the servers
in turn. It ends with 0 if all was as test_04_chat.c's test of that
name says. With a certificate, of the server's, all goes over TLS.
"""

import asyncio
import contextlib
import inspect
import itertools
import os
import re
import signal
import socket
import ssl
import sys
import traceback

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

SPACES = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
SPACES += "\u2028\u2029\u202f\u205f\u3000\ufeff"  # what JavaScript's trim removes

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
    for unlike in ["\u0085", "\u200b", "\u180e", "\u2060", "x"]:
        await client.asks(f"{unlike}/clientes", IDENTIFY)
    await client.asks('/""', "Comando desconhecido")
    await client.asks('/"clientes"', "2 clientes conectados")
    await other.hears_nothing()


async def capitals():
    client = await enter(language="EN;Q=1,fr")
    await client.asks("/CLIENTES", "1 clients connected")
    await client.asks("/CLIENTS", "1 clients connected")
    for bad in ["Zoe JOINED THE ROOM", "Ana IS NOW Bia", "PRIVATE FROM Ana", "Ana E MAIS 3"]:
        await client.asks(f'/name "{bad}"', "Name in use or invalid. Choose another one.")
    await client.asks("/QUIT", "Goodbye!")
    await ends_with(1000, client.socket)


async def names():
    ana, bia = await enter("Ana Maria"), await enter()
    await bia.asks('/nome "Ana Maria"', TAKEN)
    await bia.asks("/nome", TAKEN)
    await ana.asks("/nome 'Ana Maria'", TAKEN)
    for bad in ["", " ", "a" * 33, "a\u0007b", "a\u007fb", "a\u0085b", "\u202eab", "a\u2028b", "a\u200bb", "\u3000\u2003",
                "Ana >>", ">> Ana", "PRIVADO de", "PRIVATE from", "Ana agora é", "is now Ana",
                "PRIVADO de Ana", "PRIVATE from Ana", "Ana >> oi", "Zé entrou na sala", "Zoe joined the room",
                " Ana", "Ana ", "Ana  Bia", "Ana\u00a0Bia", "ANA MARIA", "ana maria", "Jose\u0301", "\u0301", "a\ufe0f",
                "a\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "a\u180e", "a\ufff9", "a\U000e0100",
                "Zé ENTROU na sala", "ANA AGORA É BIA", "Ana\u00a0>>\u00a0oi",
                "Zé, Zoe", "Zé,", "Zé e mais 3", "Zoe and 3 others",
                "Zé saiu da sala", "Zoe left the room", "Ana agora é Bia", "Ana is now Bia"]:
        await bia.asks(f'/nome "{bad}"', TAKEN)
    await bia.asks("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)
    await bia.asks("/nome Bia", "Nome alterado com sucesso para Bia")
    await bia.asks("/nome Bia", TAKEN)
    await bia.asks("/nome BIA", "Nome alterado com sucesso para BIA")
    await bia.asks("/quem", "Quem está aqui: 2\nAna Maria\nBIA")
    await bia.asks("/nome Bia", "Nome alterado com sucesso para Bia")
    await ana.hears("ã" * 32 + " entrou na sala")
    await ana.hears("ã" * 32 + " agora é Bia")
    for before, after in [("Bia", "BIA"), ("BIA", "Bia")]:
        await ana.hears(f"{before} agora é {after}")
    await ana.asks("/nome bia", TAKEN)
    await ana.asks("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)
    await bia.hears("Ana Maria agora é " + "ã" * 32)
    await bia.asks("/nome " + "Ã" * 32, TAKEN)
    await ana.leave()
    await bia.hears("ã" * 32 + " saiu da sala")
    await bia.is_told("/nome " + "ã" * 32, "Nome alterado com sucesso para " + "ã" * 32)


async def ghosts():
    """The name of a connection that is broken goes to a new one with the same secret."""
    key, other = "key=0123456789abcdef", "key=0123456789abcdeg"
    bia = await enter("Bia")
    ghost = await arrives("Ana", bia, path=f"/?{key}")
    for path in ["/", "/?" + other, "/?" + key[:-1], "/?x" + key, f"/?{key}x", "/?key="]:
        await (await enter(path=path)).asks("/nome Ana", TAKEN)
    again = await enter(path=f"/?{key}")
    await again.asks("/nome ana", "Nome alterado com sucesso para ana")
    await bia.hears("Ana agora é ana")
    await again.say("oi")
    await bia.hears("ana >> oi")
    await ends_with(1000, ghost.socket)
    await bia.hears_nothing()

    elsewhere = await enter(path=f"/jogos?{key}")  # another room
    await elsewhere.asks("/nome ana", "Nome alterado com sucesso para ana")
    await bia.hears("ana saiu da sala")
    await ends_with(1000, again.socket)
    renamed = await arrives("Caio", bia, path=f"/?{key}")
    await renamed.asks("/nome ana", "Nome alterado com sucesso para ana")
    await bia.hears("Caio agora é ana")
    await ends_with(1000, elsewhere.socket)
    await bia.asks("/quem", "Quem está aqui: 2\nBia\nana")
    zoe, third = await enter("Zoe", path=f"/z?{key}"), await enter(path="/t")
    for n in range(10):  # more than are free, so it waits for the next one
        await zoe.say(f"/nome Zoe{n}")
    await zoe.say("/nome ana")
    answer = ""
    while answer != "Nome alterado com sucesso para ana":
        await third.asks("/nome ana", TAKEN)
        await asyncio.sleep(0.05)
        with contextlib.suppress(asyncio.TimeoutError):
            answer = await asyncio.wait_for(zoe.socket.recv(), 0.01)
    await bia.hears("ana saiu da sala")
    short = [await enter(path="/?key=0123456789abcde") for _ in range(2)]  # may be guessed
    await short[0].asks("/nome Duda", "Nome alterado com sucesso para Duda")
    await bia.hears("Duda entrou na sala")
    await short[1].hears("Duda entrou na sala")
    await short[1].asks("/nome Duda", TAKEN)


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


async def long():
    """To a server that takes 100 bytes."""
    ana = await enter("Ana")
    bia = await arrives("Bia", ana)
    await bia.say("é" * 50)
    await ana.hears("Bia >> " + "é" * 50)
    await bia.say("x" * 101)
    await ends_with(1009, bia.socket)
    await ana.hears("Bia saiu da sala")


async def flood():
    """More than the server reads ahead, at once; long ones over TLS are many records each."""
    ana = await enter("Ana")
    bia = await arrives("Bia", ana)

    async def speak():
        for n in range(60):
            await ana.say(f"{n} " + "x" * 60000)

    async def listen():
        for n in range(60):
            await bia.hears(f"Ana >> {n} " + "x" * 60000)

    await asyncio.gather(speak(), listen())
    await ana.hears_nothing()


async def bytes_of_an_address():
    """Three who say as much as they may, each by itself within the limits of a client, are slowed,
    and one who reads slower than they speak is not dropped. Who says little is not slowed."""
    slow, quick = await enter(path="/r"), await enter("Quick", path="/r")
    loud = [await enter(f"Loud{n}", path="/r") for n in range(3)]
    slow.socket.transport.pause_reading()
    speaking = [asyncio.ensure_future(speak_for_ever(client)) for client in loud]
    for client in loud:
        while not (await client.socket.recv()).startswith("Devagar: até 20 mensagens por segundo"):
            pass
    await quick.say("/quem")
    while not (await quick.socket.recv()).startswith("Quem está aqui: 4"):
        pass
    assert 'chat_drops_total{reason="unread"} 0' in (await get("/metrics"))[1]
    slow.socket.transport.resume_reading()
    for _ in range(4):
        await slow.socket.recv()
    for task in speaking:
        task.cancel()
    for client in loud:
        client.socket.transport.abort()
        entered.remove(client)


async def short_messages_of_an_address():
    """Of each message, its readers get the sender's name, too: it counts for the address."""
    reader = await enter("Reader", path="/r")
    crowd = []
    for n in range(30):
        crowd.append(await enter(path="/r"))
        name = "\U0001f600" * 30 + f"{n:02}"
        await crowd[n].say(f"/nome {name}")
        while await crowd[n].socket.recv() != f"Nome alterado com sucesso para {name}":
            pass
    start = asyncio.get_running_loop().time()
    for client in crowd:
        for _ in range(38):
            await client.say("a")
    heard = 0
    while heard < 30 * 38:
        heard += (await reader.socket.recv()).endswith(" >> a")
    took = asyncio.get_running_loop().time() - start
    assert took > 0.5, took  # 180 KB, of which 120 KiB are free; the others come at 60 KiB a second
    for client in crowd:  # they have not read what the others said
        client.socket.transport.abort()
        entered.remove(client)


async def speak_for_ever(client):
    while True:
        await client.say("x" * 65000)  # two are over the limit


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


async def rooms():
    """A room is deaf to the others; only names and private messages know no walls."""
    ana, other = await enter("Ana", path="/jogos"), await enter("Caio")
    bia = await arrives("Bia", ana, path="/jogos?page=2")
    await bia.say("oi")
    await ana.hears("Bia >> oi")
    await other.say("a todos")
    await bia.asks("/nome Caio", TAKEN)
    await bia.say("/apenas Caio oi")
    await other.hears("PRIVADO de Bia >> oi")
    await bia.asks("/clientes", "3 clientes conectados")
    await bia.asks("/quem", "Quem está aqui: 2\nAna\nBia")
    await other.asks("/quem", "Quem está aqui: 1\nCaio")
    await bia.asks("/sair", "Até logo!")
    await ana.hears("Bia saiu da sala")
    await ana.leave()
    await other.hears_nothing()
    one = await enter("Um", path="/caf%C3%A9")
    await arrives("Dois", one, path="/café")
    again = await enter(path="/jogos")
    await again.asks("/quem", "Quem está aqui: 0")
    await other.hears_nothing()


BAD_ROOM = ("Nome de sala inválido: de 1 a 32 caracteres visíveis, e nenhuma parte entre barras vazia, "
            '"." ou "..".')


async def room_names():
    """What may be no name of a person may be no name of a room."""
    for path in ["/" + "ã" * 32, "/a%2Fb", "/.x", "/a/b", "/%FF"]:
        await (await enter(path=path)).hears_nothing()
    for path in ["//", "//a", "/a//b", "/a%2F%2Fb", "/.", "/..", "/%2E%2e", "/a/./b", "/a/../b", "/a/..", "/../a",
                 "/%0A", "/a%0Db", "/%7F", "/a/", "/a%2F", "/" + "ã" * 33, "/" + "x" * 500, "/a%07b", "/%1B%5B2J", "/%E2%80%AEab", "/%20"]:
        socket = await connect(path)
        assert await socket.recv() == BAD_ROOM, path
        await ends_with(1000, socket)
    await (await enter()).asks("/clientes", "6 clientes conectados")
    for one, other in [("/a+b", "/a%2Bb"), ("/a;b", "/a%3Bb"), ("/a&b=c", "/a%26b%3Dc"), ("/%41%2E", "/A.")]:
        first = await enter(f"Um{one}", path=one)
        await (await enter(path=other)).asks("/quem", f"Quem está aqui: 1\nUm{one}")
        await first.hears_nothing()


async def protocol():
    """Who would like HTTP/2 gets what the chat speaks."""
    tls.set_alpn_protocols(["h2", "http/1.1"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
    writer.close()
    await (await enter()).hears_nothing()


async def ends_with(status, socket):
    try:
        raise AssertionError(f"heard {await socket.recv()!r} instead of a goodbye")
    except websockets.ConnectionClosed as closed:
        assert closed.rcvd and closed.rcvd.code == status, closed


async def arrivals():
    """Who takes a first name comes, who had one leaves; who never had one does neither."""
    ana, unnamed = await enter("Ana"), await enter()
    silent = await enter()
    await silent.leave()
    await ana.hears_nothing()
    bia = await arrives("Bia", ana, unnamed)
    await bia.asks("/nome Bia", TAKEN)
    await bia.asks("/nome Beatriz", "Nome alterado com sucesso para Beatriz")
    for client in [ana, unnamed]:
        await client.hears("Bia agora é Beatriz")
    bia.socket.transport.abort()
    for client in [ana, unnamed]:
        await client.hears("Beatriz saiu da sala")
    await enter("Beatriz")  # is nobody's any more


async def enter_as_page():
    """A client that is told what each line is; with the welcome read."""
    page = Client(await connect("/", subprotocols=["soap", "lines.chat"]))
    entered.append(page)
    assert page.socket.subprotocol == "lines.chat", page.socket.subprotocol
    await page.hears(f"notice\n{WELCOME}")
    return page


async def page_form():
    """Each kind of line, in the form that a page asks for, among clients who get text alone."""
    ana, page = await enter("Ana"), await enter_as_page()
    await page.asks("/quem", "here\t1\t2\t0\nQuem está aqui: 1\nAna")
    await page.hears("done")
    await page.asks(" ", "done")
    for text, kind, answer in [
        ("oi", "refused", IDENTIFY), ("/", "refused", INVALID), ("/dance", "refused", "Comando desconhecido"),
        ("/apenas Ana oi", "refused", IDENTIFY), ("/nome ana", "taken", TAKEN),
        ("/nome Bia", "named\tBia", "Nome alterado com sucesso para Bia"),
        ("/apenas Zoe oi", "refused", "Destinatário Zoe não encontrado. Mensagem não enviada."),
        ("/clientes", "notice", "2 clientes conectados"),
    ]:
        await page.asks(text, f"{kind}\n{answer}")
        await page.hears("done")
    await ana.hears("Bia entrou na sala")
    for text in ["um\ndois\0três\tquatro", "  ", "/apenas Ana só"]:
        await page.asks(text, "done")
    for line in ["Bia >> um\ndois\0três\tquatro", "Bia >>   ", "PRIVADO de Bia >> só"]:
        await ana.hears(line)
    await ana.say("message\tCaio\noi")
    await ana.say("/apenas Bia done")
    await page.hears("message\tAna\nmessage\tCaio\noi")
    await page.hears("private\tAna\ndone")
    silent = await enter()  # has no name, and counts
    await page.hears("count\t3")
    await silent.asks("/nome Caio", "Nome alterado com sucesso para Caio")
    await page.hears("joined\tCaio")
    await ana.hears("Caio entrou na sala")
    await silent.asks("/nome Duda", "Nome alterado com sucesso para Duda")
    await page.hears("renamed\tCaio\tDuda")
    await ana.hears("Caio agora é Duda")
    await silent.leave()
    await page.hears("left\tDuda")
    await page.hears("count\t2")
    await ana.hears("Duda saiu da sala")
    await ana.hears_nothing()
    await page.asks("/sair", "notice\nAté logo!")
    await page.hears("done")


async def page_in_a_crowd():
    """A page gets all names of a notice that counts some of them, and hears of a crowd."""
    page = await enter_as_page()
    others = [await enter(path="/") for _ in range(40)]
    names = [f"n{number}" for number in range(40)]
    for other, name in zip(others, names):
        await other.say(f"/nome {name}")
    told = []
    while len(told) < len(names):
        kind, *fields = (await page.socket.recv()).split("\t")
        assert kind in ["joined", "count"], kind
        told += fields if kind == "joined" else []
    assert sorted(told) == sorted(names), told
    more = [await enter() for _ in range(160)]
    while (await page.socket.recv()) != "crowded":
        pass
    for client in more:
        await client.leave()
    while (await page.socket.recv()) != "uncrowded":
        pass


CROWDED = ("A sala está cheia: quem entra, sai ou muda de nome não é mais anunciado. "
           "/quem mostra quem está aqui.")
NOT_CROWDED = "A sala não está mais cheia: quem entra, sai ou muda de nome é anunciado de novo."


async def who():
    """Pages of names, in a room where nobody would read who comes and goes."""
    first = await enter("Fim", path="/cheia")
    crowd = [await enter(path="/cheia") for n in range(200)]
    await first.hears(CROWDED)
    for n, client in enumerate(crowd):
        await client.say(f"/nome {n}")
    for n, client in enumerate(crowd):
        while await client.socket.recv() != f"Nome alterado com sucesso para {n}":
            pass
    names = "".join(f"\n{n}" for n in range(199))
    remark = "(página 1 de 2: /quem 2; a sala está cheia)"
    await first.asks("/quem", f"Quem está aqui: 201 {remark}\nFim{names}")
    for page in ["1", "0", "x", "-0"]:
        await first.asks(f"/quem {page}", f"Quem está aqui: 201 {remark}\nFim{names}")
    for page in ["2", "3", "-1", "99999999999999999999"]:
        await first.asks(f"/quem {page}",
                         "Quem está aqui: 201 (página 2 de 2: /quem 1; a sala está cheia)\n199")
    await crowd[7].leave()
    names = "".join(f"\n{n}" for n in range(200) if n != 7)
    while "Quem está aqui: 201" in (answer := await first.answer_to("/quem")):
        pass
    assert answer == f"Quem está aqui: 200 (a sala está cheia)\nFim{names}", answer
    for client in crowd[150:]:
        await client.leave()
    await first.hears(NOT_CROWDED)
    await crowd[0].leave()
    await first.hears("0 saiu da sala")


def told_of(text):
    """The names in a notice, and how many more there are."""
    one = re.fullmatch("(.*) (entrou na|saiu da) sala", text)
    if one:
        return [one[1]], 0
    many = re.fullmatch(r"(?:Entraram na|Saíram da) sala: (.*?)(?: e mais (\d+))?", text)
    assert many, text
    return many[1].split(", "), int(many[2] or 0)


async def hear_of(client, count):
    """Hears of that many names. Returns how many messages that took, and the names."""
    messages, names, more = 0, [], 0
    while len(names) + more < count:
        text = await client.socket.recv()
        if text.startswith("Nome alterado"):
            continue
        some, others = told_of(text)
        messages, names, more = messages + 1, names + some, more + others
    assert len(names) + more == count and len(set(names)) == len(names), names
    return messages, names


async def notices():
    """Many who come and go at once are announced together, and nobody speaks unannounced."""
    ana = await enter("Ana")
    crowd = [await enter() for _ in range(60)]
    clock = asyncio.get_running_loop().time
    start = clock()
    for n, client in enumerate(crowd):
        await client.say(f"/nome c{n}")
    messages, names = await hear_of(ana, 60)
    took = clock() - start
    assert messages < 20 + 5 * took, (messages, took)  # the server tells of changes 5 times a second
    assert took > 1 or set(names) < {f"c{n}" for n in range(60)}, names  # they may come one by one where all is slow
    speaker = await enter()
    await speaker.say("/nome Zé")
    await speaker.say("oi")
    await ana.hears("Zé entrou na sala")
    await ana.hears("Zé >> oi")
    start = clock()
    guests = [await enter() for _ in range(5)]
    for n, client in enumerate(guests):  # nobody needs to know of them
        await client.say(f"/nome g{n}")
        await client.say(f"/nome h{n}")
    for client in guests:
        await client.say("/sair")
    for client in guests:
        await client.socket.wait_closed()
    for client in crowd:
        client.socket.transport.abort()
        entered.remove(client)
    left, heard = 0, []
    while left < 60:
        text = await ana.socket.recv()
        heard.append(text)
        if "saiu" in text or "Saíram" in text:
            names, more = told_of(text)
            left += sum(name[0] == "c" for name in names) + more
    assert len(heard) < 20 + 5 * (clock() - start), heard
    await ana.say("/nome Bia")
    await ana.say("/nome Caio")
    await ana.say("/nome Bia")
    await ana.say("tchau")
    while (text := await speaker.socket.recv()) != "Bia >> tchau":
        heard.append(text)
    assert "Ana agora é Bia" in "".join(heard), heard
    await speaker.asks("/quem", "Quem está aqui: 2\nBia\nZé")


def refusals(count):
    """How many are refused of those that connect at once, which they do while the server is stopped: how fast
    this machine is makes no difference."""
    os.kill(int(os.environ["SERVER"]), signal.SIGSTOP)
    peers = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(count)]
    for peer in peers:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    os.kill(int(os.environ["SERVER"]), signal.SIGCONT)
    refused = sum(b" 429 " in peer.recv(4096) for peer in peers)
    for peer in peers:
        peer.close()
    return refused


async def arrivals_by_address():
    """Of one address, only so many connect in a second, and only so many names change."""
    ana, tries = await enter("Ana"), 0
    while refusals(500) == 0:
        tries += 1
        assert tries < 10
    other = await connect("/", local_addr=("127.0.0.2", 0))
    await other.close()
    start = asyncio.get_running_loop().time()
    for n in range(16):
        await ana.asks(f"/nome Ana{n}", f"Nome alterado com sucesso para Ana{n}")
    took = asyncio.get_running_loop().time() - start
    assert took > 1, took  # eight are free; the others come at four a second


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
    await other.asks("/historico", "Últimas mensagens: 1\nEva >> a b\nc")
    long = "é" * 30000  # two do not fit in an answer
    for _ in range(80):  # more bytes than are kept
        await other.say(long)
    await other.asks("/historico", "Últimas mensagens: 1\nEva >> " + long)
    await stranger.asks("/historico", "Últimas mensagens: 0")


async def get(path, method="GET", host="localhost", **options):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, **options)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return head, body


def frame(opcode, text, final=True):
    """Not masked in effect: the mask is zero. Less than 64 KB."""
    payload = text.encode()
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([opcode | (0x80 if final else 0)]) + size + b"\0\0\0\0" + payload


async def requests_together():
    """Requests in one piece, which over TLS is one record, are all answered, also those behind a file."""
    request = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"
    upgrade = b"GET /tls HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    for paths in [
        ["/chat.js", "/healthz"],
        ["/healthz", "/chat.js", "/healthz", "/none", "/"],
        ["/healthz"] * 400,
        ["/chat.js"] * 5,
    ]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        writer.write(b"".join(request % path.encode() for path in paths) + upgrade + frame(1, "/horas"))
        for path in paths:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            assert (b" 404 " if path == "/none" else b" 200 ") in head.split(b"\r\n")[0], head
            body = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
            assert (body == b"ok\n") == (path == "/healthz"), (path, body[:100])
        assert b" 101 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        heard = b""
        while not re.search(rb"\d\d:\d\d", heard):
            heard += await asyncio.wait_for(reader.read(1000), PATIENCE)
        writer.close()


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


async def metrics():
    """Every count is exact."""

    async def counts():
        head, body = await get("/metrics")
        assert "content-type: text/plain; version=0.0.4" in head, head
        lines = [line.split() for line in body.splitlines() if not line.startswith("#")]
        assert body.count("# HELP") == body.count("# TYPE") == 6 and body.endswith("\n"), body
        drops = sum(int(value) for name, value in lines if name.startswith("chat_drops_total{"))
        return [int(dict(lines)[f"chat_{name}"]) for name in
                ["clients", "messages_total", "deliveries_total"]] + [drops]

    assert await counts() == [0, 0, 0, 0]
    ana = await enter("Ana")  # a message; welcome and answer
    bia = await enter()  # a welcome
    caio = await enter(path="/outra")  # a welcome
    assert await counts() == [3, 1, 4, 0]
    await ana.say("oi")
    await bia.hears("Ana >> oi")
    assert await counts() == [3, 2, 5, 0]
    await ana.say("")  # not counted
    await ana.asks("/clientes", "3 clientes conectados")
    assert await counts() == [3, 3, 6, 0]
    await ana.asks("/sair", "Até logo!")
    await bia.hears("Ana saiu da sala")
    await ana.socket.wait_closed()
    assert await counts() == [2, 4, 8, 0]
    await drop(bia)
    _, body = await get("/metrics")
    for line in ['{reason="unread"} 1', '{reason="silence"} 0', '{reason="flood"} 0']:
        assert f"chat_drops_total{line}\n" in body, body


async def drop(victim):
    """Leaves so much unread that the server gives up."""
    loud = await enter("Alto")
    victim.socket.transport.pause_reading()
    while 'reason="unread"} 0' in (await get("/metrics"))[1]:
        for _ in range(20):
            await loud.say("x" * 60000)
        await loud.asks("/", INVALID)
    victim.socket.transport.abort()


async def reset():
    """Who leaves rudely was not dropped, even where a write shows it first: to one that is not read,
    as it says more than the server's rate of 50 a second."""
    ana, rude = await enter("Ana"), await enter("Rude")
    await ana.hears("Rude entrou na sala")
    heard = INVALID
    while heard == INVALID:  # again, if those were so slow that the server allowed them all
        for _ in range(150):
            await rude.say("/")
        for _ in range(150):
            heard = await rude.socket.recv()
            if heard != INVALID:
                break
    rude.socket.transport.pause_reading()
    for _ in range(3):
        await ana.say("é")
        await ana.asks("/", INVALID)
    rude.socket.transport.abort()
    entered.remove(rude)
    await ana.asks("/", INVALID)  # the reset is under way before
    await ana.say("oi")
    await ana.hears("Rude saiu da sala")
    _, body = await get("/metrics")
    assert body.count("chat_drops_total{") == body.count('"} 0\n') == 3, body


async def health():
    head, body = await get("/healthz")
    assert head.startswith("HTTP/1.1 200 ") and body == "ok\n", head + body
    assert "content-length: 3" in head and "x-content-type-options: nosniff" in head, head
    whole, body = await get("/metrics", "HEAD")
    assert whole.startswith("HTTP/1.1 200 ") and "content-length: " in whole and not body, whole
    for path, method, status in [("/healthy", "GET", 404), ("/healthz/x", "GET", 404),
                                 ("/metrics", "DELETE", 405)]:
        head, _ = await get(path, method)
        assert head.startswith(f"HTTP/1.1 {status} "), head
    assert "<title>Chat" in (await get("/"))[1]
    await (await enter("Ana", path="/metrics")).asks("/quem", "Quem está aqui: 1\nAna")


async def hsts():
    for path in ["/", "/healthz", "/chat.js", "/none"]:
        head, _ = await get(path)
        assert "\r\nstrict-transport-security: max-age=86400\r\n" in head, head


async def no_hsts():
    head, _ = await get("/")
    assert "strict-transport-security" not in head, head


async def addresses():
    unnamed = await enter()
    like = await enter("1.2.3.4:5")
    await unnamed.hears("1.2.3.4:5 entrou na sala")
    await like.leave()
    await unnamed.hears("1.2.3.4:5 saiu da sala")


async def metrics_access():
    """For this computer, and for 127.0.0.2 under any name, since the server is told so."""
    for host in ["localhost", "LOCALHOST:8765", "127.0.0.1", f"127.0.0.1:{port}", "[::1]:1"]:
        head, _ = await get("/metrics", host=host)
        assert head.startswith("HTTP/1.1 200 "), (host, head)
    for host in ["evil.example", f"evil.example:{port}", "localhost.evil.example", "10.0.0.1", ""]:
        for method in ["GET", "HEAD"]:
            head, body = await get("/metrics", method, host=host)
            assert " 403 " in head.partition("\r\n")[0] and "chat_" not in body, (host, head, body)
        head, body = await get("/healthz", host=host)
        assert head.startswith("HTTP/1.1 200 ") and body == "ok\n", (host, head)
    other = {"local_addr": ("127.0.0.2", 0)}
    head, _ = await get("/metrics", host="monitor.example", **other)
    assert head.startswith("HTTP/1.1 200 "), head
    other = {"local_addr": ("127.0.0.22", 0)}
    head, _ = await get("/metrics", host="monitor.example", **other)
    assert " 403 " in head, head


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


async def deaf():
    """Hears the server say goodbye and does not answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    await reader.readuntil(b"/nome SeuNome")
    print("connected", flush=True)
    await reader.readuntil(b"\x88\x02\x03\xe9")
    print("1001", flush=True)
    await reader.read()  # until the server is gone


scenarios = {name: f for name, f in globals().items() if inspect.iscoroutinefunction(f)}


async def main():
    try:
        await scenarios[sys.argv[2]]()
    except AssertionError:
        traceback.print_exc(limit=-3)
        sys.stderr.flush()
        os._exit(1)  # to close the connections could take ten seconds more
    await asyncio.gather(*[client.leave() for client in entered])


asyncio.run(asyncio.wait_for(main(), 2.8 * PATIENCE))  # Check's limit is a little later, and says nothing
