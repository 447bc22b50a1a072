"""Follows the section "Add a command" of chapter 4's lessons, with copies of the files that it changes:

    lesson_command.py PAGE DIRECTORY   builds a chat server with the page's command in DIRECTORY, a folder
                                       below the repository's root, and has the page's test talk to it

It ends with 0 if the test fails with the server of the repository and succeeds with the new one.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

page, directory = Path(sys.argv[1]), Path(sys.argv[2])
OUT = Path(os.environ.get("OUT", "build/plain"))
SECTION = re.compile(r"^## (?:Add a command|Acrescente um comando)\n(.*?)^## ", re.MULTILINE | re.DOTALL)
PROTOTYPE = "static int send_help(struct client *self, const struct words *words);\n"


def blocks(language, section):
    """The section's blocks of that language; all are indented, as parts of a list."""
    found = re.findall(rf"^   ```{language}\n(.*?)^   ```", section, re.MULTILINE | re.DOTALL)
    return [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in found]


def insert(text, place, addition, start=0):
    position = text.index(place, start)
    return text[:position] + addition + text[position:]


def libraries():
    names = ["libwebsockets", "libssl", "libuv", "hiredis", "hiredis_ssl", "libcrypto"]
    there = [name for name in names if subprocess.run(["pkg-config", "--exists", name]).returncode == 0]
    return subprocess.check_output(["pkg-config", "--libs", *there], text=True).split()


def build(commands):
    """The new object comes before the archive, so the linker leaves the archive's commands.c.o out."""
    (directory / "commands.c").write_text(commands)
    chat = "04-chat-server"
    flags = subprocess.check_output(["pkg-config", "--cflags", "libuv", "libwebsockets"], text=True).split()
    archives = [OUT / f"{chat}.a", OUT / f"{chat}/cluster.a", OUT / f"{chat}.a",
                OUT / f"{chat}/websocket.a", OUT / "libcommon.a"]
    subprocess.run(
        [*os.environ.get("CC", "gcc").split(), "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-I.", *flags, "-o", directory / "chat-server", directory / "commands.c",
         OUT / f"{chat}/chat-server.c.o", *[path for path in archives if path.exists()], *libraries(), "-lm"],
        check=True)


def play(server, scenario, **environment):
    """Plays the scenario with the server; returns its status and what it prints."""
    process = subprocess.Popen([server, "--port", "0"], stdout=subprocess.PIPE, text=True)
    port = process.stdout.readline().rsplit(":", 1)[-1].strip()
    played = subprocess.run(["/usr/bin/python3", directory / "chat_client.py", port, scenario],
                            env={**os.environ, "PYTHONPATH": "tests", **environment}, capture_output=True, text=True)
    process.terminate()
    process.communicate()
    return played.returncode, played.stdout + played.stderr


section = SECTION.search(page.read_text())[1]
test, = blocks("python", section)
function, entry = blocks("c", section)
line = re.search(r"`(/eu [^`]*: [^`]*)`", section)[1]

talking = Path("tests/chat/talking.py").read_text()
talking = insert(talking, "    await ana.hears_nothing()\n", test, talking.index("async def messages"))
talking = insert(talking, "/ajuda: ", line + "\n", talking.index("HELP = "))
source = Path("04-chat-server/commands.c").read_text()
source = insert(source, PROTOTYPE, function + "\n")
source = insert(source, '    {{"ajuda", "help"}', entry)
shutil.copytree("tests/chat", directory / "chat", dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
shutil.copy("tests/chat_client.py", directory)
(directory / "chat/talking.py").write_text(talking)
build(source)

status, output = play("04-chat-server/chat-server", "messages", CK_TIMEOUT_MULTIPLIER="0.3")
missed = re.search(r"^AssertionError: (heard nothing, expected .*)", output, re.MULTILINE)
if status == 0 or not missed or missed[1] not in section:
    sys.exit(f"before the command is there, the page says what the test prints; it prints:\n{output}")
for scenario in ["messages", "helping"]:
    status, output = play(directory / "chat-server", scenario)
    if status != 0:
        sys.exit(f"{scenario}:\n{output}")
