"""Postage: what a letter to a country costs. Python's own server, and Debian's list of countries."""

import json
import mimetypes
import pathlib
import re
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from socketserver import ThreadingMixIn

LISTS = pathlib.Path("/usr/share/iso-codes/json")
COUNTRIES = {c["alpha_2"]: c for c in json.loads(LISTS.joinpath("iso_3166-1.json").read_text())["3166-1"]}
CURRENCIES = {c["alpha_3"]: c for c in json.loads(LISTS.joinpath("iso_4217.json").read_text())["4217"]}
NEAR = {"AT", "BE", "CH", "CZ", "DK", "FR", "LU", "NL", "PL"}
STAMPS = {"letter": (95, 110), "parcel": (699, 1549)}


def health(_):
    return 200, {"status": "ok"}


def show_country(query, code):
    country = COUNTRIES.get(code.upper())
    if country is None:
        return 404, {"error": "unknown_country"}
    return 200, {"code": country["alpha_2"], "name": country.get("common_name", country["name"])}


def show_currency(query, code):
    currency = CURRENCIES.get(code.upper())
    return (200, {"name": currency["name"]}) if currency else (404, {"error": "unknown_currency"})


def price(query, code):
    """The stamp for `?kind=letter|parcel`, in cents, and the label."""
    kind = query.get("kind", ["letter"])[0]
    if code.upper() not in COUNTRIES or kind not in STAMPS:
        return 422, {"error": "cannot_be_sent"}
    cents = STAMPS[kind][code.upper() not in NEAR | {"DE"}]
    to = COUNTRIES[code.upper()]["name"].upper()
    return 200, {"cents": cents, "label": f"{to}\n{kind}"}


def name_form(query):
    kind, _ = mimetypes.guess_type(query.get("file", [""])[0])
    return 200, {"type": kind}


ROUTES = [
    (re.compile(r"/health"), health),
    (re.compile(r"/countries/(\w\w)"), show_country),
    (re.compile(r"/currencies/(\w{3})"), show_currency),
    (re.compile(r"/countries/(\w\w)/postage"), price),
    (re.compile(r"/forms"), name_form),
]
WORDS = {200: "OK", 404: "Not Found", 422: "Unprocessable Entity"}


def app(environ, start_response):
    status, body = 404, {"error": "not_found"}
    for route, handler in ROUTES:
        found = route.fullmatch(environ["PATH_INFO"])
        if found:
            status, body = handler(parse_qs(environ.get("QUERY_STRING", "")), *found.groups())
    start_response(f"{status} {WORDS[status]}", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


class Server(ThreadingMixIn, WSGIServer):
    """One thread for each connection."""

    daemon_threads = True


if __name__ == "__main__":
    make_server("0.0.0.0", 8080, app, Server, WSGIRequestHandler).serve_forever()
