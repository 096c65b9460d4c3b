"""Targets: judged in every run, deciding the exit code only with --targets."""
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
from tap import FIXTURES, SUMS, assay, check, contains, exits, main, run, test, write


def project(*targets):
    os.makedirs('modules', exist_ok=True)
    shutil.copy(SUMS, 'modules')
    write('assay.yaml', 'suites: [modules]\n')
    write('modules/targets.yaml', 'targets:\n' + ''.join(targets))


def target(benchmark, bound, metric='time_ns'):
    return f'  - benchmark: {benchmark}\n    metric: {metric}\n    {bound}\n'


MET = target('sums/step', 'at_most: 1 s')
MISSED = target('sums/step', 'at_most: 0.001 ns')
BRIEF = ['-l', '1', '-t', '1ms', '-w', '1ms']
FASTER = ('  - benchmark: sums/bytes:n=64\n    versus: sums/bytes:n=256\n'
          '    faster_by: {}\n')


@test
def a_met_target_is_good():
    project(MET, target('sums/bytes*', 'at_least: 1 MB/s', 'bytes_per_s'))
    done = run('--targets', 'sums')
    exits(done, 0)
    contains(done.out, 'targets: 3 met, 0 missed, 0 undecided', 'met       sums/step: ')


@test
def a_missed_target_is_1_only_when_it_was_asked_for():
    project(MET, MISSED)
    exits(run('sums'), 0)
    done = run('--targets', 'sums')
    exits(done, 1)
    contains(done.out, 'targets: 1 met, 1 missed, 0 undecided', 'missed    sums/step: ')
    exits(assay('show'), 0)
    contains(assay('show').out, '1 met, 1 missed')


@test
def growth_needs_a_sweep():
    project('  - {benchmark: sums/bytes, growth: O(n)}\n')
    row = json.loads(run('--json', 'sums').out)['targets'][0]
    check((row['growth'], row['status'], row['bound']) == ('O(n)', 'not_run', None), row)
    done = assay('gate', '--targets', 'sums', *BRIEF)
    exits(done, 4)
    contains(done.out, 'target not judged: the sweep lacks measured points')


@test
def an_undecided_target_is_4_and_a_missed_one_goes_before_it():
    project(MET)
    exits(assay('run', '--targets', 'sums', '-l', '1', '-n', '2', '-i', '100'), 4)
    project(MET, FASTER.format(1e6))
    exits(run('--targets', 'sums', '-l', '3'), 1)


@test
def a_failed_benchmark_goes_before_a_missed_target():
    project(MISSED)
    done = run('--targets', '--time-limit', '2s', 'modules/sums_bench.so',
               os.path.join(FIXTURES, 'misbehave.so'), 'misbehave/exits', 'sums/step')
    exits(done, 3)


@test
def a_target_of_a_benchmark_that_was_not_run_is_not_counted():
    project(MET, MISSED)
    done = run('--targets', 'sums/bytes', '--json')
    exits(done, 0)
    check([row['status'] for row in json.loads(done.out)['targets']
           if row['benchmark'].startswith('sums/')] == ['not_run'] * 2, done)


@test
def a_target_of_a_skipped_benchmark_is_not_met():
    project(target('sums/skips', 'at_most: 1 s'))
    done = run('--targets', 'sums', '--json')
    exits(done, 0)
    check(json.loads(done.out)['targets'][0]['status'] == 'not_run', done)


@test
def a_factor_over_another_benchmark_is_judged():
    project(FASTER.format(1.5))
    done = run('--targets', '-l', '3', 'sums')
    exits(done, 0)
    contains(done.out, 'x faster than sums/bytes:n=256 (wanted: 1.5x)')


main()
