"""connect, which differs between the versions of python3-websockets (Debian 12 has 10, Debian 13 has 15)."""

import websockets

VERSION = int(websockets.__version__.split(".")[0])


def connect(uri, headers=None, **options):
    """Connects as websockets.connect does, sends these headers, and never uses a proxy."""
    options["additional_headers" if VERSION >= 14 else "extra_headers"] = headers or {}
    if VERSION >= 15:  # it connects by the environment's proxy, even to this machine
        options["proxy"] = None
    return websockets.connect(uri, **options)
