"""Changes that mean something, one at a time, and what must be found for each.

`expects` is what a reader of the design would expect: `CODE AT`, several joined by `|`; `A/B` where either code would
do; `…` in `at` stands for anything; what begins with `?` may be found as well, with `…any` anything may. Findings of
level info are beside the point.
"""

import dataclasses
import gzip
import json
import re
import unicodedata

from .answer import (
    add_header,
    body,
    both,
    drop_header,
    gzipped,
    headers,
    set_header,
    status,
    swap,
    text,
    wire,
)


@dataclasses.dataclass
class Mutant:
    """One change to one answer."""

    name: str
    of: str
    change: object
    expects: str
    method: str = "GET"
    # Lines of the entry below its request.
    options: str = ""
    # The first of identical requests that changes.
    from_request: int = 1
    # Without a second sample of the reference this is compared by its shape only, as the design says.
    needs_control: bool = False


def field(name, old, new, expects):
    return Mutant(name, "activity", swap(old, new), expects)


def list_of(make):
    """Changes the parsed list."""

    def change(data):
        value = json.loads(data)
        make(value)
        return json.dumps(value)

    return text(change)


def swap_items(a, b):
    def make(value):
        items = value["items"]
        items[a], items[b] = items[b], items[a]

    return list_of(make)


def geo(old, new):
    return text(lambda data: re.sub(re.escape(old), new, data, count=1))


def value(at):
    return f"response-value {at}"


def form(at):
    return f"response-format {at}"


def kind(at):
    return f"response-type {at}"


def header(name):
    return f"response-header header.{name}"


