"""Invoices of a workshop: as JSON, as a table, and as a letter."""

import json
from datetime import date

from bottle import Bottle, HTTPResponse, response
from dateutil.relativedelta import relativedelta
from tabulate import tabulate

INVOICES = {
    "2024-007": {
        "to": "Brandt & Söhne",
        "date": date(2024, 1, 31),
        "lines": [("Bench, oak", 1, 480.0), ("Hours", 6, 65.0)],
    }
}
LETTER = """<!doctype html>
<h1>Invoice {{ number }}</h1>
<p>To {{ invoice.to }}, due {{ due }}.</p>
<table>
{%- for name, amount, price in invoice.lines %}
<tr><td>{{ name }}<td>{{ amount }}<td>{{ "%.2f" | format(price) }}
{%- endfor %}
</table>
"""

app = Bottle()


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/invoices")
def list_invoices():
    return {"invoices": sorted(INVOICES)}


@app.get("/invoices/<number>")
def show_invoice(number):
    invoice = find(number)
    total = sum(amount * price for _, amount, price in invoice["lines"])
    return {"number": number, "to": invoice["to"], "total": total, "due": due(invoice).isoformat()}


@app.get("/invoices/<number>/table")
def show_table(number):
    response.content_type = "text/plain; charset=utf-8"
    return tabulate(find(number)["lines"], headers=["what", "amount", "price"], floatfmt=".2f") + "\n"


@app.get("/invoices/<number>/letter")
def show_letter(number):
    invoice = find(number)
    # Letters are rare: only they pay for the template engine.
    from jinja2 import Environment

    letter = Environment(autoescape=True).from_string(LETTER)
    return letter.render(number=number, invoice=invoice, due=due(invoice))


def due(invoice):
    return invoice["date"] + relativedelta(months=1)


def find(number):
    if number in INVOICES:
        return INVOICES[number]
    problem = json.dumps({"error": "unknown_invoice", "number": number})
    raise HTTPResponse(problem, 404, {"Content-Type": "application/json"})
