"""What stands between the servers and Redis, for scenarios in which the connection is at fault."""

import asyncio

from cluster import stage
from cluster.stage import Redis, Server, until


class Proxy:
    """Stands between the servers and Redis, and cuts connections, also in the middle of a command."""

    def __init__(self, redis, name="proxy"):
        self.redis = redis
        self.path = f"{stage.work}/{name}"
        self.url = "unix:" + self.path
        self.writers = set()
        self.left = None  # bytes until the next cut
        self.gate = asyncio.Event()  # of the connections that are made now: while it is closed,
        self.gate.set()  # what servers write waits here
        self.held = None  # an event for which the next XREAD waits
        self.holds = False
        self.instead = None  # a command, and what answers the next such command instead of Redis
        self.drip = None  # (bytes, seconds): Redis' answers arrive in such pieces, with such pauses

    async def start(self):
        self.server = await asyncio.start_unix_server(self.accept, self.path)
        return self

    async def accept(self, reader, writer):
        try:
            redis_reader, redis_writer = await asyncio.open_unix_connection(self.redis.path)
        except OSError:
            writer.close()
            return
        self.writers |= {writer, redis_writer}
        opened = asyncio.Event()
        opened.set()
        await asyncio.gather(self.copy(reader, redis_writer, self.gate, writer), self.copy(redis_reader, writer, opened))

    async def copy(self, reader, writer, gate, back=None):
        try:
            while data := await reader.read(65536):
                await gate.wait()
                if back and self.instead and b"\r\n%b\r\n" % self.instead[0] in data:
                    answer, self.instead = self.instead[1], None
                    back.write(answer)
                    continue
                if self.held and b"\r\nXREAD\r\n" in data:
                    self.holds = True
                    await self.held.wait()
                while not back and self.drip and data:
                    size, pause = self.drip
                    writer.write(data[:size])
                    await writer.drain()
                    await asyncio.sleep(pause)
                    data = data[size:]
                if self.left is not None:
                    data, self.left = data[:self.left], self.left - len(data)
                writer.write(data)
                await writer.drain()
                if self.left is not None and self.left <= 0:
                    self.cut()
        except (OSError, ConnectionError):
            pass
        writer.close()
        self.writers.discard(writer)

    def cut(self):
        self.left = None
        for writer in self.writers:
            writer.close()
        self.writers.clear()


async def one_behind_proxy():
    """A server, and another one whose reading a test can hold."""
    redis = await Redis().start()
    proxy = await Proxy(redis).start()
    one, other = await Server(redis.url).ready(), await Server(proxy.url).ready()
    return redis, proxy, one, other


async def hold(proxy, client):
    """After this, the client's server reads nothing until the event that is returned."""
    proxy.held, proxy.holds = asyncio.Event(), False
    await client.say("agora")
    await until(lambda: proxy.holds, "an XREAD is held")
    return proxy.held
