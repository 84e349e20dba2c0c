"""The lost-property office: what was found, where, and for how long it is kept."""

import itertools
from datetime import date

from dateutil.relativedelta import relativedelta
from flask import Flask, jsonify, request

KEPT = relativedelta(months=6)

app = Flask(__name__)
numbers = itertools.count(301)
found = {}


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/things")
def hand_in():
    thing = request.get_json()
    if not thing.get("what") or not thing.get("line"):
        return jsonify(error="missing"), 422
    number = next(numbers)
    until = date.fromisoformat(thing["on"]) + KEPT
    found[number] = {"what": thing["what"], "line": thing["line"], "until": until.isoformat()}
    return jsonify(number=number, until=until.isoformat()), 201


@app.get("/things")
def search():
    words = request.args.get("what", "").lower()
    return jsonify({number: thing for number, thing in found.items() if words in thing["what"].lower()})


@app.delete("/things/<int:number>")
def hand_out(number):
    return ("", 204) if found.pop(number, None) else (jsonify(error="unknown_thing"), 404)
