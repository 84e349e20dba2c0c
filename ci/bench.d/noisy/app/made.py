"""Services that differ by nature, each below a path of its own; with DRIFT one stable thing of each differs too."""

import base64
import collections
import gzip
import hashlib
import http.server
import json
import os
import random
import secrets
import socket
import tempfile
import threading
import time
import uuid

DRIFT = bool(os.environ.get("DRIFT"))
STARTED = time.time()
COUNT = collections.Counter()
ORDERS = {}
LOCK = threading.Lock()
JSON = "application/json"


def drifted(usual, other):
    return other if DRIFT else usual


def iso(digits=0, end="Z", at=None):
    at = time.time() if at is None else at
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return text + (f".{int(at % 1 * 10**digits):0{digits}d}" if digits else "") + end


def shuffled(items):
    items = list(items)
    random.shuffle(items)
    return items


def jwt():
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()  # noqa: E731
    head, body = part({"alg": "HS256"}), part({"sub": str(uuid.uuid4()), "iat": int(time.time())})
    return f"{head}.{body}.{secrets.token_urlsafe(32)}"


def ids(_):
    return {
        "id": str(uuid.uuid4()),
        "short": secrets.token_hex(4),
        "number": random.randrange(10**6, 10**7),
        "created": iso(6, "+00:00"),
        "updated": iso(3),
        "nanos": time.time_ns(),
        "epoch": int(time.time()),
        "ms": int(time.time() * 1000),
        "seconds": time.time(),
        "state": drifted("open", "shut"),
        "etag": hashlib.md5(os.urandom(8)).hexdigest(),
        "object": secrets.token_hex(12),
        "ulid": "01" + "".join(random.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=24)),
    }


def tokens(_):
    return {
        "access_token": jwt(),
        "refresh_token": secrets.token_urlsafe(43),
        "expires_in": 3600 - random.randrange(3),
        "expires_at": iso(at=time.time() + 3600),
        "token_type": drifted("Bearer", "bearer"),
        "scope": " ".join(shuffled(["read", "write", "admin"])),
        "csrf": secrets.token_hex(32),
    }


def cursors(_):
    cursor = base64.b64encode(json.dumps({"t": time.time(), "n": secrets.token_hex(3)}).encode()).decode()
    body = {"items": [{"n": n, "id": str(uuid.uuid4())} for n in range(4)], "next": cursor, "total": drifted(40, 41)}
    return body, JSON, [("Link", f'</cursors?after={cursor}>; rel="next"'), ("X-Next-Cursor", cursor)]


def shuffles(_):
    nodes = [{"name": f"n{n}", "load": random.random(), "up": iso(3), "size": n} for n in range(6)]
    nodes[3]["size"] = drifted(3, 9)
    return {
        "colours": shuffled(["red", "green", "blue", "black", "white"]),
        "nodes": shuffled(nodes),
        "pairs": shuffled([[1, 2], [3, 4], [5, 6]]),
        "deep": {"groups": shuffled([{"id": g, "members": shuffled(["a", "b", "c", "d"])} for g in (1, 2, 3)])},
    }


def lengths(_):
    lines = [
        {"at": iso(6), "level": random.choice(["INFO", "WARN", "DEBUG"]), "message": f"job {secrets.token_hex(4)} took {random.randrange(900)} ms"}
        for _ in range(random.randrange(1, 9))
    ]
    return {"log": lines, "count": len(lines), "level": drifted("info", "warn"), "text": "x" * random.randrange(1, 40)}


def hashing(_):
    """The order of a set of strings: the same until the process ends."""
    methods = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"}
    body = {
        "roles": list({"admin", "coach", "runner", "guest", "owner"}),
        "hash": hash("envparity"),
        "fields": {name: 1 for name in {"alpha", "beta", "gamma", "delta", "epsilon"}},
        "joined": ", ".join({"north", "south", "east", "west"}),
        "version": drifted(3, 4),
    }
    return body, JSON, [("Allow", ", ".join(methods)), ("Vary", ", ".join({"Accept", "Cookie", "Origin"}))]


