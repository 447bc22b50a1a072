#!/usr/bin/python3
"""A step of the lessons, run in a small terminal, with somebody at its keyboard.

    docs/screen.py 3.2 --until 'tick 1' --type x --until 'tick 2' --show --type S

The step is built first (make step N=3.2 is how to run it by hand). Then comes what is done, in its
order, and last how the program ended, how it left the terminal, and what it wrote to stderr:

    --until TEXT      waits until the text stands on the screen, for thirty seconds at most
    --pause SECONDS   does nothing for so long
    --type KEYS       types them; ^C is Ctrl+C
    --signal NAME     sends the program a signal: SEGV as in a crash
    --show            prints the screen

Debian: python3-pyte.
"""

import fcntl
import glob
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pyte

COLUMNS, ROWS = 40, 3
PATIENCE = 30


def build(number):
    """The path of the step's program: 3.2 is the second of chapter 3."""
    chapter, _, step = number.partition('.')
    sources = glob.glob(f'0{chapter}-*/steps/{step}-*.c')
    if len(sources) != 1:
        sys.exit(f'screen.py: there is no step {number} here')
    program = 'build/plain/' + sources[0].removesuffix('.c')
    subprocess.run(['make', '-s', program], stdout=sys.stderr, check=True)
    return program


class Terminal:
    """A pseudo-terminal with an emulator behind it, and the program that runs in it."""

    def __init__(self, program):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.keys, self.line = pty.openpty()
        size = struct.pack('HHHH', ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self.line, termios.TIOCSWINSZ, size)
        self.modes = termios.tcgetattr(self.line)
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [program], stdin=self.line, stdout=self.line, stderr=self.errors,
            env={**os.environ, 'TERM': 'linux'}, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def read(self, seconds):
        """Shows the emulator what the program writes, once it does. False: it wrote nothing."""
        if not select.select([self.keys], [], [], seconds)[0]:
            return False
        self.stream.feed(os.read(self.keys, 65536))
        return True

    def until(self, text):
        deadline = time.monotonic() + PATIENCE
        while not any(text in row for row in self.screen.display):
            if time.monotonic() > deadline:
                self.show()
                sys.exit(f'screen.py: "{text}" did not come')
            self.read(0.1)

    def pause(self, seconds):
        deadline = time.monotonic() + float(seconds)
        while time.monotonic() < deadline:
            self.read(deadline - time.monotonic())

    def type(self, keys):
        os.write(self.keys, keys.replace('^C', '\3').encode())

    def signal(self, name):
        self.process.send_signal(signal.Signals['SIG' + name])

    def show(self):
        while self.read(0.1):
            pass
        print('┌' + '─' * COLUMNS + '┐')
        for row in self.screen.display:
            print('│' + row + '│')
        print('└' + '─' * COLUMNS + '┘', flush=True)

    def end(self):
        """What is there to say when all has been done."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
                sys.exit('screen.py: the program does not end')
            self.read(0.05)
        status = self.process.returncode
        ended = f'status {status}' if status >= 0 else signal.Signals(-status).name
        left = 'as it was' if termios.tcgetattr(self.line) == self.modes else 'raw, without echo'
        print(f'ended: {ended}; the terminal is {left}')
        self.errors.seek(0)
        print(self.errors.read().decode(), end='')


def main(number, *actions):
    terminal = Terminal(build(number))
    try:
        actions = list(actions)
        while actions:
            action = actions.pop(0).removeprefix('--')
            arguments = [] if action == 'show' else [actions.pop(0)]
            getattr(terminal, action)(*arguments)
        terminal.end()
    finally:
        if terminal.process.poll() is None:
            terminal.process.kill()


if __name__ == '__main__':
    if len(sys.argv) < 2 or sys.argv[1] in ('-h', '--help'):
        sys.exit(__doc__)
    main(*sys.argv[1:])
