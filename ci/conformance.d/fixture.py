"""The service that both are asked against: it answers from what the request says, the same at any time."""

import base64
import gzip
import json
import ssl
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

HTML = """<!DOCTYPE html>
<html lang="en"><head><title>Caf\u00e9 &amp; more</title><meta charset="utf-8"><link rel="x" href="/x.css"></head>
<body class="a" id="top">
<h1>Head</h1><p>one<p>two<br>three
<ul><li class="x">a<li>b<li class="x y">c</ul>
<table><tr><td>1<td>2<tr><th>h</table>
<form action="/go"><input name="q" value="1&amp;2" disabled><select><option selected>One<option>Two</select></form>
<div data-n="5"><span>s1</span><span>s2</span></div>
<script>if (a<b) { "</p>" }</script>
</body></html>
"""

XML = """<?xml version="1.0" encoding="utf-8"?>
<!-- a library -->
<lib xmlns="http://d.example" xmlns:x="http://x.example" n="1">
 <book id="a" price="10.5" xml:lang="en-GB"><title>One</title><x:tag>t</x:tag></book>
 <book id="b" price="7"><title>Two &amp; more</title><empty/></book>
 <plain xmlns="">p <b>bold</b> tail</plain><![CDATA[<raw>]]><?pi data?>
</lib>
"""

JSON = {
    "text": "caf\u00e9", "empty": "", "n": 12, "float": 1.5, "one": 1.0, "big": 12345678901234567890, "neg": -3,
    "exp": 1e3, "yes": True, "no": False, "none": None, "list": [1, 2, 3], "words": ["a", "b", "c"], "nothing": [],
    "object": {"a": {"b": [{"c": 1}, {"c": 2}]}}, "bare": {}, "date": "2026-11-24T09:58:00Z",
    "day": "Tue, 24 Nov 2026 09:58:00 GMT", "uuid": "123e4567-e89b-12d3-a456-426614174000", "ip4": "127.0.0.1",
    "ip6": "::1", "base64": "aGVsbG8=", "safe": "_-8", "url": "a%20b%26c", "html": "&lt;p&gt; &eacute;", "csv": "a,b,,c",
    "link": "https://h.example/p?x=1&y=a%20b&z", "json": "{\"k\": [1, 2]}", "number": "42", "real": "1.25",
    "page": "<ul><li>a</li><li>b</li></ul>", "dup": "x", "a.b": "dotted", "sp ace": "spaced",
    "items": [{"id": 1, "tags": ["x"], "p": 9.5}, {"id": 2, "tags": [], "p": 20}, {"id": 3, "tags": ["x", "y"], "p": 3}],
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    flaky = {}

    def log_message(self, *_):
        pass

    def answer(self, status=200, body=b"", media_type="application/json", headers=()):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if isinstance(body, str):
            body = body.encode()
        self.send_response_only(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def echo(self, query, body):
        own = {"user-agent", "connection", "content-length", "host", "accept-encoding", "upgrade", "http2-settings"}
        cookies = [part.strip() for line in self.headers.get_all("Cookie") or [] for part in line.split(";")]
        _, _, boundary = (self.headers.get("Content-Type") or "").partition("boundary=")
        text = body.decode("utf-8", "replace")
        if boundary:
            text = text.replace(boundary, "B").replace("\r\n", "\n")
        headers = sorted([n.lower(), v.replace(boundary, "B") if boundary else v] for n, v in self.headers.items()
                         if n.lower() not in own | {"cookie"})
        self.answer(body={
            "method": self.command, "path": self.path, "query": query, "headers": headers, "cookies": cookies, "text": text,
            "hex": "" if boundary else body.hex(), "version": self.request_version,
            "accept_encoding": self.headers.get("Accept-Encoding"), "host": (self.headers.get("Host") or "").split(":")[0],
        })

    def handle_any(self):
        split = urlsplit(self.path)
        query = parse_qsl(split.query, keep_blank_values=True)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        place = split.path.strip("/").split("/")
        match place:
            case ["echo", *_]:
                return self.echo(query, body)
            case ["json"]:
                return self.answer(body=json.dumps(JSON))
            case ["html"]:
                return self.answer(body=HTML, media_type="text/html; charset=utf-8")
            case ["xml"]:
                return self.answer(body=XML, media_type="application/xml")
            case ["malformed-xml"]:
                return self.answer(body="<a><b>x</a>y", media_type="text/xml")
            case ["text"]:
                return self.answer(body="Hello World!\nid=42; next", media_type="text/plain")
            case ["latin1"]:
                return self.answer(body="caf\u00e9".encode("latin-1"), media_type="text/plain; charset=iso-8859-1")
            case ["invalid-utf8"]:
                return self.answer(body=b"a\xffb", media_type="text/plain; charset=utf-8")
            case ["bytes"]:
                return self.answer(body=bytes([0, 1, 2, 255, 254]), media_type="application/octet-stream")
            case ["empty"]:
                return self.answer(status=204, media_type=None)
            case ["status", code]:
                return self.answer(status=int(code), body="", media_type=None)
            case ["encoded", coding]:
                body = b"packed text"
                packed = {"gzip": gzip.compress(body, mtime=0), "deflate": zlib.compress(body),
                          "identity": body}[coding]
                return self.answer(body=packed, media_type="text/plain", headers=[("Content-Encoding", coding)])
            case ["redirect", code, *rest]:
                target = "/" + "/".join(rest) + ("?" + split.query if split.query else "")
                return self.answer(status=int(code), body="moved", media_type="text/plain", headers=[("Location", target)])
            case ["relative", *_]:
                return self.answer(status=302, media_type=None, headers=[("Location", "../json")])
            case ["loop"]:
                return self.answer(status=302, media_type=None, headers=[("Location", "/loop")])
            case ["cookies", "set"]:
                cookies = ["plain=1; Path=/", "full=two; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Max-Age=3600; "
                           "Path=/echo; Secure=0; HttpOnly; SameSite=Lax", "secure=3; Secure; Domain=example.com",
                           "dash=4; Expires=Wed, 21-Oct-2037 07:28:00 GMT", "long-name=5; Path=/", "quoted=\"six\""]
                return self.answer(headers=[("Set-Cookie", cookie) for cookie in cookies])
            case ["cookies", "clear"]:
                return self.answer(headers=[("Set-Cookie", "plain=; Max-Age=0; Path=/")])
            case ["headers"]:
                return self.answer(headers=[("X-One", "1"), ("X-Two", "a"), ("X-Two", "b"), ("X-Empty", ""), ("ETag", "\"v\"")])
            case ["flaky", name]:
                seen = Handler.flaky[name] = Handler.flaky.get(name, 0) + 1
                return self.answer(status=200 if seen >= 3 else 503, body={"seen": seen})
            case ["auth"]:
                given = self.headers.get("Authorization") or ""
                user = base64.b64decode(given[6:]).decode() if given.startswith("Basic ") else None
                # Parity masks a password that comes back.
                name, _, password = (user or "").partition(":")
                return self.answer(status=200 if user else 401, body={"user": [name, len(password)]})
            case ["raw", *text]:
                return self.answer(body=unquote("/".join(text)), media_type="application/json")
            case _:
                return self.answer(status=404, body={"error": "not found"})

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)


def serve(context=None):
    """A server on a port of its own, and its address. `context` makes it speak TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


def tls(folder, client_authority=None):
    """The TLS side of a server with the certificates of a folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if client_authority:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_authority)
    return context
