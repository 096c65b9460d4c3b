"""The peers beside assay: the same bodies in the same rounds, each judged by its own test."""

import json
import math
import os
import shutil
import time

from .. import document, numbers, place as places, settings
from ..place import Asked
from ..task import Task, comparison, skipped

NAME = "peers"
TITLE = "Beside the peers"
BODIES = ("cpu", "memory")
CASES = {"A/A": 0, "+1 %": 10000}
COMMAND = "command of 5 ms"
PLUS_MINUS, WELCH = "hyperfine, its own ±", "hyperfine, Welch's t"
ASSAY = "assay"
WANTED = 60
CRITERION_SOURCES = "/usr/share/cargo/registry"


# ---- what each tool says ----

def said(tool, body, ppm, ratio, changed):
    return {"tool": tool, "body": body, "truth": 1 + ppm / 1e6, "ratio": ratio,
            "changed": bool(changed)}


def timed(share, function, *arguments):
    """The rows of a tool, each with its share of the time that the tool took."""
    began = time.monotonic()
    rows = list(function(*arguments))
    wall = round((time.monotonic() - began) * share, 3)
    return [{**row, "wall": wall} for row in rows]


def google_times(program):
    text = places.output([program, *settings.GOOGLE, "--benchmark_format=json"])
    times = {}
    for row in json.loads(text)["benchmarks"]:
        if row["run_type"] == "iteration":
            for metric in ("cpu_time", "real_time"):
                times.setdefault((row["run_name"], metric), []).append(row[metric])
    return times


def google(place, ppm):
    programs = [place.build(f"google_{each}", ["c++", "-O2", f"-DWORK_PPM={each}",
                                                  f"-DMEMORY_BYTES={places.memory_bytes()}",
                                               "google_benchmark.cc", "-lbenchmark", "-lpthread",
                                               "-o"]) for each in (0, ppm)]
    old, new = map(google_times, programs)
    for key, times in old.items():
        yield said(f"Google Benchmark, {key[1].replace('_', ' ')}", key[0], ppm,
                   numbers.median(new[key]) / numbers.median(times),
                   numbers.rank_sum_p(times, new[key]) < 0.05)


def criterion_program(place):
    """Built offline from Debian's crates, beside the rows, since that takes minutes."""
    target = os.path.join(place.options.build, "decide", "criterion")
    found = place.built.get(target)
    if found is None:
        folder = os.path.join(place.options.build, "decide", "criterion-source")
        shutil.copytree(os.path.join(places.HERE, "criterion"), folder, dirs_exist_ok=True)
        text = places.output(["cargo", "bench", "--offline", "--no-run", "--message-format=json",
                              "--config", 'source.crates-io.replace-with="debian"', "--config",
                              f'source.debian.directory="{CRITERION_SOURCES}"',
                              "--target-dir", target], cwd=folder)
        found = [row["executable"] for row in map(json.loads, text.splitlines())
                 if row.get("executable")][-1]
        place.built[target] = found
    return found


def criterion(place, ppm):
    program, home = criterion_program(place), place.path("criterion", "home")
    shutil.rmtree(home, ignore_errors=True)
    for each in (0, ppm):
        text = places.output([program, "--bench", "--noplot"], env={
            **os.environ, **settings.CRITERION, "WORK_PPM": str(each),
            "MEMORY_BYTES": str(places.memory_bytes()), "CRITERION_HOME": home})
    p_values = [float(line.split("(p = ")[1].split()[0]) for line in text.splitlines()
                if "(p = " in line]
    for body, p_value in zip(BODIES, p_values):
        path = os.path.join(home, body, "change", "estimates.json")
        with open(path, encoding="utf-8") as file:
            change = json.load(file)["mean"]["point_estimate"]
        yield said("Criterion", body, ppm, 1 + change, p_value < 0.05)


