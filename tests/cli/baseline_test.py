"""assay baseline, and run --save-baseline, --baseline and --compare."""
import json
import os
import pathlib
import shutil
import sqlite3
import sys

sys.dont_write_bytecode = True
from tap import (FIXTURES, MODULES, STORE, SUMS, assay, check, contains, exits, main, run,
                 test, untouched)

ONE = os.path.join(MODULES, 'gated_one.so')
TWO = os.path.join(MODULES, 'gated_two.so')
HERE = './gated_bench.so'
KEPT = pathlib.Path('.assay/modules')


def build(version):
    shutil.copy(version, HERE)


def copies():
    return sorted(path.name for path in KEPT.iterdir()) if KEPT.exists() else []


# ---- show, save, remove ----

@test
def show_tells_the_run_the_modules_and_the_results():
    build(ONE)
    exits(run(HERE, 'steady', '--save-baseline', 'main'), 0)
    done = assay('baseline', 'show', 'main')
    exits(done, 0)
    contains(done.out, 'baseline main, saved 2', 'kept gated_bench.so, ', 'iB: .assay/modules/',
             'steady', 'run 2')
    document = json.loads(assay('baseline', 'show', 'main', '--json').out)
    check(document['schema'] == 'assay.baseline/1' and document['name'] == 'main', document)
    module = document['modules'][0]
    check(module['exists'] and module['bytes'] == os.path.getsize(ONE), module)
    check(document['run']['results'][0]['benchmark'] == 'gated/steady', document)
    shutil.rmtree(KEPT)
    contains(assay('baseline', 'show', 'main').out, 'kept gated_bench.so, gone: ')
    module = json.loads(assay('baseline', 'show', 'main', '--json').out)['modules'][0]
    check(not module['exists'] and module['bytes'] is None, module)
    exits(assay('baseline', 'show', 'other'), 2, "no baseline 'other'")
    exits(assay('baseline', 'show'), 2, 'usage: assay baseline')


@test
def a_run_in_which_nothing_is_ok_is_no_baseline():
    misbehave = os.path.join(FIXTURES, 'misbehave.so')
    exits(run(misbehave, 'misbehave/exits', '--label', 'bad'), 3)
    exits(assay('baseline', 'save', 'main', 'bad'), 2, 'no result that is ok')
    check(json.loads(assay('baseline', '--json').out)['baselines'] == [], 'it was saved')


@test
def copies_go_with_the_last_baseline_that_needs_them():
    build(ONE)
    exits(run(HERE, 'steady', '--save-baseline', 'a'), 0)
    exits(assay('baseline', 'save', 'b'), 0)
    build(TWO)
    exits(run(HERE, 'steady', '--save-baseline', 'c'), 0)
    check(len(copies()) == 2, copies())
    exits(assay('baseline', 'remove', 'a'), 0)
    check(len(copies()) == 2, 'b needs it')
    exits(assay('baseline', 'remove', 'b'), 0)
    check(len(copies()) == 1, copies())
    exits(assay('gate', '--baseline', 'c', HERE, 'steady', '--fail', '99', '-t', '10ms'), 0)
    exits(assay('baseline', 'remove', 'c'), 0)
    check(copies() == [], copies())
    contains(assay('show').out, 'steady')  # the run is still there


@test
def moving_a_name_sweeps_what_it_pointed_at():
    build(ONE)
    exits(run(HERE, 'steady', '--save-baseline', 'a'), 0)
    before = copies()
    build(TWO)
    exits(run(HERE, 'steady', '--save-baseline', 'a'), 2, "'a' already", '--overwrite')
    check(copies() == before and json.loads(assay('history', '--json').out)['runs'][1:] == [],
          'something was run')
    exits(run(HERE, 'steady', '--save-baseline', 'a', '--overwrite'), 0)
    check(len(copies()) == 1 and copies() != before, copies())


