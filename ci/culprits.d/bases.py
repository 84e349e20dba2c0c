"""The images that cases stand on: built from Dockerfiles, with a network."""

import json
import re

from archive import digest, pack
from corpus import FOLDER, SIDES, say
from engine import LABEL, build, label_of, replace

# By name: the Dockerfile and its arguments. Later ones may stand on earlier ones.
BASES = {
    "python": ("python", {}),
    "pip": ("pip", {}),
    "bare": ("bare", {}),
    "ruby-reference": ("ruby", {"BASE": "debian:bookworm-slim"}),
    "ruby-candidate": ("ruby", {"BASE": "debian:bullseye-slim"}),
    "countries-reference": ("countries", {"RELEASE": "bookworm"}),
    "countries-candidate": ("countries", {"RELEASE": "bullseye"}),
}


def make(cases):
    """Makes what the cases stand on and is not there yet."""
    needed = {of(case, side) for case in cases for side in SIDES}
    needed |= {"pip"} if any(case.pins(side) for case in cases for side in SIDES) else set()
    needed |= {below for name in needed for below in stands_on(name)}
    for name, (_, arguments) in BASES.items():
        made_from = inputs(name)
        if name not in needed or label_of(tag(name), f"{LABEL}.inputs") == made_from:
            continue
        say(f"making {tag(name)}")
        labels = {LABEL: "base", f"{LABEL}.inputs": made_from}
        replace(tag(name), lambda: build(tag(name), pack(files(name)), labels, arguments))


def of(case, side):
    """The name of the base of an image."""
    return case.image_settings(side).get("base", "python").replace("SIDE", side)


def tag(name):
    return f"envparity-culprits/{name}:base"


def files(name):
    """The Dockerfile, and what it may copy: the sample service installs packages in the same way."""
    script = FOLDER.parent / "activity" / "app" / "install_packages.sh"
    dockerfile = FOLDER / "base" / f"{BASES[name][0]}.Dockerfile"
    return {"Dockerfile": dockerfile.read_bytes(), script.name: script.read_bytes()}


def inputs(name):
    """A digest of everything that a base is made from."""
    below = [inputs(other).encode() for other in stands_on(name)]
    return digest(pack(files(name)), json.dumps(BASES[name][1]).encode(), *below)


def stands_on(name):
    return re.findall(r"FROM envparity-culprits/([\w-]+):base", files(name)["Dockerfile"].decode())
