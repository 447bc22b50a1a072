"""A client that nobody here wrote (Debian's python3-websockets) does as test_04_websocket.c says.

websocket_client.py PORT SCENARIO [COUNT]: prints what happened, one line each.
"""

import asyncio
import sys

import websockets

import websockets_version

LIMIT = 64 * 1024


def connect(port, path="/", **options):
    return websockets_version.connect(f"ws://127.0.0.1:{port}{path}", **options)


async def ending(socket):
    """Reads to the end; the messages, and the code it was closed with."""
    messages = []
    try:
        while True:
            messages.append(await socket.recv())
    except websockets.ConnectionClosed as closed:
        return messages, closed.rcvd.code if closed.rcvd else 1006


async def hello(port, _):
    async with connect(port) as socket:
        await socket.send("Antônio")
        print(await ending(socket))


async def echo(port, count):
    """Messages of many sizes, whole and in fragments, come back as they went."""
    async with connect(port, "/echo", max_size=None) as socket:
        for size in [1, 125, 126, 127, 511, 512, 513, 4096, 65535, LIMIT]:
            text = "".join(chr(97 + i % 26) for i in range(size))
            await socket.send(text)
            assert await socket.recv() == text, size
            await socket.send([text[i : i + 7919] for i in range(0, size, 7919)])
            assert await socket.recv() == text, size
        await (await socket.ping())
        for i in range(count):
            await socket.send(f"mensagem {i} ção")
        for i in range(count):
            assert await socket.recv() == f"mensagem {i} ção", i
    print("closed", socket.close_code)


async def refused(port, _):
    for message in ["a" * (LIMIT + 1), "a" * 500_000, ["a" * LIMIT, "b"]]:
        async with connect(port, "/echo") as socket:
            try:
                await socket.send(message)
            except websockets.ConnectionClosed:
                pass
            print((await ending(socket))[1])


async def many(port, count):
    """All at once, each with messages of its own."""

    async def one(number):
        async with connect(port, "/echo") as socket:
            for i in range(10):
                await socket.send(f"{number}: {i}")
                assert await socket.recv() == f"{number}: {i}"

    await asyncio.gather(*(one(number) for number in range(count)))
    print("all")


async def farewell(port, count):
    """Waits until the server closes, and counts the codes."""
    sockets = [await connect(port, "/echo") for _ in range(count)]
    for socket in sockets:
        await socket.send("olá")
        await socket.recv()
    print("ready", flush=True)
    endings = await asyncio.gather(*(ending(socket) for socket in sockets))
    print(sorted({code for _, code in endings}))


port, scenario = int(sys.argv[1]), sys.argv[2]
asyncio.run(globals()[scenario](port, int(sys.argv[3]) if len(sys.argv) > 3 else 1))
