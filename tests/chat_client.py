"""The chat as its users see it, through a client library that nobody here wrote (python3-websockets).

chat_client.py PORT[,PORT...] SCENARIO [CERTIFICATE]: plays a scenario of tests/chat. With several ports the clients
go to the servers in turn. It ends with 0 if all was as test_04_chat.c's test of that name says. With a certificate,
of the server's, all goes over TLS.
"""

import asyncio
import inspect
import os
import sys
import traceback

from chat import http, limits, names, notices, people, rooms, talking

scenarios = {name: function for theme in [talking, names, rooms, notices, limits, http]
             for name, function in vars(theme).items()
             if inspect.iscoroutinefunction(function) and function.__module__ == theme.__name__}


async def main():
    try:
        await scenarios[sys.argv[2]]()
    except AssertionError:
        traceback.print_exc(limit=-3)
        sys.stderr.flush()
        os._exit(1)  # to close the connections could take ten seconds more
    await asyncio.gather(*[client.leave() for client in people.entered])


asyncio.run(asyncio.wait_for(main(), 2.8 * people.PATIENCE))  # Check's limit is a little later, and says nothing
