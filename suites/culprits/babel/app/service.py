"""The departures board: ferries, in the traveller's language."""

import json
import pathlib
from datetime import date, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency
from flask import Flask, jsonify, request

FERRIES = json.loads(pathlib.Path(__file__).with_name("ferries.json").read_text())

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/departures")
def list_departures():
    """All departures of a day, earliest first."""
    locale = wanted_locale()
    day = date.fromisoformat(request.args.get("date", "2024-07-01"))
    rows = [describe(ferry, day, locale) for ferry in sorted(FERRIES, key=lambda ferry: ferry["time"])]
    return jsonify(date=format_date(day, "full", locale=locale), departures=rows)


@app.get("/departures/<harbour>")
def show_departure(harbour):
    locale = wanted_locale()
    for ferry in FERRIES:
        if ferry["to"].lower() == harbour.lower():
            return jsonify(describe(ferry, date(2024, 7, 1), locale))
    return jsonify(error="unknown_harbour", harbour=harbour), 404


@app.get("/fares")
def list_fares():
    locale = wanted_locale()
    fares = {ferry["to"]: format_currency(ferry["fare"], "EUR", locale=locale) for ferry in FERRIES}
    return jsonify(fares)


def describe(ferry, day, locale):
    leaves = datetime.combine(day, datetime.strptime(ferry["time"], "%H:%M").time())
    return {"to": ferry["to"], "leaves": format_time(leaves, "short", locale=locale), "berth": ferry["berth"]}


def wanted_locale():
    return Locale.parse(request.args.get("locale", "de"), sep="-")


@app.errorhandler(UnknownLocaleError)
@app.errorhandler(ValueError)
def refuse(error):
    return jsonify(error="invalid", message=str(error)), 422
