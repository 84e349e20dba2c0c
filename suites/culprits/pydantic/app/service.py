"""Stock keeping: what is on which shelf."""

from typing import Optional, Union

from flask import Flask, jsonify, request
from pydantic import BaseModel, ValidationError


class Item(BaseModel):
    """A kind of thing on a shelf; its number may be ours or the maker's."""

    number: Union[int, str]
    name: str
    amount: int = 1
    shelf: Optional[str] = None


app = Flask(__name__)
items = []


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/items")
def put_item():
    item = Item(**request.get_json())
    items.append(item)
    return jsonify(plain(item)), 201


@app.get("/items")
def list_items():
    shelf = request.args.get("shelf")
    return jsonify([plain(item) for item in items if shelf in (None, item.shelf)])


@app.get("/shelves")
def list_shelves():
    amounts = {}
    for item in items:
        amounts[item.shelf or "floor"] = amounts.get(item.shelf or "floor", 0) + item.amount
    return jsonify(amounts)


def plain(item):
    return {name: getattr(item, name) for name in ("number", "name", "amount", "shelf")}


@app.errorhandler(ValidationError)
def refuse(error):
    return jsonify(wrong=sorted(".".join(map(str, wrong["loc"])) for wrong in error.errors())), 422
