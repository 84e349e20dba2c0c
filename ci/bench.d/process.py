"""Commands, run and measured."""

import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

from figures import NotMeasured


@dataclasses.dataclass
class Ended:
    """A command that has ended."""

    code: int
    wall: float
    # Processor time, of the process and of those that it waited for.
    cpu: float
    # Its largest resident set; none where the system does not tell.
    rss_mb: float | None
    out: str
    err: str


def run(words, cwd=None, env=None, codes=(0,), patience=900):
    """Runs a command to its end.

    Raises NotMeasured if it ends with a code that is not among `codes`.
    """
    words = [str(word) for word in words]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        since = time.monotonic()
        child = subprocess.Popen(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        watch = Watch(child.pid)
        alarm = threading.Timer(patience, child.kill)
        alarm.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.send_signal(signal.SIGTERM)
            child.wait(30)
            raise
        finally:
            alarm.cancel()
        wall = time.monotonic() - since
        child.returncode = code = os.waitstatus_to_exitcode(status)
        rss = watch.end()
        out.seek(0), err.seek(0)
        ended = Ended(code, wall, usage.ru_utime + usage.ru_stime, rss, out.read(), err.read())
    if code not in codes:
        tail = "\n".join((ended.out + ended.err).strip().splitlines()[-15:])
        raise NotMeasured(f"`{' '.join(words)}` ended with exit code {code}:\n{tail}", is_failure=True)
    return ended


class Watch(threading.Thread):
    """Follows the high-water mark of a process.

    The resident set that wait4 tells is no use: it counts what the parent held when it forked.
    """

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path = pathlib.Path(f"/proc/{pid}/status")
        self.over = threading.Event()
        self.most = None
        self.start()

    def run(self):
        while not self.over.wait(0.02):
            try:
                text = self.path.read_text()
            except OSError:
                return
            for line in text.splitlines():
                if line.startswith("VmHWM:"):
                    self.most = int(line.split()[1]) * 1024 / 1e6

    def end(self):
        self.over.set()
        self.join()
        return self.most
