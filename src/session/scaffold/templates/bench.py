#!/usr/bin/env python3
"""Benchmarks of the suite NAME.  Run: assay run ./MODULE"""
import assay


def sum_bytes(data):
    """What is measured: replace it by a call into the code that matters to you."""
    return sum(data)


def check():
    """The oracle: nothing is timed unless a known input gives the known answer."""
    assert sum_bytes(bytes([1, 2, 3])) == 6, "1 + 2 + 3"


def setup(b):
    """Once a launch and untimed: what the work needs, and how much of it one iteration does."""
    b.state = b.random.randbytes(int(b.params["n"]))
    b.bytes = len(b.state)


@assay.bench(suite="NAME", sweep="n=64,4096", setup=setup, check=check)
def total(b):
    """sums bytes"""
    data = b.state
    b.loop(lambda: sum_bytes(data))


assay.main()
