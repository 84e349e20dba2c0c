"""Runs the bars asked for and shows what they found."""

import argparse
import signal
import sys
import time
import traceback

from bars import culprit, demo, hostile, image, json, kill, manifest, sensitivity, specificity, throughput, warm
from figures import Figures, NotMeasured
from machine import Machine
from project import Project

# In an order that lets a lab of one serve the next.
BARS = {
    "warm": warm.measure,
    "manifest": manifest.measure,
    "image": image.measure,
    "kill": kill.measure,
    "throughput": throughput.measure,
    "demo": demo.measure,
    "sensitivity": sensitivity.measure,
    "specificity": specificity.measure,
    "hostile": hostile.measure,
    "json": json.measure,
    "culprit": culprit.measure,
}


def main(words, text):
    """Measures, prints, writes; answers with the exit code."""
    options = parse(words, text)
    # A terminated bench still takes its lab and its servers down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    project = Project(options)
    if not options.no_build and not options.binary:
        project.build()
    machine = Machine.look()
    figures, failed = Figures(), False
    try:
        for name in options.names or BARS:
            figures.bar = name
            say(f"{name} …")
            since = time.monotonic()
            try:
                BARS[name](project, figures)
            except NotMeasured as reason:
                failed |= reason.is_failure
                figures.note(f"not measured: {reason}")
            except Exception:
                failed = True
                traceback.print_exc()
                figures.note("not measured: the measurement itself failed, see above")
            except (KeyboardInterrupt, SystemExit):
                failed = True
                figures.note("interrupted: what was measured until then")
                break
            say(f"{name}: {time.monotonic() - since:.0f} s")
    finally:
        project.close()
    machine.look_again()
    print(machine.text())
    print(figures.text())
    path = project.target / "bench.json"
    figures.write(path, machine)
    print(f"written to {path.relative_to(project.root) if path.is_relative_to(project.root) else path}")
    return 3 if failed else 0


def parse(words, text):
    parser = argparse.ArgumentParser(
        prog="ci/bench", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a bar to measure; none: all")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="measurements behind a median (5)")
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="runs of each noisy service (50)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="noisy services side by side (2)")
    parser.add_argument("--resume", action="store_true", help="go on with the rounds of an earlier bench of this binary")
    parser.add_argument("--no-build", action="store_true", help="measure the binary that is there")
    parser.add_argument("--binary", metavar="FILE", help="measure this binary; builds none")
    parser.add_argument("--profile", default="release", metavar="NAME", help="of the build that is measured (release)")
    options = parser.parse_args(words)
    for name in options.names:
        if name not in BARS:
            parser.error(f"unknown bar `{name}`; there are {', '.join(BARS)}")
    for name in ("runs", "rounds", "jobs"):
        if getattr(options, name) < 1:
            parser.error(f"`--{name}` is at least 1")
    return options


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)
