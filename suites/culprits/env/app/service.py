"""The cash book: shares of a bill, to the cent."""

import decimal
import os
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from flask import Flask, jsonify, request

ROUNDING = getattr(decimal, "ROUND_" + os.environ.get("CASHBOOK_ROUNDING", "half_even").upper())
CENT = Decimal("0.01")

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/shares")
def share():
    """Parts of an amount, by percent; the last part is what is left."""
    wish = request.get_json()
    amount, percents = Decimal(wish["amount"]), wish["percents"]
    if sum(percents) != 100:
        return jsonify(error="not_100_percent"), 422
    parts = [(amount * percent / 100).quantize(CENT, ROUNDING) for percent in percents[:-1]]
    return jsonify(parts=[str(part) for part in [*parts, amount - sum(parts)]])


@app.get("/due")
def list_due():
    """The days on which `?rates=N` monthly rates are due after `?from=DATE`."""
    start = date.fromisoformat(request.args["from"])
    return jsonify([str(start + relativedelta(months=at + 1)) for at in range(int(request.args["rates"]))])


@app.get("/about")
def about():
    return jsonify(name="cash book", smallest=str(CENT))
