"""A task: what is measured in one go and appended to the file of rows as a whole."""

from typing import Callable, NamedTuple

from . import place as places
from . import settings


class Task(NamedTuple):
    """One such task; its key is all but the function."""
    section: str
    case: str
    task: str  # the body, or else the tool
    round: int
    measure: Callable

    @property
    def key(self):
        return (self.section, self.case, self.task, self.round)


def skipped(section, case, task, number, reason):
    return Task(section, case, task, number, lambda: [{"skipped": reason}])


def comparison(place, asked):
    """The task of one comparison; skipped where the program lacks an option it needs."""
    way = settings.way_of(asked.section, asked.case, asked.body)
    missing = settings.missing_options(way, place.features("compare"))
    if missing:
        return skipped(*asked[:4], f"assay compare has no {' '.join(missing)}")
    return Task(*asked[:4], lambda: [places.compare(place, asked)])