def picks(_):
    quotes = [
        "To be, or not to be.",
        "I think; therefore I am!",
        "Eureka",
        "Know thyself - always",
        "So it goes.",
        "Call me Ishmael, please",
    ]
    return {
        "quote": random.choice(quotes),
        "dice": random.randrange(1, 7),
        "bucket": random.choice(["control", "blue", "green", "red"]),
        "shard": f"shard-{random.randrange(16)}",
        "author": drifted("many", "few"),
    }


def counters(_):
    COUNT["asked"] += random.randrange(1, 4)
    body = {
        "requests": COUNT["asked"],
        "uptime": time.time() - STARTED,
        "uptime_text": f"{int(time.time() - STARTED)} s",
        "pid": os.getpid(),
        "threads": threading.active_count() + random.randrange(4),
        "memory": random.randrange(10**7, 10**8),
        "load": [round(random.random() * 4, 2) for _ in range(3)],
        "cpus": drifted(2, 4),
    }
    return body, JSON, [
        ("X-RateLimit-Remaining", str(100 - COUNT["asked"] % 90)),
        ("X-RateLimit-Reset", str(int(time.time()) + 60)),
        ("X-Runtime", f"{random.random():.6f}"),
        ("Server-Timing", f"db;dur={random.random() * 9:.1f}"),
    ]


def places(handler):
    with socket.socket() as port:
        port.bind(("", 0))
        free = port.getsockname()[1]
    return {
        "host": socket.gethostname(),
        "ip": socket.gethostbyname(socket.gethostname()),
        "peer": f"{handler.client_address[0]}:{handler.client_address[1]}",
        "port": free,
        "self": f"http://{handler.headers['Host']}/places/{uuid.uuid4()}",
        "file": tempfile.gettempdir() + "/tmp" + secrets.token_hex(4),
        "object": repr(object()),
        "trace": f'File "/srv/made.py", line {random.randrange(10, 99)}, in <module at {hex(id(object()))}>',
        "kind": drifted("a", "b"),
    }


def dates(_):
    now = time.time()
    seconds = random.randrange(2, 50)
    body = {
        "locale": time.strftime("%A, %d. %B %Y, %H:%M:%S", time.gmtime(now)),
        "us": time.strftime("%m/%d/%Y %I:%M:%S %p", time.gmtime(now)),
        "rfc": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now)),
        "ago": f"{seconds} seconds ago",
        "duration": f"PT{seconds}S",
        "took": f"{random.random() * 100:.3f} ms",
        "due": iso(at=now + 86400)[:10],
        "zone": drifted("UTC", "CET"),
    }
    return body, JSON, [
        ("Expires", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now + 60))),
        ("Last-Modified", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now))),
        ("ETag", f'"{secrets.token_hex(16)}"'),
        ("Set-Cookie", f"sid={secrets.token_urlsafe(24)}; Path=/; HttpOnly; Expires="
         + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(now + 3600))),
    ]


def page(_):
    nonce, csrf = secrets.token_urlsafe(12), secrets.token_urlsafe(32)
    rows = "".join(f"<tr><td>{n}</td><td>{random.random():.4f}</td></tr>\n" for n in range(3))
    html = f"""<!doctype html>
<html><head><title>{drifted("Runs", "Races")}</title>
<script nonce="{nonce}">window.boot = {{"user": "{uuid.uuid4()}", "at": {int(time.time() * 1000)}}};</script>
<link rel="stylesheet" href="/app.{secrets.token_hex(4)}.css"></head>
<body><form><input type="hidden" name="csrf" value="{csrf}"></form>
<p>Rendered {iso()} by {socket.gethostname()}</p>
<table>
{rows}</table>
<div id="react-{secrets.token_hex(3)}" data-key="{secrets.token_hex(8)}"></div>
</body></html>
"""
    return html, "text/html; charset=utf-8", [("Content-Security-Policy", f"script-src 'nonce-{nonce}'; default-src 'self'")]


def metrics(_):
    lines = ["# HELP http_requests_total Requests.", "# TYPE http_requests_total counter"]
    lines += [f'http_requests_total{{code="{code}"}} {random.randrange(10**5)}' for code in (200, 404, 500)]
    lines += [f"process_cpu_seconds_total {random.random() * 100:.2f}", f"process_start_time_seconds {STARTED:.3f}"]
    lines += [f"go_memstats_alloc_bytes {random.random() * 1e8:.6e}", f'build_info{{version="{drifted("1.4", "1.5")}"}} 1']
    return "\n".join(lines) + "\n", "text/plain; version=0.0.4; charset=utf-8"


