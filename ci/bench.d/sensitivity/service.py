"""The two servers: one answers as it should, the other behind one change for each path."""

import collections
import threading

from .answers import ANSWERS
from .mutants import MUTANTS
from .neutral import NEUTRAL
from .server import Server

KINDS = {kind.name: kind for kind in [*MUTANTS, *NEUTRAL]}


def reference(method, path, _):
    """Paths are `/m/CHANGE/ANSWER`."""
    return ANSWERS[path.split("?")[0].split("/")[3]]


class Candidate:
    """The reference with its changes; remembers how often it was asked for each."""

    def __init__(self):
        self.asked = collections.Counter()
        self.lock = threading.Lock()

    def __call__(self, method, path, request):
        answer = reference(method, path, request)
        kind = KINDS.get(path.split("/")[2])
        if kind is None:
            return answer
        with self.lock:
            self.asked[kind.name] += 1
            asked = self.asked[kind.name]
        return kind.change(answer) if asked >= kind.from_request else answer


def based(answer_of):
    """Puts the server's own address where an answer says `{base}`, as asked for."""

    def answer(method, path, request):
        answer = answer_of(method, path, request)
        host = request.get("host", "")
        put = lambda value: value.replace("{base}", f"http://{host}").replace("{base:scheme}", f"://{host}")  # noqa: E731
        headers = [(name, put(value) if isinstance(value, str) else value) for name, value in answer.headers]
        return answer.copy(headers=headers)

    return answer


def serve():
    """Both servers, reference first."""
    return Server(based(reference)), Server(based(Candidate()))
