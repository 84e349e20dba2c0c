"""Wheels for the Python of the images, kept outside the repository."""

import functools
import io
import os
import pathlib
import sys
import tarfile
import tempfile

from corpus import FOLDER, SIDES, Failure, normal, read_pins, run, say
from engine import run_once

BASE = "envparity-culprits/pip:base"


@functools.cache
def machine():
    """The processor of the engine, which need not be this machine's."""
    arch = run(["docker", "version", "--format", "{{.Server.Arch}}"]).strip()
    known = {"amd64": "x86_64", "arm64": "aarch64"}
    if arch not in known:
        raise Failure(f"there are no wheels for engines on `{arch}`\n\nhint: use an amd64 or arm64 engine")
    return known[arch]


def folder():
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    path = pathlib.Path(home) / "envparity-culprits" / "wheels" / machine()
    path.mkdir(parents=True, exist_ok=True)
    return path


def held():
    """The wheels that are there, by name and version."""
    parts = {path: path.name.split("-") for path in folder().glob("*.whl")}
    return {(normal(name), version): path for path, (name, version, *_) in parts.items()}


def of(case, side):
    """The wheels of one side of a case."""
    there = held()
    return [there[pin] for pin in case.pins(side)]


def fetch(cases):
    """Fetches what is not there yet; asks nobody when all is."""
    pins = {pin for case in cases for side in SIDES for pin in case.pins(side)}
    missing = pins - held().keys()
    if not missing:
        return
    say(f"fetching {len(missing)} Python packages")
    sources = missing & set(read_pins(FOLDER / "base" / "sdists.txt"))
    for batch in batches(missing - sources):
        keep(download(batch))
    for pin in sources:
        keep(make_wheel(download([pin], source=True)))
    lacking = pins - held().keys()
    if lacking:
        raise Failure(f"pip fetched other versions than {sorted(lacking)}")


def batches(pins):
    """pip takes one version of a package at a time."""
    while pins:
        batch = dict(sorted(pins)).items()
        yield batch
        pins = pins - set(batch)


def keep(packed):
    """Puts what came as tar where it is looked for, whole files only."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive, tempfile.TemporaryDirectory(dir=folder()) as fresh:
        archive.extractall(fresh, filter="data")
        for wheel in pathlib.Path(fresh).rglob("*.whl"):
            wheel.rename(folder() / wheel.name)


def download(pins, source=False):
    """What pip fetches, as tar: with the pip of this machine, or else with that of the images."""
    words = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", "fetched"]
    words += ["--no-binary=:all:"] if source else foreign()
    words += [f"{name}=={version}" for name, version in pins]
    script = 'cd "$1" && shift && python="$1" && shift && "$python" "$@" >&2 && tar c fetched'
    if has_pip():
        with tempfile.TemporaryDirectory() as fresh:
            return run(["sh", "-c", script, "sh", fresh, sys.executable, *words], text=False)
    return run_once(BASE, "base", script, "/tmp", "python3", *words)


def foreign():
    """The options for the Python of the images and the processor of the engine."""
    words = ["--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11"]
    words += [f"--abi={abi}" for abi in ("cp311", "abi3", "none")]
    platforms = [f"manylinux2014_{machine()}", f"manylinux_2_28_{machine()}", "any"]
    return words + [f"--platform={platform}" for platform in platforms]


def make_wheel(source):
    """A wheel from a source package, as tar; the image has no compiler, and so only Python goes in."""
    script = """cd /tmp && tar x && python3 -m pip wheel --quiet --no-deps --no-index --no-build-isolation \
        --wheel-dir made fetched/* >&2 && tar c made"""
    return run_once(BASE, "base", script, given=source, options=["--network", "none"])


@functools.cache
def has_pip():
    try:
        run([sys.executable, "-m", "pip", "--version"])
    except Failure:
        return False
    return True