def log(_):
    lines = [f"{iso(3)} INFO  [worker-{random.randrange(8)}] request {uuid.uuid4()} took {random.randrange(999)} ms" for _ in range(5)]
    lines.insert(2, drifted("--- rotated ---", "--- ROLLED OVER ---"))
    return "\n".join(lines) + "\n", "text/plain; charset=utf-8"


def xml(_):
    text = f"""<?xml version="1.0"?>
<Response xmlns="urn:made"><Result><Id>i-{secrets.token_hex(8)}</Id><Time>{iso(3)}</Time><State>{drifted("running", "stopped")}</State>
<Load>{random.random():.5f}</Load></Result><Meta><RequestId>{uuid.uuid4()}</RequestId></Meta></Response>
"""
    return text, "text/xml"


def lines(_):
    events = [{"id": str(uuid.uuid4()), "at": iso(3), "kind": kind} for kind in ("start", drifted("lap", "leg"), "stop")]
    return "".join(json.dumps(event) + "\n" for event in events), "application/x-ndjson"


def events(_):
    text = "".join(
        f"id: {secrets.token_hex(4)}\nevent: {kind}\ndata: {json.dumps({'at': iso(3), 'n': n})}\n\n"
        for n, kind in enumerate(["start", drifted("lap", "leg"), "stop"])
    )
    return text, "text/event-stream"


def zipped(_):
    body = json.dumps({"id": str(uuid.uuid4()), "at": iso(3), "size": drifted(10, 11), "pad": "y" * random.randrange(200)})
    return gzip.compress(body.encode()), JSON, [("Content-Encoding", "gzip")]


def maps(_):
    sessions = {str(uuid.uuid4()): {"since": iso(3), "ip": f"172.17.0.{random.randrange(250)}"} for _ in range(random.randrange(2, 6))}
    items = []
    for n in random.sample(range(1000), 3):
        item = {"id": n, "name": f"item {n}", "price": round(n / 4 + 0.1, 2)}
        if n % 2:
            item["sale"] = True
        if n % 3 == 0:
            item["note"] = None
        items.append(item)
    return {"sessions": sessions, "featured": items, "limit": drifted(10, 20)}


def orders(handler):
    """Made, shown, listed and removed by an id of the service's own."""
    parts = handler.path.strip("/").split("/")
    with LOCK:
        if handler.command == "POST":
            made = {"id": secrets.token_hex(8), "number": random.randrange(10**5, 10**6), "created": iso(6)}
            ORDERS[made["id"]] = made
            return made, JSON, [("Location", f"/orders/{made['id']}")], 201
        order = ORDERS.get(parts[1]) if len(parts) > 1 else None
        if len(parts) == 1:
            return {"orders": list(ORDERS.values()), "count": len(ORDERS)}
        if order is None:
            return {"error": f"no order {parts[1]}"}, JSON, [], 404
        if handler.command == "DELETE":
            del ORDERS[parts[1]]
            return order | {"state": "deleted"}
        return order | {"url": f"/orders/{order['id']}/items", "status": drifted("new", "open"), "seen": iso(6)}


def failing(_):
    body = {
        "error": "ValueError",
        "message": f"invalid token {secrets.token_hex(6)}",
        "request_id": str(uuid.uuid4()),
        "code": drifted("E17", "E18"),
        "at": iso(6),
    }
    return body, JSON, [("Retry-After", str(random.randrange(1, 30)))], 503


SERVICES = [
    ids, tokens, cursors, shuffles, lengths, hashing, picks, counters, places, dates, page, metrics, log, xml, lines,
    events, zipped, maps, orders, failing,
]
BY_NAME = {service.__name__: service for service in SERVICES}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        service = BY_NAME.get(self.path.strip("/").split("/")[0].split("?")[0])
        made = service(self) if service else {"ok": True}
        made = made if isinstance(made, tuple) else (made,)
        body, media, headers, status = (*made, *(None, JSON, [], 200)[len(made) :])
        data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
