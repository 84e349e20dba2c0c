"""What a report says about each change, held against what it should say."""

import dataclasses
import re

INFO = ("info",)


@dataclasses.dataclass
class Verdict:
    """One change and what was found for it."""

    name: str
    expects: str
    found: list
    # Why it is not as it should be; none: it is.
    wrong: str | None

    def row(self):
        return f"{'' if self.wrong is None else self.wrong:28} {self.name:28} {self.expects:50} {', '.join(self.found)}"


def findings(report):
    """`CODE AT` of each case's findings above info."""
    out = {}
    for finding in report["findings"]:
        if finding["severity"] in INFO or not finding["case"]:
            continue
        for case in [finding["case"]["id"]]:
            out.setdefault(case, []).append(f"{finding['code']} {finding['at']}")
    return out


def judge(kind, found, compared):
    """How a change fared: `found` are its case's findings, `compared` whether the case was."""
    wrong = None
    expected = [part for part in kind.expects.split("|") if part]
    if not expected:
        if found:
            wrong = "false alarm"
        elif not compared:
            wrong = "not compared"
        return Verdict(kind.name, "nothing", found, wrong)
    rest = list(found)
    for part in expected:
        hits = [one for one in rest if fits(part, one)]
        rest = [one for one in rest if one not in hits]
        if not hits and part != "…any" and not part.startswith("?"):
            wrong = "MISSED" if not found else "other code or place"
    if rest and wrong is None:
        wrong = "more than that"
    return Verdict(kind.name, kind.expects, found, wrong)


def fits(expected, found):
    if expected == "…any":
        return True
    codes, _, at = expected.removeprefix("?").partition(" ")
    code, _, place = found.partition(" ")
    pattern = ".*".join(re.escape(piece) for piece in at.split("…"))
    return code in codes.split("/") and re.fullmatch(pattern, place) is not None
