"""Two processes in turn, where memory is what takes the time."""

from .. import document, numbers
from ..place import Asked
from ..task import comparison
from . import aa

NAME = "lockstep"
TITLE = "Two processes in lockstep, memory-bound"
BODIES = ("memory", "own_memory")
WANTED = 200


def tasks(place, number):
    for body in BODIES:
        yield comparison(place, Asked(NAME, "A/A", body, number, 0))
        yield comparison(place, Asked(NAME, "+1 %", body, number, 10000))


def body_lines(what, rows):
    equal = [row for row in rows if row["case"] == "A/A"]
    if equal:
        errors = [document.error(row) for row in equal]
        for name, share, limit in (("median", 0.5, 0.001), ("p95", 0.95, 0.005)):
            value = numbers.quantile(errors, share)
            yield document.Line(f"{what}: {name} A/A error", f"<= {document.percent(limit)}",
                                document.percent(value, 3), value <= limit, len(equal), WANTED)
    hits = aa.covered(rows)
    yield document.Line(f"{what}: 99 % interval covers the truth", ">= 98 %",
                        document.at_least(hits, len(rows)), hits >= 0.98 * len(rows), len(rows),
                        WANTED)
    changed = [row for row in rows if row["case"] != "A/A"]
    if changed:
        hits = document.counted(changed, document.is_found)
        yield document.Line(f"{what}: +1 % found", ">= 95 %", document.at_least(hits, len(changed)),
                            hits >= 0.95 * len(changed), len(changed), WANTED)


def lines(rows):
    for (body,), same in document.groups(document.measured(rows), "body").items():
        yield from body_lines(f"two processes, {body}", same)


def tables(rows):
    head = ("case", "body", "", "n", "error median / p95 / worst, %", "covers the truth", "found",
            "wrong sign", "half-width median, %")
    cells = []
    for (case, body, _), same in sorted(document.groups(document.measured(rows), "case", "body",
                                                        "noisy").items()):
        errors = [100 * document.error(row) for row in same]
        cells.append((
            case, body, document.conditions(same[0]), len(same),
            " / ".join(f"{numbers.quantile(errors, share):.3f}" for share in (.5, .95, 1)),
            document.at_least(aa.covered(same), len(same)),
            document.counted(same, document.is_found),
            document.counted(same, document.is_wrong_sign),
            f"{100 * numbers.median([document.half_width(row) for row in same]):.3f}"))
    yield from document.table(head, cells)
