"""Runs one statement on the database that datasette serves; without one, makes it."""

import sqlite3
import sys

with sqlite3.connect("runs.db") as db:
    if len(sys.argv) > 1:
        assert db.execute(sys.argv[1]).rowcount == 1
    else:
        db.execute("create table runs (id integer primary key, runner text, km real, day text)")
        names = ["Zoë", "Tom", "Ann"]
        rows = [(n, names[n % 3], n * 1.25, f"2026-01-{n + 1:02}") for n in range(25)]
        db.executemany("insert into runs values (?, ?, ?, ?)", rows)
