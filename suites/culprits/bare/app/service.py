"""The form builder: fields with attributes of their own, as HTML."""

from flask import Flask, jsonify, render_template_string, request

FIELD = "<label>{{ label }} <input{{ attributes | xmlattr }}></label>\n"
KINDS = {"text": {"type": "text"}, "date": {"type": "date"}, "amount": {"type": "number", "step": "0.01"}}

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/kinds")
def list_kinds():
    return jsonify(sorted(KINDS))


@app.post("/fields")
def make_field():
    wish = request.get_json()
    if wish.get("kind") not in KINDS:
        return jsonify(error="unknown_kind"), 422
    attributes = {"name": wish["name"], **KINDS[wish["kind"]], **wish.get("attributes", {})}
    return render_template_string(FIELD, label=wish.get("label", wish["name"]), attributes=attributes)


@app.errorhandler(ValueError)
def refuse(error):
    return jsonify(error="invalid_attribute", message=str(error)), 422