@test
def a_store_opened_from_elsewhere_finds_its_copies():
    build(ONE)
    exits(run(HERE, 'steady', '--save-baseline', 'main'), 0)
    os.mkdir('below')
    os.chdir('below')
    done = assay('gate', '--store', '../.assay/history.db', '--baseline', 'main', '--json',
                 '../gated_bench.so', 'steady', '--fail', '99', '-t', '10ms')
    os.chdir('..')
    exits(done, 0)
    check(json.loads(done.out)['rows'][0]['kind'] == 'remeasured', done)


# ---- run ----

@test
def mistakes_stop_a_run_before_anything_is_measured():
    exits(run(SUMS, '--no-store', '--save-baseline', 'x'), 2, '--no-store')
    exits(run(SUMS, '--baseline', 'x', '--compare', 'y'), 2, 'exclude each other')
    exits(run(SUMS, '--baseline', 'x'), 2, 'no store')
    untouched()
    exits(run(SUMS), 0)
    exits(run(SUMS, '--compare', 'nosuch'), 2, "'nosuch'")
    check(len(json.loads(assay('history', '--json').out)['runs']) == 1, 'it was run')


@test
def a_run_is_set_against_a_baseline_by_stored_numbers():
    build(ONE)
    exits(run(HERE, '-l', '4', 'work', 'steady', 'parse', '--save-baseline', 'main'), 0)
    build(TWO)
    done = run(HERE, '-l', '4', 'work', 'late', 'parse', '--baseline', 'main', '--json')
    exits(done, 0)
    document = json.loads(done.out)
    rows = {row['benchmark']: row for row in document['comparison']['rows']}
    check(document['comparison']['schema'] == 'assay.compare/1', document)
    work = rows['gated/work']
    check(work['kind'] == 'stored' and work['verdict'] == 'slower' and work['limits'] is None, work)
    check(rows['gated/late']['reason'].startswith('new:'), rows)
    check(rows['gated/parse_header']['reason'].startswith('missing:'), rows)
    check('gated/steady' not in rows, 'it was not selected')
    done = run(HERE, '-l', '4', 'work', '--baseline', 'main')
    contains(done.out, 'against run 2', 'one after the other', 'slower', 'assay gate --baseline')


@test
def the_last_run_is_the_last_one_like_this():
    build(ONE)
    done = run(HERE, 'steady', '--compare', 'last')
    exits(done, 0)
    contains(done.out, 'no earlier run has this machine')
    exits(run(HERE, 'work', '--label', 'another benchmark'), 0)
    first = json.loads(assay('history', '--json').out)['runs'][1]['id']
    document = json.loads(run(HERE, 'steady', '--compare', 'last', '--json').out)
    check(document['compared_with'] == first, document['compared_with'])
    check([row['benchmark'] for row in document['comparison']['rows']] == ['gated/steady'])
    exits(run(HERE, 'steady', '-p', 'stress', '--no-store'), 0)
    done = run(HERE, 'steady', '-p', 'stress', '--compare', 'last', '--json')
    document = json.loads(done.out)
    check(document['compared_with'] is None and document['comparison'] is None, done)


@test
def a_run_against_one_of_another_machine_is_labelled_and_never_the_same():
    build(ONE)
    exits(run(HERE, '-l', '4', 'steady', '--label', 'then'), 0)
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE run SET cpu = 'another', fingerprint = 'another|4|Linux 1|13'")
    done = run(HERE, '-l', '4', 'steady', '--compare', 'then', '--json')
    exits(done, 0)
    row = json.loads(done.out)['comparison']['rows'][0]
    check(row['across_machines'] and row['verdict'] == 'undecided', row)
    contains(row['reason'], 'different machines')


@test
def a_store_without_baselines_says_how_to_make_one():
    build(ONE)
    exits(run(HERE, 'steady'), 0)
    contains(assay('baseline').out, "no baselines yet: 'assay baseline save NAME'")
    exits(assay('gate', '--baseline', 'main', HERE), 2, "no run is called 'main'",
          "'assay run --save-baseline NAME' makes a baseline")


main()
