"""Two coroutines that take turns."""

from scenario import Program

with Program("docs/recordings/turns", stdout=None):
    pass
