"""A thousand benchmarks against a baseline: time, false failures, false changes in the list.

Each round gates one real suite, and then judges suites drawn from all launches recorded so far.
"""

import json
import math
import time

from .. import document, numbers, place as places, settings
from ..task import Task

NAME = "suite"
TITLE = "A suite of 1000 benchmarks against a baseline"
SECONDS_MOST = 120
REAL_WANTED, DRAWN_WANTED, LISTED_WANTED = 20, 10000, 1000
KEPT = ("benchmark", "gate", "verdict", "discovery", "ratio", "low", "high", "launches", "pairs",
        "launch_ratios", "reason")
CHANGED_EACH = 10  # suite.c


def is_changed(benchmark):
    return int(benchmark.rsplit("=", 1)[1]) % CHANGED_EACH == 0


def gate(place, ppm):
    old, new = place.module(0, "old", "suite.c"), place.module(ppm, "new", "suite.c")
    part = settings.QUICK_PART if place.options.quick else []
    with place.fresh_folder() as folder:
        place.assay(["run", *settings.BASELINE_RUN, "--no-report", old, *part], folder)
        place.assay(["baseline", "save", "main"], folder)
        began = time.monotonic()
        text = place.assay(["gate", "--json", "--baseline", "main", *settings.GATE, new, *part],
                           folder, codes=(0, 1, 3, 4))
        wall = time.monotonic() - began
    rows = [{name: row[name] for name in KEPT} for row in json.loads(text)["rows"]]
    return [{"tool": "assay", "truth": 1 + ppm / 1e6, "wall": round(wall, 2), "rows": rows}]


def recordings(place):
    """The launches of the A/A suites so far, a line for each comparison."""
    suites = [row for row in place.row_file.rows
              if row["section"] == NAME and row["case"] == "A/A" and "rows" in row]
    return "".join(
        row["benchmark"].split("/")[1].split(":")[0] + " "
        + " ".join(f"{math.log(ratio):.9g}" for ratio in row["launch_ratios"]) + "\n"
        for suite in suites for row in suite["rows"] if row["launch_ratios"])


def draw(place, number, count, planted, shift):
    least, most = settings.GATE_LAUNCHES
    words = ["suites", count, 1000, least, most, planted, shift, number + 1]
    text = places.output([place.verdicts, *map(str, words)], input=recordings(place))
    drawn = [tuple(map(int, line.split())) for line in text.splitlines()]
    return [{"tool": "assay", "suites": count, "drawn": drawn}]


def analyse(place):
    text = places.output([place.verdicts, "analysis", str(settings.GATE_LAUNCHES[1]),
                          str(settings.PAIRS_OF_A_LAUNCH)],
                         input=recordings(place))
    times = [float(line) / 1000 for line in text.splitlines()]
    return [{"tool": "assay", "benchmarks": len(times), "median_ms": numbers.median(times),
             "p99_ms": numbers.quantile(times, 0.99)}]


def tasks(place, number):
    yield Task(NAME, "A/A", "", number, lambda: gate(place, 0))
    yield Task(NAME, "planted", "", number, lambda: gate(place, settings.PLANTED_PPM))
    yield Task(NAME, "drawn", "", number, lambda: draw(
        place, number, settings.RESAMPLED_EACH_ROUND, 0, 0))
    yield Task(NAME, "drawn planted", "", number, lambda: draw(
        place, number, settings.RESAMPLED_PLANTED, 1 / CHANGED_EACH, settings.PLANTED_PPM / 1e6))
    yield Task(NAME, "analysis", "", number, lambda: analyse(place))


def of_case(rows, case):
    return [row for row in rows if row["case"] == case]


def failures(row):
    """Gate failures and what could not be decided among unchanged benchmarks."""
    return sum(one["gate"] == "fail" for one in row["rows"])


def list_line(what, wrong, listed, wanted):
    share = wrong / max(listed, 1)
    return document.Line(what, "<= 5 %", f"{wrong} of {listed} listed ({document.percent(share)})",
                         share <= 0.05, listed, wanted)


def real_lines(rows):
    equal, planted = of_case(rows, "A/A"), of_case(rows, "planted")
    if equal:
        walls = [row["wall"] for row in equal]
        yield document.Line("1000 benchmarks against a baseline module, slowest suite",
                            f"<= {SECONDS_MOST} s", f"{max(walls):.1f} s",
                            max(walls) <= SECONDS_MOST, len(equal), REAL_WANTED)
        failed = document.counted(equal, failures)
        yield document.Line("real suites with a gate failure, 5 % gate", "0 of >= 20",
                            document.at_most(failed, len(equal)), failed == 0, len(equal),
                            REAL_WANTED)
    listed = [one for row in planted for one in row["rows"] if one["discovery"]]
    if planted:
        wrong = document.counted(listed, lambda one: not is_changed(one["benchmark"]))
        yield list_line("changes listed, real suites with a tenth changed: false ones", wrong,
                        len(listed), LISTED_WANTED)


def drawn_lines(rows):
    drawn = [suite for row in of_case(rows, "drawn") for suite in row["drawn"]]
    if drawn:
        failed = sum(suite[0] > 0 for suite in drawn)
        yield document.Line("drawn suites with a gate failure, 5 % gate", "<= 1 %",
                            document.at_most(failed, len(drawn)), failed <= 0.01 * len(drawn),
                            len(drawn), DRAWN_WANTED)
    planted = [suite for row in of_case(rows, "drawn planted") for suite in row["drawn"]]
    if planted:
        # The rate is the mean over suites of the share of false ones, 0 where none is listed.
        rate = sum(suite[3] / max(suite[2], 1) for suite in planted) / len(planted)
        yield document.Line("changes listed, drawn suites with a tenth changed: false ones",
                            "<= 5 %", f"{document.percent(rate)} over {len(planted)} suites",
                            rate <= 0.05, len(planted), LISTED_WANTED)


def lines(rows):
    yield from real_lines(rows)
    yield from drawn_lines(rows)
    analysed = of_case(rows, "analysis")
    if analysed:
        slowest = max(row["p99_ms"] for row in analysed)
        launches = settings.GATE_LAUNCHES[1]
        yield document.Line(f"analysis of a benchmark, {launches} launches and looks, CPU, p99",
                            "<= 5 ms", f"{slowest:.2f} ms", slowest <= 5)


def tables(rows):
    cells = []
    for row in of_case(rows, "A/A") + of_case(rows, "planted"):
        gates = [one["gate"] for one in row["rows"]]
        launches = sum(one["launches"] for one in row["rows"])
        listed = document.counted(row["rows"], lambda one: one["discovery"])
        changed = document.counted(row["rows"], lambda one: is_changed(one["benchmark"]))
        cells.append((row["case"], document.conditions(row), f"{row['wall']:.1f}", len(gates),
                      gates.count("fail"), gates.count("warn"), gates.count("undecided"),
                      launches, f"{listed} of {changed if row['case'] != 'A/A' else 0} changed"))
    yield f"`assay gate {' '.join(settings.GATE)} --baseline main`"
    yield ""
    yield from document.table(("suite", "", "s", "rows", "fail", "warn", "undecided", "launches",
                               "listed"), cells)
    drawn = [suite for row in of_case(rows, "drawn planted") for suite in row["drawn"]]
    if drawn:
        yield ""
        yield (f"Drawn suites of 1000 with a tenth {settings.PLANTED_PPM / 1e4:g} % slower list "
               f"{numbers.median([suite[2] for suite in drawn]):g} changes in the median.")
