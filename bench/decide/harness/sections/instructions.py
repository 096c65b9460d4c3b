"""Counted instructions: whether they repeat, and the smallest change that shows."""

import json

from .. import document, numbers
from ..task import Task, skipped

NAME = "instructions"
TITLE = "Counted instructions"
WANTED = 10
CASES = {"A/A": 0, "+0.01 %": 100}
LEAST_SEEN = 0.5  # of the planted change


def count(place, ppm):
    words = ["run", "--json", "--no-store", "--no-report", "--instructions",
             place.module(ppm, "counted"), "decide/counted"]
    with place.fresh_folder() as folder:
        results = json.loads(place.assay(words, folder))["results"]
    rows = [row for row in results if row["metric"] == "instructions"]
    return [{"tool": "assay", "truth": 1 + ppm / 1e6, "instructions": row["median"]}
            for row in rows[:1]]


def tasks(place, number):
    for case, ppm in CASES.items():
        if "--instructions" in place.features("run"):
            yield Task(NAME, case, "counted", number, lambda ppm=ppm: count(place, ppm))
        else:
            yield skipped(NAME, case, "counted", number, "assay run has no --instructions")


def spread_ppm(rows):
    counts = [row["instructions"] for row in rows]
    return 1e6 * (max(counts) - min(counts)) / numbers.median(counts)


def lines(rows):
    equal = [row for row in rows if row["case"] == "A/A"]
    changed = [row for row in rows if row["case"] != "A/A"]
    if equal:
        spread = spread_ppm(equal)
        yield document.Line("instructions: spread over runs", "0 ppm", f"{spread:.2f} ppm",
                            spread == 0, len(equal), WANTED)
    if equal and changed:
        before = max(row["instructions"] for row in equal)
        hits = document.counted(changed, lambda row: row["instructions"] / before - 1
                                >= LEAST_SEEN * (row["truth"] - 1))
        yield document.Line("instructions: +0.01 % seen", "always",
                            document.at_least(hits, len(changed)), hits == len(changed),
                            len(changed), WANTED)


def tables(rows):
    cells = [(case, len(same), f"{numbers.median([row['instructions'] for row in same]):.1f}",
              f"{spread_ppm(same):.2f}")
             for (case,), same in document.groups(rows, "case").items()]
    yield from document.table(("case", "n", "instructions an iteration", "spread, ppm"), cells)
