"""assay baseline and assay gate: what a main branch is guarded with.

The machine is shared and busy: regressions are a factor of two, limits are wide.
"""
import json
import os
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from tap import (MODULES, STORE, TINY, assay, check, contains, exits, main, test, write)

ONE = os.path.join(MODULES, 'versions_one.so')
TWO = os.path.join(MODULES, 'versions_two.so')
HERE = './work_bench.so'
GOOD = ['step', 'steady', 'only_in_one']
LIMITS = ['--warn', '30', '--fail', '60', '-t', '20ms', '-w', '2ms', '-l', '16']


def build(version):
    """Today's build of the module."""
    shutil.copy(version, HERE)


def save(name='main'):
    exits(assay('run', *TINY, HERE, *GOOD), 0)
    exits(assay('baseline', 'save', name), 0)


def gate(*words, code=0):
    done = assay('gate', *LIMITS, '--json', *words)
    exits(done, code)
    rows = json.loads(done.out)['rows']
    return {row['benchmark'].split('/')[1]: row for row in rows}


@test
def an_unchanged_build_passes_paired():
    build(ONE)
    save()
    rows = gate('--baseline', 'main', HERE, *GOOD)
    check(len(rows) == 4, rows)
    for row in rows.values():
        check(row['gate'] == 'pass' and row['kind'] == 'remeasured', row)
        check(row['pairing'] == 'one_process', row)


@test
def a_rebuilt_module_that_does_twice_the_work_fails_with_exit_code_1():
    build(ONE)
    save()
    build(TWO)
    rows = gate('--baseline', 'main', HERE, 'step', code=1)
    check(all(row['gate'] == 'fail' and row['low'] > 1.6 for row in rows.values()), rows)
    check(set(rows) == {'step:n=100', 'step:n=200'}, rows)


@test
def what_fails_is_explained_and_what_passes_is_not():
    build(ONE)
    save()
    build(TWO)
    rows = gate('--baseline', 'main', HERE, 'step:n=100', 'steady', code=1)
    check(rows['steady']['new_counts'] is None, rows)
    counts = rows['step:n=100']['new_counts']
    check(counts is not None, rows)
    rules = [finding['rule'] for finding in rows['step:n=100']['findings']]
    check(rules == ([] if counts['instructions'] is None else ['work']), rows)
    rows = gate('--baseline', 'main', '--no-explain', HERE, 'step:n=100', code=1)
    check(rows['step:n=100']['new_counts'] is None, rows)


@test
def half_the_work_passes():
    build(TWO)
    exits(assay('run', *TINY, HERE, 'step'), 0)
    exits(assay('baseline', 'save', 'main'), 0)
    build(ONE)
    for row in gate('--baseline', 'main', HERE, 'step').values():
        check(row['gate'] == 'pass' and row['ratio'] < 0.8, row)


@test
def the_limits_are_the_users():
    build(ONE)
    save()
    build(TWO)
    done = assay('gate', '--baseline', 'main', HERE, 'step:n=100', '-t', '20ms', '-w', '2ms',
                 '--warn', '30', '--fail', '99', '-l', '3')
    check(done.code in (0, 1, 4), done)  # twice the work straddles 99 %
    exits(assay('gate', '--baseline', 'main', HERE, '--fail', 'much'), 2, '--fail', "'much'")


@test
def a_benchmark_that_vanished_is_undecided_and_never_a_silent_pass():
    build(ONE)
    save()
    shutil.copy(os.path.join(MODULES, 'sums_bench.so'), HERE)
    rows = gate('--baseline', 'main', HERE, code=4)
    missing = [row for row in rows.values() if row['reason'].startswith('missing')]
    check(len(missing) == 4 and all(row['gate'] == 'undecided' for row in missing), rows)
    new = [row for row in rows.values() if row['reason'].startswith('new')]
    check(new and all(row['gate'] == 'pass' for row in new), rows)


@test
def a_benchmark_that_crashes_today_ends_the_gate_with_exit_code_3():
    build(ONE)
    save()
    build(TWO)
    done = assay('gate', *LIMITS, '--baseline', 'main', HERE, 'crashes_in_two')
    check(done.code == 3, done)
    contains(done.out, 'undecided', 'signal')


@test
def the_kept_module_is_a_copy_beside_the_store():
    build(ONE)
    save()
    kept = list(pathlib.Path('.assay/modules').iterdir())
    check(len(kept) == 1 and kept[0].suffix == '.so', kept)
    check(kept[0].read_bytes() == pathlib.Path(ONE).read_bytes(), kept)
    exits(assay('baseline', 'save', 'again'), 0)
    check(list(pathlib.Path('.assay/modules').iterdir()) == kept, 'the same build was kept twice')


@test
def a_baseline_whose_copy_is_gone_is_compared_with_stored_numbers():
    build(ONE)
    save()
    shutil.rmtree('.assay/modules')
    done = assay('gate', *LIMITS, '--json', '--baseline', 'main', HERE, 'step')
    check(done.code in (0, 1, 4), done)  # sequential: the machine may well have drifted
    for row in json.loads(done.out)['rows']:
        check(row['kind'] == 'stored', row)


@test
def names_are_listed_moved_on_request_and_removed():
    build(ONE)
    save()
    exits(assay('baseline', 'save', 'main'), 2, "'main'", '--overwrite')
    exits(assay('baseline', 'save', 'main', '--overwrite'), 0)
    listed = json.loads(assay('baseline', '--json').out)
    check(listed['schema'] == 'assay.baselines/1', listed)
    check([row['name'] for row in listed['baselines']] == ['main'], listed)
    check(listed['baselines'][0]['modules'] == 1, listed)
    contains(assay('show', 'main').out, 'steady')
    exits(assay('baseline', 'remove', 'main'), 0)
    exits(assay('baseline', 'remove', 'main'), 2, "no baseline 'main'")
    check(json.loads(assay('baseline', '--json').out)['baselines'] == [], 'still there')


@test
def mistakes_are_named_and_nothing_is_run():
    build(ONE)
    exits(assay('gate', HERE), 2, '--baseline', '--targets')
    exits(assay('gate', '--targets', '--no-targets', HERE), 2, 'exclude each other')
    exits(assay('gate', '--baseline', 'x', '--warn', '20', '--fail', '10', HERE), 2, '--warn 20')
    exits(assay('gate', '--baseline', 'main', HERE), 2, 'no store')
    save()
    exits(assay('gate', '--baseline', 'other', HERE), 2, "'other'")
    exits(assay('baseline', 'rename', 'a', 'b'), 2, 'usage: assay baseline')
    exits(assay('baseline', 'save'), 2, 'usage: assay baseline')
    exits(assay('baseline', 'save', 'x', 'no-such-run'), 2, 'no-such-run')


@test
def an_unwritable_folder_for_copies_is_an_error_that_names_it():
    build(ONE)
    exits(assay('run', *TINY, HERE, *GOOD), 0)
    write('.assay/modules', 'a file in the way')
    exits(assay('baseline', 'save', 'main'), 3, '.assay/modules')
    check(STORE.exists(), 'the store is gone')


main()
