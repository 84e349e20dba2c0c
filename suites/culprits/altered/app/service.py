"""Results of a regatta, for screens, terminals and the notice board."""

from flask import Flask, jsonify, request
from slugify import slugify
from tabulate import tabulate

BOATS = [("Möwe", "Kiel", [1, 3, 1]), ("Old Gaffer", "Cowes", [2, 1, 4]), ("Ørn", "Oslo", [3, 2, 2])]

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/results")
def list_results():
    """The boats by points: `?as=json|text|html`."""
    rows = sorted((sum(places), name, port) for name, port, places in BOATS)
    form = request.args.get("as", "json")
    if form == "json":
        return jsonify([{"points": points, "boat": name, "port": port} for points, name, port in rows])
    if form not in ("text", "html"):
        return jsonify(error="unknown_form"), 422
    table = tabulate(rows, headers=["points", "boat", "port"], tablefmt="html" if form == "html" else "simple")
    return str(table), {"Content-Type": f"text/{'html' if form == 'html' else 'plain'}; charset=utf-8"}


@app.get("/boats/<slug>")
def show_boat(slug):
    for name, port, places in BOATS:
        if slugify(name) == slug:
            return jsonify(boat=name, port=port, places=places)
    return jsonify(error="unknown_boat"), 404
