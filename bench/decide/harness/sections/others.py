"""Sections that are programs of their own: bench/decide/NAME, called once a round.

    bench/decide/NAME --build FOLDER --round N --rows

prints rows as JSON lines: `case` (a word of the table below), `body`, `hit` (what the case counts)
and whatever else should be kept.
"""

import json
import os
from typing import NamedTuple

from .. import document, place as places
from ..task import Task, skipped


class Demand(NamedTuple):
    """What is demanded of the share of hits of a case."""
    case: str
    what: str
    least: float  # share
    most: float
    wanted: int


class Program:
    """One such section."""

    def __init__(self, name, title, demands):
        self.NAME, self.TITLE, self.demands = name, title, demands  # pylint: disable=invalid-name

    def tasks(self, place, number):
        program = os.path.join(places.HERE, self.NAME)
        if not os.access(program, os.X_OK):
            yield skipped(self.NAME, "", "", number,
                          f"there is no program bench/decide/{self.NAME}")
            return
        command = [program, "--build", place.options.build, "--round", str(number), "--rows"]
        yield Task(self.NAME, "", "", number, lambda: rows_of(command))

    def lines(self, rows):
        for demand in self.demands:
            same = [row for row in rows if row["case"] == demand.case]
            if not same:
                continue
            hits, count = document.counted(same, lambda row: row["hit"]), len(same)
            few = demand.most < 1
            target = f"<= {100 * demand.most:g} %" if few else f">= {100 * demand.least:g} %"
            text = document.at_most(hits, count) if few else document.at_least(hits, count)
            yield document.Line(demand.what, target, text,
                                demand.least * count <= hits <= demand.most * count, count,
                                demand.wanted)

    def tables(self, rows):
        cells = [(case, body, document.conditions(same[0]), len(same),
                  document.counted(same, lambda row: row["hit"]))
                 for (case, body, _), same in sorted(document.groups(rows, "case", "body",
                                                                     "noisy").items())]
        yield from document.table(("case", "body", "", "n", "hits"), cells)


def rows_of(command):
    text = places.output(command)
    return [{"tool": "assay", **json.loads(line)} for line in text.splitlines() if line.strip()]


PLACEMENT = Program("placement", "Placement", (
    Demand("alignment", "placement said of the alignment case", 1, 1, 20),
    Demand("planted", "placement said of planted changes of equal instructions", 0, 0, 200)))
COMMANDS = Program("commands", "Commands", (
    Demand("A/A", "commands of 5 ms, A/A: alarms at the 1 % gate", 0, 0, 1000),
    Demand("+1 % in 1 s", "commands of 5 ms: +1 % found in 1 s", 0.97, 1, 300),
    Demand("+1 % in 1.5 s", "commands of 5 ms: +1 % found in 1.5 s", 0.99, 1, 300)))
