"""Tar files with the same bytes for the same content, and images made of them."""

import hashlib
import io
import json
import tarfile
import time


def pack(files):
    """Files by name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in sorted(files.items()):
            archive.addfile(file_entry(name, 0, data), io.BytesIO(data))
    return packed.getvalue()


def pack_layer(entries):
    """Entries with their data, by name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry, data in sorted(entries, key=lambda pair: pair[0].name):
            archive.addfile(entry, io.BytesIO(data) if entry.isfile() else None)
    return packed.getvalue()


def file_entry(name, mtime, data):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(data), mtime, 0o755 if data.startswith(b"#!") else 0o644
    return entry


def folder_entry(name, mtime):
    entry = tarfile.TarInfo(name)
    entry.type, entry.mtime, entry.mode = tarfile.DIRTYPE, mtime, 0o755
    return entry


def pack_image(tag, base, config, layer, made):
    """What `docker load` takes: a configuration and one layer; the engine has those of `base`, as it is inspected."""
    below = base["RootFS"]["Layers"]
    image = {
        "architecture": base["Architecture"],
        "os": base["Os"],
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(made)),
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [*below, "sha256:" + hashlib.sha256(layer).hexdigest()]},
    }
    written = json.dumps(image, sort_keys=True).encode()
    config_name = hashlib.sha256(written).hexdigest() + ".json"
    layers = [f"{at}/layer.tar" for at in range(len(below) + 1)]
    manifest = [{"Config": config_name, "RepoTags": [tag], "Layers": layers}]
    return pack({"manifest.json": json.dumps(manifest).encode(), config_name: written, layers[-1]: layer})


def digest(*parts):
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]
