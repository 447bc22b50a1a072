"""A call that blocks, and freezes everyone: the clock stands still until the key comes."""

import time

from scenario import Program

with Program("docs/recordings/key", stdout=None) as program:
    time.sleep(0.33)
    program.type(b"x")
