"""Where a run works: its folder, the modules it builds, the program, the noisy neighbour."""

import contextlib
import datetime
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import zlib
from typing import NamedTuple

from . import rows as row_files
from . import settings

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(HERE))
COPIED = ("ratio", "low", "high", "level", "verdict", "gate", "kind", "discovery", "launches",
          "pairs", "launch_ratios", "reason")


class Failure(Exception):
    """A program of the run failed; the text says which and how."""


def output(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit code {done.returncode}: "
                      f"{(done.stderr + done.stdout)[-1000:]}")
    return done.stdout


def memory_bytes():
    """Half of the second cache level, in a power of two.  The targets were set on a machine with
    2 MiB of it, for a chase through 1 MiB."""
    text = output(["getconf", "LEVEL2_CACHE_SIZE"]).strip()
    level2 = max(int(text) if text.isdigit() else 0, 1 << 19)
    return 1 << (level2.bit_length() - 2)


def cpu_ticks():
    """Ticks stolen by other machines, and all ticks."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return ticks[7], sum(ticks)


def state_of_machine():
    """Load of the last minute, and the ticks so far."""
    stolen, ticks = cpu_ticks()
    return {"load": round(os.getloadavg()[0], 2), "stolen": stolen, "ticks": ticks}


def steal_share(before, after):
    ticks = after["ticks"] - before["ticks"]
    return (after["stolen"] - before["stolen"]) / ticks if ticks > 0 else 0.0


class Place:
    """`with Place(options) as place:`; the folder is removed at the end."""

    def __init__(self, options, row_file):
        self.options = options
        self.program = os.path.join(options.build, "assay")
        self.verdicts = os.path.join(options.build, "bench", "decide", "decide-verdicts")
        self.row_file = row_file
        self.folder = None
        self.built = {}
        self.helps = {}

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="assay-decide-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def path(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    @contextlib.contextmanager
    def fresh_folder(self):
        """A folder without store or fixtures; a project, so that nothing around it is found."""
        folder = tempfile.mkdtemp(dir=self.folder)
        os.mkdir(os.path.join(folder, ".assay"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def build(self, name, command):
        """Path of the file `name`, built once by `command` + [path]; Failure if it cannot be."""
        path = self.path(name)
        if path not in self.built:
            self.built[path] = None
            output(command + [path], cwd=HERE)
            self.built[path] = True
        if not self.built[path]:
            raise Failure(f"{name} could not be built")
        return path

    def module(self, ppm, side, source="bodies.c"):
        """A build with `ppm` millionths more work; the file's name is that of its source, so that
        the baseline finds its twin."""
        name = source.replace(".c", "_bench.so")
        return self.build(os.path.join(f"{side}_{ppm}", name),
                          ["cc", "-O2", "-shared", "-fPIC", f"-DWORK_PPM={ppm}",
                           f"-DMEMORY_BYTES={memory_bytes()}", "-I",
                           os.path.join(ROOT, "include"), source, "-o"])

    def features(self, command):
        """The long options of a subcommand of the program."""
        if command not in self.helps:
            text = output([self.program, command, "--help"])
            self.helps[command] = set(re.findall(r"--[a-z][a-z-]*", text))
        return self.helps[command]

    def assay(self, words, folder, codes=(0,)):
        done = subprocess.run([self.program, *words], cwd=folder, capture_output=True, text=True,
                              check=False)
        if done.returncode not in codes:
            raise Failure(f"assay {' '.join(words)}: exit code {done.returncode}: "
                          f"{(done.stderr + done.stdout)[-1000:]}")
        return done.stdout

    @contextlib.contextmanager
    def neighbour(self, noisy):
        """A noisy neighbour for as long as the block lasts."""
        if not noisy:
            yield
            return
        with subprocess.Popen([self.build("noise", ["cc", "-O2", "-D_GNU_SOURCE", "noise.c", "-o"])]) as process:
            try:
                yield
            finally:
                process.terminate()


def seed_of(asked):
    """Another one for each round and question, the same in a rerun."""
    return 1 + zlib.crc32(repr(asked).encode())


class Asked(NamedTuple):
    """One comparison of one body with a build of it that does `ppm` millionths more work."""
    section: str
    case: str
    body: str
    round: int
    ppm: int


def compare(place, asked):
    """The row of `assay compare --json`, and what it took."""
    way = settings.way_of(asked.section, asked.case, asked.body)
    words = settings.compare_words(way, place.options.seconds)
    modules = [place.module(0, "old"), place.module(asked.ppm, "new")]
    with place.fresh_folder() as folder:
        began = time.monotonic()
        text = place.assay(["compare", "--json", *words, "--seed", str(seed_of(asked)),
                            *modules, f"decide/{asked.body}"], folder, codes=(0, 3))
        wall = time.monotonic() - began
    row = json.loads(text)["rows"][0]
    return {"tool": "assay", "truth": 1 + asked.ppm / 1e6, "words": " ".join(words),
            "wall": round(wall, 4), **{name: row[name] for name in COPIED}}


def with_frame(place, task, noisy):
    """The rows of a task with what all rows have."""
    before = state_of_machine()
    with place.neighbour(noisy):
        rows = list(task.measure())
    after = state_of_machine()
    frame = dict(zip(row_files.KEY, task.key))
    frame.update(body=task.task, noisy=noisy, date=str(datetime.date.today()), load=after["load"],
                 steal=round(steal_share(before, after), 4))
    if place.options.shortened:
        frame["shortened"] = place.options.shortened
    return [{**frame, **row} for row in rows]
