"""As much of Hurl as the suites here use: requests, captures, and what to put where."""

import dataclasses
import json
import re

REQUEST = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S+)$")
SECTION = re.compile(r"\[(Captures|Asserts)\]$")


@dataclasses.dataclass
class Entry:
    """One request of a suite, and what is kept of its answer."""

    case: str
    method: str
    target: str
    headers: list
    body: str
    captures: list


def read(path):
    """The entries of a suite file.

    Raises ValueError for what is not understood: nothing is skipped.
    """
    entries, seen = [], {}
    for block in blocks(path.read_text().splitlines()):
        method, target = REQUEST.match(block[0]).groups()
        target = target.removeprefix("{{base}}")
        at = next((at for at, line in enumerate(block) if line.startswith("HTTP ")), len(block))
        headers, body = split_request(block[1:at])
        case = f"{path.stem} {method} {target}"
        seen[case] = seen.get(case, 0) + 1
        case += f"~{seen[case]}" if seen[case] > 1 else ""
        entries.append(Entry(case, method, target, headers, body, captures(block[at + 1 :])))
    return entries


def blocks(lines):
    found = []
    for line in lines:
        if REQUEST.match(line):
            found.append([])
        if not found and line.strip() and not line.startswith("#"):
            raise ValueError(f"not a request: {line}")
        if found and not line.startswith("#"):
            found[-1].append(line.rstrip())
    return found


def split_request(lines):
    """Headers and body; JSON says what it is, a text between backquotes does not."""
    headers = []
    while lines and (named := re.match(r"([\w-]+): (.*)$", lines[0])):
        headers.append(named.groups())
        lines = lines[1:]
    body = "\n".join(lines).strip()
    if body.startswith("```"):
        return headers, body.removeprefix("```\n").removesuffix("```")
    return headers + ([("Content-Type", "application/json")] if body else []), body


def captures(lines):
    found, section = [], None
    for line in lines:
        if SECTION.match(line):
            section = line
        elif section == "[Captures]" and line.strip():
            name, kind, where = re.match(r'([\w-]+): (jsonpath|header) "([^"]+)"$', line).groups()
            found.append((name, kind, where))
    return found


def fill(text, variables):
    return re.sub(r"\{\{(\w+)\}\}", lambda found: str(variables[found[1]]), text)


def capture(entry, answer, variables):
    """Keeps what later requests need; what is not there stays unset."""
    for name, kind, where in entry.captures:
        if kind == "header":
            value = answer.headers.get(where.lower())
        else:
            value = at_path(answer.body, where)
        if value is not None:
            variables[name] = value


def at_path(body, path):
    try:
        value = json.loads(body)
        for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
            value = value[key] if key else value[int(index)]
    except (ValueError, LookupError, TypeError):
        return None
    return value
