"""The same image on both sides: nothing is found, with no rules. What a third side seeds beside the noise always is."""

import collections
import concurrent.futures
import itertools
import json
import re
import shutil
import subprocess
import sys
import urllib.parse

from engine import quote
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
    log = Log(project)
    wanted = [(number, service) for number in range(1, project.rounds + 1) for service in SERVICES]
    wanted = [(number, service) for number, service in wanted if (number, service.name) not in log.runs]
    with concurrent.futures.ThreadPoolExecutor(project.jobs) as pool:
        started = [pool.submit(one, project, number, service) for number, service in wanted]
        try:
            for ended in concurrent.futures.as_completed(started):
                log.add(*ended.result())
        finally:
            # Those at hand come to their end; what was seen is told, also when this is interrupted.
            pool.shutdown(cancel_futures=True)
            tell(log, figures)


class Log:
    """What every run of a service came to, on disk, so that a bench that was interrupted can go on."""

    def __init__(self, project):
        self.path = project.folder / "specificity.ndjson"
        self.about = {"binary": project.digest(), "image": project.local().get(f"/images/{quote(IMAGE)}/json")["Id"]}
        lines = self.path.read_text().splitlines() if project.resume and self.path.exists() else []
        kept = [line for line in map(json.loads, lines) if line["about"] == self.about]
        self.runs = {(line["round"], line["service"]): line["lines"] for line in kept}
        self.path.write_text("".join(json.dumps(line) + "\n" for line in kept))

    def add(self, number, service, lines):
        self.runs[number, service.name] = lines
        record = {"about": self.about, "round": number, "service": service.name, "lines": lines}
        with self.path.open("a") as file:
            file.write(json.dumps(record) + "\n")
        for line in itertools.chain(*lines):
            print(f"bench: round {number}, {line}", file=sys.stderr, flush=True)
        print(f"bench: specificity: {len(self.runs)} runs, now {service.name} {number}", file=sys.stderr, flush=True)


def tell(log, figures):
    """The figures, of what really ran."""
    services = {service.name: service for service in SERVICES}
    times = collections.Counter(name for _, name in log.runs)
    count = sum(times[name] * len(service.drifts) for name, service in services.items())
    false, missed, beside, unclear = ([*itertools.chain(*row)] for row in zip(*log.runs.values())) if log.runs else [[]] * 4
    figures.add("services", sum(len(service.suites) for service in SERVICES), "count")
    figures.add("runs of each", [times[name] for name in services], "count")
    figures.add("false findings", len(false), "count", 0)
    figures.add("seeded drifts", count, "count")
    figures.add("seeded drifts missed", len(missed), "count", 0)
    figures.add("false findings beside a seeded drift", len(beside), "count", 0)
    figures.add("cases that were not compared", len(unclear), "count", 0)
    for line, times in sorted(collections.Counter(false + missed + beside + unclear).items()):
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


def one(project, number, service):
    """One run against a service: its round, the service, and what was judged; its folder stays if that is anything."""
    folder = project.folder / "specificity" / f"{service.name}-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.joinpath("parity.toml").write_text(CONFIG.format(image=IMAGE, service=service.name, ready=service.ready))
    for name, text in service.suites.items():
        folder.joinpath(f"{name}.hurl").write_text(text)
    lines = judge(service, run_parity(project, folder, codes=(0, 1, 3, 5)).report)
    if not any(lines):
        shutil.rmtree(folder)
    return number, service, lines


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
