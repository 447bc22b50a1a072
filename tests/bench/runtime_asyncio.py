"""The same works in Python's asyncio, once: a line "name nanoseconds" for each."""

import asyncio
import random
import time


async def nothing():
    pass


async def sleep_long():
    await asyncio.sleep(3600)


def per_unit(start, units):
    return (time.perf_counter_ns() - start) / units


async def yield_1000():
    async def yield_often():
        for _ in range(100):
            await asyncio.sleep(0)

    start = time.perf_counter_ns()
    await asyncio.gather(*[yield_often() for _ in range(1000)])
    return per_unit(start, 1000 * 100)


async def spawn_join():
    start = time.perf_counter_ns()
    for _ in range(20_000):
        await asyncio.create_task(nothing())
    return per_unit(start, 20_000)


async def gather_10000():
    start = time.perf_counter_ns()
    await asyncio.gather(*[nothing() for _ in range(10_000)])
    return per_unit(start, 10_000)


async def cancel_join():
    tasks = [asyncio.create_task(sleep_long()) for _ in range(10_000)]
    await asyncio.sleep(0)
    start = time.perf_counter_ns()
    for task in tasks:
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
    return per_unit(start, 10_000)


async def executor():
    loop = asyncio.get_running_loop()
    start = time.perf_counter_ns()
    for _ in range(5_000):
        await loop.run_in_executor(None, int)
    return per_unit(start, 5_000)


async def timers_1m():
    loop, count, fired = asyncio.get_running_loop(), 200_000, 0
    done = loop.create_future()

    def fire():
        nonlocal fired
        fired += 1
        if fired == count:
            done.set_result(None)

    start = time.perf_counter_ns()
    past = loop.time() - 61
    for _ in range(count):
        loop.call_at(past + random.random() * 60, fire)
    await done
    return per_unit(start, count)


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


async def memory_100k():
    before = resident_bytes()
    tasks = [asyncio.create_task(sleep_long()) for _ in range(100_000)]
    await asyncio.sleep(0)
    result = (resident_bytes() - before) / len(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return result


for work in [yield_1000, spawn_join, gather_10000, cancel_join, executor, timers_1m, memory_100k]:
    print(work.__name__, asyncio.run(work()), flush=True)
