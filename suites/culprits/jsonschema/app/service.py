"""Order intake: what does not fit the schema is refused, with everything that is wrong."""

import itertools
import json
import pathlib

from flask import Flask, jsonify, request
from jsonschema import Draft202012Validator

SCHEMA = json.loads(pathlib.Path(__file__).with_name("order.schema.json").read_text())

app = Flask(__name__)
validator = Draft202012Validator(SCHEMA)
orders = {}
numbers = itertools.count(5001)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/schema")
def show_schema():
    return jsonify(SCHEMA)


@app.post("/orders")
def take_order():
    order = request.get_json(silent=True)
    wrong = sorted(validator.iter_errors(order), key=lambda error: error.json_path)
    if wrong:
        return jsonify(errors=[{"at": error.json_path, "message": error.message} for error in wrong]), 422
    number = next(numbers)
    orders[number] = order
    return jsonify(number=number, pieces=sum(line["amount"] for line in order["lines"])), 201


@app.get("/orders/<int:number>")
def show_order(number):
    if number not in orders:
        return jsonify(error="unknown_order"), 404
    return jsonify(number=number, **orders[number])
