"""What the scenarios share: a program that is recorded, driven by its clients or its keys."""

import os
import select
import signal
import subprocess
import sys
import time

PATIENCE = 20  # seconds that a program may take to answer or to end


class Program:
    """A program of the build that BIN names, started with TRACE; as a context, it ends there."""

    def __init__(self, path, *words, trace=sys.argv[1], **pipes):
        program = os.path.join(os.environ.get("BIN", "."), path)
        self.process = subprocess.Popen(
            [program, *words], env={**os.environ, "TRACE": trace},
            **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **pipes})

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        """Ends with the program, which is told to if it has not ended by itself."""
        if failure[0]:
            self.process.kill()
        status = self.process.wait(PATIENCE)
        if not failure[0] and status:
            sys.exit(f"{self.process.args[0]}: ended with status {status}")

    def port(self):
        """Of a server started on port 0: its first line ends with it."""
        return int(self.process.stdout.readline().rsplit(b":")[-1])

    def type(self, keys):
        self.process.stdin.write(keys)
        self.process.stdin.flush()

    def pass_on(self, until=None):
        """Prints the program's lines, up to one that contains this text, or all."""
        for line in self.process.stdout:
            print(line.decode(), end="", flush=True)
            if until and until in line:
                return

    def stop(self):
        self.process.send_signal(signal.SIGTERM)


def read_for(descriptor, seconds):
    """Reads away what comes in that time: whoever writes is not held up."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            try:
                os.read(descriptor, 65536)
            except OSError:  # of a pseudo-terminal whose program has ended
                return
