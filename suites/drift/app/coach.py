"""The coach service: training plans, and tokens that let an app act for a user."""

import os
from datetime import datetime, timedelta, timezone

import idna
import jwt
from dateutil import parser, rrule
from flask import Flask, jsonify, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer
from packaging.version import InvalidVersion, Version
from tabulate import tabulate
from werkzeug.exceptions import HTTPException

KEY = os.environ.get("COACH_KEY", "only for demonstration, 32 bytes")
LIFETIME = timedelta(hours=1)
OLDEST_APP = Version("2.4")
PLANS = [
    {"name": "First 5 km", "type": "run", "weeks": 8, "sessions": 3},
    {"name": "Swim & bike <base>", "type": "ride", "weeks": 12, "sessions": 4},
    {"name": "Back to the boat", "type": "row", "weeks": 6, "sessions": 2},
]

service = Flask(__name__)
links = URLSafeSerializer(KEY, salt="plan")


@service.get("/health")
def health():
    return jsonify(status="ok")


@service.post("/tokens")
def create_token():
    """A token for the user of the body, valid for an hour."""
    user = wanted(request.get_json(), "user_id")
    now = datetime.now(timezone.utc).replace(microsecond=0)
    expires = now + LIFETIME
    claims = {"sub": user, "iat": now, "exp": expires}
    until = expires.isoformat()
    return jsonify(user_id=user, expires=until, token=jwt.encode(claims, KEY, algorithm="HS256")), 201


@service.get("/me")
def show_user():
    """Whom the bearer token stands for."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        return problem(401, "invalid_token", error)
    return jsonify(user_id=claims["sub"])


@service.get("/plans")
def list_plans():
    """The plans as a page, or as a table for terminals with `?format=text`."""
    if request.args.get("format") == "text":
        return tabulate(PLANS, headers="keys"), {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("plans.html", plans=PLANS)


@service.get("/plans/<int:number>/days")
def list_days(number):
    """The days of a plan that starts on `?from=DATE`, spread over each week."""
    if number >= len(PLANS):
        return problem(404, "unknown_plan", f"no plan {number}")
    plan = PLANS[number]
    start = parser.isoparse(wanted(request.args, "from"))
    weekdays = [day * 7 // plan["sessions"] for day in range(plan["sessions"])]
    days = rrule.rrule(
        rrule.WEEKLY, dtstart=start, byweekday=weekdays, count=plan["weeks"] * plan["sessions"]
    )
    return jsonify(plan=plan["name"], days=[day.date().isoformat() for day in days])


@service.post("/plans/<int:number>/link")
def share_plan(number):
    """A signed link for the address in the body, its domain as DNS has it."""
    name, _, domain = wanted(request.get_json(), "mail").partition("@")
    mail = f"{name}@{idna.encode(domain).decode('ascii')}"
    return jsonify(mail=mail, link=f"/shared/{links.dumps([number, mail])}"), 201


@service.get("/shared/<signed>")
def open_link(signed):
    """The plan that a signed link leads to."""
    try:
        number, mail = links.loads(signed)
    except BadSignature as error:
        return problem(403, "bad_link", error)
    return jsonify(plan=PLANS[number], mail=mail)


@service.get("/apps/<version>")
def check_app(version):
    """Whether an app of this version is recent enough."""
    try:
        recent = Version(version) >= OLDEST_APP
    except InvalidVersion as error:
        return problem(400, "invalid_version", error)
    return jsonify(version=version, supported=recent)


def wanted(source, name):
    """The value of that name, or a `ValueError` that says what is missing."""
    value = source.get(name) if hasattr(source, "get") else None
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing")
    return value


def problem(status, name, error):
    return jsonify(error=name, message=str(error)), status


@service.errorhandler(ValueError)
def refuse(error):
    return problem(422, "invalid", error)


@service.errorhandler(Exception)
def fail(error):
    if isinstance(error, HTTPException):
        return problem(error.code, error.name, error.description)
    service.logger.exception("unexpected")
    return problem(500, type(error).__name__, error)
