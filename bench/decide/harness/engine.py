"""The loop over rounds and sections, and the document at the end."""

import datetime
import os
import platform
import sys
import time

from . import document, place as places, settings
from .sections import SECTIONS


def rounds_of(name, options):
    return options.count or settings.SETTINGS[name].count


def tasks_of(place, options):
    """All tasks, round by round, so that a run that is cut short has some of everything."""
    most = max(rounds_of(name, options) for name in options.sections)
    for number in range(most):
        for name in options.sections:
            if number < rounds_of(name, options):
                yield from SECTIONS[name].tasks(place, number)


def is_over(options, began):
    return options.budget is not None and time.monotonic() - began > options.budget


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r{text:70}", end="" if text else "\r", file=sys.stderr, flush=True)


def measure(options, row_file):
    """Measures what the file has not; returns how many tasks there were and how many failed."""
    began, made, failed, seen = time.monotonic(), 0, 0, set()
    with places.Place(options, row_file) as place:
        for task in tasks_of(place, options):
            if row_file.has(task.key) or task.key in seen:
                continue
            if is_over(options, began):
                print("the budget is used up; --resume goes on", file=sys.stderr)
                break
            seen.add(task.key)
            try:
                noisy = options.noisy and task.round % 2 == 1
                row_file.add(places.with_frame(place, task, noisy))
            except places.Failure as failure:
                failed += 1
                print(f"{task.section} {task.case} {task.task}: {failure}", file=sys.stderr)
            made += 1
            show_progress(f"{made} tasks, {time.monotonic() - began:.0f} s, at {task.section}, "
                          f"round {task.round + 1}")
    show_progress("")
    return made, failed


# ---- the document ----

def section_document(section, rows, command):
    """Yields the section's lines of the first table, then its own part as one list of lines."""
    reasons = sorted({row["skipped"] for row in rows if row.get("skipped")})
    rows = [row for row in rows if not row.get("skipped")]
    dates = sorted({row["date"] for row in rows})
    shortened = ", ".join(sorted({row["shortened"] for row in rows if "shortened" in row}))
    summary = [(line.what, line.target, line.measured, line.peers, line.ratio, command,
                " .. ".join(sorted({dates[0], dates[-1]})), line.word(shortened))
               for line in section.lines(rows)] if rows else []
    part = [f"## {section.TITLE}", ""]
    part += [f"Not measured: {reason}.  " for reason in reasons]
    part += list(document.ways([row for row in rows if "words" in row]))
    part += [""] if part[-1] else []
    part += list(section.tables(rows)) if rows else []
    return summary, part


def conditions(rows):
    loads = [row["load"] for row in rows]
    steals = [100 * row["steal"] for row in rows]
    return (f"Load over the run: first {loads[0]:.1f}, last {loads[-1]:.1f}, highest "
            f"{max(loads):.1f}; steal: first {steals[0]:.1f} %, last {steals[-1]:.1f} %, highest "
            f"{max(steals):.1f} %.")


def report(rows, command):
    """The whole document, from rows only."""
    if not rows:
        return "no rows\n"
    summary, parts = [], []
    for name, section in SECTIONS.items():
        own = [row for row in rows if row["section"] == name]
        if own:
            lines, part = section_document(section, own, f"`bench/decide/run {name}`")
            summary += lines
            parts += part + [""]
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}"
    text = ["# Deciding", "", f"Made by `{command}` on {datetime.date.today()}.",
            f"Machine: {machine}; a shared virtual machine. {conditions(rows)}", "",
            "In brackets what a count proves: the one-sided 95 % bound of Clopper and Pearson. "
            "*found*: the 99 % interval of the ratio excludes 1. *gated*: it lies wholly beyond "
            "the limit. The intervals hold at every look.", ""]
    text += document.table(("what", "target", "assay", "peers", "ratio", "command", "date", ""),
                           summary)
    with open(os.path.join(places.HERE, "missed.md"), encoding="utf-8") as file:
        parts.append(file.read())
    return "\n".join(text + [""] + parts).rstrip() + "\n"


def publish(text, write):
    print(text, end="")
    if write:
        with open(os.path.join(places.ROOT, "docs", "decide.md"), "w", encoding="utf-8") as file:
            file.write(text)
