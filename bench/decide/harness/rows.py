"""Raw rows in a file of JSON lines.

A task's rows are appended in one write, so that a task is there whole or not at all; the key of a
task is what it measured, so that a run that was cut short goes on where it ended.
"""

import json
import os

KEY = ("section", "case", "task", "round")


def key_of(row):
    return tuple(row[name] for name in KEY)


def parse(text):
    """The rows of a file's text; a last line without its end was cut short and does not count."""
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines() if line.strip()]


def read(paths):
    rows = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            rows += parse(file.read())
    return rows


class RowFile:
    """The rows of one file, and a place for more of them."""

    def __init__(self, path):
        self.path = path
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        self.rows = []
        if os.path.exists(path):
            self.rows = read([path])
            cut_short(path)
        self.done = {key_of(row) for row in self.rows if not row.get("skipped")}

    def has(self, key):
        return tuple(key) in self.done

    def add(self, rows):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("".join(json.dumps(row) + "\n" for row in rows))
        self.rows += rows
        self.done |= {key_of(row) for row in rows if not row.get("skipped")}


def cut_short(path):
    """Takes off what stands behind the last whole line, so that the next row starts a line."""
    with open(path, "rb+") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
