"""assay run, compare and gate with --instructions: counts that are exact, on a busy machine too."""
import json
import os
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from tap import (FIXTURES, SOURCE, Skip, assay, check, contains, exits, main, test,
                 untouched)

try:
    import jsonschema
except ImportError:
    jsonschema = None

COUNTED = os.path.join(FIXTURES, 'counted.so')
MORE = os.path.join(FIXTURES, 'counted_more.so')  # `work` has 10001 instructions instead of 10000


def need_counting():
    if os.environ.get('COUNTS_INSTRUCTIONS') != '1':
        raise Skip('this build has no valgrind headers, or is sanitized')
    if shutil.which('valgrind') is None:
        raise Skip('valgrind is not installed (package valgrind)')


def counting_test(function):
    def guarded():
        need_counting()
        function()

    guarded.__name__ = function.__name__
    return test(guarded)


def count(*words, **more):
    return assay('run', '--instructions', '--no-report', *words, **more)


def rows_of(done, code=0):
    exits(done, code)
    document = json.loads(done.out)
    rows = document['results'] if 'results' in document else document['rows']
    return {row['benchmark'].split('/')[1]: row for row in rows}


def compared(*words):
    return rows_of(assay('compare', '--instructions', '--json', *words))


def valid(done, name):
    if jsonschema is None:
        return
    path = pathlib.Path(SOURCE, 'docs/schema', name + '.schema.json')
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text(encoding='utf-8')))
    faults = [f'{list(e.absolute_path)}: {e.message}'
              for e in validator.iter_errors(json.loads(done.out))]
    check(faults == [], faults[:5])


# ---- run ----

@counting_test
def a_run_counts_exactly_and_keeps_it():
    done = count('--json', COUNTED, 'exact', '--label', 'counts')
    valid(done, 'run')
    rows, document = rows_of(done), json.loads(done.out)
    medians = [rows[f'exact:rounds={n}']['median'] for n in (1, 101, 100001)]
    check(medians[1] - medians[0] == 1200 and medians[2] - medians[0] == 1200000, medians)
    for row in rows.values():
        check(row['metric'] == 'instructions' and row['unit'] == 'instr', row)
        check(row['low'] == row['median'] == row['high'] and row['level'] == 0.95, row)
        check(row['sample_count'] == row['launch_count'] == 2 and row['warning'] == '', row)
    check(document['run']['plan']['profile'] == 'instructions', document['run'])
    stored = json.loads(assay('show', '--json', 'counts').out)
    check(stored['results'] == document['results'], stored)
    history = assay('history', '--metric', 'instructions', '--json', 'counted/exact:rounds=1')
    exits(history, 0)
    valid(history, 'history')
    contains(history.out, f'"median": {medians[0]}')


@counting_test
def the_table_says_what_was_counted_and_fits():
    done = count(COUNTED, 'exact')
    exits(done, 0)
    contains(done.out, 'instr.', 'instructions: 2 launches, counted under valgrind', '+-0.00%')
    check(all(len(line) <= 100 for line in done.out.splitlines()), done)


@counting_test
def what_goes_wrong_is_one_row_and_the_rest_goes_on():
    done = count('--json', '--time-limit', '20s', COUNTED, 'at_once', 'removed', 'skips', 'rounds=1')
    rows = rows_of(done, 3)
    valid(done, 'run')
    check(rows['crashes_at_once']['status'] == 'failed', rows)
    contains(rows['crashes_at_once']['reason'], 'signal 11')
    contains(rows['removed']['reason'], 'optimized out')
    check(rows['skips']['status'] == 'skipped', rows)
    contains(rows['skips']['reason'], 'no engine here')
    check(rows['exact:rounds=1']['median'] > 12, rows)


@counting_test
def a_benchmark_that_differs_from_process_to_process_is_told():
    row = rows_of(count('--json', '-l', '4', COUNTED, 'fickle'))['fickle']
    contains(row['warning'], 'not deterministic: its counts differ by', 'ppm (4 processes)')
    check(row['low'] < row['median'] < row['high'], row)


