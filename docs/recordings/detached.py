"""A signal cancels the tasks while a thread of the pool waits for a key: the thread waits on."""

import time

from scenario import Program

with Program("docs/recordings/key", "--executor", stdout=None) as program:
    time.sleep(0.21)
    program.stop()
    time.sleep(0.2)
    program.type(b"x")
