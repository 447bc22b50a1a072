"""Frames that no client sends: random ones, and good ones with a few bytes changed or cut short.

chat_frames.py PORT SECONDS SEED: meanwhile two clients of a library talk, and lose nothing. Ends with
0 if so, and if the server still takes new clients. The same seed makes the same frames.
"""

import asyncio
import base64
import contextlib
import os
import random
import sys
import time

import websockets_version

port, seconds, seed = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
BAD_PEERS = 8  # at once
PATIENCE = 0.05  # seconds that a bad peer waits for an answer
TIME_LIMIT = 10 * float(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds for a message

HANDSHAKE = (
    "GET /{} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n"
)
TEXTS = ["oi", "/nome X{}", "/apenas X{} oi", "/quem", "/ajuda", "/sair", "é" * 100, "x" * 70000, ""]


def frame(opcode, payload, mask=True):
    """A good one, except that it may not be masked."""
    size = len(payload)
    short = size if size < 126 else 126 if size < 65536 else 127
    head = bytes([opcode, short | (0x80 if mask else 0)])
    if short > 125:
        head += size.to_bytes(2 if short == 126 else 8, "big")
    if not mask:
        return head + payload
    key = chance.randbytes(4)
    masked = int.from_bytes(payload, "big") ^ int.from_bytes((key * (size // 4 + 1))[:size], "big")
    return head + key + masked.to_bytes(size, "big")


def payload():
    if chance.random() < 0.3:
        return chance.randbytes(chance.choice([0, 1, 2, 125, 126, 1000]))
    return chance.choice(TEXTS).format(chance.randrange(20)).encode()


def any_frame():
    usual = [0x81, 0x81, 0x81, 0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8A]
    opcode = chance.choice(usual) if chance.random() < 0.9 else chance.randrange(256)
    data = bytearray(frame(opcode, payload(), mask=chance.random() < 0.95))
    if chance.random() < 0.1:
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.05:
        del data[chance.randrange(len(data)) :]
    return bytes(data)


async def attack():
    """One connection: a good handshake, or nearly, some frames, and an end of some kind."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = base64.b64encode(chance.randbytes(16)).decode()
    data = bytearray(HANDSHAKE.format(chance.choice(["", "fuzz", "%FF"]), key).encode())
    if chance.random() < 0.05:
        data[chance.randrange(len(data))] = chance.randrange(256)
    data += b"".join(any_frame() for _ in range(chance.randrange(1, 20)))
    while data:  # in pieces, so that every place is once a piece's end
        piece = chance.choice([1, 7, 100, 100000])
        writer.write(data[:piece])
        del data[:piece]
        await writer.drain()
    if chance.random() < 0.3:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(reader.read(), PATIENCE)
    if chance.random() < 0.5:
        writer.transport.abort()
    writer.close()


async def attacks(end):
    count = 0
    while time.monotonic() < end:
        with contextlib.suppress(ConnectionError):
            await attack()
        count += 1
    return count


async def enter(name):
    socket = await websockets_version.connect(f"ws://127.0.0.1:{port}/good")
    await socket.recv()
    await socket.send(f"/nome {name}")
    assert await socket.recv() == f"Nome alterado com sucesso para {name}"
    return socket


async def talk(end):
    """In a room of their own, every message has to arrive, in its order and within the time limit."""
    ana, bia = await enter("Ana"), await enter("Bia")
    assert await ana.recv() == "Bia entrou na sala"
    count = 0
    while time.monotonic() < end:
        await ana.send(f"{count}")
        heard = await asyncio.wait_for(bia.recv(), TIME_LIMIT)
        assert heard == f"Ana >> {count}", f"heard {heard!r}, expected {count}"
        count += 1
        await asyncio.sleep(0.001)
    await ana.close()
    await bia.close()
    return count


async def main():
    end = time.monotonic() + seconds
    messages, *counts = await asyncio.gather(
        talk(end), *[attacks(end) for _ in range(BAD_PEERS)]
    )
    await (await enter("Caio")).close()
    print(f"seed {seed}: {sum(counts)} bad peers, {messages} messages")


try:
    asyncio.run(main())
except BaseException:
    print(f"seed {seed}")
    raise