@test
def without_valgrind_nothing_is_run_and_the_package_is_named():
    os.mkdir('empty')
    for words in (['run', COUNTED], ['compare', COUNTED, MORE], ['gate', '-b', 'x', COUNTED]):
        done = assay(words[0], '--instructions', *words[1:], env={'PATH': os.path.abspath('empty')})
        exits(done, 3, 'valgrind is not installed (apt-get install valgrind)')
        check(done.out == '', done)
    untouched()


# ---- compare ----

@counting_test
def one_instruction_in_ten_thousand_decides():
    rows = compared(COUNTED, MORE, 'work', 'rounds=101')
    work, exact = rows['work'], rows['exact:rounds=101']
    check(work['verdict'] == 'slower' and work['discovery'], work)
    check(work['new'] - work['old'] == 1 and 9990 < work['old'] < 10020, work)
    check(abs(work['ratio'] - work['new'] / work['old']) < 1e-11, work)
    check(work['low'] == work['ratio'] == work['high'] and work['kind'] == 'counted', work)
    check(work['gate'] == 'pass' and work['unit'] == 'instr' and work['metric'] == 'instructions', work)
    check(exact['verdict'] == 'same' and exact['ratio'] == 1 and not exact['discovery'], exact)
    check(compared(MORE, COUNTED, 'work')['work']['verdict'] == 'faster')
    check(compared('-m', '0.1', COUNTED, MORE, 'work')['work']['verdict'] == 'same')


@counting_test
def counts_that_vary_are_undecided_and_failures_are_rows():
    done = assay('compare', '--instructions', '--json', COUNTED, MORE, 'fickle', 'at_once', 'work')
    rows = rows_of(done, 3)
    valid(done, 'compare')
    check(rows['fickle']['verdict'] == 'undecided' and rows['fickle']['launches'] == 5, rows)
    contains(rows['fickle']['reason'], 'not deterministic')
    check(rows['crashes_at_once']['verdict'] == 'none', rows)
    contains(rows['crashes_at_once']['reason'], 'old side: ended by signal 11')
    check(rows['work']['verdict'] == 'slower', rows)


@counting_test
def stored_counts_are_compared_exactly():
    shutil.copy(COUNTED, 'counted.so')
    count('./counted.so', 'work', '--label', 'old')
    shutil.copy(MORE, 'counted.so')
    count('./counted.so', 'work', '--label', 'new')
    assay('run', '-l', '2', '-t', '5ms', '-w', '2ms', '--no-report', './counted.so', 'work',
          '--label', 'timed')
    row = rows_of(assay('compare', '--json', 'old', 'new'))['work']
    check(row['verdict'] == 'slower' and row['kind'] == 'stored', row)
    check(row['new'] - row['old'] == 1 and row['metric'] == 'instructions', row)
    row = rows_of(assay('compare', '--json', 'old', 'timed'))['work']
    check(row['verdict'] == 'none' and row['ratio'] is None, row)
    contains(row['reason'], 'one run timed it, the other counted instructions')


# ---- gate ----

@counting_test
def a_gate_of_counts_decides_by_exact_shares():
    shutil.copy(COUNTED, 'counted.so')
    exits(count('./counted.so', 'work', 'rounds=1'), 0)
    exits(assay('baseline', 'save', 'base'), 0)
    gate = ['gate', '--instructions', '--json', '-b', 'base', './counted.so', 'work', 'rounds=1']
    same = rows_of(assay(*gate))
    check(all(row['verdict'] == 'same' and row['gate'] == 'pass' for row in same.values()), same)
    check(set(row['pairing'] for row in same.values()) == {'counted'}, same)
    shutil.copy(MORE, 'counted.so')
    check(rows_of(assay(*gate))['work']['gate'] == 'pass', 'an unimportant change fails')
    strict = rows_of(assay(*gate, '--warn', '0.001', '--fail', '0.005'), 1)
    check(strict['work']['gate'] == 'fail' and strict['exact:rounds=1']['gate'] == 'pass', strict)


main()
