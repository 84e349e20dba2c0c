"""An image with one changed small layer, sent to the lab."""

import re

from engine import quote
from figures import NotMeasured
from project import IMAGE, LAB, run_parity

WIRE = 100_000
# Above one local save, which no engine spares whoever wants a layer; and in all where the layer is kept.
ABOVE_SAVE = 0.5
KEPT = 0.5
SENT = re.compile(rf"^{LAB}: image sent: (\d+) bytes, (.*), ([\d.]+) s$", re.MULTILINE)
# What the lab knows the former image by, so that its layers stay there.
FORMER = "envparity/activity:bench-former"


def measure(project, figures):
    project.lab_up()
    folder = project.sample("image", sync="always")
    words = ["--request", "GET /health", "--control", "never", "--set", "compare.manifests=false"]
    run_parity(project, folder, *words)
    try:
        measure_changes(project, figures, folder, words)
    finally:
        project.forget_images()


def measure_changes(project, figures, folder, words):
    lab, local = project.lab_up(), project.local()
    sent, walls, above, kept = [], [], [], []
    for number in range(project.runs):
        project.note_image()
        change(folder, number)
        size, way, wall = send(project, folder, words)
        if "kept" in way or way.startswith("the whole"):
            raise NotMeasured(f"a changed layer went as `{way}`", is_failure=True)
        save = local.save_seconds(IMAGE)
        sent.append(size), walls.append(wall), above.append(wall / (save + ABOVE_SAVE))
        forget(lab)
        size, way, wall = send(project, folder, words)
        if "kept" in way:
            kept.append(wall)
    figures.add("over the wire, one changed layer", sent, "B", WIRE)
    figures.add("wall / (one local save + 0.5 s)", above, "ratio", 1)
    figures.add("wall", walls, "s")
    if kept:
        figures.add("wall, the layer kept from before", kept, "s", KEPT)
    else:
        figures.note("no layer was kept from an earlier time: nothing to measure there")


def change(folder, number):
    """One line more in a file of the image's last layer."""
    source = sorted(folder.joinpath("app", "lib").rglob("*.rb"))[0]
    with source.open("a") as file:
        file.write(f"# changed {number} by {folder.stat().st_mtime_ns}\n")


def send(project, folder, words):
    run = run_parity(project, folder, *words)
    found = SENT.search(run.ended.err)
    if not found:
        raise NotMeasured(f"no image was sent:\n{run.ended.err}", is_failure=True)
    return int(found[1]), found[2], float(found[3])


def forget(lab):
    """Takes the image off the lab, and with it the one layer that no other image there has."""
    images = lab.get("/images/json")
    mine = next(image for image in images if IMAGE in (image["RepoTags"] or []))
    others = [image for image in images if image["Id"] != mine["Id"] and (image["RepoTags"] or []) != []]
    if not any(FORMER in image["RepoTags"] for image in others):
        # The first time round the former image lost its name to this one, not its layers.
        nameless = [image for image in images if image["Id"] != mine["Id"] and not named(image)]
        for image in nameless[:1]:
            lab.ask("POST", f"/images/{quote(image['Id'])}/tag?repo={FORMER.split(':')[0]}&tag={FORMER.split(':')[1]}")
    lab.ask("DELETE", f"/images/{quote(IMAGE)}?force=1")


def named(image):
    return any(tag != "<none>:<none>" for tag in image["RepoTags"] or [])
