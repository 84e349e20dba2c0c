"""What the service answers before any change."""

import base64
import json
import struct
import zlib

from .answer import Answer, gzipped

DATE = ("Date", "Tue, 24 Nov 2026 09:58:01 GMT")

ACTIVITY = """{
  "activity_id": "run-17", "user": {"id": 7, "name": "Zoë Müller", "roles": ["runner", "coach", "admin"]},
  "calories": 320, "distance": 5.25, "pace": 0.1, "big": 9007199254740993, "active": true, "deleted": false,
  "note": null, "title": "", "laps": [], "meta": {},
  "date": "2026-01-05T10:00:00Z", "day": "2026-01-05", "at_ms": 1767607200000, "zip": "01234", "count": 100,
  "price": "19.90", "total": "1,234.50", "time": "9:58 PM", "offset": 0, "level": -1,
  "url": "http://localhost:4567/activity/run-17", "path": "/activity/run-17", "token": "aGVsbG8gd29ybGQ=",
  "uuid": "0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "hash": "d41d8cd98f00b204e9800998ecf8427e",
  "html": "<b>Tom & Jerry</b>", "tel": "+44 20 7946 0000", "duration": "PT1H30M", "ip": "10.0.0.1",
  "email": "zoe@example.org", "version": "1.10.0", "country": "GB", "quote": "it's", "text": "two\\nlines"
}"""

LIST = json.dumps(
    {
        "items": [
            {"id": 1, "kind": "walk", "steps": [1, 2, 3], "when": "2026-01-05T10:00:00Z", "from": "a", "to": "b"},
            {"id": 2, "kind": "run", "steps": [4, 5, 6], "when": "2026-01-06T10:00:00Z", "from": "c", "to": "d"},
            {"id": 3, "kind": "swim", "steps": [], "when": "2026-01-07T10:00:00Z", "from": "e", "to": "f"},
            {"id": 4, "kind": "ride", "steps": [7], "when": "2026-01-08T10:00:00Z", "from": "g", "to": "h"},
        ],
        "page": 1,
        "pages": 3,
        "total": 12,
        "next": "/activities?page=2",
    }
)

GEO = """{"type":"FeatureCollection","bbox":[-10.5,-10.0,10.0,10.25],"features":[{"type":"Feature","geometry":{"type":"LineString",
"coordinates":[[102.0,0.0],[103.0,1.0],[104.0,0.0]]},"properties":{"prop0":"value0","prop1":0.0}},{"type":"Feature","geometry":
{"type":"Point","coordinates":[102.0,0.5]},"properties":{"prop0":"value1","prop1":{"this":"that"}}}]}"""

PROBLEM = json.dumps(
    {
        "type": "https://example.org/problems/invalid",
        "title": "Your request is not valid.",
        "status": 422,
        "detail": "[] should be non-empty",
        "errors": [{"field": "calories", "code": "too_small", "message": "must be greater than 0"}],
    }
)

SETTINGS = json.dumps({f"feature_{n}": {"enabled": n % 2 == 0, "limit": n * 10} for n in range(12)})

TEXT = """Activity report
===============
runner    Zoë
distance  5.25 km
calories  320
finished  9:58 PM
-- end of report --
"""

HTML = """<!doctype html>
<html lang="en">
<head><title>Activity 17</title><meta charset="utf-8"><link rel="stylesheet" href="/style.css"></head>
<body>
<h1 class="title">Activity 17</h1>
<table id="laps"><tr><th>lap</th><th>time</th></tr><tr><td>1</td><td style="text-align: right;">4:58</td></tr>
<tr><td>2</td><td style="text-align: right;">5:02</td></tr></table>
<form action="/activity/17" method="post"><input type="text" name="note" value="a &amp; b" required></form>
<p>Caf&eacute; &lt;open&gt; until <em>nine</em>.</p>
<a href="/activities?page=2&amp;sort=date" title="next">next</a>
<script>var total = 320;</script>
</body>
</html>
"""

XML = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:a="http://example.org/activity">
  <title>Activities</title>
  <updated>2026-01-05T10:00:00Z</updated>
  <entry a:kind="run"><id>urn:17</id><title>Run &amp; walk</title><a:calories>320</a:calories></entry>
  <entry a:kind="swim"><id>urn:18</id><title>Swim</title><a:calories>210</a:calories><empty/></entry>
</feed>
"""

SOAP = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><r:Price xmlns:r="urn:r"><r:Amount
 currency="EUR">19.90</r:Amount><r:Stock>true</r:Stock></r:Price></soap:Body></soap:Envelope>"""

CSV = 'id,name,calories,date\r\n1,"Zoë, M.",320,2026-01-05\r\n2,Tom,210,2026-01-06\r\n3,Ann,,2026-01-07\r\n'

