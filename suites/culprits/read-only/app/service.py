"""The paste bin: code in, coloured code out. Keeps pastes for a while, in a folder of its own."""

import hashlib
import os
import pathlib
import tempfile

from flask import Flask, jsonify, render_template_string, request
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="pastes-"))
PAGE = "<!doctype html>\n<title>{{ number }}</title>\n{{ code | safe }}"
LANGUAGES = ("python", "json", "ini")

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok", user=os.getuid())


@app.get("/languages")
def list_languages():
    return jsonify({name: get_lexer_by_name(name).name for name in LANGUAGES})


@app.post("/pastes/<language>")
def paste(language):
    text = request.get_data(as_text=True)
    try:
        get_lexer_by_name(language)
    except ClassNotFound:
        return jsonify(error="unknown_language"), 422
    number = hashlib.sha256(text.encode()).hexdigest()[:8]
    FOLDER.joinpath(number).write_text(f"{language}\n{text}")
    return jsonify(number=number, lines=text.count("\n") + 1), 201


@app.get("/pastes/<number>")
def show(number):
    path = FOLDER / pathlib.Path(number).name
    if not path.is_file():
        return jsonify(error="unknown_paste"), 404
    language, _, text = path.read_text().partition("\n")
    code = highlight(text, get_lexer_by_name(language), HtmlFormatter())
    return render_template_string(PAGE, number=number, code=code)
