"""One chat on many servers: a redis-server of its own for each scenario, chat servers as programs, and
what goes wrong between them.

chat_cluster.py SCENARIO [ARGUMENT...][,SCENARIO...]: plays the scenarios of tests/cluster, at once if there are
several, and ends with 0 if all was as they say. With 77 if redis-server is missing, or the chat server was built
without hiredis. BIN names the root of the programs, VALGRIND=1 runs them under Valgrind; CK_TIMEOUT_MULTIPLIER
lengthens all time limits.
"""

import asyncio
import inspect
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

from cluster import bad_bytes, bounds, connecting, faults, losses, names, outages, stage, together

SECONDS = int(os.environ.get("SECONDS", "28"))  # for a scenario; more by hand: SECONDS=600 chat_cluster.py hostile 1 0

themes = [together, names, faults, outages, losses, bounds, connecting, bad_bytes]
scenarios = {name: function for theme in themes for name, function in vars(theme).items()
             if inspect.iscoroutinefunction(function) and function.__module__ == theme.__name__}


def is_built_with_redis():
    program = f"{stage.BIN}/04-chat-server/chat-server"
    words = [program, "--port", "0", "--redis", "none:"]
    return "hiredis" not in subprocess.run(words, capture_output=True, text=True).stderr


def play(name, *arguments):
    """Plays a scenario in this process, and ends it."""
    stage.work = tempfile.mkdtemp(prefix="chat-cluster-")
    seconds = (3600 if name == "rounds" else SECONDS) * stage.SLOWER
    try:
        asyncio.run(asyncio.wait_for(scenarios[name](*arguments), seconds))
    except BaseException:
        traceback.print_exc(limit=-3)
        for log_name in sorted(os.listdir(stage.work)):
            if log_name.startswith("chat-") and log_name.endswith(".log"):
                with open(f"{stage.work}/{log_name}") as log:
                    print(f"--- {log_name}\n{log.read()[-3000:]}", file=sys.stderr)
        status = 1
    else:
        status = 0
    for process in stage.processes:
        process.send_signal(signal.SIGCONT)
        process.kill()
    shutil.rmtree(stage.work)
    sys.exit(status)


def play_all(choices):
    """Plays them at once, since most of their time they wait, each in a process of its own."""
    children = []
    for words in choices:
        output = tempfile.TemporaryFile("w+")
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            play(*words)
        children.append((child, words, output))
    failed = False
    for child, words, output in children:
        if os.waitpid(child, 0)[1] != 0:
            failed = True
            output.seek(0)
            print(f"{' '.join(words)}: {output.read()}")
    sys.exit(failed)


def main():
    if not shutil.which("redis-server"):
        print("redis-server is missing")
        sys.exit(77)
    if not is_built_with_redis():
        print("the chat server was built without hiredis")
        sys.exit(77)
    choices = [words.split() for words in " ".join(sys.argv[1:]).split(",")]
    if len(choices) == 1:
        play(*choices[0])
    play_all(choices)


if __name__ == "__main__":
    main()
