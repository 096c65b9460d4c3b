"""Benchmarks in Python: a host of assay's protocol (docs/protocol.md) in one small file.

    import assay

    @assay.bench(sweep="n=10,1000")
    def total(b):
        data = list(range(int(b.params["n"])))
        b.loop(lambda: sum(data))

    assay.main()

Make the file executable, call it NAME_bench.py, then: assay run ./NAME_bench.py
The loop calls the function through itertools.repeat: some 20 ns per iteration are the call's.
"""

import itertools
import os
import resource
import time
from urllib.parse import quote, unquote

BENCHES = {}


class Skip(Exception):
    """Raise it with a reason: this benchmark cannot run here."""


class Bench:
    """What a body gets: params, bytes and items per iteration, and the loop."""

    def __init__(self, params):
        self.params, self.bytes, self.items = params, 0, 0
        self.iterations, self.ns = 1, None

    def loop(self, function):
        repeat = itertools.repeat(None, self.iterations)
        start = time.perf_counter_ns()
        for _ in repeat:
            function()
        self.ns = time.perf_counter_ns() - start


def bench(sweep="", suite="", check=None):
    """Registers a body; `check` is its oracle and raises when a result is wrong."""

    def register(body):
        BENCHES[body.__name__] = (body, sweep, suite, check)
        return body

    return register


def run(body, b, fields):
    b.iterations = int(fields.get("iterations", 1))
    for _ in range(int(fields.get("slots", 1))):
        start = time.perf_counter_ns()
        body(b)
        if b.ns is None:
            raise RuntimeError("the body never called b.loop()")
        yield f"slot ns={b.ns} body_ns={time.perf_counter_ns() - start}"
    yield f"ok bytes={b.bytes} items={b.items}"


def open_bench(name, fields):
    body, _, _, check = BENCHES[name]
    pairs = [pair.split("=", 1) for pair in fields.get("params", "").split(",") if pair]
    if check:
        check()
    return body, Bench(dict(pairs))


def answer(verb, values, fields, opened):
    """Yields the lines that answer one command."""
    if verb == "list":
        for name, (body, sweep, suite, _) in BENCHES.items():
            about = quote((body.__doc__ or "").strip())
            yield f"benchmark name={name} suite={suite} sweep={quote(sweep)} description={about}"
        yield "ok"
    elif verb == "open":
        opened[:] = open_bench(values[0], fields)
        yield "ok"
    elif verb == "run":
        yield from run(*opened, fields)
    elif verb == "usage":
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        yield f"ok rss_bytes_peak={peak}"
    else:
        yield "ok" if verb in ("hello", "close", "quit") else "error unknown%20command"


def main():
    """Serves commands on descriptor 3, answers on 4, until the input ends."""
    opened = []
    with os.fdopen(3) as commands, os.fdopen(4, "w") as answers:
        for line in commands:
            verb, *words = line.split()
            values = [unquote(word) for word in words if "=" not in word]
            pairs = (word.split("=", 1) for word in words if "=" in word)
            fields = {key: unquote(value) for key, value in pairs}
            try:
                for text in answer(verb, values, fields, opened):
                    print(text, file=answers)
            except Skip as reason:
                print("skip", quote(str(reason)), file=answers)
            except Exception as problem:  # whatever it is, it is this benchmark's result
                print("error", quote(f"{type(problem).__name__}: {problem}"), file=answers)
            answers.flush()
