"""Two builds of one source against each other: how far off the estimate is."""

from .. import document, numbers
from ..place import Asked
from ..task import comparison

NAME = "builds"
TITLE = "Two builds of the same source"
LIMITS = {"cpu": 0.0005, "memory": 0.0005, "branchy": 0.003}
WANTED = 300


def tasks(place, number):
    for body in LIMITS:
        yield comparison(place, Asked(NAME, "A/A", body, number, 0))


def lines(rows):
    for (body,), same in document.groups(document.measured(rows), "body").items():
        worst = numbers.quantile([document.error(row) for row in same], 0.99)
        limit = LIMITS[body]
        yield document.Line(f"two builds, {body}: p99 of the A/A error",
                            f"<= {document.percent(limit)}", document.percent(worst, 4),
                            worst <= limit, len(same), WANTED)


def tables(rows):
    head = ("body", "", "n", "error median / p95 / p99 / worst, %", "excludes 1")
    cells = []
    for (body, _), same in sorted(document.groups(document.measured(rows), "body",
                                                  "noisy").items()):
        errors = [100 * document.error(row) for row in same]
        cells.append((
            body, document.conditions(same[0]), len(same),
            " / ".join(f"{numbers.quantile(errors, share):.4f}" for share in (.5, .95, .99, 1)),
            document.at_most(document.counted(same, lambda row: document.excludes(row, 1)),
                             len(same))))
    yield from document.table(head, cells)
