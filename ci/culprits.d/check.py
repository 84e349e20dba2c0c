"""Proof that a case drifts as its expected.toml says, and nowhere else."""

import contextlib
import json
import re

import hurl
from service import Service


def check(case):
    """Says what both sides answered where they differ; whether that is what is expected."""
    print(f"\n{case.name}: {case.title}")
    entries = [entry for path in sorted(case.folder.glob("*.hurl")) for entry in hurl.read(path)]
    with contextlib.ExitStack() as stack:
        # What the reference shows against itself in a fresh container is noise.
        sides = ("reference", "reference", "candidate")
        reference, control, candidate = (
            stack.enter_context(contextlib.closing(Service(case, side))) for side in sides
        )
        if not (reference.starts() and control.starts()):
            print(f"  WRONG: the reference does not start\n{reference.log()}")
            return False
        if not candidate.starts():
            return is_expected_not_to_start(case, candidate.log())
        local, again, qa = (service.ask(entries) for service in (reference, control, candidate))
    noise = {name: differing(local[name], again[name]) for name in local}
    drifts = {name: beyond(noise[name], differing(local[name], qa[name])) for name in local}
    expected = {drift.get("case"): drift for drift in case.expected.get("drift", [])}
    right = True
    for name in [name for name in local if drifts[name] or name in expected]:
        right &= show(name, local[name], qa[name], drifts[name], expected.pop(name, None))
    for name in expected:
        print(f"  WRONG: {name or 'the service not starting'} is expected and did not show")
        right = False
    noisy = sum(bool(paths) for paths in noise.values())
    equal = sum(not paths for paths in drifts.values())
    print(f"  {equal} of {len(local)} answers are equal" + (f", {noisy} with noise" if noisy else ""))
    return right


def is_expected_not_to_start(case, log):
    expected = [drift for drift in case.expected.get("drift", []) if "case" not in drift]
    right = len(case.expected.get("drift", [])) == 1 and bool(expected) and expected[0]["qa"] in log
    print(f"  {'drift' if right else 'WRONG'}  the service does not start\n    qa     {last_line(log)}")
    return right


def show(name, local, qa, paths, expected):
    """One case that drifts, and whether each side's answer holds what only it should hold."""
    if expected is None:
        verdict = "WRONG, not expected"
    elif not paths:
        verdict = "WRONG, equal"
    elif not (holds(local, qa, expected.get("local")) and holds(qa, local, expected.get("qa"))):
        verdict = "WRONG, not as described"
    else:
        verdict = "drift"
    print(f"  {verdict}  {name}")
    for side, answer in (("local", local), ("qa", qa)):
        if answer is None:
            print(f"    {side:<6} not asked: nothing was captured")
            continue
        flat = flatten(answer)
        values = [f"{path} {flat[path]}" for path in flat if path in paths - {"status"}]
        print(f"    {side:<6} {answer.status}  " + shorten("; ".join(values)))
    return verdict == "drift"


def holds(answer, other, text):
    """Whether the text is in this answer and not in the other; no text: the case is not asked on that side."""
    if answer is None or text is None:
        return answer is None and text is None
    return text in answer.text and (other is None or text not in other.text)


def differing(one, other):
    """Where two answers differ."""
    one, other = flatten(one), flatten(other)
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def beyond(noise, paths):
    """What is not noise; in a list that is noisy somewhere, every position is."""
    noisy = {any_index(path) for path in noise}
    return {path for path in paths if any_index(path) not in noisy}


def any_index(path):
    return re.sub(r"\[\d+\]", "[*]", path)


def flatten(answer):
    """An answer as values by place: status, headers, and each value of JSON or each line of text."""
    if answer is None:
        return {"outcome": "not asked"}
    flat = {"status": str(answer.status)} | {f"header.{n}": v for n, v in answer.headers.items()}
    try:
        # Numbers as they are written: 1 and 1.0 are two answers.
        body = json.loads(answer.body, parse_int=Lexeme, parse_float=Lexeme)
    except ValueError:
        return flat | {f"line {at + 1}": line for at, line in enumerate(answer.body.split("\n"))}
    place(body, "$", flat)
    return flat


class Lexeme(str):
    """A number as it is written."""


def place(value, path, flat):
    if isinstance(value, dict) and value:
        for key, below in value.items():
            place(below, f"{path}.{key}", flat)
    elif isinstance(value, list) and value:
        for at, below in enumerate(value):
            place(below, f"{path}[{at}]", flat)
    else:
        flat[path] = str(value) if isinstance(value, Lexeme) else json.dumps(value)


def shorten(text, most=300):
    return text if len(text) <= most else text[: most - 1] + "…"


def last_line(text):
    return (text.strip().splitlines() or ["(nothing)"])[-1]
