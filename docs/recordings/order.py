"""Chapter 1's step 6: two timers are due in the same iteration."""

from scenario import Program

with Program("build/plain/01-event-loop/steps/6-several-timers", stdout=None):
    pass
