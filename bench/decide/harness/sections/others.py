"""Sections that are programs of their own, bench/decide/placement, commands and planted: one
short run of each a round, its rows turned into hits of the cases below."""

import json
import os
from typing import Callable, NamedTuple

from .. import document, place as places
from ..task import Task, skipped

PLACEMENT_CASES = 20  # a round: two of alignment, twenty planted
COMMAND_ROUNDS = 20
PLANTED_GATES = 25  # a round
EFFECTS_LEAST = {"alignment": 0.02, "planted": 0.005}  # less has not moved
GATE = 0.01


class Demand(NamedTuple):
    """What is demanded of the share of hits of a case."""
    case: str
    what: str
    least: float  # share
    most: float
    wanted: int


class Program(NamedTuple):
    """One such section; `rows_of` runs the program and yields rows with `case`, `body`, `hit`."""
    NAME: str
    TITLE: str
    rows_of: Callable
    demands: tuple

    def tasks(self, place, number):
        program = os.path.join(places.HERE, self.NAME)
        if not os.access(program, os.X_OK):
            yield skipped(self.NAME, "", "", number,
                          f"there is no program bench/decide/{self.NAME}")
            return
        yield Task(self.NAME, "", "", number, lambda: self.rows_of(place, program, number))

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


def placement_row(row):
    """None: it has not moved, so there is no case."""
    case = row["case"].split()[0]
    if row["moved"] not in ("slower", "faster") or abs(row["ratio"] - 1) < EFFECTS_LEAST[case]:
        return None
    return {**row, "tool": "assay", "case": case, "body": row["benchmark"].split("/")[-1],
            "hit": row["verdict"] == "placement"}


def placement_rows(place, program, number):
    text = places.output([program, "--build", place.options.build, "--cases",
                          str(PLACEMENT_CASES), "--seed", str(number + 1), "--json"])
    found = [placement_row(json.loads(line)) for line in text.splitlines() if line.strip()]
    return [row for row in found if row is not None]


def command_row(row):
    """A/A: an alarm at the gate; else: found."""
    equal = row["kind"] == "A/A"
    hit = document.is_beyond(row, GATE) if equal else document.is_above(row, 0)
    return {**row, "case": "A/A" if equal else f"+1 % in {row['amount']:g} s", "body": row["tool"],
            "hit": hit}


def command_rows(place, program, _number):
    path = place.path("commands.json")
    places.output([program, "--build", place.options.build, "--comparisons", str(COMMAND_ROUNDS),
                   "--tool", "assay time", "--json", path])
    with open(path, encoding="utf-8") as file:
        return list(map(command_row, json.load(file)))


def planted_rows(place, program, _number):
    text = places.output([program, "--build", place.options.build, "--gates", str(PLANTED_GATES),
                          "--json"])
    return [{**json.loads(line), "tool": "assay"} for line in text.splitlines() if line.strip()]


PLACEMENT = Program("placement", "Placement", placement_rows, (
    Demand("alignment", "placement said of the alignment case", 1, 1, 20),
    Demand("planted", "placement said of planted changes of equal instructions", 0, 0, 200)))
COMMANDS = Program("commands", "Commands", command_rows, (
    Demand("A/A", "commands of 5 ms, A/A: alarms at the 1 % gate", 0, 0, 1000),
    Demand("+1 % in 1 s", "commands of 5 ms: +1 % found in 1 s", 0.97, 1, 300),
    Demand("+1 % in 1.5 s", "commands of 5 ms: +1 % found in 1.5 s", 0.99, 1, 300)))
PLANTED = Program("planted", "A regression planted in the suite text", planted_rows, (
    Demand("gate, unchanged", "unchanged commit: gates that pass", 1, 1, 50),
    Demand("gate, planted", "planted regression: `assay gate` fails", 1, 1, 1),
    Demand("compare, planted", "planted regression: `assay compare HEAD~1 HEAD` finds it", 1, 1, 1),
    Demand("compare, unchanged", "unchanged commit: called slower", 0, 0, 1),
    Demand("compare, others", "benchmarks beside it: called slower", 0, 0, 10)))
