"""The ticket desk: what is reported gets a number, a time, and a due date in the reporter's words."""

import time
import uuid
from datetime import datetime, timezone

import shortuuid
from dateutil import parser
from flask import Flask, g, jsonify, request

DESK = datetime(2024, 3, 1)
LABELS = {"door", "key", "network", "paper", "printer", "urgent"}

app = Flask(__name__)
tickets = {}


@app.before_request
def begin():
    g.trace, g.since = uuid.uuid4().hex, time.perf_counter()


@app.after_request
def sign(answer):
    answer.headers["X-Trace"] = g.trace
    answer.headers["X-Took-Ms"] = f"{(time.perf_counter() - g.since) * 1000:.6f}"
    return answer


@app.get("/health")
def health():
    return jsonify(status="ok", now=datetime.now(timezone.utc).isoformat())


@app.post("/tickets")
def open_ticket():
    wish = request.get_json()
    try:
        due = parser.parse(wish.get("due", ""), default=DESK)
    except (ValueError, OverflowError) as error:
        return jsonify(error="invalid_due", message=str(error), trace=g.trace), 422
    number = shortuuid.uuid()
    labels = LABELS & set(wish["text"].lower().split())
    tickets[number] = {
        "number": number,
        "text": wish["text"],
        "due": due.isoformat(),
        "opened": datetime.now(timezone.utc).isoformat(),
        # In no order: as a set has them.
        "labels": list(labels),
    }
    return jsonify(tickets[number]), 201


@app.get("/tickets/<number>")
def show_ticket(number):
    if number not in tickets:
        return jsonify(error="unknown_ticket", trace=g.trace), 404
    return jsonify(tickets[number])
