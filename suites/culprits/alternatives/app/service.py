"""Invitations: a room gets an address, its guests get a ticket."""

import os

import jwt
from flask import Flask, jsonify, request
from slugify import slugify

KEY = os.environ.get("ROOMS_KEY", "for tests only, 32 bytes or more")

app = Flask(__name__)
rooms = {}


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/rooms")
def list_rooms():
    return jsonify(sorted(rooms))


@app.post("/rooms")
def open_room():
    wish = request.get_json()
    if not wish.get("name"):
        return jsonify(error="missing", name="name"), 422
    address = slugify(wish["name"], max_length=24, allow_unicode=wish.get("unicode", False))
    ticket = jwt.encode({"room": address, "seats": wish.get("seats", 8)}, KEY, algorithm="HS256")
    answer = jsonify(address=address, ticket=ticket)
    rooms[address] = wish["name"]
    return answer, 201


@app.get("/rooms/<address>")
def enter(address):
    try:
        ticket = jwt.decode(request.args.get("ticket", ""), KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return jsonify(error="invalid_ticket"), 403
    if address not in rooms or ticket["room"] != address:
        return jsonify(error="wrong_room"), 403
    return jsonify(name=rooms[address], seats=ticket["seats"])
