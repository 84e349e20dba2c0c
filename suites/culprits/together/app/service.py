"""The auction: lots, their bids, and how long they stay open."""

import arrow
import humanize
from flask import Flask, jsonify, request

LOTS = {
    "lamp": {"closes": "2024-09-12T18:00:00+02:00", "bids": ["1200.50", "1234567.10"]},
    "chair": {"closes": "2024-09-20T18:00:00+02:00", "bids": ["80"]},
}

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/lots")
def list_lots():
    return jsonify([{"lot": name, "bids": humanize.apnumber(len(lot["bids"]))} for name, lot in sorted(LOTS.items())])


@app.get("/lots/<name>")
def show_lot(name):
    """A lot as seen at `?at=TIME`."""
    if name not in LOTS:
        return jsonify(error="unknown_lot"), 404
    lot, at = LOTS[name], arrow.get(request.args["at"])
    closes = arrow.get(lot["closes"])
    if closes <= at:
        return jsonify(lot=name, closed=True)
    return jsonify(lot=name, closed=False, highest=humanize.intcomma(lot["bids"][-1]), closes=closes.humanize(at))
