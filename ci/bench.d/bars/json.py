"""Large JSON bodies: what a comparison costs beside parsing; measured by `core/tests/speed.rs`."""

import re

import process

# Over parsing, a pair of ten megabytes with one in a hundred items changed.
SECONDS = 0.05
UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}


def measure(project, figures):
    words = ["cargo", "test", "--release", "--locked", "-p", "envparity-core", "--test", "speed"]
    said = process.run([*words, "--", "--ignored", "--nocapture", "--test-threads=1"], cwd=project.root).out
    figures.add("10 MB pair, 1 % changed, over parsing", seconds(said, "over parsing"), "s", SECONDS)
    figures.add("parsing both", seconds(said, "parse both, nothing differs"), "s")
    figures.add("10 MB pair, 1 % noise", seconds(said, "with a control, 1 % noise"), "s")
    figures.add("10 MB pair, all items moved", seconds(said, "all items moved"), "s")
    figures.add("10 MB pair, equal bytes", seconds(said, "equal bytes"), "s")
    figures.add("20,000 cases, each a symbol", seconds(said, "20,000 cases, each a symbol"), "s")


def seconds(said, words):
    number, unit = re.search(re.escape(words) + r"\s+([0-9.]+)(ns|µs|ms|s)", said).groups()
    return float(number) * UNITS[unit]
