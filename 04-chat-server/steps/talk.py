#!/usr/bin/python3
"""Starts a server of this chapter, plays a conversation with it, and ends it.

talk.py SERVER LINE...

SERVER is a step's number, 4.1, or a command: "04-chat-server/hello-server --port 0". A line is
one of

    Ana          Ana enters; Ana/games: by the path /games; Ana+pt: her browser prefers Portuguese;
                 Ana#lines.chat: she asks for that subprotocol; Ana@http://example.com: her page is
                 from there
    Ana: hello   she says it
    Ana?         waits for her next message, and shows it
    Ana.         she leaves
    Ana!         waits until the server has closed her connection, and shows the status
    server?      waits for a line that the server prints, and shows it
"""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

STEPS = Path(__file__).parent
ROOT = STEPS.parent.parent
sys.path.append(str(ROOT / "tests"))

try:
    import websockets
    import websockets_version
except ImportError:
    sys.exit("talk.py needs python3-websockets: make deps FOR=test brings it")

PATIENCE = 10  # seconds until what should have come is missed


def command_of(server):
    """A step is built first, silently unless that fails."""
    if not re.fullmatch(r"4\.\d+", server):
        return shlex.split(server)
    source = next(STEPS.glob(f"{server[2:]}-*.c"), None)
    if not source:
        sys.exit(f"talk.py: there is no step {server}")
    program = f"build/plain/04-chat-server/steps/{source.stem}"
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    made = subprocess.run(["make", "-s", program], cwd=ROOT, env=environment,
                          capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(made.stdout + made.stderr)
    return [ROOT / program, "0"]  # a port that is free


async def read_line(server):
    return (await server.stdout.readline()).decode().rstrip()


class Conversation:
    def __init__(self, address, server):
        self.address, self.people, self.server = address, {}, server

    async def enter(self, name, path, language, subprotocol, origin):
        try:
            self.people[name] = await websockets_version.connect(
                f"ws://{self.address}{path or '/'}", headers={"Accept-Language": language or "en"},
                subprotocols=subprotocol and [subprotocol], origin=origin)
            print(f"{name} enters")
        except websockets.InvalidHandshake as error:
            print(f"{name} is refused: {error}")

    async def say(self, name, text):
        print(f"{name}: {text}")
        await self.people[name].send(text)

    async def hear(self, name):
        if name == "server":
            print(f"    server prints: {await read_line(self.server)}")
            return
        for line in (await self.people[name].recv()).split("\n"):
            print(f"    {name} hears: {line}")

    async def leave(self, name):
        print(f"{name} leaves")
        await self.people[name].close()

    async def see_closed(self, name):
        await self.people[name].wait_closed()
        print(f"    {name} is disconnected: {self.people[name].close_code}")

    async def play(self, line):
        name, *entrance, sign, text = re.fullmatch(
            r"(\w+)(/\w*)?(?:\+(\w+))?(?:#([\w.]+))?(?:@(\S+))?([?.!]|: ?)?(.*)", line).groups()
        act = {"?": self.hear, ".": self.leave, "!": self.see_closed}.get(sign)
        if act:
            await asyncio.wait_for(act(name), PATIENCE)
        elif sign:
            await self.say(name, text)
        else:
            await self.enter(name, *entrance)


async def main(words):
    command, *lines = words
    server = await asyncio.create_subprocess_exec(
        *command_of(command), cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        listening = await read_line(server)
        if not listening:
            sys.exit(f"talk.py: {command} has not begun to listen")
        conversation = Conversation(listening.split()[-1], server)
        for line in lines:
            await conversation.play(line)
    except asyncio.TimeoutError:
        sys.exit(f"talk.py: {line}: nothing came for {PATIENCE} seconds")
    except KeyError as name:
        sys.exit(f"talk.py: {line}: {name} has not entered")
    except (OSError, websockets.WebSocketException) as error:
        sys.exit(f"talk.py: {line}: {error}")
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


if len(sys.argv) < 3 or sys.argv[1].startswith("-"):
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1:]))
