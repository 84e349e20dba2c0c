"""Changes that mean something are found, each under its code and at its place and nowhere else; others are not."""

import json
import shutil

from figures import NotMeasured
from project import run_parity
from sensitivity.mutants import MUTANTS
from sensitivity.neutral import NEUTRAL
from sensitivity.service import serve
from sensitivity.verdicts import findings, judge

CONFIG = """\
[environments.reference]
url = "http://127.0.0.1:{ports[0]}"
writes = true

[environments.candidate]
url = "http://127.0.0.1:{ports[1]}"
writes = true

[compare]
reference = "reference"
candidates = ["candidate"]
control = "{control}"
suites = ["*.hurl"]
timeout = "5s"
"""


def measure(project, figures):
    rows = []
    for control, words in (("auto", "with a control sample"), ("never", "with one sample")):
        verdicts = measure_once(project, control)
        mutants = [verdict for verdict in verdicts if verdict.expects != "nothing"]
        neutral = [verdict for verdict in verdicts if verdict.expects == "nothing"]
        missed = [v for v in mutants if v.wrong == "MISSED"]
        elsewhere = [v for v in mutants if v.wrong not in (None, "MISSED")]
        loud = [v for v in neutral if v.wrong]
        figures.add(f"kinds of change, {words}", len(mutants), "count")
        figures.add(f"missed, {words}", len(missed), "count", 0)
        figures.add(f"other code or place, {words}", len(elsewhere), "count", 0)
        figures.add(f"neutral changes, {words}", len(neutral), "count")
        figures.add(f"neutral and found, {words}", len(loud), "count", 0)
        rows += [f"{words}:"] + [v.row() for v in sorted(verdicts, key=lambda v: (v.wrong is None, v.name))]
    path = project.folder / "sensitivity.txt"
    path.write_text("\n".join(row.rstrip() for row in rows) + "\n")
    for row in rows:
        if row[0] != " ":
            figures.note(row.rstrip())
    figures.note(f"every change is listed in {path}")


def measure_once(project, control):
    folder = project.folder / f"sensitivity-{control}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    reference, candidate = serve()
    with reference, candidate:
        ports = (reference.port, candidate.port)
        folder.joinpath("parity.toml").write_text(CONFIG.format(ports=ports, control=control))
        for kind in [*MUTANTS, *NEUTRAL]:
            folder.joinpath(f"{kind.name}.hurl").write_text(suite(kind))
        run = run_parity(project, folder, codes=(0, 1, 3, 5))
    if run.report["verdict"] == "inconclusive" and not run.report["findings"]:
        raise NotMeasured(f"nothing was compared: {run.report['causes']}", is_failure=True)
    found = findings(run.report)
    gaps = json.dumps(run.report["coverage"]["not_compared"])
    verdicts = []
    for kind in [*MUTANTS, *NEUTRAL]:
        if kind.needs_control and control == "never":
            continue
        mine = [one for case, all in found.items() if case.split()[0] == kind.name for one in all]
        verdicts.append(judge(kind, mine, f'"{kind.name} ' not in gaps))
    return verdicts


def suite(kind):
    """The entries of one change, after one of the same answer unchanged."""


    def ask(change):
        return f"{kind.method} {{{{base}}}}/m/{change}/{kind.of}\n{kind.options}\n"

    return ask("plain") + ask(kind.name) * kind.from_request
