"""Faults while all talk: nothing is lost, and nothing comes twice."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import subprocess

from cluster import stage
from cluster.stage import LOST, TAKEN, Redis, servers, stop, until
from cluster.proxy import Proxy
from cluster.talk import Talk


async def fault_kill(redis, proxy, places, rng):
    """Redis is killed, and started again."""
    redis.kill()
    await asyncio.sleep(rng.random() * 1.5)
    await redis.start()


async def fault_stop(redis, proxy, places, rng, seconds=2.5):
    """Redis hangs."""
    redis.signal(signal.SIGSTOP)
    await asyncio.sleep(seconds + rng.random())
    redis.signal(signal.SIGCONT)


async def fault_cut(redis, proxy, places, rng):
    """Connections end in the middle of a command."""
    for _ in range(4):
        proxy.left = rng.randrange(2000)
        await asyncio.sleep(rng.random() * 0.5)


async def fault_late(redis, proxy, places, rng):
    """What servers wrote reaches Redis when they have given it up, and have written it again."""
    gate = proxy.gate
    gate.clear()
    proxy.gate = asyncio.Event()
    proxy.gate.set()
    await asyncio.sleep(2.5 + rng.random())
    gate.set()


async def fault_server(redis, proxy, places, rng):
    """A chat server is killed."""
    places[-1].kill()


async def fault_both(redis, proxy, places, rng):
    await asyncio.gather(fault_kill(redis, proxy, places, rng), fault_server(redis, proxy, places, rng))


async def fault_clock(redis, proxy, places, rng):
    """Redis' clock jumps forward: the entries' ids show it, and all keys expire."""
    await redis.ask("XADD", "{chat}:stream", f"{9 * 10**12 + rng.randrange(10**9)}-7", "a", "b")
    for key in await redis.ask("KEYS", "{chat}:server:*"):
        await redis.ask("DEL", key)


faults = {name[6:]: f for name, f in globals().items() if name.startswith("fault_")}  # before fault_in_rooms


async def round_with(fault, seed=1, count=25, pause=0.05, rooms=0):
    rng = random.Random(seed)
    redis = await Redis("--appendonly", "yes", name=f"redis-{seed}").start()
    await redis.ask("CONFIG", "SET", "dir", stage.work)
    proxy = await Proxy(redis).start()
    three = await servers(proxy.url, 3)
    talk = await Talk(rng, three if rooms else three * 2, rooms).begin()

    async def strike():
        await asyncio.sleep(rng.random() * count * pause / 2)
        await faults[fault](redis, proxy, three, rng)

    await asyncio.gather(talk.all_send(count, pause), strike())
    dead = three[-1] if fault in ("server", "both") else None
    alive = [server for server in three if server is not dead]
    for server in alive:
        async def is_back():
            return await server.metric("connected") == 1
        await until(is_back, f"back: {server.output()}")
    await talk.expect_all(dead)
    for n, client in enumerate(talk.clients):
        assert not [text for text in client.texts if LOST.match(text)], f"C{n} is told of a loss"
    await stop(*alive)
    proxy.server.close()
    redis.kill()
    with contextlib.suppress(FileNotFoundError):  # Python 3.13 removes it with the listener
        os.unlink(proxy.path)
    shutil.rmtree(f"{stage.work}/appendonlydir", ignore_errors=True)


async def fault(name):
    await round_with(name)


async def fault_in_rooms(name, rooms="1000"):
    """Many rooms, with one client on each of two servers."""
    await round_with(name, count=3, pause=0.5, rooms=int(rooms))


async def rounds(first="1", count="50", rooms="0"):
    """Random faults; by hand: chat_cluster.py rounds 1 50, or rounds 1 50 1000 with a thousand rooms."""
    for seed in range(int(first), int(first) + int(count)):
        name = random.Random(seed).choice(sorted(faults))
        print(f"round {seed}: {name}", flush=True)
        if int(rooms):
            await round_with(name, seed, 4, 0.8, int(rooms))
        else:
            await round_with(name, seed)


JUMPING_CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static long offset(void)
{
    char text[32] = "";
    int file = open(getenv("CLOCK"), O_RDONLY);
    if (file >= 0 && read(file, text, sizeof(text) - 1) < 0)
        abort();
    close(file);
    return atol(text);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec time;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    *now = (struct timeval){time.tv_sec + offset(), time.tv_nsec / 1000};
    return result;
}
"""


async def clocks():
    """Redis' real clock jumps, forwards and backwards. By hand, because it needs a compiler."""
    library, clock = f"{stage.work}/clock.so", f"{stage.work}/clock"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], input=JUMPING_CLOCK.encode(), check=True)

    def jump(seconds):
        with open(clock + ".new", "w") as file:
            file.write(f"{seconds}")
        os.rename(clock + ".new", clock)
    jump(0)
    redis = Redis()
    redis.environment = {"LD_PRELOAD": library, "CLOCK": clock}
    await redis.start()
    three = await servers(redis.url, 3)
    talk = await Talk(random.Random(1), three).begin()

    async def jumps():
        for seconds in (3600, -3600, 7, 0, -86400 * 400, 86400 * 400, 0):
            jump(seconds)
            await asyncio.sleep(1.5)
            print(f"{seconds:+d} s: {(await redis.ask('TIME'))[0].decode()}", flush=True)
    await asyncio.gather(talk.all_send(500, 0.04), jumps())
    await talk.expect_all()
    talk.expect_one_order()
    assert await redis.names() == 3
    for n, client in enumerate(talk.clients):
        await client.asks(f"/nome C{(n + 1) % 3}", TAKEN)
        assert not [text for text in client.texts if LOST.match(text) or "já era" in text], client.texts
    await stop(*three)
