"""Both tools over each file, and what they made of it."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import certificates
import fixture

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUITES = ROOT / "harness/suite/tests/conformance"
VERSION = "hurl 8.0.1"
# What parity writes in place of a secret.
MASKED = re.compile(r"\[masked:[0-9a-f]+\]")

CONFIG = """\
[environments.one]
url = "{base}"
writes = true

[compare]
reference = "one"
suites = ["{name}.hurl"]
"""


def find_hurl():
    """Stock hurl, or why there is none."""
    hurl = os.environ.get("HURL") or shutil.which("hurl")
    if not hurl or not shutil.which(hurl):
        return None, "stock hurl is neither in $HURL nor on PATH"
    found = subprocess.run([hurl, "--version"], capture_output=True, text=True).stdout
    if not found.startswith(VERSION + " "):
        return None, f"{hurl} is {' '.join(found.split()[:2]) or 'no hurl'}, not {VERSION}"
    return hurl, None


def ask_hurl(hurl, folder, name, variables):
    """What hurl made of each entry, by its line."""
    arguments = [hurl, "--json", "--continue-on-error", "--no-color", f"{name}.hurl"]
    for key, value in variables.items():
        arguments += ["--variable", f"{key}={value}"]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 3, 4) or not done.stdout.strip():
        raise RuntimeError(f"hurl exits {done.returncode}: {done.stderr[-2000:]}")
    entries = {}
    for entry in json.loads(done.stdout)["entries"]:
        calls = entry.get("calls") or []
        asserts = {}
        for each in entry.get("asserts") or []:
            asserts[each["line"]] = asserts.get(each["line"], True) and each["success"]
        entries[entry["line"]] = {
            "status": calls[-1]["response"]["status"] if calls else None,
            "redirects": len(calls) - 1 if calls else 0,
            "captures": {each["name"]: each["value"] for each in entry.get("captures") or []},
            "asserts": asserts,
        }
    return entries, done.stderr


def ask_parity(parity, folder, name, variables):
    """What parity made of each entry, by its line."""
    base = variables["base"]
    (folder / f"{name}.toml").write_text(CONFIG.format(base=base, name=name))
    arguments = [parity, "record", "one", "-c", f"{name}.toml"]
    for key, value in variables.items():
        if key != "base":
            arguments += ["--variable", f"{key}={value}"]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    journals = sorted(folder.glob(".parity/*/one.ndjson"), key=lambda path: path.stat().st_mtime_ns)
    if not journals:
        raise RuntimeError(f"parity exits {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    lines_of = {}
    listed = subprocess.run([parity, "check", "-c", f"{name}.toml", "-o", "json"], cwd=folder, capture_output=True, text=True)
    for case in json.loads(listed.stdout):
        lines_of[case["id"]] = case["line"]
    entries = {}
    for line in journals[-1].read_text().splitlines():
        record = json.loads(line)
        # What else is sampled is about noise.
        if record.get("type") != "exchange" or record["sample"] != "primary":
            continue
        outcome = record["outcome"]
        response = outcome.get("response")
        asserts = {}
        for each in record.get("asserts", []):
            # Hurl counts a body over several lines from its second one.
            line = each["line"] + each["text"].startswith("```")
            asserts[line] = asserts.get(line, True) and each["passed"]
        # What is skipped is no entry in hurl's list; of what is repeated the last counts.
        if outcome.get("not-sent") == "skipped":
            continue
        entries[lines_of[record["case"].split("#")[0]]] = {
            "status": response["status"] if response else None,
            "redirects": len(response.get("hops", [])) if response else 0,
            "captures": {each["name"]: each["value"] for each in record.get("captures", [])},
            "asserts": asserts,
            "outcome": None if response else outcome,
            "found": {each["line"]: each.get("actual") for each in record.get("asserts", [])},
        }
    for run in folder.glob(".parity"):
        shutil.rmtree(run)
    return entries


def same(left, right):
    """Values as both write them to JSON: numbers by value, a date in either form, secrets by what is around them."""
    if isinstance(right, str) and MASKED.search(right):
        text = left if isinstance(left, str) else json.dumps(left, separators=(",", ":"), ensure_ascii=False)
        return re.fullmatch(".*".join(map(re.escape, MASKED.split(right))), text, re.DOTALL) is not None
    if isinstance(left, str) and re.fullmatch(r"[0-9-]{10} [0-9:]{8} UTC", left):
        left = left.replace(" UTC", ".000000Z").replace(" ", "T")
    if left == {"type": "unit"}:
        left = True
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def differences(theirs, ours):
    """What differs in one entry, as sentences."""
    if ours is None:
        yield "parity has no such entry"
        return
    for key in ("status", "redirects"):
        if theirs[key] != ours[key]:
            yield f"{key}: hurl {theirs[key]}, parity {ours[key]} {ours['outcome'] or ''}"
    for name in theirs["captures"].keys() | ours["captures"].keys():
        left, right = (side["captures"].get(name, "(none)") for side in (theirs, ours))
        # Parity tries each capture, also where the status line or another capture does not hold.
        ends_early = name not in theirs["captures"] and not (theirs["complete"] and all(theirs["asserts"].values()))
        if not same(left, right) and not ends_early:
            yield f"capture {name}: hurl {left!r}, parity {right!r}"
    for line in sorted(theirs["asserts"].keys() | ours["asserts"].keys()):
        left, right = theirs["asserts"].get(line), ours["asserts"].get(line)
        if left != right and not (left is None and not theirs["complete"]):
            yield f"assert at line {line}: hurl {left}, parity {right} ({ours['found'].get(line)})"


def main(arguments, doc):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parity")
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args(arguments)
    hurl, reason = find_hurl()
    if not hurl:
        print(f"conformance: not run, nothing is claimed: {reason}\n\nStock hurl is{doc.split('Stock hurl is')[1]}", file=sys.stderr)
        return 3 if os.environ.get("CONFORMANCE") == "required" else 0
    parity = wanted.parity
    if not parity:
        subprocess.run(["cargo", "build", "--quiet", "--locked", "-p", "envparity"], cwd=ROOT, check=True)
        parity = ROOT / "target/debug/parity"
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        return compare(hurl, os.path.abspath(parity), pathlib.Path(folder), set(wanted.names))


def compare(hurl, parity, folder, names):
    shutil.copytree(SUITES, folder, dirs_exist_ok=True)
    certificates.make(folder)
    servers = [fixture.serve(), fixture.serve(fixture.tls(folder)), fixture.serve(fixture.tls(folder, folder / "ca.pem"))]
    plain, secure, mutual = (port for _, port in servers)
    total = {"files": 0, "entries": 0, "asserts": 0, "failing asserts": 0, "captures": 0, "differences": 0, "errors": 0}
    for file in sorted(SUITES.glob("*.hurl")):
        if names and file.stem not in names:
            continue
        fixture.Handler.flaky.clear()
        variables = {
            "base": f"http://localhost:{plain}", "port": str(plain), "secure": f"https://localhost:{secure}",
            "secure_port": str(secure), "mutual": f"https://localhost:{mutual}", "name": "bob", "count": "3",
            "text": "a b&c", "second": "1",
        }
        try:
            theirs, said = ask_hurl(hurl, folder, file.stem, variables)
            fixture.Handler.flaky.clear()
            ours = ask_parity(parity, folder, file.stem, variables)
        except RuntimeError as error:
            total["errors"] += 1
            print(f"{file.name}: {error}")
            continue
        total["files"] += 1
        source = file.read_text().splitlines()
        if not theirs or theirs.keys() - ours.keys() or ours.keys() - theirs.keys():
            total["differences"] += 1
            print(f"{file.name}: entries at {sorted(theirs)} in hurl, at {sorted(ours)} in parity")
        for line, entry in sorted(theirs.items()):
            total["entries"] += 1
            total["asserts"] += len(entry["asserts"])
            total["failing asserts"] += sum(not holds for holds in entry["asserts"].values())
            total["captures"] += len(entry["captures"])
            following = min((other for other in theirs if other > line), default=len(source) + 1)
            failed = [int(place) for place in re.findall(rf"--> {file.name}:(\d+):", said)]
            # Where a capture or the request fails, hurl looks at nothing more, and keeps nothing.
            entry["complete"] = all(place in entry["asserts"] for place in failed if line <= place < following)
            for difference in differences(entry, ours.get(line)):
                total["differences"] += 1
                print(f"{file.name}:{line}: {source[line - 1]}: {difference}")
    for server, _ in servers:
        server.shutdown()
    print(", ".join(f"{count} {what}" for what, count in total.items()))
    if total["errors"] or not total["entries"]:
        return 3
    return 1 if total["differences"] else 0
