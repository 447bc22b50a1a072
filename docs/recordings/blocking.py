"""A call that blocks, and freezes everyone: the clock stands still until the key comes."""

import time

from scenario import Program

with Program("docs/recordings/key") as program:
    program.pass_on(b"tick 3")  # 20 ms later it waits for the key
    time.sleep(0.22)
    program.type(b"x")
    program.pass_on()
