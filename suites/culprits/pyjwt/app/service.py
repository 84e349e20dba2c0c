"""Sign-in: a password for a session token, a token for the account."""

import os
from datetime import datetime, timedelta, timezone

import jwt
from flask import Flask, jsonify, request
from packaging.version import InvalidVersion, Version
from passlib.hash import pbkdf2_sha256

KEY = os.environ.get("SIGN_IN_KEY", "for tests only, 32 bytes or more")
ACCOUNTS = {"ines": ("reader", pbkdf2_sha256.using(rounds=1000).hash("geheim"))}
OLDEST_CLIENT = Version("3.2")

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/sessions")
def sign_in():
    asked = request.get_json()
    role, secret = ACCOUNTS.get(asked.get("name"), (None, None))
    if role is None or not pbkdf2_sha256.verify(asked.get("password", ""), secret):
        return jsonify(error="wrong_name_or_password"), 401
    now = datetime.now(timezone.utc)
    claims = {"sub": asked["name"], "role": role, "iat": now, "exp": now + timedelta(hours=8)}
    return jsonify(role=role, token=jwt.encode(claims, KEY, algorithm="HS256")), 201


@app.get("/account")
def show_account():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return jsonify(error="invalid_token"), 401
    return jsonify(name=claims["sub"], role=claims["role"])


@app.get("/clients/<version>")
def check_client(version):
    try:
        return jsonify(version=version, supported=Version(version) >= OLDEST_CLIENT)
    except InvalidVersion:
        return jsonify(error="invalid_version"), 422
