"""The Docker engine, asked through its command line."""

import json

from corpus import run

# The label of everything that is made here; its value is a case's name, or `base`.
LABEL = "envparity.culprits"


def build(tag, context, labels, arguments):
    words = ["docker", "build", "--quiet", "--tag", tag]
    for option, values in (("--label", labels), ("--build-arg", arguments)):
        for name, value in values.items():
            words += [option, f"{name}={value}"]
    run([*words, "-"], given=context)


def load(archive):
    run(["docker", "load", "--quiet"], given=archive)


def run_once(image, owner, script, *words, given=None, options=()):
    """What a script prints in a container that goes at its end."""
    start = ["docker", "run", "--rm", "--interactive", "--label", f"{LABEL}={owner}", *options]
    return run([*start, image, "sh", "-c", script, "sh", *words], given=given or b"", text=False)


def replace(tag, make):
    """Makes an image anew; what had its name before goes, unless something else needs it."""
    before = image_id(tag)
    make()
    if before and before != image_id(tag):
        run(["docker", "image", "rm", before], codes=(0, 1))


def inspect(tag):
    return json.loads(run(["docker", "image", "inspect", tag]))[0]


def image_id(tag):
    return run(["docker", "image", "inspect", "--format", "{{.Id}}", tag], codes=(0, 1)).strip()


def label_of(tag, name):
    form = f'{{{{index .Config.Labels "{name}"}}}}'
    return run(["docker", "image", "inspect", "--format", form, tag], codes=(0, 1)).strip()


def remove(owner):
    """Removes the images with this owner in their label, and stages of their builds, that go by no name of others."""
    form = "{{.ID}} {{.Repository}}:{{.Tag}}"
    listed = run(["docker", "images", "--filter", f"label={LABEL}={owner}", "--format", form])
    for image, tag in (line.split() for line in listed.splitlines()):
        if tag.startswith("envparity-culprits/"):
            run(["docker", "image", "rm", tag])
        elif tag == "<none>:<none>":
            run(["docker", "image", "rm", image], codes=(0, 1))
