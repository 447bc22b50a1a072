#!/usr/bin/python3
"""Plays a conversation with a server of this chapter, and ends the server.

talk.py PROGRAM [OPTION...] -- LINE...

    Ana          Ana enters (Ana@/games: by that path)
    Ana: hello   she says it; "Ana: x*500" says it 500 times in a row
    Ana?         waits for her next message, and shows it
    Ana.         she leaves; "Ana!": waits until the server closes, and shows how
    server?      waits for a line that the server prints, and shows it
"""

import asyncio
import re
import sys

import websockets

PATIENCE = 10  # seconds until what should have come is missed


def shown(text):
    return text if len(text) <= 100 else f"{text[:20]}... ({len(text)} characters)"


class Conversation:
    def __init__(self, server, address):
        self.server, self.address, self.people = server, address, {}

    async def enter(self, name, path):
        self.people[name] = await websockets.connect(
            f"ws://{self.address}{path or '/'}", extra_headers={"Accept-Language": "en"})
        print(f"{name} enters")

    async def say(self, name, text):
        times = re.fullmatch(r"(.+)\*(\d+)", text)
        text = times[1] * int(times[2]) if times else text
        print(f"{name}: {shown(text)}")
        await self.people[name].send(text)

    async def hear(self, name):
        if name == "server":
            print(f"    server prints: {(await self.server.stdout.readline()).decode().rstrip()}")
            return
        for line in shown(await self.people[name].recv()).split("\n"):
            print(f"    {name} hears: {line}")

    async def leave(self, name):
        print(f"{name} leaves")
        await self.people[name].close()

    async def see_closed(self, name):
        await self.people[name].wait_closed()
        print(f"    {name} is disconnected: {self.people[name].close_code}")

    async def play(self, line):
        name, path, sign, text = re.fullmatch(r"(\w+)(/[^:]*)?([?.!]|: ?)?(.*)",
                                              line.replace("@", ""), re.DOTALL).groups()
        act = {"?": self.hear, ".": self.leave, "!": self.see_closed}.get(sign)
        if act:
            await asyncio.wait_for(act(name), PATIENCE)
        elif sign:
            await self.say(name, text)
        else:
            await self.enter(name, path)


async def main(words):
    command, lines = words[: words.index("--")], words[words.index("--") + 1 :]
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        first = (await server.stdout.readline()).decode().split()
        conversation = Conversation(server, first[-1])
        for line in lines:
            await conversation.play(line)
    except asyncio.TimeoutError:
        sys.exit(f"talk.py: {line}: nothing came for {PATIENCE} seconds")
    except (OSError, websockets.WebSocketException) as error:
        sys.exit(f"talk.py: {line}: {error}")
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


if "--" not in sys.argv:
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1:]))
