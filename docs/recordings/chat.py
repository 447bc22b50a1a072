"""A message of the chat goes out to four clients, one of whom does not read."""

import asyncio
import socket
import sys
from pathlib import Path

from scenario import PATIENCE, Program

sys.path.append(str(Path(__file__).parents[2] / "tests"))
import websockets_version

LONG = "x" * 40000
MANY = 90  # of these, until a socket that nobody reads takes no more


async def connect(port, name, **options):
    client = await websockets_version.connect(f"ws://127.0.0.1:{port}/", **options)
    await client.recv()
    await client.send(f"/nome {name}")
    await client.recv()
    return client


async def hear(client, text):
    while not (await client.recv()).endswith(text):
        pass


def lazy_socket(port):
    """Room for little that its owner does not read."""
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    lazy.connect(("127.0.0.1", port))
    return lazy


async def talk(port):
    slow = await connect(port, "slow", sock=lazy_socket(port))
    slow.transport.pause_reading()
    ana, *others = [await connect(port, name) for name in ("ana", "bia", "caio", "duda")]

    async def say(text):
        await ana.send(text)
        await asyncio.gather(*(hear(other, text) for other in others))

    await say("Oi!")
    for count in range(MANY):
        await say(f"{LONG} {count}")
    await say("Tchau!")
    for client in ana, *others:
        await client.close()
    slow.transport.abort()


with Program("04-chat-server/chat-server", "--port", "0", "--rate", "0") as server:
    asyncio.run(asyncio.wait_for(talk(server.port()), PATIENCE))
    server.stop()
