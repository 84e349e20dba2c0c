"""The cases, as their folders describe them."""

import dataclasses
import functools
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "suites" / "culprits"
# The environments of every case, by the image that they run.
SIDES = {"reference": "local", "candidate": "qa"}


class Failure(Exception):
    """Something that this machine or this corpus lacks."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One folder of the corpus."""

    name: str
    # What one package needs, another brings.
    is_whole = True

    @property
    def folder(self):
        return FOLDER / self.name

    @functools.cached_property
    def expected(self):
        return self.load("expected.toml")

    @property
    def title(self):
        return self.expected["title"]

    @functools.cached_property
    def container(self):
        """How parity starts the service."""
        return self.load("parity.toml")["container"]

    def image_settings(self, side):
        """What `image.toml` says of both sides' images, and then of this one's."""
        said = self.load("image.toml") if self.folder.joinpath("image.toml").is_file() else {}
        both = {key: value for key, value in said.items() if key not in SIDES}
        return both | said.get(side, {})

    def load(self, name):
        try:
            return tomllib.loads(self.folder.joinpath(name).read_text())
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise Failure(f"`{self.folder / name}` could not be read: {error}") from error

    def pins(self, side):
        """What pip installs; nothing where the case has no Python packages."""
        path = self.folder / f"{side}.txt"
        return read_pins(path) if path.is_file() else []

    def files(self, side):
        """The service's files by their path in its folder; those of one side alone come over the others."""
        files = {}
        for folder in (self.folder / "app", self.folder / side):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    files[str(path.relative_to(folder))] = path.read_bytes()
        return files

    def image(self, side):
        return f"envparity-culprits/{self.name}:{side}"


def cases():
    names = sorted(path.parent.name for path in FOLDER.glob("*/expected.toml"))
    return [Case(name) for name in names]


def read_pins(path):
    """A list of requirements, as (name, version)."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return [(normal(name), version) for name, version in pins]


def normal(name):
    """A package's name in the one form that all its spellings share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run(words, given=None, text=True, codes=(0,)):
    """Runs a command and answers with what it printed.

    Raises Failure if it ends with a code that is not among `codes`.
    """
    words = [str(word) for word in words]
    try:
        ended = subprocess.run(words, input=given, capture_output=True, check=False)
    except OSError as error:
        raise Failure(f"`{words[0]}` could not be run: {error}") from error
    if ended.returncode not in codes:
        said = (ended.stderr or ended.stdout).decode(errors="replace").strip().splitlines()[-15:]
        raise Failure("\n  ".join([f"`{' '.join(words)}` ended with exit code {ended.returncode}", *said]))
    return ended.stdout.decode(errors="replace") if text else ended.stdout


def say(text):
    print(f"culprits: {text}", file=sys.stderr, flush=True)
