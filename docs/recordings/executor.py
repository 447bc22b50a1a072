"""The same on the executor: a thread of the pool waits for the key, and the clock goes on."""

import time

from scenario import Program

with Program("docs/recordings/key", "--executor", stdout=None) as program:
    time.sleep(0.33)
    program.type(b"x")
