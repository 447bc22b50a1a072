"""Runs commands on a pseudo-terminal, and returns what a user would see."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time

# The pages are English first. The programs read LC_MESSAGES (common/text/language.c), so the locale
# need not be installed.
LANGUAGE = {"LANG": "C.UTF-8", "LC_MESSAGES": "en_US.UTF-8", "TERM": "xterm"}
FORGOTTEN = ("LC_", "MAKE", "MFLAGS", "LOOP_", "TRACE", "WERROR", "SANITIZE")


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FORGOTTEN)}
    return kept | LANGUAGE


def _open_terminal():
    """Returns both ends. The terminal does not change newlines, and has 100 columns."""
    master, slave = os.openpty()
    mode = termios.tcgetattr(slave)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    return master, slave


def _read_all(master, deadline):
    """Reads until all processes have closed the other end; None if the time is up before."""
    said = b""
    while select.select([master], [], [], max(0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:
            piece = b""
        if not piece:
            return said
        said += piece
    return None


def run(script, directory, seconds):
    """The output of the shell script on a terminal. None if the script did not end in time: then it
    has been killed, with all its processes."""
    master, slave = _open_terminal()
    process = subprocess.Popen(
        ["sh", "-c", script],
        cwd=directory,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        said = _read_all(master, time.monotonic() + seconds)
        if said is None:
            os.killpg(process.pid, signal.SIGKILL)
    finally:
        os.close(master)
        process.wait()
    return None if said is None else said.decode("utf-8", "replace")
