"""connect, which differs between the versions of python3-websockets (Debian 12 has 10, Debian 13 has 15)."""

import websockets

VERSION = int(websockets.__version__.split(".")[0])


def connect(uri, headers=None, **options):
    """Connects as websockets.connect does, sends these headers, and never uses a proxy. On a slow machine the
    library's time limit for the handshake would be too short, and it would send pings of its own, which could
    stand in the middle of a frame that a test sends in pieces."""
    options = {"open_timeout": 60, "ping_interval": None, **options}
    options["additional_headers" if VERSION >= 14 else "extra_headers"] = headers or {}
    if VERSION >= 15:  # it connects by the environment's proxy, even to this machine
        options["proxy"] = None
    return websockets.connect(uri, **options)
