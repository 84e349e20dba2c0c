"""The bike rental: rates from a configuration file, prices by the hour."""

import configparser
import logging.config
import math
import pathlib

import yaml
from flask import Flask, jsonify, request

HERE = pathlib.Path(__file__).parent
logging.config.dictConfig(yaml.safe_load(HERE.joinpath("logging.yaml").read_text()))
settings = configparser.ConfigParser()
settings.read(HERE / "rental.ini")

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/bikes")
def list_bikes():
    return jsonify(sorted(settings["rates"]))


@app.get("/bikes/<bike>/price")
def show_price(bike):
    """The price of `?minutes=N`: hours are begun, days are capped."""
    if bike not in settings["rates"]:
        return jsonify(error="unknown_bike"), 404
    minutes = request.args.get("minutes", type=int)
    if not minutes or minutes < 0:
        return jsonify(error="invalid_minutes"), 422
    grace = settings.getint("rules", "grace")
    hours = max(math.ceil((minutes - grace) / 60), 1)
    days, rest = divmod(hours, 24)
    rate, cap = settings.getfloat("rates", bike), settings.getfloat("rules", "day")
    price = days * cap + min(rest * rate, cap)
    app.logger.info("price of %s minutes: %s", minutes, price)
    return jsonify(bike=bike, hours=hours, price=round(price, 2))
