"""Parcel tracking: where a parcel is, and when it comes, in words."""

import arrow
from flask import Flask, jsonify, request

ROUTES = {
    "PX-1": [("Leipzig", "2024-05-02T06:10:00+02:00"), ("Kassel", "2024-05-02T15:40:00+02:00")],
    "PX-2": [("Porto", "2024-05-01T22:00:00+01:00")],
}
ARRIVALS = {"PX-1": "2024-05-03T14:00:00+02:00", "PX-2": "2024-05-06T09:00:00+02:00"}

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/parcels/<number>")
def show_parcel(number):
    """A parcel as seen at `?at=TIME`."""
    if number not in ROUTES:
        return jsonify(error="unknown_parcel"), 404
    at = wanted_time()
    stops = [{"place": place, "time": arrow.get(time).isoformat()} for place, time in ROUTES[number]]
    comes = arrow.get(ARRIVALS[number])
    return jsonify(number=number, stops=stops, arrives=comes.isoformat(), message=f"arrives {comes.humanize(at)}")


@app.get("/parcels/<number>/slots")
def list_slots(number):
    """Two-hour slots for a delivery, from its arrival to the evening."""
    if number not in ROUTES:
        return jsonify(error="unknown_parcel"), 404
    start = arrow.get(ARRIVALS[number]).floor("hour")
    hours = arrow.Arrow.range("hour", start, start.floor("day").shift(hours=18))
    return jsonify(slots=[hour.format("ddd HH:mm") for hour in list(hours)[::2]])


def wanted_time():
    return arrow.get(request.args.get("at", ""))


@app.errorhandler(arrow.parser.ParserError)
def refuse(error):
    return jsonify(error="invalid_time"), 422
