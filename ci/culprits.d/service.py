"""A service of the corpus, running as its parity.toml says."""

import dataclasses
import http.client
import json
import time

import hurl
from corpus import Failure, run
from engine import LABEL

PATIENCE = 60


@dataclasses.dataclass
class Answer:
    """What came back, as far as it is compared."""

    status: int
    headers: dict
    body: str

    @property
    def text(self):
        """Everything in one text, JSON also without its escapes."""
        lines = [f"HTTP {self.status}", *(f"{name}: {value}" for name, value in sorted(self.headers.items())), self.body]
        try:
            lines.append(json.dumps(json.loads(self.body), ensure_ascii=False))
        except ValueError:
            pass
        return "\n".join(lines)


class Service:
    """A container of a case's image, until it is closed."""

    def __init__(self, case, side):
        self.case, self.side = case, side
        container = case.container
        words = ["docker", "run", "--detach", "--label", f"{LABEL}={case.name}"]
        words += ["--publish", f"127.0.0.1::{container['port']}"]
        words += ["--read-only"] if container.get("read-only") else []
        words += ["--user", container["user"]] if "user" in container else []
        for mount in container.get("mounts", []):
            words += ["--tmpfs", mount["target"]]
        self.id = run([*words, case.image(side)]).strip()

    def close(self):
        run(["docker", "rm", "--force", "--volumes", self.id], codes=(0, 1))

    def inspect(self):
        return json.loads(run(["docker", "inspect", self.id]))[0]

    def starts(self):
        """Whether it comes to answer, rather than to end."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            seen = self.inspect()
            if not seen["State"]["Running"]:
                return False
            self.address = next(iter(seen["NetworkSettings"]["Ports"].values()))[0]["HostPort"]
            try:
                if self.send("GET", self.case.container["ready"]["http"]).status == 200:
                    return True
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.2)
        raise Failure(f"`{self.case.image(self.side)}` neither answers nor ends within {PATIENCE} s")

    def log(self):
        return run(["sh", "-c", 'docker logs "$1" 2>&1', "sh", self.id])

    def send(self, method, target, headers=(), body=""):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.address), timeout=30)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            # As parity has it: the service sees one authority, whatever the published port.
            connection.putheader("Host", f"localhost:{self.case.container['port']}")
            for name, value in headers:
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body.encode())))
            connection.endheaders(body.encode() if body else None)
            answer = connection.getresponse()
            kept = {n.lower(): v for n, v in answer.getheaders() if n.lower() not in NOT_COMPARED}
            return Answer(answer.status, kept, answer.read().decode(errors="backslashreplace"))
        finally:
            connection.close()

    def ask(self, entries):
        """The answer to each entry, in order; none where what it needs was not captured."""
        variables, answers = {}, {}
        for entry in entries:
            try:
                target, body = hurl.fill(entry.target, variables), hurl.fill(entry.body, variables)
                headers = [(name, hurl.fill(value, variables)) for name, value in entry.headers]
            except KeyError:
                answers[entry.case] = None
                continue
            answers[entry.case] = answer = self.send(entry.method, target, headers, body)
            hurl.capture(entry, answer, variables)
        return answers


NOT_COMPARED = {"date", "server", "connection", "content-length", "transfer-encoding", "keep-alive"}
