"""What is found of a known difference, and in what time."""

from .. import document, numbers
from ..place import Asked
from ..task import comparison

NAME = "power"
TITLE = "Power"
# case, bodies, millionths more work
CASES = (("+1 % in 0.1 s", ("cpu", "memory"), 10000),
         ("+0.1 % in 1 s", ("cpu", "memory"), 1000),
         ("+0.1 % in 2 s", ("cpu", "memory"), 1000),
         ("+1 % in 2 s", ("branchy",), 10000),
         ("+1.5 % in 2 s", ("cpu", "memory", "branchy"), 15000))
WITHIN = ("+1 % in 0.1 s", "+0.1 % in 1 s")
GATED = "+1.5 % in 2 s"
WANTED = 300


def tasks(place, number):
    for case, bodies, ppm in CASES:
        for body in bodies:
            yield comparison(place, Asked(NAME, case, body, number, ppm))


def share_line(what, rows, hits):
    return document.Line(what, ">= 99 %", document.at_least(hits, len(rows)),
                         hits >= 0.99 * len(rows), len(rows), WANTED)


def lines(rows):
    rows = document.measured(rows)
    for (case, body), same in document.groups(rows, "case", "body").items():
        if case == GATED:
            hits = document.counted(same, lambda row: document.is_above(row, 0.01))
            yield share_line(f"{case}, {body}: caught by a 1 % gate", same, hits)
        else:
            least = min(row["launches"] for row in same)
            label = "within launch" if case in WITHIN else f"{least} launches or more"
            yield share_line(f"{case}, {body}, {label}: found", same,
                             document.counted(same, document.is_found))
    if rows:
        hits = document.counted(rows, document.is_wrong_sign)
        yield document.Line("a difference found with the wrong sign", "never",
                            document.at_most(hits, len(rows)), hits == 0, len(rows), WANTED)


def tables(rows):
    head = ("case", "body", "", "n", "found", "wrong sign", "above the 1 % gate", "launches",
            "wall median / p95, s", "half-width median, %", "estimate median, %")
    cells = []
    for (case, body, _), same in sorted(document.groups(document.measured(rows), "case", "body",
                                                        "noisy").items()):
        walls = [row["wall"] for row in same]
        cells.append((
            case, body, document.conditions(same[0]), len(same),
            document.at_least(document.counted(same, document.is_found), len(same)),
            document.counted(same, document.is_wrong_sign),
            document.at_least(document.counted(same, lambda row: document.is_above(row, 0.01)),
                              len(same)),
            f"{numbers.median([row['launches'] for row in same]):g}",
            f"{numbers.median(walls):.2f} / {numbers.quantile(walls, 0.95):.2f}",
            f"{100 * numbers.median([document.half_width(row) for row in same]):.3f}",
            f"{100 * (numbers.median([row['ratio'] for row in same]) - 1):+.3f}"))
    yield from document.table(head, cells)
