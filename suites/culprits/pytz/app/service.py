"""The meeting planner: one time, as the clocks of all offices show it."""

from datetime import datetime

import pytz
from dateutil import parser
from flask import Flask, jsonify, request

OFFICES = {
    "berlin": "Europe/Berlin",
    "mexico": "America/Mexico_City",
    "nairobi": "Africa/Nairobi",
    "tokyo": "Asia/Tokyo",
}

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/offices")
def list_offices():
    return jsonify(offices=sorted(OFFICES))


@app.get("/offices/<office>/clock")
def show_clock(office):
    """What an office's clock shows at `?at=TIME`, a time with an offset."""
    if office not in OFFICES:
        return jsonify(error="unknown_office", office=office), 404
    local = wanted_time().astimezone(pytz.timezone(OFFICES[office]))
    return jsonify(office=office, time=local.isoformat(), at_work=9 <= local.hour < 17)


@app.post("/meetings")
def plan_meeting():
    """A meeting at a local time of one office, for all offices."""
    wish = request.get_json()
    if wish.get("office") not in OFFICES:
        return jsonify(error="unknown_office", office=wish.get("office")), 422
    home = pytz.timezone(OFFICES[wish["office"]])
    start = home.localize(datetime.fromisoformat(wish["start"]))
    clocks = {name: start.astimezone(pytz.timezone(zone)).strftime("%a %H:%M") for name, zone in OFFICES.items()}
    return jsonify(start=start.isoformat(), clocks=clocks), 201


def wanted_time():
    time = parser.isoparse(request.args.get("at", ""))
    if time.tzinfo is None:
        raise ValueError("a time without an offset")
    return time


@app.errorhandler(ValueError)
def refuse(error):
    return jsonify(error="invalid_time"), 422
