"""The maze: a key is pressed while the clock ticks."""

import fcntl
import os
import struct
import termios

from scenario import Program, read_for

keys, terminal = os.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 30, 100, 0, 0))
os.environ["TERM"] = "xterm-256color"
with Program("03-keyboard-maze/maze", "--seed", "7", "--enemies", "0",
             stdin=terminal, stdout=terminal):
    read_for(keys, 1.5)
    for key in b"6", b"4", b"2", b"8":  # one of them has no wall behind it
        os.write(keys, key)
        read_for(keys, 0.1)
    read_for(keys, 0.7)
    os.write(keys, b"s")
    read_for(keys, 0.3)
