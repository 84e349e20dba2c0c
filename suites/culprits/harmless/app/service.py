"""The library desk: loans, when they are due, and what they cost when they are late."""

from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from flask import Flask, jsonify, render_template_string, request
from itsdangerous import BadSignature, URLSafeSerializer
from tabulate import tabulate

BOOKS = {1: "The Waves", 2: "Moby-Dick; or, The Whale", 3: "Faust & Faust II"}
FINE = Decimal("0.20")
LOAN = relativedelta(months=1)

app = Flask(__name__)
receipts = URLSafeSerializer("only for tests", salt="receipt")


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/books")
def list_books():
    """The books as JSON, as a page or as a table: `?as=json|page|table`."""
    form = request.args.get("as", "json")
    if form == "page":
        return render_template_string("<ul>{% for b in books %}<li>{{ b }}{% endfor %}</ul>", books=BOOKS.values())
    if form == "table":
        return tabulate(BOOKS.items(), headers=["number", "title"]), {"Content-Type": "text/plain"}
    return jsonify([{"number": number, "title": title} for number, title in BOOKS.items()])


@app.post("/loans")
def lend():
    wish = request.get_json()
    if wish.get("book") not in BOOKS:
        return jsonify(error="unknown_book"), 422
    due = date.fromisoformat(wish["from"]) + LOAN
    receipt = receipts.dumps({"book": wish["book"], "due": due.isoformat()})
    return jsonify(due=due.isoformat(), receipt=receipt), 201


@app.get("/loans/<receipt>")
def show_loan(receipt):
    try:
        loan = receipts.loads(receipt)
    except BadSignature as error:
        return jsonify(error="bad_receipt", message=str(error)), 403
    today = date.fromisoformat(request.args["today"])
    late = max((today - date.fromisoformat(loan["due"])).days, 0)
    return jsonify(title=BOOKS[loan["book"]], late=late, fine=str(late * FINE))


@app.errorhandler(ValueError)
def refuse(error):
    return jsonify(error="invalid", message=str(error)), 422
