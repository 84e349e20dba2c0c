"""An answer as it goes over the wire, and changes to it."""

import dataclasses
import gzip
import zlib


@dataclasses.dataclass
class Answer:
    """Everything about a response; headers in the order sent, names in the case sent."""

    status: int = 200
    reason: str = "OK"
    headers: list = dataclasses.field(default_factory=list)
    body: bytes = b""
    version: str = "HTTP/1.1"
    # length: with Content-Length; chunked; close: until the end of the connection; none: no body at all.
    framing: str = "length"
    # Bytes of one chunk.
    chunk: int = 1 << 16
    trailers: list = dataclasses.field(default_factory=list)
    # What Content-Length says, where it lies.
    claims: int | None = None
    # Bytes of the whole response after which the connection is cut.
    cut: int | None = None
    # Goes out before the head: interim responses.
    before: bytes = b""

    def wire(self, method):
        """The bytes of the response."""
        head = [f"{self.version} {self.status} {self.reason}".encode()]
        headers = list(self.headers)
        if self.framing == "length":
            headers.append(("Content-Length", str(len(self.body) if self.claims is None else self.claims)))
        elif self.framing == "chunked":
            headers.append(("Transfer-Encoding", "chunked"))
        elif self.framing == "close":
            headers.append(("Connection", "close"))
        head += [name.encode() + b": " + as_bytes(value) for name, value in headers]
        body = b"" if method == "HEAD" or self.framing == "none" else self.framed()
        data = self.before + b"\r\n".join(head) + b"\r\n\r\n" + body
        return data if self.cut is None else data[: self.cut]

    def framed(self):
        if self.framing != "chunked":
            return self.body
        parts = [self.body[at : at + self.chunk] for at in range(0, len(self.body), self.chunk)]
        chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts)
        trailers = b"".join(name.encode() + b": " + as_bytes(value) + b"\r\n" for name, value in self.trailers)
        return chunks + b"0\r\n" + trailers + b"\r\n"

    @property
    def closes(self):
        """Nothing can follow on this connection."""
        lies = self.claims is not None and self.claims != len(self.body)
        return self.framing == "close" or self.cut is not None or lies or self.version == "HTTP/1.0"

    def value(self, name):
        return next(value for known, value in self.headers if known.lower() == name.lower())

    def copy(self, **changes):
        headers = changes.pop("headers", list(self.headers))
        return dataclasses.replace(self, headers=headers, **changes)


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8")


# Each of these answers with a change: a function from an answer to another.


def swap(old, new, count=1):
    """Replaces what stands `count` times in the body."""

    def change(answer):
        mine, theirs = as_bytes(old), as_bytes(new)
        found = answer.body.count(mine)
        assert found == count, f"`{old}` stands {found} times"
        return answer.copy(body=answer.body.replace(mine, theirs))

    return change


def body(make):
    """Makes the body anew, from and to bytes."""
    return lambda answer: answer.copy(body=make(answer.body))


def text(make):
    """Makes the body anew, from and to text."""
    return body(lambda data: make(data.decode()).encode())


def status(code, reason=""):
    return lambda answer: answer.copy(status=code, reason=reason)


def set_header(name, value):
    """Replaces a header where it stands."""

    def change(answer):
        assert any(known.lower() == name.lower() for known, _ in answer.headers), name
        put = lambda known, old: (known, value) if known.lower() == name.lower() else (known, old)  # noqa: E731
        return answer.copy(headers=[put(*pair) for pair in answer.headers])

    return change


def add_header(name, value):
    return lambda answer: answer.copy(headers=[*answer.headers, (name, value)])


def drop_header(name):
    def change(answer):
        left = [pair for pair in answer.headers if pair[0].lower() != name.lower()]
        assert len(left) < len(answer.headers), name
        return answer.copy(headers=left)

    return change


def headers(make):
    return lambda answer: answer.copy(headers=make(answer.headers))


def wire(**changes):
    """Other framing."""
    return lambda answer: answer.copy(**changes)


def both(*changes):
    def change(answer):
        for one in changes:
            answer = one(answer)
        return answer

    return change


def gzipped(answer):
    return answer.copy(
        body=gzip.compress(answer.body, mtime=0), headers=[*answer.headers, ("Content-Encoding", "gzip")]
    )


def deflated(answer):
    return answer.copy(
        body=zlib.compress(answer.body), headers=[*answer.headers, ("Content-Encoding", "deflate")]
    )
