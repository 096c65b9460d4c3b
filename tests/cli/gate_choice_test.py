"""What assay run and assay gate measure when nobody says it: a project's, the baseline's, or what
comes with assay, and then they say so."""
import json
import os
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import (PROGRAM, SOURCE, SUMS, TINY, Skip, assay, check, contains, environment, exits, main, test,
                 write)

LIMITS = ['--warn', '90', '--fail', '99', '-t', '5ms', '-w', '1ms', '-l', '4']

# Decided or not does not matter here: only which rows there are.
DECIDED = (0, 1, 4)

MODULE = '''#!{python}
import assay


@assay.bench()
def quick(b):
    b.loop(lambda: sum((1, 2, 3)))


@assay.bench(tags="slow")
def patient(b):
    b.loop(lambda: sum((3, 2, 1)))


assay.main()
'''


def module(path):
    """A module with a benchmark that is tagged slow, in Python."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copy(os.path.join(SOURCE, 'lib/python/assay.py'), os.path.dirname(path))
    write(path, MODULE.format(python=sys.executable)).chmod(0o755)


def gated(*words):
    """The ids that a gate has rows for, and what it said on stderr."""
    done = assay('gate', *LIMITS, '--no-explain', '--json', *words)
    check(done.code in DECIDED, done)
    return {row['benchmark'] for row in json.loads(done.out)['rows']}, done.err


@test
def a_gate_without_words_measures_what_the_baselines_run_named():
    exits(assay('run', *TINY, SUMS, 'step', '--save-baseline', 'main'), 0)
    rows, said = gated('--baseline', 'main')
    check(rows == {'sums/step'}, rows)
    contains(said, "what the baseline's run named: " + SUMS + ' step')
    rows, said = gated('--baseline', 'main', SUMS, 'sums/bytes')
    check(rows == {'sums/bytes:n=64', 'sums/bytes:n=256'}, rows)
    check('named' not in said, said)


@test
def words_of_the_baseline_that_mean_nothing_any_more_are_forgotten():
    module('one/one_bench')
    module('two/two_bench')
    write('assay.yaml', 'suites: [one, two]\n')
    exits(assay('run', *TINY, 'one_bench', '--save-baseline', 'main'), 0)
    shutil.rmtree('one')
    write('assay.yaml', 'suites: [two]\n')
    rows, said = gated('--baseline', 'main')
    check(rows == {'one_bench/quick', 'two_bench/quick'}, rows)
    check('named' not in said, said)


@test
def a_gate_leaves_out_slow_benchmarks_that_the_baseline_lacks():
    module('suites/waits_bench')
    write('assay.yaml', 'suites: [suites]\n')
    target = '  - {benchmark: waits_bench/%s, metric: time_ns, at_most: 1 s}\n'
    write('suites/targets.yaml', 'targets:\n' + target % 'patient' + target % 'quick')
    exits(assay('run', *TINY, '--save-baseline', 'main'), 0)
    rows, said = gated('--baseline', 'main')
    check(rows == {'waits_bench/quick'}, rows)
    contains(said, "1 benchmark tagged 'slow' left out", '%slow')
    check(gated('--targets') == ({'waits_bench/quick'}, said), said)
    both = {'waits_bench/quick', 'waits_bench/patient'}
    check(gated('--baseline', 'main', 'quick', 'patient')[0] == both)
    check(gated('--baseline', 'main', '-p', 'standard')[0] == both)
    check(gated('--baseline', 'main', '%slow') == ({'waits_bench/patient'}, ''))


@test
def a_gate_measures_slow_benchmarks_that_the_baseline_has():
    module('suites/waits_bench')
    write('assay.yaml', 'suites: [suites]\n')
    exits(assay('run', *TINY, '--save-baseline', 'main', '%slow', 'patient'), 0)
    rows, _ = gated('--baseline', 'main')
    check(rows == {'waits_bench/patient'}, rows)


def stopped_run():
    """What a run says on stderr that is stopped as soon as it speaks."""
    with subprocess.Popen([PROGRAM, 'run', *TINY], env=environment(), text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        return first + process.stderr.read()


@test
def a_run_that_nobody_described_says_what_it_measures_and_how_to_say_it():
    if 'no benchmarks found' in assay('list').err:
        raise Skip('the suites that come with assay are not built')
    contains(stopped_run(), 'nothing names suites here', 'those that come with assay',
             ' benchmarks', 'assay run SUITE', 'assay init suite NAME')
    write('assay.yaml', f'suites: [{SUMS}]\n')
    exits(assay('run', *TINY, 'step'), 0)
    check(assay('run', *TINY).err == '')


main()
