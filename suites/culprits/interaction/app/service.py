"""Short links: a word for an address."""

import re
from urllib.parse import urlsplit

from flask import Flask, jsonify, redirect, request, url_for

app = Flask(__name__)
links = {"docs": "https://docs.example/start", "team": "/about"}


@app.route("/health")
def health():
    return jsonify(status="ok")


@app.route("/links", methods=["GET"])
def list_links():
    return jsonify(links)


@app.route("/links", methods=["POST"])
def add_link():
    wish = request.get_json()
    word, target = wish.get("word", ""), wish.get("target", "")
    if not re.fullmatch(r"[a-z-]{2,20}", word) or urlsplit(target).scheme not in ("https", ""):
        return jsonify(error="invalid_link"), 422
    links[word] = target
    return redirect(url_for("show_link", word=word), code=303)


@app.route("/links/<word>")
def show_link(word):
    if word not in links:
        return jsonify(error="unknown_link"), 404
    return jsonify(word=word, target=links[word])


@app.route("/<word>")
def follow(word):
    if word not in links:
        return jsonify(error="unknown_link"), 404
    return redirect(links[word], code=307)


@app.route("/about/")
def about():
    return "A word for an address.\n", {"Content-Type": "text/plain; charset=utf-8"}
