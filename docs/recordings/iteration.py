"""One iteration of the loop that has all its phases."""

from scenario import Program

with Program("docs/recordings/iteration", stdout=None):
    pass
