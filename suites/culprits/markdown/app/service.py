"""The recipe book: recipes are written in Markdown and shown as pages."""

import pathlib

import yaml
from flask import Flask, jsonify, render_template_string, request
from markdown import Markdown
from slugify import slugify

RECIPES = {
    slugify(recipe["name"]): recipe
    for recipe in yaml.safe_load(pathlib.Path(__file__).with_name("recipes.yaml").read_text())
}
PAGE = """<!doctype html>
<title>{{ recipe.name }}</title>
<h1>{{ recipe.name }}</h1>
<p>Serves {{ recipe.serves }}.</p>
{{ body | safe }}
"""

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/recipes")
def list_recipes():
    return jsonify([{"slug": slug, "name": recipe["name"]} for slug, recipe in sorted(RECIPES.items())])


@app.get("/recipes/<slug>")
def show_recipe(slug):
    if slug not in RECIPES:
        return jsonify(error="unknown_recipe"), 404
    recipe = RECIPES[slug]
    return render_template_string(PAGE, recipe=recipe, body=render(recipe["text"]))


@app.post("/preview")
def preview():
    """The text of the body as it would be shown."""
    return {"html": render(request.get_json()["text"])}


def render(text):
    return Markdown(extensions=["tables", "sane_lists"], output_format="html").convert(text)
