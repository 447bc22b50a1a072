"""Chapter 1's timer: three greetings, a tenth of a second apart."""

from scenario import Program

with Program("01-event-loop/hello", "--interval", "0.1", "--times", "3", stdout=None):
    pass
