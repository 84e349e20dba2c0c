"""The images of cases: one layer on a base, made without a network.

The layer is made here and loaded, since `docker build` takes seconds for each step on some storage drivers, and the
corpus has dozens of images. The same files make the same image.
"""

import io
import json
import tarfile
import time

import bases
import wheels
from archive import digest, file_entry, folder_entry, pack, pack_image, pack_layer
from corpus import SIDES, Failure, say
from engine import LABEL, inspect, label_of, load, replace, run_once

# When the sides were built, as their files say: of two sources of one size, Python tells by their time which one it
# has compiled.
TIMES = {"reference": 1_719_792_000, "candidate": 1_675_209_600}
DAY = 86_400
HOME = "srv/service"
COMMAND = ["waitress-serve", "--listen=0.0.0.0:8080", "service:app"]


def build(case):
    """Makes both images, unless they are there and made from what is in the folder now."""
    # One digest for both, since a label that differs would be a difference of the images.
    made_from = digest(*(part for side in SIDES for part in inputs(case, side)))
    if all(label_of(case.image(side), f"{LABEL}.inputs") == made_from for side in SIDES):
        return
    since = time.monotonic()
    for side in SIDES:
        make(case, side, {LABEL: case.name, f"{LABEL}.inputs": made_from})
    say(f"built {case.name} in {time.monotonic() - since:.0f} s")


def inputs(case, side):
    """Everything that an image depends on, as bytes."""
    settings = json.dumps([case.pins(side), case.image_settings(side)], sort_keys=True)
    return [settings.encode(), bases.inputs(bases.of(case, side)).encode(), pack(case.files(side))]


def make(case, side, labels):
    """Makes one image."""
    base, settings = inspect(bases.tag(bases.of(case, side))), case.image_settings(side)
    env = [f"{name}={value}" for name, value in settings.get("env", {}).items()]
    config = base["Config"] | {
        "Env": base["Config"]["Env"] + env,
        "Cmd": settings.get("command", COMMAND),
        "User": settings.get("user", ""),
        "WorkingDir": f"/{HOME}",
        "ExposedPorts": {f"{case.container['port']}/tcp": {}},
        "Labels": labels,
    }
    archive = pack_image(case.image(side), base, config, layer(case, side), TIMES[side])
    replace(case.image(side), lambda: load(archive))


def layer(case, side):
    """The service and its packages."""
    entries = [(folder_entry(HOME, TIMES[side]), b"")]
    for name, data in case.files(side).items():
        entries.append((file_entry(f"{HOME}/{name}", TIMES[side], data), data))
    if case.pins(side):
        entries += installed(case, side)
    return pack_layer(entries)


def installed(case, side):
    """What pip makes of the wheels, with the time of the side; changed where the case says so."""
    edits = {edit["path"]: edit for edit in case.image_settings(side).get("edits", [])}
    entries = []
    with tarfile.open(fileobj=io.BytesIO(install(case, side))) as archive:
        for entry in archive:
            data = archive.extractfile(entry).read() if entry.isfile() else b""
            stamp, edit = TIMES[side], edits.pop(entry.name, None)
            if edit:
                # What is compiled beside it is of the file before.
                stamp, data = stamp + DAY, change(data, edit)
            if entry.name.endswith(".pyc"):
                # After the magic number and flags, the time of the source that it was compiled from.
                data = data[:8] + stamp.to_bytes(4, "little") + data[12:]
            entry.mtime, entry.size, entry.pax_headers = stamp, len(data), {}
            entries.append((entry, data))
    if edits:
        raise Failure(f"`{case.name}` changes files that are not there: {', '.join(edits)}")
    return entries


def install(case, side):
    """The folder of packages, as tar: installed in a container, for the Python of the images."""
    lines = "".join(f"{name}=={version}\n" for name, version in case.pins(side))
    files = {"requirements.txt": lines.encode()}
    files |= {wheel.name: wheel.read_bytes() for wheel in wheels.of(case, side)}
    # What is compiled holds sets, in an order that comes from the seed of hashes.
    script = """set -e; export PYTHONHASHSEED=0; cd /tmp; tar x
        python3 -m venv --without-pip /opt/service
        pip -q --python /opt/service/bin/python install --no-index --find-links . -r requirements.txt "$@" >&2
        tar c --owner=0 --group=0 --numeric-owner -C / opt/service"""
    # In memory: some storage drivers are slow with many small files.
    options = ["--network", "none", "--tmpfs", "/tmp", "--tmpfs", "/opt/service:exec,mode=0755"]
    words = [] if case.is_whole else ["--no-deps"]
    return run_once(bases.tag("pip"), case.name, script, *words, given=pack(files), options=options)


def change(data, edit):
    text = data.decode()
    if text.count(edit["find"]) != 1:
        raise Failure(f"`{edit['find']}` is not in `{edit['path']}` once")
    return text.replace(edit["find"], edit["put"]).encode()
