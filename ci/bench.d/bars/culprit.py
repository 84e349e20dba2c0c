"""The corpus of real drifts: who is named, whether nothing else is, and what the search costs."""

import json
import math
import os
import shutil
import subprocess
import sys
import tomllib

from figures import NotMeasured
from project import run_parity

# Seconds of a search among so many factors.
WALLS = {"some 10": (range(8, 13), 15), "some 100": (range(90, 131), 30)}
# A service that takes longer to start makes every trial longer.
STARTED = 0.5


def measure(project, figures):
    corpus = project.root / "suites" / "culprits"
    chosen = os.environ.get("CULPRITS")
    names = chosen.split(",") if chosen else sorted(path.parent.name for path in corpus.glob("*/expected.toml"))
    build(project, names)
    cases = [Case(project, corpus / name) for name in names]
    wanted = sum(len(case.expected) for case in cases)
    figures.add("cases", len(cases), "count")
    figures.add("sets to be named", wanted, "count")
    for words, lines in {
        "sets that were not named": [line for case in cases for line in case.missed()],
        "sets named that are not to blame, or not minimal": [line for case in cases for line in case.wrong()],
        "sets without the proof that is possible": [line for case in cases for line in case.unproven()],
        "sets named where nothing drifts": [line for case in cases if not case.expected for line in case.wrong()],
    }.items():
        figures.add(words, len(lines), "count", 0)
        for line in lines:
            figures.note(line)
    shares = [case.trials / (2 * math.log2(case.factors) + 6) for case in cases if case.is_plain()]
    if shares:
        figures.add("trials / (2·log2 n + 6), one culprit, none unresolved", max(shares), "ratio", 1)
    for words, (factors, seconds) in WALLS.items():
        plain = [case for case in cases if case.is_plain() and case.factors in factors]
        if plain:
            figures.add(f"search among {words} factors", [case.wall for case in plain], "s", seconds)
            figures.add(f"of them ready after, {words}", [case.ready for case in plain], "s", STARTED)
    for case in cases:
        figures.note(f"{case.name}: {case.factors} factors, {case.trials} trials, {case.wall:.1f} s")


def build(project, names):
    """The images of the corpus; those that are there stay."""
    engine = project.local()
    sides = ("reference", "candidate")
    missing = [n for n in names if not all(engine.has_image(f"envparity-culprits/{n}:{side}") for side in sides)]
    if missing and subprocess.run([project.root / "ci" / "culprits", "build", *missing]).returncode != 0:
        raise NotMeasured("the images of the corpus could not be built")


class Case:
    """One folder of the corpus, run."""

    def __init__(self, project, folder):
        self.name = folder.name
        self.expected = tomllib.loads(folder.joinpath("expected.toml").read_text()).get("culprit", [])
        copy = project.folder / "culprit" / self.name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".parity"))
        run = run_parity(project, copy, "--explain", codes=(0, 1, 3, 5))
        report = run.report
        # A package that was proven is a finding of its own, which names the same set once more.
        self.findings = [f for f in report["findings"] if f["case"] or f["code"].startswith("service-")]
        self.named = [(finding, found) for finding in self.findings for found in finding["culprits"]]
        self.ready = max(environment["ready_ms"] or 0 for environment in report["environments"]) / 1000
        explained = run.folder / "explained.json"
        searches = json.loads(explained.read_text())["environments"].values() if explained.is_file() else []
        trials = [trial for search in searches for trial in search["trials"]]
        self.is_resolved = all(trial["outcome"] in ("flips", "holds") for trial in trials)
        self.factors = max((len(trial["moved"]) for trial in trials), default=0)
        self.trials = max((found["trials"] for _, found in self.named), default=len(trials))
        self.wall = max((found["wall_ms"] for _, found in self.named), default=0) / 1000
        print(f"bench: {self.name}: {len(self.named)} sets, {self.trials} trials, {self.wall:.1f} s", file=sys.stderr)

    def is_plain(self):
        """One culprit, and no trial that told nothing: what the bars of cost speak of."""
        one = len(self.expected) == 1 and len(self.expected[0].get("factors", [])) == 1
        return one and self.is_resolved and self.factors > 1 and bool(self.named)

    def missed(self):
        for culprit in self.expected:
            if "not-found" in culprit["proof"]:
                continue
            for case in culprit.get("cases", [None]):
                sets = [found for finding, found in self.named if concerns(culprit, case, finding)]
                if not any(self.fits(culprit, found) for found in sets):
                    yield f"{self.name}: {case or 'the start'}: not named: {show(culprit)}"

    def wrong(self):
        for finding, found in self.named:
            case = finding["case"] and finding["case"]["id"]
            blamed = [culprit for culprit in self.expected if concerns(culprit, case, finding)]
            if not blamed:
                # Beside the places that expected.toml speaks of, a part of a set may be enough.
                sets = [culprit for culprit in self.expected if case in culprit.get("cases", [])]
                known = {key(factor) for culprit in sets for factor in culprit.get("factors", [])}
                if known.issuperset(map(key, found["factors"])):
                    continue
            if not any(self.fits(culprit, found) for culprit in blamed):
                yield f"{self.name}: {case or 'the start'} {finding['at']}: named: {show(found)}"

    def unproven(self):
        for finding, found in self.named:
            case = finding["case"] and finding["case"]["id"]
            fitting = [c for c in self.expected if concerns(c, case, finding) and self.fits(c, found)]
            if fitting and not any(found["proof"] in culprit["proof"] for culprit in fitting):
                yield f"{self.name}: {found['proof']} ({found['reason']}): {show(found)}"

    def fits(self, culprit, found):
        """Whether a set is the one expected: all its factors and nothing else, companions aside."""
        names = [factor["reference"] or factor["candidate"] for factor in found["factors"]]
        if "among" in culprit:
            return any(name.split("@")[0] in culprit["among"] for name in names)
        wanted = [key(factor) for factor in culprit["factors"]]
        # Sets of one case that are to blame for different places are as right together.
        others = [c for c in self.expected if "at" in c and "at" in culprit and c["cases"] == culprit["cases"]]
        free = {key(factor) for other in others for factor in other["factors"]}
        companions = {name for each in [culprit, *others] for name in each.get("companions", [])}
        given = [key(factor) for factor in found["factors"]]
        rest = [k for k in given if k not in wanted and k not in free and not companions & set(k[1:])]
        return all(factor in given for factor in wanted) and not rest


def concerns(culprit, case, finding):
    """Whether a finding is one that this set is expected to be to blame for."""
    if case is None:
        return "cases" not in culprit and finding["case"] is None
    at = culprit.get("at")
    here = finding["case"] and finding["case"]["id"] == case and case in culprit.get("cases", [])
    return bool(here) and (at is None or str(finding["at"]).startswith(at))


def key(factor):
    return factor["kind"], factor.get("reference"), factor.get("candidate")


def show(culprit):
    names = [factor.get("reference") or factor.get("candidate") for factor in culprit.get("factors", [])]
    return " with ".join(names or culprit.get("among", []))
