"""An hour of the chat compressed to minutes: people who come, say anything, and leave rudely.

soak.py SERVER MINUTES          memory and descriptors stay flat, everyone's messages come in order
soak.py SERVER stops TIMES      the server is ended in the middle of it, again and again

Not for CI. SEED=n in the environment makes the same choices again. Ends with 0 if all was well.
"""

import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import websockets

sys.path.append(str(Path(__file__).parents[1]))
import websockets_version

PEOPLE = 60  # at once
WARM_UP = 0.4  # of the time, until the memory is as large as it gets
GROWTH = 1.1  # times, that is still flat
STOP_SECONDS = 20  # that an end may take; a sanitizer looks for leaks meanwhile

seed = int(os.environ.get("SEED", os.getpid()))
chance = random.Random(seed)


class Server:
    """The program, its log in a file, and what the system says of it."""

    def __init__(self, program):
        self.log = tempfile.TemporaryFile("w+")
        command = [program, "--port", "0", "--rate", "0", "--per-address", "0"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        while ":" not in (line := self.read_log().partition("\n")[0]):
            time.sleep(0.01)
        self.port = int(line.rpartition(":")[2])

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def resident(self):
        """In KB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def ends_well(self):
        status = self.process.wait(STOP_SECONDS)
        assert status == 0, f"the server ended with {status}:\n{self.read_log()[-5000:]}"


class Person:
    """One visit: in some room, saying anything. What others count up has to come in its order."""

    def __init__(self, server, number, totals):
        self.server, self.name, self.totals = server, f"p{number}", totals
        self.heard, self.said = {}, 0

    async def visit(self, end):
        room = chance.choice(["", "a", "b", "%C3%A9"])
        uri = f"ws://127.0.0.1:{self.server.port}/{room}"
        socket = await websockets_version.connect(uri, ping_interval=None, close_timeout=1)
        self.totals["visits"] += 1
        listening = asyncio.ensure_future(self.listen(socket))
        try:
            await socket.send(f"/nome {self.name}")
            for _ in range(chance.randrange(300)):
                if time.monotonic() > end:
                    break
                await socket.send(self.anything())
                await asyncio.sleep(chance.random() / 50)
            await self.leave(socket)
            await listening
        except websockets.ConnectionClosed:
            await listening
        finally:
            socket.transport.abort()

    def anything(self):
        if chance.random() < 0.7:
            self.said += 1
            self.totals["messages"] += 1
            return f"{self.said} " + "x" * chance.choice([0, 10, 100, 1000, 20000])
        return chance.choice([
            "/quem", "/ajuda", "/clientes", "/horas", "/data", "/", "/nome", '/nome "', "/dança",
            f"/apenas p{chance.randrange(PEOPLE)} psiu", f"/nome p{chance.randrange(PEOPLE)}", "é" * 3])

    async def listen(self, socket):
        try:
            async for text in socket:
                self.note(text)
        except websockets.ConnectionClosed:
            pass

    def note(self, text):
        """Numbers of one name grow; another may have the name later, and begins again."""
        self.totals["heard"] += 1
        name, arrow, said = text.partition(" >> ")
        number = said.partition(" ")[0]
        notice = r"(Entraram na sala|Saíram da sala|Novos nomes): |.* (agora é|entrou na sala$|saiu da sala$)"
        if not arrow and re.match(notice, text):
            self.heard.clear()
        elif arrow and number.isdigit():
            last = self.heard.get(name)
            assert last is None or int(number) == last + 1, f"{name}: {number} after {last}"
            self.heard[name] = int(number)

    async def leave(self, socket):
        way = chance.randrange(4)
        if way == 0:
            await socket.send("/sair")
        elif way == 1:
            await socket.close()
        elif way == 2:
            socket.transport.abort()
        else:  # deaf, and then gone
            socket.transport.pause_reading()
            await asyncio.sleep(0.2)
            socket.transport.abort()


async def people(server, end, totals):
    """So many, each of whom comes back as somebody new."""

    async def come_back(number):
        while time.monotonic() < end:
            await Person(server, number, totals).visit(end)

    await asyncio.gather(*[come_back(number) for number in range(PEOPLE)])


def new_totals():
    return dict.fromkeys(["visits", "messages", "heard"], 0)


async def watch(server, seconds, sizes):
    """The memory, after the warm-up."""
    await asyncio.sleep(seconds * WARM_UP)
    end = time.monotonic() + seconds * (1 - WARM_UP) - 1
    while time.monotonic() < end:
        sizes.append(server.resident())
        await asyncio.sleep(0.5)


async def soak(program, minutes):
    server, totals, sizes = Server(program), new_totals(), []
    descriptors, seconds = server.descriptors(), minutes * 60
    await asyncio.gather(
        people(server, time.monotonic() + seconds, totals), watch(server, seconds, sizes))
    quarter = max(len(sizes) // 4, 1)
    # Medians: a peak is what waits for somebody who has not read for a moment.
    first, last = statistics.median(sizes[:quarter]), statistics.median(sizes[-quarter:])
    give_up = time.monotonic() + 20
    while server.descriptors() != descriptors and time.monotonic() < give_up:
        await asyncio.sleep(0.05)
    print(f"seed {seed}:", ", ".join(f"{count} {name}" for name, count in totals.items()))
    print(f"memory: {first:.0f} KB after the warm-up, {last:.0f} KB at the end, {max(sizes)} KB at most, "
          f"{server.resident()} KB empty")
    print(f"descriptors: {descriptors} before, {server.descriptors()} after")
    assert last <= first * GROWTH, "the memory grows"
    assert server.descriptors() == descriptors, "descriptors are lost"
    server.process.send_signal(signal.SIGTERM)
    server.ends_well()


async def stops(program, times):
    """Ended by SIGINT or SIGTERM with everybody talking."""
    totals, longest = new_totals(), 0
    for turn in range(times):
        server = Server(program)
        crowd = asyncio.ensure_future(people(server, time.monotonic() + 60, totals))
        await asyncio.sleep(0.3 + chance.random())
        began = time.monotonic()
        server.process.send_signal(chance.choice([signal.SIGINT, signal.SIGTERM]))
        while server.process.poll() is None and time.monotonic() < began + STOP_SECONDS:
            await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - began)
        crowd.cancel()
        await asyncio.gather(crowd, return_exceptions=True)
        server.ends_well()
    print(f"seed {seed}: ended {times} times, {longest:.1f} s at most;",
          ", ".join(f"{count} {name}" for name, count in totals.items()))


if sys.argv[2] == "stops":
    asyncio.run(stops(sys.argv[1], int(sys.argv[3])))
else:
    asyncio.run(soak(sys.argv[1], float(sys.argv[2])))
