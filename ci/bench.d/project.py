"""The binary that is measured, and folders of the bench's own for it to work in."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import process
from engine import Engine, quote
from figures import NotMeasured

LAB = "bench"
IMAGE = "envparity/activity:bench"


class Project:
    """Everything that bars share."""

    def __init__(self, options):
        self.root = pathlib.Path(__file__).resolve().parents[2]
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or "target")
        self.target = target if target.is_absolute() else self.root / target
        self.runs, self.rounds, self.jobs, self.resume = options.runs, options.rounds, options.jobs, options.resume
        self.folder = self.target / "bench"
        self.profile = options.profile
        built = self.target / ("debug" if self.profile == "dev" else self.profile) / "parity"
        self.binary = pathlib.Path(options.binary).resolve() if options.binary else built
        # Labs and caches of the bench are not those of whoever works here.
        self.env = os.environ | {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "PARITY_CACHE_DIR": str(self.folder / "cache"),
        }
        self.env.pop("PARITY_CONFIG", None)
        self.env.pop("PARITY_PROFILE", None)
        self.lab = None
        # Ids of images that were built and have lost their name to the next.
        self.images = set()
        self.folder.mkdir(parents=True, exist_ok=True)

    def build(self):
        words = ["cargo", "build", "--profile", self.profile, "--locked", "-p", "envparity"]
        if subprocess.run(words, cwd=self.root).returncode != 0:
            raise SystemExit(3)

    def digest(self):
        """Of the binary: figures of another say nothing about it."""
        with self.binary.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def parity(self, *words, cwd=None, codes=(0,), env=None):
        if not self.binary.is_file():
            raise NotMeasured(f"there is no `{self.binary}`", is_failure=True)
        return process.run([self.binary, *words], cwd=cwd, env=self.env | (env or {}), codes=codes)

    def local(self):
        try:
            engine = Engine.local()
            engine.get("/info")
            return engine
        except OSError as error:
            raise NotMeasured(str(error)) from error

    def sample(self, name, *, sync="missing", suites=("*.hurl",)):
        """A copy of the sample service with a configuration for this machine's engine and the bench's lab."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root / "suites" / "activity", folder, ignore=shutil.ignore_patterns("parity*", ".parity"))
        folder.joinpath("parity.toml").write_text(
            SAMPLE.format(image=IMAGE, lab=LAB, sync=sync, suites=json.dumps(list(suites)))
        )
        return folder

    def lab_up(self):
        """The bench's lab: started once, taken down at the end; should this script be killed, it ends by itself."""
        if self.lab is None:
            self.local()
            folder = self.sample("lab")
            self.parity("env", "up", LAB, "--for", "1h", "-c", folder / "parity.toml")
            self.lab = Engine.of_lab(self.folder / "state" / "envparity" / "labs" / LAB)
        return self.lab

    def note_image(self):
        """The sample's image is about to lose its name to another."""
        image = self.local().ask("GET", f"/images/{quote(IMAGE)}/json")
        if image:
            self.images.add(image["Id"])

    def forget_images(self):
        """Removes what the bench has built; what also goes by another name stays, and so do layers of others."""
        engine = self.local()
        engine.ask("DELETE", f"/images/{quote(IMAGE)}")
        for image in self.images:
            left = engine.ask("GET", f"/images/{image}/json")
            if left and not left["RepoTags"]:
                engine.ask("DELETE", f"/images/{image}")
        self.images.clear()

    def close(self):
        if self.lab is not None:
            self.lab = None
            self.parity("env", "down", LAB)
            self.forget_images()


@dataclasses.dataclass
class Run:
    """One `parity run`, measured."""

    ended: process.Ended
    folder: pathlib.Path
    report: dict

    def lines(self, environment):
        """The journal of an environment."""
        with self.folder.joinpath(f"{environment}.ndjson").open() as journal:
            return [json.loads(line) for line in journal]

    def manifest(self, environment):
        return next(line for line in self.lines(environment) if line["type"] == "manifest")


def run_parity(project, folder, *words, codes=(0,), env=None):
    """Runs `parity run` in a folder that holds a configuration."""
    ended = project.parity("run", *words, cwd=folder, codes=codes, env=env)
    run = folder / ".parity" / run_id(ended.err)
    return Run(ended, run, json.loads(run.joinpath("report.json").read_text()))


def run_id(said):
    found = re.search(r"^run (\S+)$", said, re.MULTILINE)
    if not found:
        raise NotMeasured("parity did not say which run it is", is_failure=True)
    return found[1]


SAMPLE = """\
[image]
build = "app"
tag = "{image}"
sync = "{sync}"

[container]
port = 4567
workdir = "/home/sinatra"
command = ["./run_app.sh"]
ready = {{ http = "/health", timeout = "60s" }}

[environments.local]
engine = "local"

[environments.{lab}]
engine = "lab"
env = {{ RACK_ENV = "test" }}

[compare]
reference = "local"
candidates = ["{lab}"]
suites = {suites}
"""
