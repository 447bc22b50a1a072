"""A message of the chat goes out to four clients, one of whom does not read."""

import asyncio
import socket

import websockets

from scenario import PATIENCE, Program

LONG = "x" * 4000


async def connect(port, name, **options):
    client = await websockets.connect(f"ws://127.0.0.1:{port}/", **options)
    await client.recv()
    await client.send(f"/nome {name}")
    await client.recv()
    return client


def lazy_socket(port):
    """Room for little that its owner does not read."""
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    lazy.connect(("127.0.0.1", port))
    return lazy


async def talk(port):
    slow = await connect(port, "slow", sock=lazy_socket(port), max_queue=1, read_limit=1024)
    ana, bia, caio = [await connect(port, name) for name in ("ana", "bia", "caio")]

    async def hear(client, text):
        while not (await client.recv()).endswith(text):
            pass

    for count in range(200):
        text = f"{LONG} {count}"
        await ana.send(text)
        await asyncio.gather(hear(bia, text), hear(caio, text))
    await ana.send("Oi!")
    await asyncio.gather(hear(bia, "Oi!"), hear(caio, "Oi!"))
    for client in ana, bia, caio:
        await client.close()
    slow.transport.abort()


with Program("04-chat-server/chat-server", "--port", "0", "--rate", "0") as server:
    asyncio.run(asyncio.wait_for(talk(server.port()), PATIENCE))
    server.stop()
