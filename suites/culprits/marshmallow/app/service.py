"""Sign-up for courses."""

import itertools

from flask import Flask, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate

COURSES = {"knots": 12, "sails": 0, "charts": 5}

app = Flask(__name__)
numbers = itertools.count(1)
signed_up = {}


class SignUp(Schema):
    """Who wants to come, and to what."""

    name = fields.Str(required=True, validate=validate.Length(min=2))
    mail = fields.Email(required=True)
    course = fields.Str(required=True, validate=validate.OneOf(sorted(COURSES)))
    seats = fields.Int(validate=validate.Range(1, 4))


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/courses")
def list_courses():
    return jsonify([{"name": name, "seats": seats} for name, seats in sorted(COURSES.items())])


@app.post("/sign-ups")
def sign_up():
    loaded = SignUp().load(request.get_json())
    wanted = getattr(loaded, "data", loaded)
    if COURSES.get(wanted.get("course"), 0) < wanted.get("seats", 1):
        return jsonify(error="fully_booked"), 409
    number = next(numbers)
    signed_up[number] = wanted
    return jsonify(number=number), 201


@app.get("/sign-ups/<int:number>")
def show_sign_up(number):
    if number not in signed_up:
        return jsonify(error="unknown_sign_up"), 404
    return jsonify(signed_up[number])


@app.errorhandler(ValidationError)
def refuse(error):
    return jsonify(errors=error.messages), 422
