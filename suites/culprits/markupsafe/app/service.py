"""The notice board: notices as they were pasted, as pages, and as plain text for the mail."""

import json
import pathlib

from flask import Flask, jsonify, render_template_string
from markupsafe import Markup

NOTICES = {
    notice["id"]: notice
    for notice in json.loads(pathlib.Path(__file__).with_name("notices.json").read_text())
}
LIST = """<!doctype html>
<title>Notices</title>
<ul>
{%- for notice in notices %}
<li><a href="/notices/{{ notice.id }}">{{ notice.title }}</a>
{%- endfor %}
</ul>
"""

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/notices")
def list_notices():
    return render_template_string(LIST, notices=NOTICES.values())


@app.get("/notices/<int:number>")
def show_notice(number):
    if number not in NOTICES:
        return jsonify(error="unknown_notice"), 404
    return jsonify(NOTICES[number])


@app.get("/notices/<int:number>/text")
def mail_notice(number):
    if number not in NOTICES:
        return jsonify(error="unknown_notice"), 404
    return Markup(NOTICES[number]["html"]).striptags() + "\n", {"Content-Type": "text/plain; charset=utf-8"}
