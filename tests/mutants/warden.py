"""warden - a process beside the runner that ends what the runner started, however the runner itself ends.

Suites run in sessions of their own, so that a mutant that hangs is ended with everything it started. When the runner is
killed, nobody would be left to do that: the warden sees its pipe close, kills the groups that are still open, and
removes the runner's folder.
"""

import os
import shutil
import signal
import threading


class Warden:
    def __init__(self, folder):
        reading, self.writing = os.pipe()
        self.lock = threading.Lock()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.writing)
            os.setsid()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            try:
                watch(reading, folder)
            finally:
                os._exit(0)
        os.close(reading)

    def tell(self, word):
        with self.lock:
            os.write(self.writing, word.encode())

    def started(self, group):
        self.tell(f"+{group}\n")

    def ended(self, group):
        self.tell(f"-{group}\n")

    def close(self):
        """Ends what still runs, and removes the folder."""
        os.close(self.writing)
        os.waitpid(self.pid, 0)


def watch(reading, folder):
    groups = set()
    with os.fdopen(reading) as lines:
        for line in lines:
            group = int(line[1:])
            groups.add(group) if line[0] == "+" else groups.discard(group)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass
    shutil.rmtree(folder, ignore_errors=True)
