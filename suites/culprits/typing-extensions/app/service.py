"""Tide tables of a few harbours."""

from datetime import datetime, timedelta

from dateutil import parser
from flask import Flask, jsonify, request

from tides import Estuary, Table

FIRST = datetime(2024, 6, 1, 2, 10)
HARBOURS = {"buesum": Table(FIRST), "hamburg": Estuary(FIRST, timedelta(hours=3, minutes=40))}

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/harbours")
def list_harbours():
    return jsonify(sorted(HARBOURS))


@app.get("/harbours/<name>/high-water")
def show_high_water(name):
    if name not in HARBOURS:
        return jsonify(error="unknown_harbour"), 404
    after = parser.isoparse(request.args.get("after", "2024-06-01T00:00"))
    return jsonify(harbour=name, time=HARBOURS[name].next(after).isoformat(timespec="minutes"))