def commands(place, ppm):
    program = place.build("command", ["cc", "-O2", os.path.join(
        places.ROOT, "bench", "spawn", "work.c"), "-o"])
    steps = settings.COMMAND_STEPS
    return [f"{program} {steps}", f"{program} {steps + steps * ppm // 1000000}"]


def hyperfine(place, ppm):
    path = place.path("hyperfine.json")
    places.output(["hyperfine", "-N", "--warmup", "3", "--runs", str(settings.COMMAND_RUNS),
                   "--style", "none", "--export-json", path, *commands(place, ppm)])
    with open(path, encoding="utf-8") as file:
        old, new = json.load(file)["results"]
    ratio = new["mean"] / old["mean"]
    scatter = ratio * math.hypot(old["stddev"] / old["mean"], new["stddev"] / new["mean"])
    yield said(PLUS_MINUS, COMMAND, ppm, ratio, abs(ratio - 1) > scatter)
    yield said(WELCH, COMMAND, ppm, ratio, numbers.welch_p(old["times"], new["times"]) < 0.05)


def assay_time(place, ppm, number):
    words = ["time", "--json", "-w", "3", "-r", str(settings.COMMAND_RUNS), "--seed",
             str(number + 1), *commands(place, ppm)]
    with place.fresh_folder() as folder:
        versus = json.loads(place.assay(words, folder))["commands"][1]["versus"]
    low, high = versus["low"], versus["high"]
    changed = low is not None and high is not None and (low > 1 or high < 1)
    yield {**said(ASSAY, COMMAND, ppm, versus["ratio"], changed), "low": low, "high": high}


# ---- a round ----

def reason_without(program, package, path=None):
    if shutil.which(program) is None and not (path and os.path.exists(path)):
        return f"{program} is not installed (package {package})"
    return None


def missing():
    """Why a peer cannot be asked, by peer; None: it can."""
    header = "/usr/include/benchmark/benchmark.h"
    crates = [name for name in (os.listdir(CRITERION_SOURCES) if os.path.isdir(CRITERION_SOURCES)
                                else []) if name.startswith("criterion-0")]
    return {
        "Google Benchmark": None if os.path.exists(header) else
                            "Google Benchmark is not installed (package libbenchmark-dev)",
        "Criterion": reason_without("cargo", "cargo") or
                     (None if crates else "Criterion is not installed (package "
                                          "librust-criterion-dev)"),
        "hyperfine": reason_without("hyperfine", "hyperfine")}


def peer_task(place, peer, function, case, number):
    reason = missing()[peer]
    if reason:
        return skipped(NAME, case, peer, number, reason)
    share = 1 if peer == "hyperfine" else 1 / len(BODIES)
    return Task(NAME, case, peer, number, lambda: timed(share, function, place, CASES[case]))


def tasks(place, number):
    for case, ppm in CASES.items():
        yield peer_task(place, "Google Benchmark", google, case, number)
        yield peer_task(place, "Criterion", criterion, case, number)
        yield peer_task(place, "hyperfine", hyperfine, case, number)
        for body in BODIES:
            yield comparison(place, Asked(NAME, case, body, number, ppm))
        yield Task(NAME, case, "assay time", number,
                   lambda ppm=ppm: timed(1, assay_time, place, ppm, number))


# ---- what came of it ----

def with_change(row):
    """Rows of `assay compare` have an interval in place of a word."""
    return row if "changed" in row else {**row, "changed": document.excludes(row, 1)}


def usable(rows):
    return [with_change(row) for row in rows if row.get("ratio") is not None]


def is_alarm(row, limit):
    """The tool says changed; and beyond the limit, by its interval or else by its estimate."""
    if row.get("low") is not None and limit > 0:
        return document.is_beyond(row, limit)
    return row["changed"] and abs(row["ratio"] - 1) > limit


def is_right(row):
    return row["changed"] and row["ratio"] > 1


def shares(rows, condition):
    """By tool: hits and count."""
    return {tool: (document.counted(same, condition), len(same))
            for (tool,), same in document.groups(rows, "tool").items()}


