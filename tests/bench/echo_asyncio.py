"""The echo server's work on Python's asyncio streams."""

import asyncio
import time

second, text = 0, b""


def date_and_time():
    global second, text
    now = int(time.time())
    if now != second:
        second, text = now, time.strftime("%c\r\n").encode()
    return text


async def manage(reader, writer):
    try:
        while line := await reader.readline():
            writer.write(date_and_time())
            await writer.drain()
            if line.strip().lower() in (b"sair", b"quit"):
                break
    except ConnectionError:
        pass
    writer.close()


async def serve():
    server = await asyncio.start_server(manage, "127.0.0.1", 0, backlog=4096)
    print("Listening on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve())
