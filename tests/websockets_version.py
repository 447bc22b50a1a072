"""connect, which differs between the versions of python3-websockets (Debian 12 has 10, Debian 13 has 15)."""

import websockets

VERSION = int(websockets.__version__.split(".")[0])


def connect(uri, headers=None, **options):
    """Connects as websockets.connect does, sends these headers, and never uses a proxy. The library's own
    time limits would end connections on a slow machine, and to clients that do not read for a while."""
    options = {"open_timeout": 60, "ping_timeout": None, **options}
    options["additional_headers" if VERSION >= 14 else "extra_headers"] = headers or {}
    if VERSION >= 15:  # it connects by the environment's proxy, even to this machine
        options["proxy"] = None
    return websockets.connect(uri, **options)