def beside(what, rows, condition, few):
    """A line that sets assay's share beside the best of its peers'."""
    found = shares(rows, condition)
    hits, count = found.pop(ASSAY, (0, 0))
    if not count or not found:
        return
    choose = min if few else max
    best = choose(found, key=lambda tool: found[tool][0] / found[tool][1])
    peer_share, share = found[best][0] / found[best][1], hits / count
    text = document.at_most if few else document.at_least
    bound = numbers.upper_bound(hits, count) if few else share
    above, below = (peer_share, bound) if few else (share, peer_share)
    yield document.Line(
        what, "no worse than any peer", text(hits, count),
        share <= peer_share if few else share >= peer_share, count, WANTED,
        f"{best}: {found[best][0]} of {found[best][1]}",
        f"{above / below:.1f}x" if above and below else "-")


def worst_line(what, rows):
    worst = {tool: max(map(document.error, same))
             for (tool,), same in document.groups(rows, "tool").items()}
    own, count = worst.pop(ASSAY, None), document.counted(rows, lambda row: row["tool"] == ASSAY)
    if own is None or not worst:
        return
    best = min(worst, key=worst.get)
    yield document.Line(what, "no worse than any peer", document.percent(own, 3),
                        own <= worst[best], count, WANTED,
                        f"{best}: {document.percent(worst[best])}",
                        f"{worst[best] / own:.1f}x" if own > 0 else "-")


def lines(rows):
    rows = usable(rows)
    for kind, commands_only in (("bodies", False), ("commands", True)):
        for noisy in (False, True):
            same = [row for row in rows if (row["body"] == COMMAND) == commands_only
                    and row["noisy"] == noisy]
            equal = [row for row in same if row["case"] == "A/A"]
            changed = [row for row in same if row["case"] != "A/A"]
            where = f"{kind}, {'noisy' if noisy else 'quiet'}"
            yield from beside(f"A/A called changed, {where}", equal,
                              lambda row: is_alarm(row, 0), True)
            yield from beside(f"A/A called changed by over 1 %, {where}", equal,
                              lambda row: is_alarm(row, 0.01), True)
            yield from worst_line(f"A/A worst error, {where}", equal)
            yield from beside(f"+1 % found, {where}", changed, is_right, False)


def point_shares(rows):
    return " / ".join(str(document.counted(rows, lambda row, limit=limit:
                                           document.error(row) > limit))
                      for limit in (0.01, 0.02, 0.05))


def tables(rows):
    head = ("tool", "body", "", "A/A n", "changed", "by over 1 / 2 / 5 %",
            "estimate beyond 1 / 2 / 5 %", "worst error, %", "+1 %: n", "found", "wrong sign",
            "wall, s")
    rows, cells = usable(rows), []
    for (tool, body, noisy), same in sorted(document.groups(rows, "tool", "body",
                                                            "noisy").items()):
        equal = [row for row in same if row["case"] == "A/A"]
        changed = [row for row in same if row["case"] != "A/A"]
        if not equal:
            continue
        alarms = [document.counted(equal, lambda row, limit=limit: is_alarm(row, limit))
                  for limit in (0.01, 0.02, 0.05)]
        cells.append((
            tool, body, "noisy" if noisy else "quiet", len(equal),
            document.at_most(document.counted(equal, lambda row: is_alarm(row, 0)), len(equal)),
            " / ".join(map(str, alarms)), point_shares(equal),
            f"{100 * max(map(document.error, equal)):.3f}", len(changed),
            document.at_least(document.counted(changed, is_right), len(changed)) if changed else "",
            document.counted(changed, lambda row: row["changed"] and row["ratio"] < 1),
            f"{numbers.median([row['wall'] for row in same]):.2f}"))
    yield from document.table(head, cells)
    for reason in sorted(filter(None, missing().values())):
        yield ""
        yield f"Left out: {reason}."
