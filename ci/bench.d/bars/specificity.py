"""The same image on both sides: nothing is found, with no rules. What a third side seeds beside the noise always is."""

import re
import shutil
import subprocess
import sys
import urllib.parse

from figures import NotMeasured
from noisy.services import SERVICES
from project import run_parity

IMAGE = "envparity/noisy:bench"

CONFIG = """\
[image]
ref = "{image}"

[container]
port = 8080
command = ["sh", "start", "{service}"]
ready = {{ http = "{ready}", timeout = "60s" }}

[environments.local]
engine = "local"

[environments.same]
engine = "local"

[environments.other]
engine = "local"
env = {{ DRIFT = "1" }}

[compare]
reference = "local"
candidates = ["same", "other"]
suites = ["*.hurl"]
allow-same-engine = true
manifests = false
"""


def measure(project, figures):
    make_image(project)
    runs = project.rounds
    false, missed, beside, unclear, count = [], [], [], [], 0
    for number in range(runs):
        for service in SERVICES:
            report = one(project, service)
            count += len(service.suites)
            for row, kept in zip(judge(service, report), (false, missed, beside, unclear)):
                kept.extend(f"run {number + 1}, {line}" for line in row)
                for line in row:
                    print(f"bench: run {number + 1}, {line}", file=sys.stderr, flush=True)
        print(f"bench: specificity: {number + 1} of {runs} rounds", file=sys.stderr, flush=True)
    figures.add("services", sum(len(service.suites) for service in SERVICES), "count")
    figures.add("runs of each", runs, "count")
    figures.add("false findings", len(false), "count", 0)
    figures.add("seeded drifts", runs * sum(len(service.drifts) for service in SERVICES), "count")
    figures.add("seeded drifts missed", len(missed), "count", 0)
    figures.add("false findings beside a seeded drift", len(beside), "count", 0)
    figures.add("cases that were not compared", len(unclear), "count", 0)
    for line in sorted({re.sub(r"^run \d+, ", "", line) for line in false + missed + beside + unclear}):
        times = sum(line == re.sub(r"^run \d+, ", "", each) for each in false + missed + beside + unclear)
        figures.note(f"{times} times: {line}")


def make_image(project):
    """Built once; its packages come from an index by pip, here, so that the build needs none."""
    engine = project.local()
    if engine.has_image(IMAGE):
        return
    folder = project.folder / "noisy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(project.root / "ci/bench.d/noisy/app", folder)
    machine = {"amd64": "x86_64", "arm64": "aarch64"}[engine.get("/version")["Arch"]]
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    words += ["--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--abi", "none"]
    words += ["--platform", f"manylinux2014_{machine}", "--platform", "any"]
    words += ["--requirement", folder / "requirements.txt", "--dest", folder / "wheels"]
    if subprocess.run(words).returncode != 0:
        raise NotMeasured("pip could not fetch the services")
    folder.joinpath("parity.toml").write_text(
        f'[image]\nbuild = "."\ntag = "{IMAGE}"\n[container]\nport = 8080\ncommand = ["sh", "start", "made"]\n'
        '[environments.local]\nengine = "local"\n[environments.other]\nengine = "local"\n'
        "[compare]\nallow-same-engine = true\nmanifests = false\nsuites = []\n"
    )
    project.parity("run", cwd=folder, codes=(0, 1, 3, 5))
    if not engine.has_image(IMAGE):
        raise NotMeasured("the image of the noisy services could not be built", is_failure=True)


def one(project, service):
    """One run against a service: its report."""
    folder = project.folder / "specificity" / service.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.joinpath("parity.toml").write_text(CONFIG.format(image=IMAGE, service=service.name, ready=service.ready))
    for name, text in service.suites.items():
        folder.joinpath(f"{name}.hurl").write_text(text)
    return run_parity(project, folder, codes=(0, 1, 3, 5)).report


def judge(service, report):
    """What was found and should not, was not and should, was found beside a drift, was not compared."""
    false, beside, found = [], [], []
    for finding in report["findings"]:
        if finding["severity"] == "info":
            continue
        case = finding["case"]["id"] if finding["case"] else "-"
        line = f"{urllib.parse.unquote(case)}: {finding['code']} {finding['at']} [{finding['kind']}]"
        line += f" {str(finding['reference'])[:60]} | {str(finding['candidate'])[:60]}"
        if finding["environment"] == "same":
            false.append(f"{service.name}: {line}")
        else:
            found.append((case, str(finding["at"]), line))
    missed = []
    wanted = [(f"{suite} ", place) for suite, place in service.drifts.items()]
    for suite, place in wanted:
        if not any(fits(suite, place, case, at) for case, at, _ in found):
            missed.append(f"{service.name}: not found: {suite}{place}")
    allowed = wanted + [("", place) for place in service.beside]
    beside = [
        f"{service.name}: {line}"
        for case, at, line in found
        if not any(fits(suite, place, case, at) for suite, place in allowed)
    ]
    gaps = [f"{service.name}: {gap['case']}: {gap['reason']}" for gap in report["coverage"]["not_compared"]]
    return false, missed, beside, gaps


def fits(suite, place, case, at):
    part, _, where = place.rpartition(" ")
    pattern = ".*".join(re.escape(piece) for piece in where.split("…"))
    in_case = part == "…" or not part or part in case
    return case.startswith(suite) and in_case and re.fullmatch(pattern, at) is not None
