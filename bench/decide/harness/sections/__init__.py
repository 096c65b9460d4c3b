"""The sections by name.  A section has NAME, tasks(place, number), lines(rows), tables(rows)."""
from . import aa, builds, instructions, lockstep, others, peers, power, suite

SECTIONS = {section.NAME: section for section in (
    aa, power, builds, others.PLACEMENT, lockstep, others.COMMANDS, others.PLANTED, instructions, suite, peers)}
