"""How much one client or one address may do."""

import asyncio
import os
import signal
import socket

from chat.people import PATIENCE, arrives, connect, ends_with, enter, entered, get, port


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


async def leaving_while_slowed():
    """Clients that change names too often wait, but one that leaves does not stay until its turn."""
    watcher = await enter()
    crowd = [await enter(f"n{n}", path=f"/sala{n}") for n in range(80)]
    for n, client in enumerate(crowd):
        await client.say(f"/nome m{n}")
    patient = crowd.pop(len(crowd) // 2)  # its turn comes long before that of the last ones
    renamed = asyncio.create_task(patient.hears("Nome alterado com sucesso para m40"))
    await asyncio.gather(*[client.leave() for client in crowd])
    await watcher.is_told("/clientes", "2 clientes conectados")
    assert not renamed.done(), "the others stayed until it was their turn"
    renamed.cancel()
