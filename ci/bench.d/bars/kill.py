"""What a run that is killed, or interrupted, leaves behind, and for how long."""

import os
import pathlib
import signal
import subprocess
import time

from figures import NotMeasured
from project import run_id

LOCAL = 10
REMOTE = 30
INTERRUPTED = 5
PATIENCE = 60
# Long enough to be caught in the middle of.
SUITE = """\
GET {{base}}/health
HTTP 200

GET {{base}}/health
[Options]
delay: 60s
HTTP 200
"""


def measure(project, figures):
    lab, local = project.lab_up(), project.local()
    folder = project.sample("kill", suites=["long.hurl"])
    folder.joinpath("long.hurl").write_text(SUITE)
    measure_kill(project, figures, folder, local, lab)
    measure_interrupt(project, figures, folder, local, lab)


def measure_kill(project, figures, folder, local, lab):
    left = {"here": [], "in the lab": [], "ssh masters": []}
    for _ in range(project.runs):
        running = Running(project, folder)
        running.child.send_signal(signal.SIGKILL)
        since = time.monotonic()
        running.child.wait()
        looks = {
            "here": lambda: local.owned(running.run),
            "in the lab": lambda: lab.owned(running.run),
            "ssh masters": lambda: masters(running.child.pid),
        }
        for what, seconds in until_none(looks, since).items():
            left[what].append(seconds)
    for what, allowed in (("here", LOCAL), ("in the lab", REMOTE), ("ssh masters", LOCAL)):
        figures.add(f"kill -9: until nothing is left, {what}", left[what], "s", allowed)


def measure_interrupt(project, figures, folder, local, lab):
    ends, codes = [], []
    for _ in range(project.runs):
        running = Running(project, folder)
        running.child.send_signal(signal.SIGINT)
        since = time.monotonic()
        codes.append(running.child.wait(PATIENCE))
        looks = {
            "here": lambda: local.owned(running.run),
            "in the lab": lambda: lab.owned(running.run),
            "ssh masters": lambda: masters(running.child.pid),
        }
        ends.append(max(until_none(looks, since).values()))
        if not folder.joinpath(".parity", running.run, "report.json").is_file():
            figures.note("an interrupted run left no report")
    figures.add("SIGINT: until nothing is left anywhere", ends, "s", INTERRUPTED)
    figures.add("SIGINT: exit codes other than 130", sum(code != 130 for code in codes), "count", 0)


def until_none(looks, since):
    """For each kind of object, the seconds from `since` until there was none."""
    ended = {}
    while len(ended) < len(looks):
        for what, look in looks.items():
            if what not in ended and not look():
                ended[what] = time.monotonic() - since
        if time.monotonic() - since > PATIENCE:
            rest = [thing for what, look in looks.items() if what not in ended for thing in look()]
            raise NotMeasured(f"left after {PATIENCE} s: {', '.join(rest)}", is_failure=True)
        time.sleep(0.05)
    return ended


def masters(pid):
    """ssh masters whose sockets are in the folder of that process of parity."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = entry.joinpath("cmdline").read_bytes()
        except OSError:
            continue
        if words.startswith(b"ssh\0") and f"parity-{pid}/".encode() in words:
            found.append(f"ssh {entry.name}")
    return found


class Running:
    """A run in the middle of its suite."""

    def __init__(self, project, folder):
        path = folder / "said"
        with path.open("w") as said:
            words = [project.binary, "run", "--control", "never"]
            self.child = subprocess.Popen(
                words, cwd=folder, env=project.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
            )
        since = time.monotonic()
        while "sample: 2 cases" not in path.read_text():
            if self.child.poll() is not None or time.monotonic() - since > 120:
                self.child.kill()
                raise NotMeasured(f"the run to kill did not get under way:\n{path.read_text()}", is_failure=True)
            time.sleep(0.05)
        # The first entry is answered, the second one waits.
        time.sleep(0.5)
        self.run = run_id(path.read_text())
        if sys_masters_missing(self.child.pid):
            raise NotMeasured("no ssh master was found for the run: what is left of it cannot be told", is_failure=True)


def sys_masters_missing(pid):
    return os.path.isdir("/proc/self") and not masters(pid)
