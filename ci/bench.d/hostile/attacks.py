"""What a hostile service sends: each writes to a connection until it is done or the other side has gone."""

import dataclasses
import functools
import gzip
import itertools
import time
import zlib

MB = 1 << 20


@dataclasses.dataclass
class Attack:
    """One way to do harm."""

    name: str
    # From the side that answers (0 the reference, 1 the candidate) to what is sent, piece by piece.
    send: object
    # Lines below the request.
    asserts: str = ""
    # Both sides send the same in bounds: parity of this case is honest.
    harmless: bool = False


def head(media, *lines, length=None):
    size = [] if length is None else [f"Content-Length: {length}"]
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {media}", *lines, *size, "Connection: close", "", ""]
    return "\r\n".join(lines).encode()


def whole(media, body, *lines):
    body = body.encode() if isinstance(body, str) else body
    yield head(media, *lines, length=len(body))
    yield body


def endless(first, media, piece, *lines):
    yield first if first else head(media, *lines)
    yield from itertools.repeat(piece)


def chunks(piece):
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


@functools.cache
def zeros(size, side, bits=31):
    """That many zeros, compressed; the last byte tells the sides apart."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, bits)
    block = bytes(MB)
    out = b"".join(compressor.compress(block) for _ in range(size // MB))
    return out + compressor.compress(b"%d" % side) + compressor.flush()


def gzip_bomb(side):
    return zeros(300 * MB, side)


def deep(opening, core, closing, count):
    return opening * count + core + closing * count


def slowly(side):
    body = b'{"a":%d}' % side
    yield head("application/json", length=len(body))
    for byte in body:
        time.sleep(0.4)
        yield bytes([byte])


def headers_slowly(_):
    yield b"HTTP/1.1 200 OK\r\n"
    for number in itertools.count():
        time.sleep(0.3)
        yield b"X-%d: 1\r\n" % number


def lines(side):
    """A line of forty megabytes."""
    body = b"x" * (14 * MB) + b"%d\n" % side
    return whole("text/plain", body)


def items(side):
    return whole("application/json", "[" + ",".join(["1"] * 999_999) + f",{side}]")


def objects(side):
    return whole("application/json", "[" + ",".join('{"id":%d,"v":%d}' % (n, side) for n in range(300_000)) + "]")


def keys(side):
    return whole("application/json", "{" + ",".join(f'"k{n}-{side}":1' for n in range(300_000)) + "}")


def elements(side, media):
    return whole(media, "<r>" + "<i>1</i>" * 500_000 + f"<i>{side}</i></r>")


LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
) + "]><l>&j;</l>"
FILE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;%d</l>'

ATTACKS = [
    Attack("nesting-json", lambda s: whole("application/json", deep("[", str(s), "]", 7_000_000))),
    Attack("nesting-objects", lambda s: whole("application/json", deep('{"a":', str(s), "}", 2_000_000))),
    Attack("nesting-json-open", lambda s: whole("application/json", "[" * 14_000_000 + str(s))),
    Attack("nesting-xml", lambda s: whole("application/xml", deep("<a>", str(s), "</a>", 1_000_000))),
    Attack("nesting-html", lambda s: whole("text/html", deep("<div>", str(s), "</div>", 800_000))),
    Attack("nesting-html-open", lambda s: whole("text/html", "<b><i>" * 600_000 + str(s))),
    Attack("nesting-tables", lambda s: whole("text/html", "<table><tr><td>" * 200_000 + str(s))),
    Attack("html-formatting", lambda s: whole("text/html", "".join(f"<a x={n}>" for n in range(300_000)) + f"<p>{s}" * 20_000)),
    Attack("html-attributes", lambda s: whole("text/html", "<p " + " ".join(f"a{n}={s}" for n in range(300_000)) + ">")),
    Attack("body-of-100-mb", lambda s: itertools.chain([head("application/json", length=100 * MB)], itertools.repeat(b"[" + b"1," * (MB // 2 - 1) + b" ", 100))),
    Attack("endless-stream", lambda _: endless(None, "application/json", b"[1,2,3," * 10_000)),
    Attack("endless-chunks", lambda _: endless(head("text/plain", "Transfer-Encoding: chunked"), "", chunks(b"line\n" * 10_000))),
    Attack("endless-events", lambda _: endless(None, "text/event-stream", b"data: {}\n\n" * 1000)),
    Attack("endless-headers", lambda _: endless(b"HTTP/1.1 200 OK\r\n", "", b"X-Flood: " + b"y" * 1000 + b"\r\n")),
    Attack("endless-header-line", lambda _: endless(b"HTTP/1.1 200 OK\r\nX-Flood: ", "", b"y" * 10_000)),
    Attack("endless-status-line", lambda _: endless(b"HTTP/1.1 200 ", "", b"y" * 10_000)),
    Attack("endless-interim", lambda _: endless(b"HTTP/1.1 100 Continue\r\n\r\n", "", b"HTTP/1.1 100 Continue\r\n\r\n")),
    Attack("endless-trailers", lambda _: endless(head("text/plain", "Transfer-Encoding: chunked") + b"0\r\n", "", b"X-T: " + b"y" * 500 + b"\r\n")),
    Attack("endless-chunk-extension", lambda _: endless(head("text/plain", "Transfer-Encoding: chunked") + b"5;", "", b"x=y;" * 1000)),
    Attack("many-headers", lambda s: whole("application/json", "{}", *(f"X-{n}: {s}" for n in range(5000)))),
    Attack("header-of-megabyte", lambda s: whole("application/json", "{}", "X-Big: " + "y" * MB + str(s))),
    Attack("many-cookies", lambda s: whole("application/json", "{}", *(f"Set-Cookie: c{n}={s}" for n in range(90)))),
    Attack("gzip-bomb", lambda s: whole("application/json", gzip_bomb(s), "Content-Encoding: gzip")),
    Attack("deflate-bomb", lambda s: whole("text/plain", zeros(300 * MB, s, 15), "Content-Encoding: deflate")),
    Attack("gzip-of-gzip-bomb", lambda s: whole("text/plain", gzip.compress(gzip_bomb(s)), "Content-Encoding: gzip, gzip")),
    Attack("gzip-many-codings", lambda s: whole("text/plain", gzip.compress(b"%d" % s), "Content-Encoding: " + ", ".join(["gzip"] * 5000))),
    Attack("gzip-cut-bomb", lambda s: whole("text/plain", gzip_bomb(s)[:-9], "Content-Encoding: gzip")),
    Attack("brotli-garbage", lambda s: whole("text/plain", bytes(range(256)) * 40 + b"%d" % s, "Content-Encoding: br")),
    Attack("zstd-garbage", lambda s: whole("text/plain", b"\x28\xb5\x2f\xfd" + bytes(range(256)) * 40 + b"%d" % s, "Content-Encoding: zstd")),
    # A frame that claims a window of the largest size.
    Attack("zstd-window", lambda s: whole("text/plain", b"\x28\xb5\x2f\xfd\x00\xff" + b"\x03\x00\x00%d" % s, "Content-Encoding: zstd")),
    Attack("invalid-utf-8", lambda s: whole("application/json", b'{"a":"\xff\xfe\xc0\x80%d"}' % s)),
    Attack("lone-surrogates", lambda s: whole("application/json", '{"a":"\\ud800\\udc00\\ud800%d"}' % s)),
    Attack("nul-bytes", lambda s: whole("text/plain", bytes(1000) + b"%d" % s)),
    Attack("escape-codes", lambda s: whole("text/plain", b"\x1b]0;owned\x07\x1b[2J%d\n" % s)),
    Attack("number-of-a-million-digits", lambda s: whole("application/json", "1" * MB + str(s))),
    Attack("number-of-huge-exponent", lambda s: whole("application/json", f"[1e999999999,{s}e-99999999999]")),
    Attack("million-items", items),
    Attack("objects-300000", objects),
    Attack("keys-300000", keys),
    Attack("keys-colliding", lambda s: whole("application/json", "{" + ",".join('"a":1' for _ in range(500_000)) + f',"b":{s}}}')),
    Attack("line-of-megabytes", lines),
    Attack("lines-million", lambda s: whole("text/plain", "".join(f"{n} {s}\n" for n in range(700_000)))),
    Attack("lines-interleaved", lambda s: whole("text/plain", "".join(f"{(n * (7 + s)) % 1999}\n" for n in range(4000)))),
    Attack("elements-500000-xml", lambda s: elements(s, "application/xml")),
    Attack("elements-500000-html", lambda s: elements(s, "text/html")),
    Attack("laughs", lambda s: whole("application/xml", LAUGHS + str(s))),
    Attack("external-entity", lambda s: whole("application/xml", FILE % s)),
    Attack("chunk-size-huge", lambda s: iter([head("text/plain", "Transfer-Encoding: chunked"), b"ffffffffffffffff\r\nabc"])),
    Attack("chunk-size-negative", lambda s: iter([head("text/plain", "Transfer-Encoding: chunked"), b"-5\r\nabc\r\n0\r\n\r\n"])),
    Attack("chunk-broken", lambda s: iter([head("text/plain", "Transfer-Encoding: chunked"), b"5\r\nabcdefgh\r\n0\r\n\r\n"])),
    Attack("length-huge", lambda s: iter([head("text/plain", length=2**63), b"abc"])),
    Attack("length-negative", lambda s: iter([head("text/plain", length=-5), b"abc"])),
    Attack("length-twice", lambda s: iter([head("text/plain", "Content-Length: 3", length=5), b"abcde"])),
    Attack("slow-body", slowly),
    Attack("slow-headers", headers_slowly),
    Attack("silence", lambda _: (time.sleep(8) or b"" for _ in range(1))),
    Attack("redirect-loop", lambda _: iter([b"HTTP/1.1 302 Found\r\nLocation: /redirect-loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]), "[Options]\nlocation: true\n"),
    Attack("redirect-elsewhere", lambda _: iter([b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]), "[Options]\nlocation: true\n", harmless=True),
    Attack("redirect-long", lambda s: iter([b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 60_000 + b"%d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % s])),
    Attack("regex-hostile", lambda s: whole("text/plain", "a" * 200_000 + str(s)), 'HTTP 200\n[Asserts]\nbody matches "(a+)+$"\nbody matches "^(a|a)*c{{s}}"\n'.replace("{{s}}", "")),
    Attack("regex-huge", lambda s: whole("text/plain", "a" * 5000 + str(s)), 'HTTP 200\n[Asserts]\nbody matches "a{1,1000}{1,1000}{1,1000}"\n'),
    Attack("jsonpath-hostile", lambda s: whole("application/json", deep("[", str(s), "]", 200)), 'HTTP 200\n[Asserts]\njsonpath "$..[?@..[?@..[?@..*]]]" exists\n'),
    Attack("xpath-hostile", lambda s: whole("application/xml", deep("<a>", str(s), "</a>", 3000)), 'HTTP 200\n[Asserts]\nxpath "count(//a//a//a//a)" > 1\n'),
]
