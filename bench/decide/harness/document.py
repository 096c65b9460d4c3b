"""From rows to tables.  Computes no verdict; what a section wants is its own business."""

import math
from typing import NamedTuple

from . import numbers


class Line(NamedTuple):
    """One demand and what was measured of it."""
    what: str
    target: str
    measured: str
    met: bool
    count: int = 0
    wanted: int = 0  # as many as the demand asks for
    peers: str = ""
    ratio: str = ""

    def word(self, shortened=""):
        if shortened:
            return f"not judged: {shortened}"
        word = "met" if self.met else "missed"
        enough = self.count >= self.wanted
        return word if enough else f"{word} so far, {self.count} of {self.wanted}"


def percent(share, digits=2):
    return f"{100 * share:.{digits}f} %"


def at_most(hits, count):
    """Hits, and the bound that they prove."""
    return f"{hits} of {count} (<= {percent(numbers.upper_bound(hits, count))})"


def at_least(hits, count):
    return f"{hits} of {count} (>= {percent(numbers.lower_bound(hits, count))})"


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"


# ---- rows of comparisons ----

def measured(rows):
    """Those that have a verdict."""
    return [row for row in rows if row.get("verdict", "none") != "none"]


def excludes(row, ratio):
    """An interval without ends excludes nothing."""
    return row["low"] is not None and row["high"] is not None and \
        (row["low"] > ratio or row["high"] < ratio)


def is_found(row):
    """Of a difference that there is: seen, and in the right direction."""
    return row["truth"] != 1 and excludes(row, 1) and (row["ratio"] > 1) == (row["truth"] > 1)


def is_wrong_sign(row):
    return row["truth"] != 1 and excludes(row, 1) and (row["ratio"] > 1) != (row["truth"] > 1)


def is_above(row, limit):
    return row["low"] is not None and row["low"] > 1 + limit


def is_beyond(row, limit):
    """Wholly beyond the gate on either side."""
    return is_above(row, limit) or (row["high"] is not None and row["high"] < 1 / (1 + limit))


def half_width(row):
    """On the scale of logarithms; infinite without ends."""
    if row["low"] is None or row["high"] is None or row["low"] <= 0:
        return math.inf
    return math.log(row["high"] / row["low"]) / 2


def error(row):
    return abs(row["ratio"] / row["truth"] - 1)


def groups(rows, *names):
    """Rows by the values of these fields, in the order of first sight."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def counted(rows, condition):
    return sum(map(bool, map(condition, rows)))


def conditions(row):
    return "noisy" if row["noisy"] else "quiet"


def ways(rows):
    """How the comparisons were asked for, and what did not work."""
    for words, same in groups(rows, "words").items():
        walls = [row["wall"] for row in same]
        yield (f"`assay compare {words[0]}`: {len(same)} comparisons, wall time median "
               f"{numbers.median(walls):.2f} s, p95 {numbers.quantile(walls, 0.95):.2f} s.  ")
    for reason, same in groups([row for row in rows if row not in measured(rows)],
                               "reason").items():
        yield f"{len(same)} could not be measured: {reason[0][:200]}.  "
