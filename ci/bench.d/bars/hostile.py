"""Responses that mean harm: what they take of memory and time, and whether the verdict is honest."""

import os
import shutil
import subprocess
import sys

from figures import NotMeasured
from hostile.attacks import ATTACKS
from project import run_parity

RSS_MB = 256
# A request's time limit in these runs.
TIMEOUT = 6
# What a run may take: two passes, three with the second look, and what a comparison costs.
WALL = 5 * TIMEOUT + 30

CONFIG = """\
[environments.reference]
url = "http://127.0.0.1:{ports[0]}"

[environments.candidate]
url = "http://127.0.0.1:{ports[1]}"

[compare]
reference = "reference"
candidates = ["candidate"]
suites = ["attack.hurl"]
timeout = "{timeout}s"
"""

SERVE = """\
import sys, threading
sys.path.insert(0, {path!r})
sys.dont_write_bytecode = True
from hostile.server import Server
print(*(Server(side).port for side in (0, 1)), flush=True)
sys.stdin.read()
"""


def measure(project, figures):
    sets, walls, wrong = {}, {}, []
    path = str(project.root / "ci" / "bench.d")
    # A process of its own: what it holds is not what parity holds.
    words = [sys.executable, "-c", SERVE.format(path=path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        ports = server.stdout.readline().split()
        for attack in [a for a in ATTACKS if a.name in os.environ.get("ATTACKS", a.name).split(",")]:
            print(f"bench: hostile: {attack.name}", file=sys.stderr, flush=True)
            folder = project.folder / "hostile"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            folder.joinpath("parity.toml").write_text(CONFIG.format(ports=ports, timeout=TIMEOUT))
            folder.joinpath("attack.hurl").write_text(f"GET {{{{base}}}}/{attack.name}\n{attack.asserts}")
            try:
                run = run_parity(project, folder, codes=(0, 1, 3, 5))
            except NotMeasured as reason:
                wrong.append(f"{attack.name}: {reason}")
                continue
            sets[attack.name], walls[attack.name] = run.ended.rss_mb or 0, run.ended.wall
            if run.report["verdict"] == "parity" and not attack.harmless:
                wrong.append(f"{attack.name}: parity")
        server.stdin.close()
    figures.add("attacks", len(sets) + len(wrong), "count")
    figures.add("that end in parity or in no verdict", len(wrong), "count", 0)
    figures.add("largest resident set", max(sets.values()), "MB", RSS_MB)
    figures.add("longest", max(walls.values()), "s", WALL)
    for line in wrong:
        figures.note(line)
    for name, size in sorted(sets.items(), key=lambda pair: -pair[1])[:8]:
        figures.note(f"{name}: {size:.0f} MB, {walls[name]:.1f} s")
    for name, wall in sorted(walls.items(), key=lambda pair: -pair[1])[:5]:
        figures.note(f"{name}: {wall:.1f} s")
