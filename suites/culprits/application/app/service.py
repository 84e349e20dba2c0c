"""The paint shop: how much paint a wall takes, and what it costs."""

from flask import Flask, jsonify, request
from tabulate import tabulate

import prices
import walls

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/tins")
def list_tins():
    return tabulate(prices.TINS, headers=["litres", "price"], floatfmt=".2f"), {"Content-Type": "text/plain"}


@app.post("/walls")
def measure():
    area = walls.area(request.get_json())
    return jsonify(area=area, litres=walls.litres(area))


@app.post("/offers")
def offer():
    wish = request.get_json()
    litres = walls.litres(walls.area(wish))
    tins = prices.tins_for(litres)
    return jsonify(litres=litres, tins=tins, price=f"{prices.price(tins):.2f}")


@app.errorhandler(KeyError)
def refuse(error):
    return jsonify(error="missing", name=str(error.args[0])), 422
