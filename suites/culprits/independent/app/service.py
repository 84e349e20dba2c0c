"""The plug-in shop: vendors sign up, and their plug-ins have versions."""

from email_validator import EmailNotValidError, validate_email
from flask import Flask, jsonify, request
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, parse

app = Flask(__name__)
vendors = {}
releases = {"palette": ["1.0", "1.2", "2.0rc1"]}


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/vendors")
def add_vendor():
    wish = request.get_json()
    try:
        checked = validate_email(wish.get("mail", ""), check_deliverability=False)
    except EmailNotValidError:
        return jsonify(error="invalid_mail"), 422
    vendors[wish["name"]] = checked.email
    return jsonify(name=wish["name"], mail=checked.email), 201


@app.get("/plug-ins/<name>/releases")
def list_releases(name):
    """The releases that fit `?fits=SPECIFIER`, newest first."""
    if name not in releases:
        return jsonify(error="unknown_plug_in"), 404
    try:
        wanted = SpecifierSet(request.args.get("fits", ""))
    except InvalidSpecifier:
        return jsonify(error="invalid_specifier"), 422
    return jsonify(sorted(wanted.filter(releases[name]), key=parse, reverse=True))


@app.post("/plug-ins/<name>/releases")
def add_release(name):
    try:
        version = parse(request.get_json().get("version", ""))
    except InvalidVersion:
        return jsonify(error="invalid_version"), 422
    releases.setdefault(name, []).append(str(version))
    return jsonify(version=str(version), stable=not version.is_prerelease), 201
