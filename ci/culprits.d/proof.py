"""Proof that the culprits of expected.toml are what makes the drift: they are moved, and nothing else is."""

import contextlib
import dataclasses

import hurl
import images
from check import any_index, beyond, differing
from corpus import SIDES, Case, run
from engine import LABEL
from service import Service

OTHER = {"reference": "candidate", "candidate": "reference"}
MOVABLE = ("pkg:pypi/", "/srv/service/")


def prove(case):
    """Moves each culprit into the reference, parts of it too, and all of them back into the candidate."""
    print(f"\n{case.name}: {case.title}")
    culprits = [culprit for culprit in case.expected.get("culprit", []) if is_movable(culprit)]
    if not culprits:
        print("  nothing that can be moved here")
        return True
    entries = [entry for path in sorted(case.folder.glob("*.hurl")) for entry in hurl.read(path)]
    answers = {side: ask(case, side, entries) for side in SIDES}
    sides = Sides(answers["reference"], answers["candidate"], ask(case, "reference", entries))
    right = True
    for culprit in culprits:
        name = " and ".join(show(factor) for factor in culprit["factors"])
        trial = Trial(case.name, "reference", tuple(moves(culprit)))
        breaks = sides.is_candidate(ask_trial(trial, entries), culprit)
        right &= say(breaks, f"breaks     {name}")
        for factor in culprit["factors"] if len(culprit["factors"]) > 1 else []:
            others = [move for move in moves(culprit) if move != Move.of(factor)]
            still = sides.is_candidate(ask_trial(Trial(case.name, "reference", tuple(others)), entries), culprit)
            right &= say(not still, f"is needed  {show(factor)}")
    back = Trial(case.name, "candidate", tuple(move for culprit in culprits for move in moves(culprit)))
    answer = ask_trial(back, entries)
    mended = all(sides.is_reference(answer, culprit) for culprit in culprits)
    return say(mended, "all put back into the candidate mend it; all others are harmless") and right


def say(right, text):
    print(f"  {'proven' if right else 'WRONG '}  {text}")
    return right


@dataclasses.dataclass(frozen=True)
class Move:
    """One factor, as what is taken from the other side."""

    kind: str
    name: str

    @classmethod
    def of(cls, factor):
        held = factor.get("reference") or factor["candidate"]
        if factor["kind"] == "package":
            return cls("package", held.removeprefix("pkg:pypi/").split("@")[0])
        return cls(factor["kind"], held.removeprefix("/srv/service/").split("=")[0])


def moves(culprit):
    packages = [{"kind": "package", "reference": purl} for purl in culprit.get("companions", [])]
    return [Move.of(factor) for factor in [*culprit["factors"], *packages]]


def is_movable(culprit):
    """What is made here of pip's packages, variables and the service's files; not what Debian's packages hold."""
    held = [factor.get("reference") or factor["candidate"] for factor in culprit.get("factors", [])]
    return bool(held) and all(name.startswith(MOVABLE) or "=" in name for name in held)


def show(factor):
    return f"{factor.get('reference')} → {factor.get('candidate')}"


@dataclasses.dataclass(frozen=True)
class Trial(Case):
    """One side of a case, with some factors of the other."""

    side: str
    moved: tuple
    # What is moved may need what is not there.
    is_whole = False

    def image(self, side):
        return f"envparity-culprits/{self.name}:trial"

    def pins(self, side):
        kept, others = dict(super().pins(side)), dict(super().pins(OTHER[side]))
        return sorted(self.mixed("package", kept, others).items())

    def files(self, side):
        return self.mixed("file", super().files(side), super().files(OTHER[side]))

    def image_settings(self, side):
        kept, others = super().image_settings(side), super().image_settings(OTHER[side])
        packages = [move.name for move in self.moved if move.kind == "package"]
        edits = [edit for edit in kept.get("edits", []) if not any(f"/{name}/" in edit["path"] for name in packages)]
        edits += [edit for edit in others.get("edits", []) if any(f"/{name}/" in edit["path"] for name in packages)]
        env = self.mixed("env", kept.get("env", {}), others.get("env", {}))
        return self.mixed("image", kept, others) | {"env": env, "edits": edits}

    def mixed(self, kind, kept, others):
        """What is kept, with what is moved as the other side has it, or lacks it."""
        names = {move.name for move in self.moved if move.kind == kind}
        return {name: kept[name] for name in kept if name not in names} | {
            name: others[name] for name in others if name in names
        }


def ask_trial(trial, entries):
    images.make(trial, trial.side, {LABEL: trial.name})
    try:
        return ask(trial, trial.side, entries)
    finally:
        run(["docker", "image", "rm", trial.image(trial.side)])


def ask(case, side, entries):
    """The answers; none where the service does not start."""
    with contextlib.closing(Service(case, side)) as service:
        return service.ask(entries) if service.starts() else None


@dataclasses.dataclass
class Sides:
    """What both sides answer, and the reference a second time."""

    reference: dict
    candidate: dict | None
    control: dict

    def is_candidate(self, answers, culprit):
        return self.are_like(self.candidate, answers, culprit)

    def is_reference(self, answers, culprit):
        return self.are_like(self.reference, answers, culprit)

    def are_like(self, side, answers, culprit):
        """Whether the culprit's cases are answered as on one side."""
        if side is None or answers is None:
            return side is None and answers is None
        for name in culprit.get("cases", []):
            noise = differing(self.reference[name], self.control[name])
            left = beyond(noise, differing(side[name], answers[name]))
            if any(path.startswith(any_index(culprit.get("at", ""))) for path in left):
                return False
        return True
