"""A warm run of the sample: this machine against a lab that is up, images and manifests known."""

from project import run_parity

WALL = 4
# Over what no implementation can do without: three services started at once, the suite twice, the control gap.
PARTS = 1.2
GAP = 1.0
PHASES = ["prepare", "start", "sample", "gap", "control", "manifest", "compare", "down"]


def measure(project, figures):
    project.lab_up()
    folder = project.sample("warm")
    run_parity(project, folder)
    runs = [run_parity(project, folder) for _ in range(project.runs)]
    timings = [run.report["timings"] for run in runs]
    parts = [least(timing) for timing in timings]
    figures.add("wall", [run.ended.wall for run in runs], "s", WALL)
    ratios = [run.ended.wall / part for run, part in zip(runs, parts)]
    figures.add("wall / (starts + 2 suites + gap)", ratios, "ratio", PARTS)
    figures.add("starts + 2 suites + gap", parts, "s")
    for phase in PHASES:
        figures.add(f"  {phase}", [timing[f"{phase}_ms"] / 1000 for timing in timings], "s")
    figures.add("  all else", [run.ended.wall - told(timing) for run, timing in zip(runs, timings)], "s")


def least(timing):
    return (timing["start_ms"] + 2 * timing["sample_ms"]) / 1000 + GAP


def told(timing):
    """The time that the phases account for; manifests are collected beside the control sample."""
    alone = sum(timing[f"{phase}_ms"] for phase in ("prepare", "start", "sample", "compare", "down"))
    return (alone + max(timing["gap_ms"] + timing["control_ms"], timing["manifest_ms"])) / 1000
