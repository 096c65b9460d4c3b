"""Benchmarks in Python: a host of assay's protocol (docs/protocol.md) in one small file.

    import assay

    @assay.bench(sweep="n=10,1000")
    def total(b):
        data = [b.random.random() for _ in range(int(b.params["n"]))]
        b.items = len(data)
        b.loop(lambda: sum(data))

    assay.main()

Make the file executable, call it NAME_bench.py, then: assay run ./NAME_bench.py
Only b.loop() is timed; it calls the function through itertools.repeat, which costs some 20 ns a
call.  Once a launch: setup(b), then check(b), but for later launches of the quick profile; raise
Skip to skip, anything else to fail.
"""

import inspect
import itertools
import os
import platform
import random
import resource
import time
from urllib.parse import quote, unquote

BENCHES = {}


class Skip(Exception):
    """Raise it with a reason: this benchmark cannot run here."""


class Bench:
    """What a body gets: params, state, random; bytes and items per iteration; and the loop."""

    def __init__(self, params, seed):
        self.params, self.seed, self.random = params, seed, random.Random(seed)
        self.state, self.bytes, self.items = None, 0, 0
        self.iterations, self.ns, self.metrics = 1, None, {}

    def metric(self, name, value, unit="", better="lower", quality=False):
        """A value of a metric of the benchmark's own; `quality`: how good results are."""
        self.metrics[name] = (
            f"metric name={name} unit={quote(unit)} better={better}"
            f" quality={int(quality)} value={float(value)!r}"
        )

    def take_metrics(self):
        lines, self.metrics = list(self.metrics.values()), {}
        return lines

    def loop(self, function):
        repeat = itertools.repeat(None, self.iterations)
        start = time.perf_counter_ns()
        for _ in repeat:
            function()
        self.ns = time.perf_counter_ns() - start


def bench(check=None, setup=None, **listed):
    """Registers a body; `check` is its oracle: it raises when a result is wrong.  `listed` are
    fields of the protocol's `list`: sweep, suite, kind, tags, samples, limit_seconds."""

    def register(body):
        about = (body.__doc__ or "").strip().partition("\n")[0]
        fields = {"name": body.__name__, "description": about, **listed}
        BENCHES[body.__name__] = (body, check, setup, fields)
        return body

    return register


def run(body, b, fields):
    b.iterations = int(fields["iterations"])
    for _ in range(int(fields["slots"])):
        b.ns, b.random = None, random.Random(b.seed)  # every slot does the same work
        start = time.perf_counter_ns()
        body(b)
        if b.ns is None:
            raise RuntimeError("the body never called b.loop()")
        yield f"slot ns={b.ns} body_ns={time.perf_counter_ns() - start}"
        yield from b.take_metrics()
    yield f"ok bytes={b.bytes} items={b.items}"


def open_bench(name, fields):
    body, check, setup, _ = BENCHES[name]
    params = dict(pair.split("=", 1) for pair in fields.get("params", "").split(",") if pair)
    b = Bench(params, f"{fields.get('seed', 1)} {name} {fields.get('params', '')}")
    if setup:
        setup(b)
    if check and fields.get("passed") != "1":
        check(b) if inspect.signature(check).parameters else check()
    return body, b


def answer(verb, values, fields, opened):
    """Yields the lines that answer one command."""
    if verb == "hello":
        yield f"ok assay/1 compiler={quote('Python ' + platform.python_version())}"
    elif verb == "list":
        for *_, listed in BENCHES.values():
            yield " ".join(["benchmark"] + [f"{key}={quote(str(listed[key]))}" for key in listed])
        yield "ok"
    elif verb == "open":
        opened.clear()
        opened += open_bench(values[0], fields)
        yield from opened[1].take_metrics()
        yield f"ok bytes={opened[1].bytes} items={opened[1].items}"
    elif verb == "run":
        if not opened:
            raise RuntimeError("no benchmark is open")
        yield from run(*opened, fields)
    elif verb == "usage":
        yield f"ok rss_bytes_peak={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}"
    else:
        yield "ok" if verb in ("close", "quit") else "error unknown%20command"


def main():
    """Serves commands on descriptor 3, answers on 4, until the input ends."""
    opened, verb = [], ""
    with os.fdopen(3) as commands, os.fdopen(4, "w") as answers:
        while verb != "quit" and (line := commands.readline()):
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
