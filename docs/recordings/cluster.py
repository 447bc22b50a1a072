"""A message of a client of one chat server to clients of two, over Redis."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scenario import PATIENCE, Program

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "tests")]
import websockets_version

RECORDING = sys.argv[1]
PARTS = [f"{RECORDING}.{name}" for name in "AB"]


async def until_answered(connect, *words):
    """Tries again until the other side is there."""
    for _ in range(PATIENCE * 100):
        try:
            return await connect(*words)
        except OSError:
            await asyncio.sleep(0.01)
    sys.exit("redis-server does not answer")


async def enter(port, name):
    client = await websockets_version.connect(f"ws://127.0.0.1:{port}/")
    await client.recv()
    await client.send(f"/nome {name}")
    await hear(client, f"Nome alterado com sucesso para {name}")
    return client


async def hear(client, text):
    while not (await client.recv()).endswith(text):
        pass


async def talk(ports):
    """Two clients a server."""
    clients = [await enter(port, name) for port, name in
               zip(ports * 2, ("ana", "bia", "caio", "duda"))]
    for text in "Oi!", "Oi de novo!", "Tchau!":
        await asyncio.sleep(0.2)
        await clients[0].send(text)
        await asyncio.gather(*(hear(client, f"ana >> {text}") for client in clients[1:]))
    for client in clients:
        await client.close()


def serve(socket, trace):
    return Program("04-chat-server/chat-server", "--port", "0", "--redis", f"unix:{socket}", trace=trace)


with tempfile.TemporaryDirectory() as directory:
    socket = f"{directory}/redis"
    redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", socket, "--save", ""],
                             stdout=subprocess.DEVNULL)
    try:
        asyncio.run(until_answered(asyncio.open_unix_connection, socket))
        with serve(socket, PARTS[0]) as one, serve(socket, PARTS[1]) as other:
            asyncio.run(asyncio.wait_for(talk([one.port(), other.port()]), PATIENCE))
            one.stop()
            other.stop()
    finally:
        redis.terminate()
        redis.wait()

subprocess.run([Path(__file__).parents[1] / "merge.py", *map("=".join, zip("AB", PARTS)), RECORDING], check=True)
for part in PARTS:
    os.remove(part)
