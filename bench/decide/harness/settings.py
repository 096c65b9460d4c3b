"""How each section measures: the one place to change launches, times and counts."""

from typing import NamedTuple


class Way(NamedTuple):
    """How `assay compare` is asked for one comparison."""
    launches: int  # 1: a single one, of the whole time
    seconds: float  # all launches together
    words: tuple = ()  # more options; without all of them the section is skipped


class Section(NamedTuple):
    """How long a section is, and how it compares."""
    count: int  # rounds of a full run
    ways: dict  # by case, or by (case, body); "" for all others


# A margin that no comparison reaches: the time is used up, none is saved by an early `same`.
WHOLE = ("--margin", "0.001")
WITHIN = ("--within-launch",)

SETTINGS = {
    "aa": Section(250, {"": Way(16, 1, WHOLE)}),
    "power": Section(300, {
        "+1 % in 0.1 s": Way(1, 0.1, WITHIN),
        "+0.1 % in 1 s": Way(1, 1, WITHIN),
        "+0.1 % in 2 s": Way(8, 2, WHOLE),
        "+1 % in 2 s": Way(16, 2, WHOLE),
        "+1.5 % in 2 s": Way(16, 2, WHOLE)}),
    "builds": Section(300, {"": Way(8, 1, WHOLE), ("A/A", "branchy"): Way(16, 2, WHOLE)}),
    "placement": Section(10, {}),
    "lockstep": Section(200, {"": Way(16, 10, WHOLE + ("--lockstep",))}),
    "commands": Section(25, {}),
    "planted": Section(2, {}),
    "instructions": Section(10, {}),
    "suite": Section(20, {}),
    "peers": Section(60, {"": Way(8, 1, WHOLE)}),
}

# A thousand benchmarks in two minutes are 120 ms each; eight launches are the least.
# Start, calibration and warm-up of a launch.
LAUNCH_COST_MS = 16

GATE = ["--fail", "5", "--warn", "5", "-l", "24", "-t", "3ms", "-w", "1ms"]
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


def compare_words(way, seconds=None):
    """The options of one comparison.  The budget holds with everything, the program's start and
    each launch's warm-up; a launch gets what leaves time for them."""
    seconds = seconds or way.seconds
    if way.launches == 1:
        return ["--budget", f"{seconds:g}s", *way.words]
    launch_ms = max(1000 * seconds / way.launches - LAUNCH_COST_MS, 1)
    return ["-l", str(way.launches), "-t", f"{launch_ms:g}ms", "--budget", f"{seconds:g}s",
            *way.words]


def missing_options(way, features):
    return [word for word in way.words if word.startswith("--") and word not in features]
