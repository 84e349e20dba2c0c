"""Help pages of a coffee machine: written in reStructuredText, searched, and asked about."""

import pathlib

from bs4 import BeautifulSoup
from cachetools import LRUCache, cached
from docutils.core import publish_parts
from flask import Flask, jsonify, request
from flask_cors import CORS
from marshmallow import Schema, ValidationError, fields, validate
from slugify import slugify
from sortedcontainers import SortedDict

PAGES = SortedDict((path.stem, path.read_text()) for path in pathlib.Path(__file__).parent.glob("pages/*.rst"))

app = Flask(__name__)
CORS(app, origins=["https://help.example"])
questions = {}


class Question(Schema):
    """What somebody wants to know."""

    subject = fields.Str(required=True, validate=validate.Length(1, 60))
    text = fields.Str(required=True)
    mail = fields.Email()


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/pages")
def list_pages():
    return jsonify([{"name": name, "title": parts(name)["title"]} for name in PAGES])


@app.get("/pages/<name>")
def show_page(name):
    if name not in PAGES:
        return jsonify(error="unknown_page"), 404
    return parts(name)["html_body"], {"Content-Type": "text/html; charset=utf-8"}


@app.get("/search")
def search():
    """The pages that hold all words of `?for=WORDS`, with their text."""
    words = request.args.get("for", "").lower().split()
    texts = {name: plain(name) for name in PAGES}
    found = {name: text for name, text in texts.items() if words and all(word in text.lower() for word in words)}
    return jsonify(found)


@app.post("/questions")
def ask():
    question = Question().load(request.get_json())
    slug = slugify(question["subject"])
    questions[slug] = question
    return jsonify(slug=slug, asked=len(questions)), 201


@app.errorhandler(ValidationError)
def refuse(error):
    return jsonify(errors=error.messages), 422


@cached(LRUCache(maxsize=32))
def parts(name):
    return publish_parts(PAGES[name], writer_name="html5", settings_overrides={"initial_header_level": 2})


def plain(name):
    return " ".join(BeautifulSoup(parts(name)["body"], "html.parser").get_text().split())
