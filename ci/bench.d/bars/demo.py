"""`ci/demo` when everything is built and images exist."""

import process
from figures import NotMeasured

ALLOWED = 30
IMAGES = ["envparity/activity:demo", "envparity/activity:older", "envparity/coach:demo"]


def measure(project, figures):
    engine = project.local()
    # The demo's lab goes by a fixed name and is taken down at the end: never that of somebody else.
    for container in engine.get("/containers/json"):
        if "/parity-lab-lab" in container["Names"]:
            raise NotMeasured("a lab named `lab` is up on this engine: `parity env down lab` first")
    words = ["bash", project.root / "ci" / "demo", "--no-install"]
    if not all(engine.has_image(name) for name in IMAGES):
        process.run(words, cwd=project.root)
    figures.add("wall of ci/demo", [process.run(words, cwd=project.root).wall for _ in range(2)], "s", ALLOWED)
