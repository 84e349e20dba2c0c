"""What was measured, beside what is allowed."""

import dataclasses
import json
import statistics
import time


class NotMeasured(Exception):
    """Why a bar has no figure here."""

    def __init__(self, reason, is_failure=False):
        super().__init__(reason)
        # Something that should have worked did not, as opposed to something that this machine lacks.
        self.is_failure = is_failure


@dataclasses.dataclass
class Figure:
    """One quantity, measured several times."""

    bar: str
    name: str
    values: list
    unit: str  # "s", "B", "MB", "ratio", "count"
    allowed: float | None = None
    # How the values came about, where the name does not say it.
    note: str | None = None

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def share(self):
        """Of what is allowed: up to 1 is within."""
        if self.allowed is None:
            return None
        if self.allowed == 0:
            return 0.0 if self.median == 0 else float("inf")
        return self.median / self.allowed

    @property
    def met(self):
        return None if self.share is None else self.share <= 1

    def as_json(self):
        share = self.share
        if share == float("inf"):
            share = None
        return dataclasses.asdict(self) | {"median": self.median, "share": share, "met": self.met}


class Figures:
    """All figures of one run of the bench."""

    def __init__(self):
        self.bar = ""
        self.list = []
        self.notes = []

    def add(self, name, values, unit, allowed=None, note=None):
        """Adds a figure to the bar at hand; `values` is one value or a list of them."""
        values = values if isinstance(values, list) else [values]
        self.list.append(Figure(self.bar, name, values, unit, allowed, note))

    def note(self, text):
        """A sentence about the bar at hand."""
        self.notes.append((self.bar, text))

    def text(self):
        """The table: share of what is allowed first, since times differ between machines."""
        rows = [("bar", "figure", "of allowed", "", "median", "allowed", "least – most")]
        for figure in self.list:
            share = "" if figure.share is None else f"{figure.share:.2f}"
            met = {None: "", True: "within", False: "MISSED"}[figure.met]
            allowed = "" if figure.allowed is None else show(figure.allowed, figure.unit)
            spread = ""
            if len(figure.values) > 1:
                low, high = (show(value, figure.unit) for value in (min(figure.values), max(figure.values)))
                spread = f"{low} – {high}"
            rows.append((figure.bar, figure.name, share, met, show(figure.median, figure.unit), allowed, spread))
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        right = {2, 4, 5}
        lines = []
        for row in rows if self.list else []:
            cells = [c.rjust(w) if at in right else c.ljust(w) for at, (c, w) in enumerate(zip(row, widths))]
            lines.append("  ".join(cells).rstrip())
        notes = [f"{bar}: {text}" for bar, text in self.notes]
        notes += [f"{f.bar}: {f.name}: {f.note}" for f in self.list if f.note]
        return "\n".join(lines + ([""] + notes if notes else [])) + "\n"

    def write(self, path, machine):
        report = {
            "schema": 1,
            "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": machine.as_json(),
            "figures": [figure.as_json() for figure in self.list],
            "notes": [{"bar": bar, "text": text} for bar, text in self.notes],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=2) + "\n")


def show(value, unit):
    if unit == "s":
        return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"
    if unit == "B":
        return f"{value / 1000:.1f} KB" if value >= 1000 else f"{value:.0f} B"
    if unit == "MB":
        return f"{value:.1f} MB"
    if unit == "ratio":
        return f"{value:.2f}"
    return f"{value:.0f}"
