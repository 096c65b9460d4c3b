"""A/A in one process, and how often the interval covers a known difference."""

from .. import document, numbers
from ..place import Asked
from ..task import comparison

NAME = "aa"
TITLE = "A/A and coverage, one process"
BODIES = ("cpu", "memory", "branchy", "allocating", "whole_l2", "own_memory", "unpredictable")
INJECTED = {"+0.1 %": 1000, "+1 %": 10000, "+5 %": 50000}
# Where each step takes as long as any other, so that the injected steps are the injected time; the
# others learn, fill a cache or draw sizes: their steps are shown and do not count as the truth.
LINEAR = ("cpu", "memory", "own_memory", "branchy")
CONSTANT_PART = 0.001  # of the injected change: what a body does besides its steps
WANTED = 3000
HALF_WIDTHS = {"cpu": 0.0005, "memory": 0.0015}


def tasks(place, number):
    """Each body against itself, and against one of the others in turn."""
    case = list(INJECTED)[number % len(INJECTED)]
    for body in BODIES:
        yield comparison(place, Asked(NAME, "A/A", body, number, 0))
        yield comparison(place, Asked(NAME, case, body, number, INJECTED[case]))


def covers(row):
    """Whether the interval meets what the truth is known to: a constant part makes it less."""
    if row["low"] is None or row["high"] is None:
        return True
    known_to = CONSTANT_PART * (row["truth"] - 1)
    return row["low"] <= row["truth"] and row["high"] >= row["truth"] - known_to


def covered(rows):
    return document.counted(rows, covers)


def coverage_line(what, rows, wanted):
    hits = covered(rows)
    return document.Line(f"99 % interval covers {what}", ">= 98 %",
                         document.at_least(hits, len(rows)), hits >= 0.98 * len(rows), len(rows),
                         wanted)


def lines(rows):
    rows = document.measured(rows)
    equal = [row for row in rows if row["case"] == "A/A"]
    if equal:
        hits = document.counted(equal, lambda row: document.is_beyond(row, 0.01))
        yield document.Line("A/A, one process: alarms at the 1 % gate", "0 of >= 3000",
                            document.at_most(hits, len(equal)), hits == 0, len(equal), WANTED)
        hits = document.counted(equal, lambda row: document.excludes(row, 1))
        limit = numbers.most_hits(len(equal), 0.01)
        yield document.Line("A/A, one process: 99 % interval excludes 1",
                            f"<= {limit} of {len(equal)} (21 of 1000)",
                            document.at_most(hits, len(equal)), hits <= limit, len(equal), 1000)
        yield coverage_line("+0 %", equal, WANTED)
    for case in INJECTED:
        same = [row for row in rows if row["case"] == case and row["body"] in LINEAR]
        if same:
            yield coverage_line(case, same, 1000)
    for body, limit in HALF_WIDTHS.items():
        widths = [document.half_width(row) for row in equal if row["body"] == body]
        if widths:
            width = numbers.median(widths)
            yield document.Line(f"A/A half-width at 1 s, {body}, median",
                                f"<= {document.percent(limit)}", document.percent(width, 3),
                                width <= limit, len(widths), 300)


def tables(rows):
    head = ("case", "body", "", "n", "above the 1 % gate", "excludes 1", "covers the steps",
            "half-width median / p90, %", "worst error, %")
    cells = []
    for (case, body, _), same in sorted(document.groups(document.measured(rows), "case", "body",
                                                        "noisy").items()):
        widths = [100 * document.half_width(row) for row in same]
        cells.append((
            case, body, document.conditions(same[0]), len(same),
            document.at_most(document.counted(same, lambda row: document.is_beyond(row, 0.01)),
                             len(same)),
            document.at_most(document.counted(same, lambda row: document.excludes(row, 1)),
                             len(same)),
            document.at_least(covered(same), len(same)),
            f"{numbers.median(widths):.3f} / {numbers.quantile(widths, 0.9):.3f}",
            f"{100 * max(map(document.error, same)):.3f}"))
    yield from document.table(head, cells)
