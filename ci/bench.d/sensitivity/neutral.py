"""Changes that mean nothing: none may be found at minor or above."""

import gzip
import json

from .answer import (
    add_header,
    body,
    both,
    deflated,
    drop_header,
    gzipped,
    headers,
    set_header,
    swap,
    text,
    wire,
)
from .mutants import Mutant


def neutral(name, of, change, method="GET"):
    return Mutant(name, of, change, "", method)


def reordered(value):
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


def lexemes(**options):
    """JSON written otherwise."""

    def change(data):
        return json.dumps(json.loads(data), **options)

    return text(change)


def all_escaped(data):
    """Every letter of every string as an escape."""
    escaped = lambda key: "".join(f"\\u{ord(c):04x}" for c in key)  # noqa: E731
    pairs = (f'"{escaped(key)}":{json.dumps(item)}' for key, item in json.loads(data).items())
    return "{" + ",".join(pairs) + "}"


def named(old, new):
    return headers(lambda all: [(new if name == old else name, value) for name, value in all])


NEUTRAL = [
    # How JSON is written.
    neutral("keys-reversed", "activity", text(lambda t: json.dumps(reordered(json.loads(t)), ensure_ascii=False))),
    neutral("keys-sorted", "list", lexemes(sort_keys=True)),
    neutral("nested-keys-reversed", "list", text(lambda t: json.dumps(reordered(json.loads(t))))),
    neutral("compact", "activity", lexemes(separators=(",", ":"), ensure_ascii=False)),
    neutral("indented", "settings", lexemes(indent=4)),
    neutral("tabs-and-returns", "activity", text(lambda t: t.replace(": ", " :\t").replace("\n", "\r\n"))),
    neutral("final-line-end", "activity", body(lambda b: b + b"\n")),
    neutral("leading-space", "activity", body(lambda b: b" \n" + b)),
    neutral("letters-escaped", "activity", lexemes(ensure_ascii=True)),
    neutral("escapes-upper", "activity", text(lambda t: t.replace("ë", "\\u00EB"))),
    neutral("slashes-escaped", "activity", text(lambda t: t.replace("/", "\\/"))),
    neutral("keys-escaped", "settings", text(all_escaped)),
    neutral("amp-escaped", "activity", text(lambda t: t.replace("&", "\\u0026").replace("<", "\\u003c"))),
    neutral("line-end-as-code", "activity", text(lambda t: t.replace("\\n", "\\u000a"))),
    neutral("json-lines-keys", "lines", text(lambda t: "".join(f'{{"kind": {json.dumps(json.loads(l)["kind"])}, "id": {json.loads(l)["id"]}}}\n' for l in t.splitlines()))),
    neutral("json-lines-end", "lines", body(lambda b: b[:-1])),
    neutral("json-lines-returns", "lines", body(lambda b: b.replace(b"\n", b"\r\n"))),
    # How bytes travel.
    neutral("chunked", "activity", wire(framing="chunked")),
    neutral("small-chunks", "text", wire(framing="chunked", chunk=1)),
    neutral("chunks-within-letters", "activity", wire(framing="chunked", chunk=7)),
    neutral("until-close", "activity", wire(framing="close")),
    neutral("http-1.0", "activity", wire(version="HTTP/1.0")),
    neutral("trailers", "activity", wire(framing="chunked", trailers=[("X-Checksum", "1")])),
    neutral("gzip", "activity", gzipped),
    neutral("gzip-chunked", "html", both(gzipped, wire(framing="chunked", chunk=64))),
    neutral("deflate", "activity", deflated),
    neutral("not-gzip", "zipped", both(body(gzip.decompress), drop_header("Content-Encoding"))),
    neutral("gzip-level", "zipped", body(lambda b: gzip.compress(gzip.decompress(b), 1, mtime=1))),
    neutral("gzip-members", "zipped", body(lambda b: gzip.compress(gzip.decompress(b)[:100], mtime=0) + gzip.compress(gzip.decompress(b)[100:], mtime=0))),
    neutral("x-gzip", "zipped", set_header("Content-Encoding", "x-gzip")),
    neutral("identity", "activity", add_header("Content-Encoding", "identity")),
    neutral("continue-first", "activity", wire(before=b"HTTP/1.1 100 Continue\r\n\r\n")),
    neutral("early-hints", "activity", wire(before=b"HTTP/1.1 103 Early Hints\r\nLink: </x.css>; rel=preload\r\n\r\n")),
    neutral("reason", "activity", wire(reason="Fine")),
    neutral("no-reason", "activity", wire(reason="")),
    # Headers.
    neutral("names-lower", "list", headers(lambda all: [(n.lower(), v) for n, v in all])),
    neutral("names-upper", "cached", headers(lambda all: [(n.upper(), v) for n, v in all])),
    neutral("headers-reversed", "secure", headers(lambda all: all[::-1])),
    neutral("header-spaces", "list", headers(lambda all: [(n, f"  {v} \t") for n, v in all])),
    neutral("date", "activity", set_header("Date", "Tue, 24 Nov 2026 09:58:44 GMT")),
    neutral("no-date", "activity", drop_header("Date")),
    neutral("keep-alive", "activity", both(add_header("Connection", "keep-alive"), add_header("Keep-Alive", "timeout=5, max=100"))),
    neutral("connection-close", "activity", wire(framing="close", cut=None)),
    neutral("request-id", "activity", add_header("X-Request-Id", "b1946ac92492d2347c6235b4d2611184")),
    neutral("trace", "activity", add_header("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
    neutral("via", "activity", both(add_header("Via", "1.1 proxy"), add_header("Age", "3"))),
    neutral("server", "activity", both(add_header("Server", "thin"), add_header("X-Powered-By", "Ruby"))),
    neutral("media-type-case", "activity", set_header("Content-Type", "Application/JSON")),
    neutral("media-type-space", "text", set_header("Content-Type", "text/plain;charset=utf-8")),
    neutral("charset-case", "text", set_header("Content-Type", "text/plain; charset=UTF-8")),
    neutral("charset-quoted", "text", set_header("Content-Type", 'text/plain; Charset="utf-8"')),
    neutral("vary-order", "cached", set_header("Vary", "Accept-Encoding, Accept")),
    neutral("vary-case", "cached", set_header("Vary", "accept,accept-encoding")),
    neutral("vary-lines", "cached", both(set_header("Vary", "Accept"), add_header("Vary", "Accept-Encoding"))),
    neutral("cache-order", "cached", set_header("Cache-Control", "max-age=3600,public")),
    neutral("cache-case", "cached", set_header("Cache-Control", "Public, Max-Age=3600")),
    neutral("etag-value", "cached", set_header("ETag", '"7d793037"')),
    neutral("allow-order", "cors", set_header("Allow", "OPTIONS, POST, GET, HEAD"), "OPTIONS"),
    neutral("cors-methods-order", "cors", set_header("Access-Control-Allow-Methods", "POST,GET"), "OPTIONS"),
    neutral("cors-headers-case", "cors", set_header("Access-Control-Allow-Headers", "Authorization, Content-Type"), "OPTIONS"),
    neutral("cookie-attribute-order", "cookies",
            headers(lambda all: [(n, "theme=dark; Max-Age=3600; SameSite=Lax; HttpOnly; Path=/") if v.startswith("theme") else (n, v) for n, v in all])),
    neutral("cookie-attribute-case", "cookies", headers(lambda all: [(n, v.replace("Path", "path").replace("HttpOnly", "httponly").replace("Lax", "lax")) if n == "Set-Cookie" else (n, v) for n, v in all])),
    neutral("cookie-order", "cookies", headers(lambda all: all[::-1])),
    neutral("cookie-spaces", "cookies", headers(lambda all: [(n, v.replace("; ", ";")) if n == "Set-Cookie" else (n, v) for n, v in all])),
    neutral("link-spaces", "list", set_header("Link", '</activities?page=2>;rel="next",</activities?page=3>;rel="last"')),
    neutral("link-unquoted", "list", set_header("Link", "</activities?page=2>; rel=next, </activities?page=3>; rel=last")),
    neutral("link-order", "list", set_header("Link", '</activities?page=3>; rel="last", </activities?page=2>; rel="next"')),
    neutral("hsts-case", "secure", set_header("Strict-Transport-Security", "max-age=31536000;includesubdomains")),
    neutral("nosniff-case", "secure", set_header("X-Content-Type-Options", "NoSniff")),
    neutral("disposition-unquoted", "download", set_header("Content-Disposition", "attachment; filename=report.pdf")),
    # Trees.
    neutral("html-attribute-order", "html", swap('<form action="/activity/17" method="post">', '<form method="post" action="/activity/17">')),
    neutral("html-quotes", "html", swap('class="title"', "class='title'")),
    neutral("html-unquoted", "html", swap('class="title"', "class=title")),
    neutral("html-tag-case", "html", text(lambda t: t.replace("<h1", "<H1").replace("</h1>", "</H1>").replace("<em>", "<EM>").replace("</em>", "</EM>"))),
    neutral("html-entity-form", "html", swap("Caf&eacute;", "Caf&#233;")),
    neutral("html-entity-plain", "html", swap("Caf&eacute;", "Café")),
    neutral("html-boolean", "html", swap(" required", ' required=""')),
    neutral("html-void", "html", swap('<meta charset="utf-8">', '<meta charset="utf-8" />')),
    neutral("html-doctype-case", "html", swap("<!doctype html>", "<!DOCTYPE html>")),
    neutral("xml-attribute-quotes", "xml", swap('a:kind="run"', "a:kind='run'")),
    neutral("xml-self-closing", "xml", swap("<empty/>", "<empty></empty>")),
    neutral("xml-entity-form", "xml", swap("Run &amp; walk", "Run &#38; walk")),
    neutral("xml-cdata", "xml", swap("Run &amp; walk", "<![CDATA[Run & walk]]>")),
    neutral("xml-prefix", "xml", text(lambda t: t.replace("xmlns:a=", "xmlns:act=").replace("a:kind", "act:kind").replace("a:calories", "act:calories"))),
    neutral("xml-declaration-quotes", "xml", swap('<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0' encoding='utf-8'?>")),
    neutral("xml-namespace-order", "xml", swap('xmlns="http://www.w3.org/2005/Atom" xmlns:a="http://example.org/activity"',
            'xmlns:a="http://example.org/activity" xmlns="http://www.w3.org/2005/Atom"')),
    neutral("xml-space-in-tag", "soap", swap("<r:Stock>", "<r:Stock >")),
    neutral("events-comment", "events", text(lambda t: ": keep-alive\n\n" + t)),
    neutral("events-no-space", "events", text(lambda t: t.replace(": ", ":"))),
    neutral("events-returns", "events", text(lambda t: t.replace("\n", "\r\n"))),
    neutral("events-field-order", "events", swap('id: 2\nevent: lap\n', "event: lap\nid: 2\n")),
]
