"""Feeds of a radio station: episodes as JSON and as a feed for players."""

from datetime import datetime, timezone
from email.utils import format_datetime

from dateutil import parser
from flask import Flask, Response, jsonify, render_template_string, request, url_for

EPISODES = {
    "tides": {"title": "Tides & moons", "aired": datetime(2024, 4, 7, 9, tzinfo=timezone.utc), "minutes": 28},
    "salt": {"title": "Salt", "aired": datetime(2024, 4, 14, 9, tzinfo=timezone.utc), "minutes": 31},
}
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>Sea hour</title>
{%- for item in items %}
<item><title>{{ item.title | e }}</title><link>{{ item.link }}</link><pubDate>{{ item.date }}</pubDate></item>
{%- endfor %}
</channel></rss>
"""

app = Flask(__name__)


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/episodes")
def list_episodes():
    """Episodes since `?since=DATE`, newest first."""
    since = parser.isoparse(request.args.get("since", "2024-01-01")).replace(tzinfo=timezone.utc)
    return jsonify([name for name, episode in newest_first() if episode["aired"] >= since])


@app.get("/episodes/<name>")
def show_episode(name):
    if name not in EPISODES:
        return jsonify(error="unknown_episode"), 404
    episode = EPISODES[name]
    return jsonify(title=episode["title"], minutes=episode["minutes"], aired=episode["aired"].isoformat())


@app.get("/feed")
def show_feed():
    items = [
        {
            "title": episode["title"],
            "link": url_for("show_episode", name=name, _external=True),
            "date": format_datetime(episode["aired"]),
        }
        for name, episode in newest_first()
    ]
    return Response(render_template_string(FEED, items=items), mimetype="application/rss+xml")


def newest_first():
    return sorted(EPISODES.items(), key=lambda pair: pair[1]["aired"], reverse=True)


@app.errorhandler(ValueError)
def refuse(error):
    return jsonify(error="invalid_date"), 422
