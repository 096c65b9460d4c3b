"""How each section measures: the one place to change launches, times and counts."""

from typing import NamedTuple


class Way(NamedTuple):
    """How `assay compare` is asked for one comparison."""
    launches: int
    seconds: float  # of measuring, all launches together
    words: tuple = ()  # more options; without all of them the section is skipped


class Section(NamedTuple):
    """How long a section is, and how it compares."""
    count: int  # rounds of a full run
    ways: dict  # by case, or by (case, body); "" for all others


WARMUP = ("-w", "20ms")
# A margin that no comparison reaches: all launches are made, none is saved by an early `same`.
ALL_LAUNCHES = ("--margin", "0.001")
WITHIN = ("--within-launch",)

SETTINGS = {
    "aa": Section(600, {"": Way(8, 1, WARMUP)}),
    "power": Section(300, {
        "+1 % in 0.1 s": Way(1, 0.1, WITHIN),
        "+0.1 % in 1 s": Way(1, 1, WITHIN),
        "+0.1 % in 2 s": Way(8, 2, WARMUP + ALL_LAUNCHES),
        "+1 % in 2 s": Way(16, 2, WARMUP + ALL_LAUNCHES),
        "+1.5 % in 2 s": Way(16, 2, WARMUP + ALL_LAUNCHES)}),
    "builds": Section(300, {"": Way(8, 1, WARMUP + ALL_LAUNCHES),
                            ("A/A", "branchy"): Way(16, 2, WARMUP + ALL_LAUNCHES)}),
    "placement": Section(220, {}),
    "lockstep": Section(200, {"": Way(16, 10, WARMUP + ALL_LAUNCHES + ("--lockstep",))}),
    "commands": Section(1000, {}),
    "instructions": Section(10, {}),
    "suite": Section(20, {}),
    "peers": Section(60, {"": Way(8, 1, WARMUP)}),
}

# A thousand benchmarks in two minutes are 120 ms each; eight launches are the least.
GATE = ["--fail", "5", "--warn", "5", "-l", "24", "-t", "8ms", "-w", "1ms"]
GATE_LAUNCHES = (8, 24)  # least and most that the gate looks at
BASELINE_RUN = ["-l", "1", "-t", "1ms", "-w", "1ms", "-n", "2"]
QUICK_PART = ["size=1", "size=10"]  # 20 of the 1000: --quick
PLANTED_PPM = 20000
RESAMPLED_EACH_ROUND = 500
RESAMPLED_PLANTED = 100
PAIRS_OF_A_LAUNCH = 170  # 100 ms of two slots of 300 us

GOOGLE = ["--benchmark_repetitions=10", "--benchmark_min_time=0.05"]
CRITERION = {"CRITERION_WARM_MS": "100", "CRITERION_MEASURE_MS": "500"}
COMMAND_RUNS = 70
COMMAND_STEPS = 3000000  # about 5 ms


def way_of(section, case, body):
    ways = SETTINGS[section].ways
    return ways.get((case, body)) or ways.get(case) or ways[""]


def compare_words(way, features, seconds=None):
    """The options of one comparison.  A program that takes a budget for each benchmark gets it;
    else the seconds are shared by the launches."""
    seconds = seconds or way.seconds
    words = ["-l", str(way.launches)]
    if "--budget" in features and way.launches > 1:
        return words + ["--budget", f"{seconds:g}s", *way.words]
    return words + ["-t", f"{1000 * seconds / way.launches:g}ms", *way.words]


def missing_options(way, features):
    return [word for word in way.words if word.startswith("--") and word not in features]