YAML = "name: activity\nlimits:\n  calories: 320\n  country: no\nroles:\n  - runner\n  - coach\n"

LINES = '{"id":1,"kind":"walk"}\n{"id":2,"kind":"run"}\n{"id":3,"kind":"swim"}\n'

EVENTS = (
    "retry: 3000\n\nid: 1\nevent: started\ndata: {\"lap\":1}\n\nid: 2\nevent: lap\ndata: {\"lap\":2}\n\n"
    "id: 3\nevent: done\ndata: first\ndata: second\n\n"
)


def png():
    """A picture of one pixel."""

    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0\x10\x20\x30")
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", data) + part(b"IEND", b"")


def of(media, body, *headers, status=200, reason="OK"):
    body = body if isinstance(body, bytes) else body.encode()
    return Answer(status, reason, [DATE, ("Content-Type", media), *headers], body)


JSON = "application/json"

ANSWERS = {
    "activity": of(JSON, ACTIVITY),
    "list": of(
        JSON,
        LIST,
        ("X-Total-Count", "12"),
        ("Link", '</activities?page=2>; rel="next", </activities?page=3>; rel="last"'),
    ),
    "geo": of("application/geo+json", GEO),
    "problem": of("application/problem+json", PROBLEM, status=422, reason="Unprocessable Entity"),
    "settings": of(JSON, SETTINGS),
    "text": of("text/plain; charset=utf-8", TEXT),
    "html": of("text/html; charset=utf-8", HTML),
    "xml": of("application/atom+xml; charset=utf-8", XML),
    "soap": of("text/xml", SOAP),
    "csv": of("text/csv; charset=utf-8", CSV),
    "yaml": of("application/yaml", YAML),
    "lines": of("application/x-ndjson", LINES),
    "events": of("text/event-stream", EVENTS),
    "png": of("image/png", png()),
    "blob": of("application/octet-stream", bytes(range(256)) * 4),
    "scalar": of(JSON, "42"),
    "word": of(JSON, '"done"'),
    "zipped": gzipped(of(JSON, ACTIVITY)),
    "redirect": of("text/plain", "", ("Location", "/m/plain/text"), status=302, reason="Found"),
    "absolute": of("text/plain", "", ("Location", "{base}/m/plain/text"), status=302, reason="Found"),
    "follow": of("text/plain", "", ("Location", "/m/plain/text"), status=302, reason="Found"),
    "cookies": of(
        JSON,
        '{"ok":true}',
        ("Set-Cookie", "theme=dark; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600"),
        ("Set-Cookie", "lang=en; Path=/; Secure"),
    ),
    "cached": of(
        JSON,
        '{"ok":true}',
        ("ETag", '"5d41402a"'),
        ("Last-Modified", "Mon, 05 Jan 2026 10:00:00 GMT"),
        ("Cache-Control", "public, max-age=3600"),
        ("Vary", "Accept, Accept-Encoding"),
        ("Accept-Ranges", "bytes"),
    ),
    "cors": Answer(
        204,
        "No Content",
        [
            DATE,
            ("Allow", "GET, HEAD, POST, OPTIONS"),
            ("Access-Control-Allow-Origin", "https://app.example"),
            ("Access-Control-Allow-Methods", "GET, POST"),
            ("Access-Control-Allow-Headers", "content-type, authorization"),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Max-Age", "600"),
        ],
        framing="none",
    ),
    "secure": of(
        JSON,
        '{"ok":true}',
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("Content-Security-Policy", "default-src 'self'; img-src *"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    ),
    "busy": of(
        JSON, '{"error":"slow down"}', ("Retry-After", "120"), ("X-RateLimit-Limit", "60"), status=429, reason="Busy"
    ),
    "denied": of(
        JSON,
        '{"error":"unauthorized"}',
        ("WWW-Authenticate", 'Bearer realm="api", error="invalid_token"'),
        status=401,
        reason="Unauthorized",
    ),
    "download": of(
        "application/pdf", b"%PDF-1.4\n" + bytes(200), ("Content-Disposition", 'attachment; filename="report.pdf"')
    ),
    "latin": of("text/plain; charset=iso-8859-1", "Café à côté\n".encode("latin-1")),
    "empty": Answer(204, "No Content", [DATE], framing="none"),
    "created": of(JSON, '{"id":"act-93f1","state":"new"}', ("Location", "/activity/act-93f1"), status=201),
    "shown": of(JSON, '{"id":"act-93f1","parent":"act-11c0","state":"new"}'),
    "jwt": of(
        JSON,
        json.dumps(
            {
                "token": ".".join(
                    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
                    for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"7","role":"coach"}', b"x" * 32)
                ),
                "expires_in": 3600,
            }
        ),
    ),
}
