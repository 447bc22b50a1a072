"""Chapter 1's timer: three greetings, a fifth of a second apart."""

from scenario import Program

with Program("01-event-loop/hello", "--interval", "0.2", "--times", "3", stdout=None):
    pass