BODY_FIELDS = [
    # Values.
    field("value-string", '"country": "GB"', '"country": "UK"', value("$.country")),
    field("value-number", '"calories": 320', '"calories": 321', value("$.calories")),
    field("value-sign", '"calories": 320', '"calories": -320', value("$.calories")),
    field("value-sign-lost", '"level": -1', '"level": 1', value("$.level")),
    field("value-zero", '"calories": 320', '"calories": 0', value("$.calories")),
    field("off-by-one", '"count": 100', '"count": 99', value("$.count")),
    field("off-by-a-factor", '"at_ms": 1767607200000', '"at_ms": 1767607200', "response-value/response-format $.at_ms"),
    field("milliseconds-lost", '"at_ms": 1767607200000', '"at_ms": 1767607200999', value("$.at_ms")),
    field("boolean-flipped", '"active": true', '"active": false', value("$.active")),
    field("boolean-flipped-back", '"deleted": false', '"deleted": true', value("$.deleted")),
    field("decimal-rounded", '"distance": 5.25', '"distance": 5.3', value("$.distance")),
    field("decimal-cut", '"distance": 5.25', '"distance": 5', value("$.distance")),
    field("float-sum", '"pace": 0.1', '"pace": 0.10000000000000001', "response-value/response-format $.pace"),
    field("float-noise", '"pace": 0.1', '"pace": 0.30000000000000004', value("$.pace")),
    field("big-through-double", "9007199254740993", "9007199254740992", value("$.big")),
    field("big-as-exponent", "9007199254740993", "9.007199254740993e15", form("$.big")),
    field("big-overflow", "9007199254740993", "-9223372036854775808", value("$.big")),
    field("integer-overflow", '"count": 100', '"count": 4294967396', value("$.count")),
    field("uuid-other", "0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "1d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", value("$.uuid")),
    field("hash-other", "d41d8cd98f00b204e9800998ecf8427e", "0cc175b9c0f1b6a831c399e269772661", value("$.hash")),
    field("ip-other", '"ip": "10.0.0.1"', '"ip": "10.0.0.2"', value("$.ip")),
    field("version-other", '"version": "1.10.0"', '"version": "1.9.0"', value("$.version")),
    field("string-cut", "zoe@example.org", "zoe@example.or", value("$.email")),
    field("string-emptied", '"country": "GB"', '"country": ""', value("$.country")),
    field("string-filled", '"title": ""', '"title": "x"', value("$.title")),
    field("string-null-word", '"title": ""', '"title": "null"', value("$.title")),
    field("string-padded", '"country": "GB"', '"country": "GB "', value("$.country")),
    field("string-prefixed", '"country": "GB"', '"country": " GB"', value("$.country")),
    field("string-object-word", '"country": "GB"', '"country": "[object Object]"', value("$.country")),
    field("string-nan-word", '"price": "19.90"', '"price": "NaN"', value("$.price")),
    field("newline-escaped-twice", "two\\nlines", "two\\\\nlines", value("$.text")),
    field("newline-lost", "two\\nlines", "two lines", "response-value/response-format/response-text-space $.text"),
    field("html-escaped", "Tom & Jerry", "Tom &amp; Jerry", "response-value/response-format $.html"),
    field("html-tags-escaped", "<b>Tom & Jerry</b>", "&lt;b&gt;Tom & Jerry&lt;/b&gt;", "response-value/response-format $.html"),
    field("quote-curled", '"it\'s"', '"it’s"', "response-value/response-format $.quote"),
    field("path-slash", '"path": "/activity/run-17"', '"path": "/activity/run-17/"', value("$.path")),
    field("path-encoded", '"path": "/activity/run-17"', '"path": "/activity%2Frun-17"', "response-value/response-format $.path"),
    field("url-scheme", "http://localhost:4567/activity", "https://localhost:4567/activity", value("$.url")),
    field("url-port", "http://localhost:4567/", "http://localhost:4568/", value("$.url")),
    field("url-host", "http://localhost:4567/", "http://web-1:4567/", value("$.url")),
    field("url-relative", "http://localhost:4567/activity/run-17", "/activity/run-17", value("$.url")),
    field("base64-padding", "aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ", "response-value/response-format $.token"),
    field("phone-spaces", "+44 20 7946 0000", "+442079460000", "response-value/response-format $.tel"),
    field("duration-other", '"PT1H30M"', '"PT90M"', "response-value/response-format $.duration"),
    field("leading-zero-lost", '"zip": "01234"', '"zip": "1234"', "response-value/response-format $.zip"),
    field("placeholder-kept", '"country": "GB"', '"country": "{{country}}"', value("$.country")),
    field("value-of-neighbour", '"country": "GB"', '"country": "run-17"', value("$.country")),
    # Types.
    field("number-as-string", '"calories": 320', '"calories": "320"', kind("$.calories")),
    field("string-as-number", '"price": "19.90"', '"price": 19.90', kind("$.price")),
    field("zip-as-number", '"zip": "01234"', '"zip": 1234', kind("$.zip")),
    field("boolean-as-string", '"active": true', '"active": "true"', kind("$.active")),
    field("boolean-as-number", '"active": true', '"active": 1', kind("$.active")),
    field("false-as-null", '"deleted": false', '"deleted": null', kind("$.deleted")),
    field("null-as-empty", '"note": null', '"note": ""', kind("$.note")),
    field("null-as-word", '"note": null', '"note": "null"', kind("$.note")),
    field("null-as-false", '"note": null', '"note": false', kind("$.note")),
    field("empty-as-null", '"title": ""', '"title": null', kind("$.title")),
    field("zero-as-null", '"offset": 0', '"offset": null', kind("$.offset")),
    field("zero-as-false", '"offset": 0', '"offset": false', kind("$.offset")),
    field("array-as-null", '"laps": []', '"laps": null', kind("$.laps")),
    field("array-as-object", '"laps": []', '"laps": {}', kind("$.laps")),
    field("object-as-array", '"meta": {}', '"meta": []', kind("$.meta")),
    field("object-as-null", '"meta": {}', '"meta": null', kind("$.meta")),
    field("scalar-wrapped", '"calories": 320', '"calories": [320]', kind("$.calories")),
    field("date-as-epoch", '"2026-01-05T10:00:00Z"', "1767607200", kind("$.date")),
    field("array-joined", '["runner", "coach", "admin"]', '"runner,coach,admin"', kind("$.user.roles")),
    field("money-as-object", '"price": "19.90"', '"price": {"amount": 1990}', kind("$.price")),
    # Presence.
    field("field-gone", '"calories": 320, ', "", "response-field-removed $.calories"),
    field("null-gone", '"note": null, ', "", "response-field-removed $.note"),
    field("empty-array-gone", '"laps": [], ', "", "response-field-removed $.laps"),
    field("empty-string-gone", '"title": "", ', "", "response-field-removed $.title"),
    field("nested-field-gone", '"id": 7, ', "", "response-field-removed $.user.id"),
    field("field-new", '"note": null', '"note": null, "debug": false', "response-field-added $.debug"),
    field("null-field-new", '"note": null', '"note": null, "extra": null', "response-field-added $.extra"),
    field("nested-field-new", '"id": 7', '"id": 7, "age": 30', "response-field-added $.user.age"),
    field("key-twice", '"note": null', '"note": null, "note": null', "response-field-added $.note"),
    field("key-twice-other", '"calories": 320', '"calories": 1, "calories": 320', "response-field-added $.calories"),
    field("key-case", '"at_ms"', '"At_ms"', "response-field-removed $.at_ms|response-field-added $.At_ms"),
    field("key-style", '"at_ms"', '"atMs"', "response-field-removed $.at_ms|response-field-added $.atMs"),
    field("key-space", '"country"', '"country "', "response-field-removed $.country|response-field-added …"),
    field("key-empty", '"note": null', '"note": null, "": 1', "response-field-added …"),
    field("key-homoglyph", '"country"', '"c\u043euntry"', "response-field-removed $.country|response-field-added …"),
    # Forms.
    field("integer-as-float", '"calories": 320', '"calories": 320.0', form("$.calories")),
    field("integer-as-exponent", '"count": 100', '"count": 1e2', form("$.count")),
    field("trailing-zero", '"distance": 5.25', '"distance": 5.250', form("$.distance")),
    field("zero-negative", '"offset": 0', '"offset": -0', form("$.offset")),
    field("zero-as-float", '"offset": 0', '"offset": 0.0', form("$.offset")),
    field("date-offset", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00+00:00", form("$.date")),
    field("date-no-zone", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00", form("$.date")),
    field("date-fraction", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000Z", form("$.date")),
    field("date-micros", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000000Z", form("$.date")),
    field("date-space", "2026-01-05T10:00:00Z", "2026-01-05 10:00:00Z", form("$.date")),
    field("date-lower-z", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00z", form("$.date")),
    field("date-other-zone-same-time", "2026-01-05T10:00:00Z", "2026-01-05T11:00:00+01:00", form("$.date")),
    field("date-no-seconds", "2026-01-05T10:00:00Z", "2026-01-05T10:00Z", form("$.date")),
    field("date-rfc1123", "2026-01-05T10:00:00Z", "Mon, 05 Jan 2026 10:00:00 GMT", form("$.date")),
    field("date-ctime", "2026-01-05T10:00:00Z", "Mon Jan  5 10:00:00 2026", "response-value/response-format $.date"),
    field("date-basic", "2026-01-05T10:00:00Z", "20260105T100000Z", "response-value/response-format $.date"),
    field("date-cut-to-day", '"date": "2026-01-05T10:00:00Z"', '"date": "2026-01-05"', "response-value/response-format $.date"),
    field("date-zone-value", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00+01:00", value("$.date")),
    field("date-one-second", "2026-01-05T10:00:00Z", "2026-01-05T10:00:01Z", value("$.date")),
    field("date-one-hour", "2026-01-05T10:00:00Z", "2026-01-05T09:00:00Z", value("$.date")),
    field("date-lost-millisecond", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.001Z", "response-value/response-format $.date"),
    field("day-slashes", '"day": "2026-01-05"', '"day": "2026/01/05"', form("$.day")),
    field("day-us", '"day": "2026-01-05"', '"day": "01/05/2026"', form("$.day")),
    field("day-swapped", '"day": "2026-01-05"', '"day": "2026-05-01"', value("$.day")),
    field("day-next", '"day": "2026-01-05"', '"day": "2026-01-06"', value("$.day")),
    field("time-narrow-space", "9:58 PM", "9:58\u202fPM", form("$.time")),
    field("time-no-break-space", "9:58 PM", "9:58\u00a0PM", form("$.time")),
    field("time-24", "9:58 PM", "21:58", form("$.time")),
    field("time-meridiem", "9:58 PM", "9:58 AM", value("$.time")),
    field("time-lower", "9:58 PM", "9:58 pm", form("$.time")),
    field("grouping-comma-point", '"1,234.50"', '"1.234,50"', form("$.total")),
    field("grouping-space", '"1,234.50"', '"1 234.50"', form("$.total")),
    field("grouping-lost", '"1,234.50"', '"1234.50"', form("$.total")),
    field("money-zero-lost", '"19.90"', '"19.9"', form("$.price")),
    field("money-comma", '"19.90"', '"19,90"', form("$.price")),
    field("money-symbol", '"19.90"', '"€19.90"', "response-value/response-format $.price"),
    field("money-other", '"19.90"', '"19.09"', value("$.price")),
    field("case-upper", "zoe@example.org", "ZOE@EXAMPLE.ORG", form("$.email")),
    field("uuid-upper", "0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "0D9C2F6E-3F60-4F0E-9A52-6A2F1C7C1B11", form("$.uuid")),
    field("uuid-bare", "0d9c2f6e-3f60-4f0e-9a52-6a2f1c7c1b11", "0d9c2f6e3f604f0e9a526a2f1c7c1b11", "response-value/response-format $.uuid"),
    Mutant("unicode-nfd", "activity", text(lambda t: unicodedata.normalize("NFD", t)), form("$.user.name")),
    field("unicode-homoglyph", '"country": "GB"', '"country": "G\u0412"', "response-value/response-format $.country"),
    field("unicode-zero-width", '"country": "GB"', '"country": "G\u200bB"', "response-value/response-format $.country"),
    field("unicode-soft-hyphen", '"country": "GB"', '"country": "G\u00adB"', "response-value/response-format $.country"),
    field("unicode-full-width", '"country": "GB"', '"country": "ＧＢ"', "response-value/response-format $.country"),
    field("unicode-bidi", '"country": "GB"', '"country": "GB\u200f"', "response-value/response-format $.country"),
    field("unicode-mojibake", "Zoë Müller", "ZoÃ« MÃ¼ller", form("$.user.name")),
    field("unicode-question", "Zoë Müller", "Zo? M?ller", "response-value/response-format $.user.name"),
    field("unicode-replacement", "Zoë Müller", "Zo\ufffd M\ufffdller", form("$.user.name")),
    field("unicode-accent-lost", "Zoë Müller", "Zoe Muller", "response-value/response-format $.user.name"),
    field("unicode-escaped-twice", "Zoë", "Zo\\\\u00eb", "response-value/response-format $.user.name"),
    field("space-doubled", "Zoë Müller", "Zoë  Müller", "response-value/response-format/response-text-space $.user.name"),
    field("nul-in-string", '"country": "GB"', '"country": "GB\\u0000"', value("$.country")),
    # Lists of words.
    field("order-of-words", '["runner", "coach", "admin"]', '["coach", "runner", "admin"]', "response-order $.user.roles"),
    field("word-gone", '"runner", "coach", "admin"', '"runner", "coach"', "response-length $.user.roles"),
    field("first-word-gone", '"runner", "coach", "admin"', '"coach", "admin"', "response-length $.user.roles"),
    field("word-new", '"coach", "admin"', '"coach", "admin", "root"', "response-length $.user.roles"),
    field("word-twice", '"coach", "admin"', '"coach", "coach", "admin"', "response-length $.user.roles"),
    field("word-other", '"coach", "admin"', '"coach", "root"', value("$.user.roles[2]")),
    field("word-twice-for-another", '"coach", "admin"', '"coach", "coach"', value("$.user.roles[2]")),
    field("words-gone", '["runner", "coach", "admin"]', "[]", "response-length $.user.roles"),
    field("words-nested", '["runner", "coach", "admin"]', '[["runner", "coach", "admin"]]', "response-length/response-type $.user.roles…"),
    field("filled-empty-list", '"laps": []', '"laps": [1]', "response-length $.laps"),
    field("filled-empty-object", '"meta": {}', '"meta": {"a": 1}', "response-field-added $.meta.a"),
]

LISTS = [
    Mutant("items-swapped", "list", swap_items(1, 2), "response-order $.items"),
    Mutant("items-reversed", "list", list_of(lambda v: v["items"].reverse()), "response-order $.items"),
    Mutant("item-gone", "list", list_of(lambda v: v["items"].pop(1)), "response-length $.items"),
    Mutant("last-item-gone", "list", list_of(lambda v: v["items"].pop()), "response-length $.items"),
    Mutant("item-twice", "list", list_of(lambda v: v["items"].append(v["items"][0])), "response-length $.items"),
    Mutant("item-new", "list", list_of(lambda v: v["items"].append(v["items"][0] | {"id": 5})), "response-length $.items"),
    Mutant("item-field-swapped", "list", swap('"from": "c", "to": "d"', '"from": "d", "to": "c"'),
           "response-value $.items[1].from|response-value $.items[1].to"),
    Mutant("fields-of-items-swapped", "list", both(swap('"kind": "walk"', '"kind": "?"'), swap('"kind": "run"', '"kind": "walk"'),
           swap('"kind": "?"', '"kind": "run"')), "response-value $.items[…"),
    Mutant("item-value", "list", swap('"kind": "swim"', '"kind": "sail"'), value("$.items[2].kind")),
    Mutant("item-key-other", "list", swap('"id": 3', '"id": 33'), value("$.items[2].id")),
    Mutant("item-field-gone", "list", swap('"id": 2, ', ""), "response-field-removed $.items[1].id"),
    Mutant("item-type", "list", swap('"id": 2', '"id": "2"'), kind("$.items[1].id")),
    Mutant("item-null", "list", list_of(lambda v: v["items"].__setitem__(2, None)), kind("$.items[2]")),
    Mutant("inner-order", "list", swap("[4, 5, 6]", "[4, 6, 5]"), "response-order $.items[1].steps"),
    Mutant("inner-value", "list", swap("[4, 5, 6]", "[4, 5, 7]"), value("$.items[1].steps[2]")),
    Mutant("one-date-of-items", "list", swap("2026-01-07T10:00:00Z", "2026-01-07T10:00:00+00:00"), form("$.items[2].when")),
    Mutant("page-size", "list", list_of(lambda v: v.update(items=v["items"][:2])), "response-length $.items"),
    Mutant("total-stale", "list", swap('"total": 12', '"total": 11'), value("$.total")),
    Mutant("next-lost", "list", swap('"/activities?page=2"', "null"), kind("$.next")),
    Mutant("next-query-order", "list", swap('"/activities?page=2"', '"/activities?per=4&page=2"'), value("$.next")),
    Mutant("list-unwrapped", "list", text(lambda t: json.dumps(json.loads(t)["items"])), kind("$")),
    Mutant("list-wrapped", "list", text(lambda t: json.dumps({"data": json.loads(t)})),
           "response-field-removed $.items|response-field-removed $.page|response-field-removed $.pages|"
           "response-field-removed $.total|response-field-removed $.next|response-field-added $.data"),
    Mutant("total-header", "list", set_header("X-Total-Count", "11"), header("x-total-count")),
    Mutant("link-page", "list", set_header("Link", '</activities?page=3>; rel="next", </activities?page=3>; rel="last"'), header("link")),
    Mutant("link-rel", "list", set_header("Link", '</activities?page=2>; rel="prev", </activities?page=3>; rel="last"'), header("link")),
    Mutant("link-last-gone", "list", set_header("Link", '</activities?page=2>; rel="next"'), header("link")),
    Mutant("link-gone", "list", drop_header("Link"), header("link")),
    Mutant("coordinates-swapped", "geo", geo("[102.0,0.5]", "[0.5,102.0]"), "response-order/response-value $.features[1].geometry.coordinates…"),
    Mutant("coordinates-integer", "geo", geo("[102.0,0.5]", "[102,0.5]"), form("$.features[1].geometry.coordinates[0]")),
    Mutant("coordinates-precision", "geo", geo("10.25", "10.250000000000002"), value("$.bbox[3]")),
    Mutant("point-gone", "geo", geo("[103.0,1.0],", ""), "response-length $.features[0].geometry.coordinates"),
    Mutant("feature-property-type", "geo", geo('{"this":"that"}', '"that"'), kind("$.features[1].properties.prop1")),
    Mutant("error-code", "problem", swap("too_small", "too_low"), value("$.errors[0].code")),
    Mutant("error-message", "problem", swap("should be non-empty", "is too short"), value("$.detail")),
    Mutant("error-status-member", "problem", swap('"status": 422', '"status": 400'), value("$.status")),
    Mutant("error-shape", "problem", body(lambda _: b'{"message":"invalid"}'),
           "response-field-removed $.type|response-field-removed $.title|response-field-removed $.status|"
           "response-field-removed $.detail|response-field-removed $.errors|response-field-added $.message"),
    Mutant("error-status", "problem", status(400, "Bad Request"), "response-status status"),
    Mutant("error-accepted", "problem", status(201, "Created"), "response-status status"),
    Mutant("error-plain", "problem", both(set_header("Content-Type", "text/plain"), body(lambda _: b"invalid")),
           "response-media-type header.content-type|response-unparsable body"),
    Mutant("error-media-type", "problem", set_header("Content-Type", "application/json"), "response-media-type header.content-type"),
    Mutant("setting-flipped", "settings", swap('"feature_7": {"enabled": false', '"feature_7": {"enabled": true'), value("$.feature_7.enabled")),
    Mutant("setting-gone", "settings", swap('"feature_3": {"enabled": false, "limit": 30}, ', ""), "response-field-removed $.feature_3"),
    Mutant("setting-new", "settings", swap('"feature_3"', '"feature_x": {"enabled": false, "limit": 1}, "feature_3"'), "response-field-added $.feature_x"),
    Mutant("setting-renamed", "settings", swap('"feature_3"', '"feature_33"'), "response-field-removed $.feature_3|response-field-added $.feature_33"),
    Mutant("scalar-other", "scalar", body(lambda _: b"43"), value("$")),
    Mutant("scalar-type", "scalar", body(lambda _: b'"42"'), kind("$")),
    Mutant("scalar-float", "scalar", body(lambda _: b"42.0"), form("$")),
    Mutant("word-other-root", "word", body(lambda _: b'"open"'), value("$")),
    Mutant("word-unquoted", "word", body(lambda _: b"done"), "response-unparsable body"),
    Mutant("jwt-claim", "jwt", swap("eyJzdWIiOiI3", "eyJzdWIiOiI4"), value("$.token")),
    Mutant("jwt-bytes", "jwt", text(lambda t: t.replace('"eyJ', "\"b'eyJ", 1)), "response-value/response-format $.token"),
    Mutant("expiry-unit", "jwt", swap("3600", "3600000"), value("$.expires_in")),
]

TEXTS = [
    Mutant("line-other", "text", swap("320", "321"), value("body")),
    Mutant("line-gone", "text", swap("calories  320\n", ""), value("body")),
    Mutant("line-new", "text", swap("finished", "steps     12\nfinished"), value("body")),
    Mutant("line-twice", "text", swap("calories  320\n", "calories  320\ncalories  320\n"), value("body")),
    Mutant("lines-swapped", "text", swap("distance  5.25 km\ncalories  320\n", "calories  320\ndistance  5.25 km\n"), "response-value/response-order body"),
    Mutant("line-ends", "text", swap("\n", "\r\n", 7), "response-text-space body"),
    Mutant("last-line-end", "text", text(str.rstrip), "response-text-space body"),
    Mutant("columns", "text", swap("calories  320", "calories 320"), "response-text-space body"),
    Mutant("tabs", "text", swap("distance  5.25", "distance\t5.25"), "response-text-space body"),
    Mutant("text-narrow-space", "text", swap("9:58 PM", "9:58\u202fPM"), form("body")),
    Mutant("text-case", "text", swap("Activity report", "ACTIVITY REPORT"), form("body")),
    Mutant("text-nfd", "text", text(lambda t: unicodedata.normalize("NFD", t)), form("body")),
    Mutant("text-cut", "text", body(lambda b: b[:-30]), value("body")),
    Mutant("text-emptied", "text", body(lambda _: b""), value("body")),
    Mutant("text-latin-1", "text", body(lambda b: b.decode().encode("latin-1")), form("body")),
    Mutant("text-charset-lies", "text", set_header("Content-Type", "text/plain; charset=iso-8859-1"),
           "response-format header.content-type|?response-value/response-format body"),
    Mutant("latin-as-utf-8-unnamed", "latin", body(lambda b: b.decode("latin-1").encode()), "response-value/response-format body"),
    Mutant("latin-renamed", "latin", both(body(lambda b: b.decode("latin-1").encode()), set_header("Content-Type", "text/plain; charset=utf-8")),
           "response-format header.content-type"),
    Mutant("latin-charset-gone", "latin", set_header("Content-Type", "text/plain"), "response-format header.content-type|?response-value/response-format body"),
    Mutant("csv-cell", "csv", swap("210", "211"), value("body")),
    Mutant("csv-column-gone", "csv", text(lambda t: re.sub(r",[^,\r]*\r", "\r", t)), value("body")),
    Mutant("csv-semicolon", "csv", text(lambda t: t.replace(",", ";")), value("body")),
    Mutant("csv-empty-as-zero", "csv", swap("Ann,,", "Ann,0,"), value("body")),
    Mutant("csv-line-ends", "csv", swap("\r\n", "\n", 4), "response-text-space body"),
    Mutant("csv-row-order", "csv", text(lambda t: "".join(t.splitlines(True)[i] for i in (0, 2, 1, 3))), "response-value/response-order body"),
    Mutant("csv-header-case", "csv", swap("id,name", "ID,Name"), "response-value/response-format body"),
    Mutant("csv-mark", "csv", body(lambda b: b"\xef\xbb\xbf" + b), "response-value/response-format body"),
    Mutant("yaml-value", "yaml", swap("320", "321"), value("body")),
    Mutant("yaml-indent", "yaml", swap("  calories: 320", "calories: 320"), "response-value/response-text-space body"),
    Mutant("yaml-boolean", "yaml", swap("country: no", "country: false"), value("body")),
    Mutant("json-line-value", "lines", swap('"run"', '"ran"'), value("$[1].kind")),
    Mutant("json-line-gone", "lines", swap('{"id":2,"kind":"run"}\n', ""), "response-length $"),
    Mutant("json-line-new", "lines", text(lambda t: t + '{"id":4,"kind":"ride"}\n'), "response-length $"),
    Mutant("json-lines-swapped", "lines", text(lambda t: "".join(t.splitlines(True)[i] for i in (1, 0, 2))), "response-order $"),
    Mutant("json-line-cut", "lines", body(lambda b: b[:-8]), "response-unparsable body"),
    Mutant("json-lines-as-array", "lines", text(lambda t: "[" + ",".join(t.splitlines()) + "]"), "response-unparsable/response-type/response-value/response-format …|…any"),
    Mutant("event-data", "events", swap('{"lap":2}', '{"lap":3}'), "response-value …"),
    Mutant("event-name", "events", swap("event: lap", "event: step"), "response-value …"),
    Mutant("event-id", "events", swap("id: 2", "id: 7"), "response-value …"),
    Mutant("event-gone", "events", swap('id: 2\nevent: lap\ndata: {"lap":2}\n\n', ""), "response-length/response-value …"),
    Mutant("event-order", "events", text(lambda t: "\n\n".join(t.split("\n\n")[i] for i in (0, 2, 1, 3)) + "\n\n"), "response-order/response-value …"),
    Mutant("event-retry", "events", swap("retry: 3000", "retry: 30"), "response-value …"),
    Mutant("event-lines-joined", "events", swap("data: first\ndata: second", "data: first second"), "response-value/response-format …"),
]

TREES = [
    Mutant("html-text", "html", swap("Activity 17</h1>", "Activity 18</h1>"), "response-value …"),
    Mutant("html-title", "html", swap("<title>Activity 17", "<title>Activity"), "response-value …"),
    Mutant("html-attribute-value", "html", swap('class="title"', 'class="head"'), "response-value …"),
    Mutant("html-attribute-moved", "html", swap('style="text-align: right;"', 'align="right"', 2),
           "response-value/response-field-removed …|…any"),
    Mutant("html-attribute-gone", "html", swap(" required", ""), "response-value/response-field-removed …"),
    Mutant("html-element-other", "html", swap("<em>nine</em>", "<strong>nine</strong>"), "response-value/response-type/response-field-removed …|…any"),
    Mutant("html-element-gone", "html", swap("<em>nine</em>", "nine"), "response-value/response-length/response-type/response-field-removed …|…any"),
    Mutant("html-row-gone", "html", swap('<tr><td>2</td><td style="text-align: right;">5:02</td></tr>', ""), "response-value/response-length/response-field-removed …|…any"),
    Mutant("html-rows-swapped", "html", both(swap(">4:58<", ">?<"), swap(">5:02<", ">4:58<"), swap(">?<", ">5:02<")), "response-value/response-order …|…any"),
    Mutant("html-escaped-twice", "html", swap("&lt;open&gt;", "&amp;lt;open&amp;gt;"), "response-value/response-format …"),
    Mutant("html-unescaped", "html", swap("&lt;open&gt;", "<open>"), "response-value/response-length/response-field-added …|…any"),
    Mutant("html-link", "html", swap("page=2&amp;sort=date", "page=3&amp;sort=date"), "response-value …"),
    Mutant("html-script", "html", swap("total = 320", "total = 321"), "response-value …"),
    Mutant("html-doctype", "html", swap("<!doctype html>", '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">'), "response-value/response-format …"),
    Mutant("html-language", "html", swap('lang="en"', 'lang="de"'), "response-value …"),
    Mutant("html-form-method", "html", swap('method="post"', 'method="get"'), "response-value …"),
    Mutant("html-accent", "html", swap("Caf&eacute;", "Cafe"), "response-value/response-format …"),
    Mutant("html-cut", "html", body(lambda b: b[:-60]), "response-value/response-length/response-field-removed …|…any"),
    Mutant("html-error-page", "html", body(lambda _: b"<html><body><h1>Error</h1></body></html>"), "response-value/response-length …|…any"),
    Mutant("xml-text", "xml", swap("320", "321"), "response-value …"),
    Mutant("xml-attribute", "xml", swap('a:kind="swim"', 'a:kind="sail"'), "response-value …"),
    Mutant("xml-attribute-gone", "xml", swap(' a:kind="swim"', ""), "response-field-removed/response-value …"),
    Mutant("xml-namespace", "xml", swap("http://www.w3.org/2005/Atom", "http://www.w3.org/2006/Atom"), "response-value/response-type/response-field-removed …|…any"),
    Mutant("xml-namespace-of-prefix", "xml", swap("http://example.org/activity", "http://example.org/activities"), "response-value/response-type/response-field-removed …|…any"),
    Mutant("xml-element-order", "xml", swap("<id>urn:17</id><title>Run &amp; walk</title>", "<title>Run &amp; walk</title><id>urn:17</id>"), "response-order/response-value …|…any"),
    Mutant("xml-entries-swapped", "xml", text(lambda t: "\n".join(t.split("\n")[i] for i in (0, 1, 2, 3, 5, 4, 6, 7))), "response-order/response-value …|…any"),
    Mutant("xml-element-gone", "xml", swap("<empty/>", ""), "response-field-removed/response-value/response-length …"),
    Mutant("xml-entry-gone", "xml", text(lambda t: re.sub(r"  <entry a:kind=\"swim\".*\n", "", t)), "response-field-removed/response-value/response-length …"),
    Mutant("xml-element-renamed", "xml", swap("updated>", "modified>", 2), "response-value/response-type/response-field-removed …|…any"),
    Mutant("xml-date-form", "xml", swap("2026-01-05T10:00:00Z", "2026-01-05T10:00:00+00:00"), "response-format …"),
    Mutant("xml-cut", "xml", body(lambda b: b[:-9]), "response-unparsable body"),
    Mutant("xml-as-json", "xml", body(lambda _: b'{"feed":{}}'), "response-unparsable body"),
    Mutant("xml-text-escaped-twice", "xml", swap("Run &amp; walk", "Run &amp;amp; walk"), "response-value/response-format …"),
    Mutant("soap-amount", "soap", swap("19.90", "19.9"), "response-value/response-format …"),
    Mutant("soap-currency", "soap", swap('"EUR"', '"USD"'), "response-value …"),
    Mutant("soap-boolean", "soap", swap(">true<", ">1<"), "response-value …"),
]

AROUND = [
    Mutant("status-server-error", "activity", status(500, "Internal Server Error"), "response-status status"),
    Mutant("status-not-found", "activity", status(404, "Not Found"), "response-status status"),
    Mutant("status-created", "activity", status(201, "Created"), "response-status status"),
    Mutant("status-accepted", "activity", status(202, "Accepted"), "response-status status"),
    Mutant("status-no-content", "activity", both(status(204, "No Content"), wire(body=b"", framing="none"), drop_header("Content-Type")),
           "response-status status|response-media-type header.content-type|response-unparsable body"),
    Mutant("status-unknown", "activity", status(299, "Odd"), "response-status status"),
    Mutant("status-and-body", "activity", both(status(500, "Oops"), body(lambda _: b'{"error":"oops"}')), "response-status status|…any"),
    Mutant("connection-cut-before-head", "activity", wire(cut=0), "response-outcome outcome"),
    Mutant("connection-cut-in-head", "activity", wire(cut=40), "response-outcome outcome"),
    Mutant("connection-cut-in-body", "activity", wire(cut=700), "response-outcome outcome"),
    Mutant("length-too-long", "activity", lambda a: a.copy(claims=len(a.body) + 10), "response-outcome outcome"),
    Mutant("length-too-short", "activity", lambda a: a.copy(claims=len(a.body) - 10), "response-unparsable body"),
    Mutant("chunks-cut", "activity", lambda a: a.copy(framing="chunked", chunk=500, cut=900), "response-outcome outcome"),
    Mutant("not-http", "activity", lambda a: a.copy(before=b"hello\r\n\r\n", cut=9), "response-outcome outcome"),
    Mutant("body-empty", "activity", body(lambda _: b""), "response-unparsable body"),
    Mutant("body-cut", "activity", body(lambda b: b[:-1]), "response-unparsable body"),
    Mutant("body-trailing-comma", "activity", text(lambda t: t[:-2] + ",\n}"), "response-unparsable body"),
    Mutant("body-single-quotes", "activity", text(lambda t: t.replace('"', "'")), "response-unparsable body"),
    Mutant("body-two-documents", "activity", body(lambda b: b + b), "response-unparsable body"),
    Mutant("body-utf-16", "activity", body(lambda b: b.decode().encode("utf-16")), "response-unparsable/response-format …"),
    Mutant("body-not-utf-8", "activity", body(lambda b: b.replace("ë".encode(), b"\xeb")), "response-unparsable/response-format body"),
    Mutant("body-nan", "activity", swap('"pace": 0.1', '"pace": NaN'), "response-unparsable body"),
    Mutant("body-leading-zero", "activity", swap('"count": 100', '"count": 0100'), "response-unparsable body"),
    Mutant("body-html", "activity", body(lambda _: b"<html>502 Bad Gateway</html>"), "response-unparsable body"),
    Mutant("body-null", "activity", body(lambda _: b"null"), kind("$")),
    Mutant("body-json-in-string", "activity", text(json.dumps), kind("$")),
    Mutant("body-jsonp", "activity", text(lambda t: f"callback({t})"), "response-unparsable body"),
    Mutant("media-type", "activity", set_header("Content-Type", "text/plain"), "response-media-type header.content-type"),
    Mutant("media-type-html", "activity", set_header("Content-Type", "text/html"), "response-media-type header.content-type"),
    Mutant("media-type-gone", "activity", drop_header("Content-Type"), "response-media-type header.content-type"),
    Mutant("media-type-suffix", "activity", set_header("Content-Type", "application/hal+json"), "response-media-type header.content-type"),
    Mutant("charset-latin", "activity", set_header("Content-Type", "application/json; charset=iso-8859-1"), "response-format header.content-type"),
    Mutant("charset-named", "activity", set_header("Content-Type", "application/json; charset=utf-8"), "response-format header.content-type"),
    Mutant("media-parameter", "activity", set_header("Content-Type", "application/json; version=2"), header("content-type")),
    Mutant("gzip-garbage", "zipped", body(lambda b: b[:20] + b"\x00\xff" * 20 + b[60:]), "response-unparsable/response-outcome/response-value …"),
    Mutant("gzip-cut", "zipped", body(lambda b: b[:-20]), "response-unparsable/response-outcome/response-value …"),
    Mutant("gzip-not", "zipped", body(gzip.decompress), "response-unparsable/response-outcome/response-value …"),
    Mutant("gzip-unnamed", "zipped", drop_header("Content-Encoding"), "response-unparsable/response-value …|…any"),
    Mutant("gzip-value", "zipped", body(lambda b: gzip.compress(gzip.decompress(b).replace(b"320", b"321"), mtime=0)), value("$.calories")),
    Mutant("gzip-twice", "zipped", body(lambda b: gzip.compress(b, mtime=0)), "response-unparsable/response-value …"),
    Mutant("redirect-status", "redirect", status(301, "Moved"), "response-status status"),
    Mutant("redirect-see-other", "redirect", status(303, "See Other"), "response-status status"),
    Mutant("redirect-keep-method", "redirect", status(307, "Temporary"), "response-status status"),
    Mutant("redirect-target", "redirect", set_header("Location", "/m/plain/list"), header("location")),
    Mutant("redirect-absolute", "redirect", set_header("Location", "{base}/m/plain/text"), header("location")),
    Mutant("redirect-relative", "absolute", set_header("Location", "/m/plain/text"), header("location")),
    Mutant("redirect-scheme", "absolute", set_header("Location", "https{base:scheme}/m/plain/text"), header("location")),
    Mutant("redirect-host", "absolute", set_header("Location", "http://other.example/m/plain/text"), header("location")),
    Mutant("redirect-query", "redirect", set_header("Location", "/m/plain/text?page=2"), header("location")),
    Mutant("redirect-fragment", "redirect", set_header("Location", "/m/plain/text#top"), header("location")),
    Mutant("redirect-gone", "redirect", drop_header("Location"), header("location")),
    Mutant("redirect-body", "redirect", body(lambda _: b"moved\n"), value("body")),
    Mutant("hop-more", "follow", set_header("Location", "/m/plain/follow"), "response-status status|…any", options="[Options]\nlocation: true\n"),
    Mutant("hop-status", "follow", status(303, "See Other"), "response-status status", options="[Options]\nlocation: true\n"),
    Mutant("hop-target", "follow", set_header("Location", "/m/plain/list"), "response-header header.location|…any", options="[Options]\nlocation: true\n"),
    Mutant("hop-absolute", "follow", set_header("Location", "{base}/m/plain/text"), "response-header header.location", options="[Options]\nlocation: true\n"),
    Mutant("hop-lost", "follow", both(status(200, "OK"), drop_header("Location")), "response-status status|…any", options="[Options]\nlocation: true\n"),
    Mutant("hop-loop", "follow", set_header("Location", "/m/hop-loop/follow"), "response-outcome outcome", options="[Options]\nlocation: true\nmax-redirs: 5\n"),
]


def cookie(name, old, new, needs_control=False):
    """Changes one cookie."""
    return Mutant(
        name, "cookies", headers(lambda all: [(n, v.replace(old, new)) if n == "Set-Cookie" else (n, v) for n, v in all]),
        header("set-cookie"),
        needs_control=needs_control,
    )


HEADERS = [
    cookie("cookie-value", "theme=dark", "theme=light", needs_control=True),
    cookie("cookie-name", "theme=dark", "skin=dark"),
    cookie("cookie-empty", "theme=dark", "theme="),
    cookie("cookie-script", " HttpOnly;", ""),
    cookie("cookie-insecure", "; Secure", ""),
    cookie("cookie-path", "theme=dark; Path=/", "theme=dark; Path=/app"),
    cookie("cookie-site", "SameSite=Lax", "SameSite=None"),
    cookie("cookie-site-gone", "; SameSite=Lax", ""),
    cookie("cookie-age", "Max-Age=3600", "Max-Age=60"),
    cookie("cookie-session", "; Max-Age=3600", ""),
    cookie("cookie-domain", "lang=en; Path=/", "lang=en; Path=/; Domain=example.org"),
    cookie("cookie-quoted", "theme=dark", 'theme="dark"', needs_control=True),
    Mutant("cookie-gone", "cookies", headers(lambda all: all[:-1]), header("set-cookie")),
    Mutant("cookie-new", "cookies", add_header("Set-Cookie", "track=1; Path=/"), header("set-cookie")),
    Mutant("cookies-gone", "cookies", drop_header("Set-Cookie"), header("set-cookie")),
    Mutant("etag-weak", "cached", set_header("ETag", 'W/"5d41402a"'), header("etag")),
    Mutant("etag-unquoted", "cached", set_header("ETag", "5d41402a"), header("etag")),
    Mutant("etag-gone", "cached", drop_header("ETag"), header("etag")),
    Mutant("last-modified-gone", "cached", drop_header("Last-Modified"), header("last-modified")),
    Mutant("last-modified-form", "cached", set_header("Last-Modified", "2026-01-05T10:00:00Z"), header("last-modified")),
    Mutant("cache-age", "cached", set_header("Cache-Control", "public, max-age=60"), header("cache-control")),
    Mutant("cache-private", "cached", set_header("Cache-Control", "private, max-age=3600"), header("cache-control")),
    Mutant("cache-no-store", "cached", set_header("Cache-Control", "no-store"), header("cache-control")),
    Mutant("cache-gone", "cached", drop_header("Cache-Control"), header("cache-control")),
    Mutant("vary-gone", "cached", drop_header("Vary"), header("vary")),
    Mutant("vary-less", "cached", set_header("Vary", "Accept"), header("vary")),
    Mutant("vary-more", "cached", set_header("Vary", "Accept, Accept-Encoding, Origin"), header("vary")),
    Mutant("ranges-none", "cached", set_header("Accept-Ranges", "none"), header("accept-ranges")),
    Mutant("expires-new", "cached", add_header("Expires", "0"), header("expires")),
    Mutant("allow-less", "cors", set_header("Allow", "GET, HEAD, OPTIONS"), header("allow"), "OPTIONS"),
    Mutant("allow-gone", "cors", drop_header("Allow"), header("allow"), "OPTIONS"),
    Mutant("cors-origin", "cors", set_header("Access-Control-Allow-Origin", "*"), header("access-control-allow-origin"), "OPTIONS"),
    Mutant("cors-origin-null", "cors", set_header("Access-Control-Allow-Origin", "null"), header("access-control-allow-origin"), "OPTIONS"),
    Mutant("cors-gone", "cors", drop_header("Access-Control-Allow-Origin"), header("access-control-allow-origin"), "OPTIONS"),
    Mutant("cors-methods", "cors", set_header("Access-Control-Allow-Methods", "GET, POST, DELETE"), header("access-control-allow-methods"), "OPTIONS"),
    Mutant("cors-headers", "cors", set_header("Access-Control-Allow-Headers", "content-type"), header("access-control-allow-headers"), "OPTIONS"),
    Mutant("cors-credentials", "cors", drop_header("Access-Control-Allow-Credentials"), header("access-control-allow-credentials"), "OPTIONS"),
    Mutant("cors-age", "cors", set_header("Access-Control-Max-Age", "0"), header("access-control-max-age"), "OPTIONS"),
    Mutant("preflight-body", "cors", both(status(200, "OK"), wire(framing="length")), "response-status status", "OPTIONS"),
    Mutant("hsts-gone", "secure", drop_header("Strict-Transport-Security"), header("strict-transport-security")),
    Mutant("hsts-age", "secure", set_header("Strict-Transport-Security", "max-age=0; includeSubDomains"), header("strict-transport-security")),
    Mutant("csp-looser", "secure", set_header("Content-Security-Policy", "default-src *; img-src *"), header("content-security-policy")),
    Mutant("frame-options", "secure", set_header("X-Frame-Options", "SAMEORIGIN"), header("x-frame-options")),
    Mutant("nosniff-gone", "secure", drop_header("X-Content-Type-Options"), header("x-content-type-options")),
    Mutant("referrer", "secure", set_header("Referrer-Policy", "unsafe-url"), header("referrer-policy")),
    Mutant("retry-after", "busy", set_header("Retry-After", "12"), header("retry-after")),
    Mutant("retry-after-date", "busy", set_header("Retry-After", "Tue, 24 Nov 2026 10:00:01 GMT"), header("retry-after")),
    Mutant("retry-after-gone", "busy", drop_header("Retry-After"), header("retry-after")),
    Mutant("rate-limit", "busy", set_header("X-RateLimit-Limit", "600"), header("x-ratelimit-limit")),
    Mutant("busy-unavailable", "busy", status(503, "Unavailable"), "response-status status"),
    Mutant("challenge-scheme", "denied", set_header("WWW-Authenticate", 'Basic realm="api"'), header("www-authenticate")),
    Mutant("challenge-realm", "denied", set_header("WWW-Authenticate", 'Bearer realm="web", error="invalid_token"'), header("www-authenticate")),
    Mutant("challenge-gone", "denied", drop_header("WWW-Authenticate"), header("www-authenticate")),
    Mutant("denied-forbidden", "denied", status(403, "Forbidden"), "response-status status"),
    Mutant("disposition-inline", "download", set_header("Content-Disposition", 'inline; filename="report.pdf"'), header("content-disposition")),
    Mutant("disposition-name", "download", set_header("Content-Disposition", 'attachment; filename="report (1).pdf"'), header("content-disposition")),
    Mutant("header-new", "activity", add_header("X-Debug", "1"), header("x-debug")),
    Mutant("header-empty", "list", set_header("X-Total-Count", ""), header("x-total-count")),
    Mutant("header-twice", "list", add_header("X-Total-Count", "12"), header("x-total-count")),
    Mutant("header-latin", "list", set_header("X-Total-Count", b"\xbd"), header("x-total-count")),
    Mutant("language", "text", add_header("Content-Language", "de"), header("content-language")),
    Mutant("binary-byte", "blob", body(lambda b: b[:500] + b"!" + b[501:]), value("body")),
    Mutant("binary-cut", "blob", body(lambda b: b[:-1]), value("body")),
    Mutant("binary-emptied", "blob", body(lambda _: b""), value("body")),
    Mutant("picture-pixel", "png", body(lambda b: b.replace(b"IDAT", b"IDAt")), value("body")),
    Mutant("picture-format", "png", body(lambda _: b"GIF89a" + bytes(40)), value("body")),
    Mutant("picture-as-text", "png", body(lambda _: b"not found"), value("body")),
    Mutant("pdf-byte", "download", body(lambda b: b[:-1] + b"\x01"), value("body")),
    Mutant("head-status", "activity", status(404, "Not Found"), "response-status status", "HEAD"),
    Mutant("head-header", "list", set_header("X-Total-Count", "13"), header("x-total-count"), "HEAD"),
    Mutant("head-length", "text", lambda a: a.copy(claims=9), header("content-length"), "HEAD"),
    Mutant("empty-answers", "empty", lambda a: a.copy(status=200, reason="OK", framing="length"), "response-status status"),
    Mutant("post-status", "created", status(200, "OK"), "response-status status", "POST"),
    Mutant("post-location-gone", "created", drop_header("Location"), header("location"), "POST"),
    Mutant("post-state", "created", swap('"new"', '"old"'), value("$.state"), "POST"),
    Mutant("put-gone", "activity", status(410, "Gone"), "response-status status", "PUT"),
    Mutant("delete-accepted", "empty", lambda a: a.copy(status=202, reason="Accepted", framing="length"), "response-status status", "DELETE"),
    Mutant("third-time", "activity", swap('"calories": 320', '"calories": 321'), value("$.calories"), from_request=3),
    Mutant("second-status", "activity", status(304, "Not Modified"), "response-status status|…any", from_request=2),
]

MUTANTS = [*BODY_FIELDS, *LISTS, *TEXTS, *TREES, *AROUND, *HEADERS]
