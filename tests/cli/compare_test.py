"""assay compare: modules, values of a parameter and stored results against each other.

The machine is shared and busy: verdicts are asked only of versions that differ by a factor of two,
or not at all, with a margin of 30 %, and in one of three tries.
"""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (FIXTURES, MANY, MODULES, PROGRAM, SOURCE, STORE, SUMS, Skip, assay, check, contains,
                 environment, exits, in_three_tries, main, run, test, write)

try:
    import jsonschema
except ImportError:
    jsonschema = None

ONE = os.path.join(MODULES, 'versions_one.so')
PARTNERS = os.path.join(MODULES, 'partners_bench.so')
TWO = os.path.join(MODULES, 'versions_two.so')
SHORT = ['-t', '20ms', '-w', '2ms', '-l', '12', '--margin', '30']


def compare(*words, **more):
    return assay('compare', *SHORT, *words, **more)


def rows_of(done, code=0):
    exits(done, code)
    document = json.loads(done.out)
    check(document['schema'] == 'assay.compare/1', document)
    return {row['benchmark'].split('/')[1]: row for row in document['rows']}


def row_of(done, code=0):
    rows = rows_of(done, code)
    check(len(rows) == 1, rows)
    return next(iter(rows.values()))


def unmeasured(row, reason):
    """Without verdict or number, with the reason."""
    check(row['verdict'] == 'none' and row['gate'] == 'undecided', row)
    check(row['ratio'] is None and row['low'] is None and row['old'] is None, row)
    check(not row['discovery'], row)
    contains(row['reason'], reason)


# ---- verdicts ----

@test
def one_version_against_itself_is_the_same():
    def same():
        row = row_of(compare('--json', ONE, ONE, 'steady'))
        check(row['verdict'] == 'same', row)
        return row

    row = in_three_tries(same)
    check(row['kind'] == 'one_process' and row['level'] == 0.99, row)
    check(8 <= row['launches'] <= 12 and row['pairs'] >= row['launches'], row)
    check(row['low'] <= row['ratio'] <= row['high'], row)


def steps_are(verdict, gate, bounds, *words):
    rows = rows_of(compare('--json', *words, 'step'))
    check(set(rows) == {'step:n=100', 'step:n=200'}, rows)
    for row in rows.values():
        check(row['verdict'] == verdict and row['gate'] == gate and row['discovery'], row)
        check(bounds[0] < row['low'] and row['high'] < bounds[1], row)
        check(bounds[0] < row['new'] / row['old'] < bounds[1], row)


@test
def twice_the_work_is_slower():
    in_three_tries(lambda: steps_are('slower', 'fail', (1.3, 5), ONE, TWO))


@test
def half_the_work_is_faster():
    in_three_tries(lambda: steps_are('faster', 'pass', (0.1, 1 / 1.3), TWO, ONE))


@test
def what_the_data_slows_down_is_not_put_down_to_placement():
    near, far = (os.path.join(MODULES, f'spread_{name}.so') for name in ('near', 'far'))

    def slower():
        row = row_of(compare('--json', near, far))
        check(row['verdict'] == 'slower' and row['gate'] == 'fail', row)
        return row

    reason = in_three_tries(slower)['reason']
    if not reason:
        raise Skip('instructions cannot be counted here')
    contains(reason, 'same instructions; over ')
    contains(reason, ' random placements ')
    contains(reason, 'the change stays')


@test
def lockstep_is_done_when_asked_for():
    row = row_of(compare('--json', '--lockstep', '-l', '6', ONE, TWO, 'step:n=100'))
    check(row['kind'] == 'lockstep' and row['launches'] == 6 and row['ratio_q10'] > 1.3, row)


@test
def modules_that_need_one_library_are_measured_in_lockstep():
    shares = [os.path.join(FIXTURES, f'shares_{name}.so') for name in ('one', 'two')]
    for new in shares:
        row = row_of(compare('--json', shares[0], new, 'work', '-l', '6'))
        check(row['kind'] == 'lockstep' and row['launches'] == 6, row)
        check(row['verdict'] in ('same', 'undecided', 'slower', 'faster'), row)


@test
def too_few_launches_are_undecided_and_told_how_many_more_it_takes():
    row = row_of(compare('--json', '-l', '3', ONE, ONE, 'steady'))
    check(row['verdict'] == row['gate'] == 'undecided' and row['launches'] == 3, row)
    check(row['high'] is None and row['ratio'] > 0, row)
    contains(row['reason'], 'more launches (--launches ')
    contains(compare('-l', '1', ONE, ONE, 'steady').out, '(too few launches)', 'undecided')


# ---- every benchmark is one row ----

@test
def every_benchmark_of_either_side_is_a_row_and_a_side_that_goes_wrong_harms_no_other():
    rows = rows_of(compare('--json', '--time-limit', '2s', ONE, TWO), 3)
    check(len(rows) == 10, sorted(rows))
    unmeasured(rows['only_in_two'], 'new: the old side lacks it')
    unmeasured(rows['only_in_one'], 'missing: the new side lacks it')
    unmeasured(rows['skips'], 'no engine here')
    unmeasured(rows['crashes_in_two'], 'signal 6')
    unmeasured(rows['wrong_in_two'], 'the sum is wrong')
    unmeasured(rows['removed_in_two'], 'optimized out')
    unmeasured(rows['hangs_in_two'], 'time limit of 2 s')
    check(rows['step:n=100']['ratio_q10'] > 1.3 and rows['step:n=200']['ratio_q10'] > 1.3, rows)


@test
def a_new_or_skipped_benchmark_is_no_failure():
    rows_of(compare('--json', '-l', '2', ONE, ONE, 'skips'))
    rows_of(compare('--json', '-l', '2', ONE, ONE, 'steady'))


@test
def a_module_that_cannot_be_listed_is_a_row():
    pathlib.Path('broken.so').write_text('no module', encoding='utf-8')
    done = compare('--json', ONE, './broken.so')
    exits(done, 3)
    reasons = [row['reason'] for row in json.loads(done.out)['rows']]
    check(any('no benchmark module' in reason for reason in reasons), reasons)


# ---- output ----

@test
def the_table_has_the_changed_rows_first_and_fits():
    done = compare(ONE, TWO, 'ste')
    exits(done, 0)
    lines = done.out.splitlines()
    contains(lines[0], 'verdict', 'change', 'interval', 'benchmark')
    check('step:n=' in lines[1], done)
    contains(done.out, ' slower, 0 faster, ', 'geometric mean', 'kind one_process')
    check(all(len(line) <= 80 for line in lines), done)


@test
def the_document_validates():
    if jsonschema is None:
        raise Skip('jsonschema is not installed (package python3-jsonschema)')
    path = pathlib.Path(SOURCE, 'docs/schema/compare.schema.json')
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text(encoding='utf-8')))
    run(ONE, 'steady', '--label', 'first')
    for done in (compare('--json', ONE, TWO, '-l', '6', '--time-limit', '2s'),
                 compare('--json', '--within-launch', '--budget', '50ms', ONE, TWO, 'step'),
                 compare('--json', '-l', '1', '--by', 'mode', PARTNERS),
                 compare('--json', '-l', '1', ONE, ONE, 'steady'),
                 compare('--json', '--lockstep', ONE, ONE, 'steady'),
                 assay('compare', '--json', 'first', 'first')):
        document = json.loads(done.out)
        faults = [f'{list(e.absolute_path)}: {e.message}' for e in validator.iter_errors(document)]
        check(faults == [], faults[:5])
        broken = dict(document, surprise=1)
        check(any(validator.iter_errors(broken)))
        document['rows'][0]['verdict'] = 'better'
        check(any(validator.iter_errors(document)))


@test
def one_launch_is_labelled_and_has_no_launch_ratios():
    row = row_of(compare('--json', '--within-launch', '--budget', '60ms', ONE, ONE, 'steady'))
    check(row['within_launch'] and row['launches'] == 1 and row['launch_ratios'] == [], row)
    row = row_of(compare('--json', ONE, ONE, 'steady', '-l', '9'))
    check(not row['within_launch'] and len(row['launch_ratios']) == row['launches'] >= 8, row)


@test
def a_budget_ends_the_launches_from_the_eighth_on():
    row = row_of(compare('--json', '-m', '0.0001', '--budget', '1ms', ONE, ONE, 'steady'))
    check(row['launches'] == 8, row)


@test
def a_change_is_explained_by_what_is_counted():
    row = rows_of(compare('--json', ONE, TWO, 'step:n=100'))['step:n=100']
    check(row['new_counts'] is not None and row['new_counts']['allocations'] in (0, None), row)
    if row['new_counts']['instructions'] is None:
        raise Skip('instructions are not counted here')
    check(row['new_counts']['instructions'] > 1.3 * row['old_counts']['instructions'], row)
    check([finding['rule'] for finding in row['findings']] == ['work'], row)
    contains(compare(ONE, TWO, 'step:n=100').out, 'more work is done', 'read the diff')
    row = rows_of(compare('--json', '--no-explain', ONE, TWO, 'step:n=100'))['step:n=100']
    check(row['new_counts'] is None and row['findings'] == [], row)
    row = row_of(compare('--json', ONE, ONE, 'steady'))
    check(row['new_counts'] is None and row['findings'] == [], row)


@test
def nothing_is_stored():
    compare('-l', '1', ONE, ONE, 'steady')
    check(not STORE.exists())


# ---- several versions ----

@test
def of_three_modules_each_is_set_against_the_first():
    done = compare('--json', '-l', '6', ONE, TWO, ONE, 'step:n=100')
    exits(done, 0)
    rows = json.loads(done.out)['rows']
    check([(row['new_version'], row['old_version']) for row in rows] == [(TWO, ONE), (ONE, ONE)], rows)
    check(rows[0]['ratio_q10'] > 1.3 > rows[1]['ratio_q10'], rows)
    contains(compare('-l', '2', ONE, TWO, ONE, 'step').out, f'{TWO} against {ONE}',
             f'{ONE} against {ONE}')


# ---- values of a parameter ----

@test
def values_of_a_parameter_are_set_against_the_first():
    row = row_of(compare('--json', '-l', '6', '--by', 'n', ONE, 'step'))
    check((row['benchmark'], row['versus']) == ('versions_one/step:n=200', 'versions_one/step:n=100'))
    check(row['kind'] == 'one_process' and row['new_version'] is None, row)
    check(1.3 < row['ratio_q10'] < 3, row)
    row = row_of(compare('--json', '-l', '6', '--by', 'n', '--base', '200', ONE, 'step'))
    check(row['versus'] == 'versions_one/step:n=200' and row['ratio_q10'] < 0.8, row)


@test
def the_other_parameters_stay_the_same():
    done = compare('--json', '-l', '1', '-t', '2ms', '--by', 'a', MANY, 'b=3', 'b=4')
    exits(done, 0)
    rows = json.loads(done.out)['rows']
    check(len(rows) > 2)
    for row in rows:
        check(row['versus'].split(',')[1] == row['benchmark'].split(',')[1], row)
        contains(row['versus'], ':a=0,')
        check('a=0,' not in row['benchmark'], row)


@test
def the_table_of_values_has_the_base_first_and_fits():
    done = compare('-l', '2', '--by', 'n', ONE, 'step')
    exits(done, 0)
    lines = done.out.splitlines()
    contains(lines[0], 'benchmark', 'time', 'ratio', 'interval', 'verdict')
    check(lines[1].startswith('versions_one/step:n=100 '), done)
    check(lines[2].startswith('  n=200 '), done)
    check(all(len(line) <= 80 for line in lines), done)


@test
def a_value_that_fails_is_a_row_without_a_verdict():
    done = compare('--json', '--by', 'mode', PARTNERS, '-l', '1')
    exits(done, 3)
    rows = {row['benchmark'].split('mode=')[1]: row for row in json.loads(done.out)['rows']}
    check(set(rows) == {'bad', 'lone', 'good'}, rows)
    unmeasured(rows['bad'], 'the sum is wrong')
    unmeasured(rows['lone'], 'there is no mode=base of it')
    check(rows['good']['versus'].endswith('mode=base') and rows['lone']['versus'] is None, rows)
    contains(compare('--by', 'mode', PARTNERS, '-l', '1').out, 'the sum is wrong', 'mode=good',
             'there is no mode=base of it')


@test
def mistakes_about_a_parameter_name_what_there_is():
    exits(assay('compare', '--by', 'm', ONE), 2, "no benchmark has a parameter 'm'; there are n")
    exits(assay('compare', '--by', 'n', ONE, 'steady'), 2, 'there is none')
    exits(assay('compare', '--by', 'n', '--base', '300', ONE), 2,
          "nothing can be set against n=300; the values of 'n' here: 100, 200")
    exits(assay('compare', '--by', 'n', ONE, 'n=100'), 2, "the values of 'n' here: 100")
    exits(assay('compare', '--base', '1', ONE, TWO), 2, '--base goes with --by')
    for option in ('--build', '--rebuild', '--bisect'):
        exits(assay('compare', '--by', 'n', option, ONE), 2, 'do not go with it')


# ---- files of results ----

def results(name, *words):
    """A file that `assay run --json` wrote."""
    done = run('--json', '-l', '6', *words)
    exits(done, 0)
    return write(name, done.out)


@test
def files_of_results_are_compared_without_a_store():
    shutil.copy(ONE, 'versions.so')
    old = results('old.json', './versions.so', 'step', 'steady')
    shutil.copy(TWO, 'versions.so')
    new = results('new.json', './versions.so', 'step')
    shutil.rmtree('.assay')
    rows = rows_of(assay('compare', '--json', old, new))
    check(rows['step:n=100']['kind'] == 'stored' and rows['step:n=100']['ratio'] > 1.3, rows)
    check(rows['step:n=100']['old_version'] == 'old.json', rows)
    unmeasured(rows['steady'], 'missing: the new run lacks it')
    row = row_of(assay('compare', '--json', './old.json', new, 'n=200'))
    check(row['benchmark'] == 'versions/step:n=200', row)
    exits(assay('compare', old, new, 'nosuch'), 2, "matches 'nosuch'")


@test
def a_file_says_the_same_as_the_store():
    for name in ('one', 'two'):
        results(f'{name}.json', ONE, 'steady', '--label', name)
    stored = row_of(assay('compare', '--json', 'one', 'two'))
    read = row_of(assay('compare', '--json', 'one.json', 'two.json'))
    mixed = row_of(assay('compare', '--json', 'one', 'two.json'))
    for row in (read, mixed):
        check(row['verdict'] == stored['verdict'] or row['high'] - row['low'] > 0.1, (row, stored))
        for key in ('ratio', 'low', 'high'):
            check(abs(row[key] / stored[key] - 1) < 0.05, (key, row, stored))


@test
def other_files_are_refused_with_the_reason():
    good = json.loads(results('good.json', ONE, 'steady').read_text(encoding='utf-8'))
    for text, reason in (('', 'bad.json:'), ('[]', "its schema is ''"), ('{', 'bad.json:'),
                         ('{"schema": "assay.list/1"}', "its schema is 'assay.list/1'"),
                         ('{"schema": "assay.run/1"}', "'run' wants the run")):
        write('bad.json', text)
        exits(assay('compare', 'good.json', 'bad.json'), 2, reason)
    for key, value, reason in (('median', -1, "'median' wants a time above 0"),
                               ('launch_count', 0, "'launch_count' wants a whole number"),
                               ('benchmark', 'none', "'benchmark' wants an id"),
                               ('level', 1, "'level' wants"), ('low', 1e9, "'low' wants")):
        wrong = json.loads(json.dumps(good))
        wrong['results'][0][key] = value
        write('bad.json', json.dumps(wrong))
        exits(assay('compare', 'bad.json', 'good.json'), 2, f'bad.json: {reason}')
    exits(assay('compare', './none.json', 'good.json'), 3, "cannot open './none.json'")
    exits(assay('compare', ONE, 'good.json'), 2, "'good.json' is the results of a run")


# ---- stored runs ----

@test
def stored_runs_are_compared_by_id():
    shutil.copy(ONE, 'versions.so')
    run('-l', '6', './versions.so', 'step', 'only', '--label', 'old')
    shutil.copy(TWO, 'versions.so')
    run('-l', '6', './versions.so', 'step', 'only', '--label', 'new')
    rows = rows_of(assay('compare', '--json', 'old', 'new'))
    check(rows['step:n=100']['kind'] == 'stored', rows)
    check(rows['step:n=100']['ratio'] > 1.3 and rows['step:n=200']['ratio'] > 1.3, rows)
    check(rows['step:n=100']['verdict'] in ('slower', 'undecided'), rows)
    contains(rows['step:n=100']['reason'], "the machine's drift")
    unmeasured(rows['only_in_two'], 'new: the old run lacks it')
    unmeasured(rows['only_in_one'], 'missing: the new run lacks it')
    contains(assay('compare', 'old', 'new').out, 'kind stored')


@test
def a_stored_run_of_one_launch_is_too_few():
    assay('run', '-l', '1', '-t', '5ms', ONE, 'steady', '--label', 'single')
    unmeasured(row_of(assay('compare', '--json', 'single', 'single')), 'two launches or more')


@test
def runs_of_another_machine_are_refused():
    run(SUMS, '--label', 'here')
    run(SUMS, '--label', 'elsewhere')
    with sqlite3.connect(STORE) as store:
        names = [row[1] for row in store.execute('PRAGMA table_info(run)')]
        for name in ('cpu', 'fingerprint'):
            if name in names:
                store.execute(f"UPDATE run SET {name} = 'another' WHERE label = 'elsewhere'")
    done = assay('compare', 'here', 'elsewhere')
    exits(done, 2, 'the runs come from different machines', '--across-machines')
    check(done.out == '', done)
    rows = json.loads(assay('compare', '--across-machines', '--json', 'here', 'elsewhere').out)
    for row in rows['rows']:
        check(row['across_machines'] or row['verdict'] == 'none', row)
        check(row['verdict'] in ('none', 'undecided'), row)


# ---- mistakes ----

@test
def wrong_operands_are_usage_errors():
    exits(assay('compare'), 2, 'usage: assay compare OLD [NEW] [PATTERN ...]')
    exits(assay('compare', ONE), 2, 'is compared with what?')
    for words in ([ONE, 'latest'], ['latest', ONE], ['one', 'two', 'step']):
        exits(assay('compare', *words), 2, 'is no file, no stored run')
    run(ONE, 'steady', '--label', 'stored')
    for words in ([ONE, 'stored'], ['stored', ONE], ['stored', ONE, 'steady']):
        exits(assay('compare', *words), 2, "'stored' is the results of a run", 'assay gate')
    exits(assay('compare', 'stored', 'stored', ONE), 2, 'is a third version')
    exits(assay('compare', '--bisect', ONE, TWO, 'steady', '-l', '1', '-t', '5ms'), 2,
          '--bisect wants two commits')
    exits(assay('compare', ONE, './none.so'), 2, "cannot open module './none.so'")
    exits(assay('compare', ONE, TWO, 'nosuch'), 2, "no benchmark matches 'nosuch'")


@test
def wrong_options_are_usage_errors():
    for value in ('0', '-1', '100', 'nan', '1%%', '1x', ''):
        exits(assay('compare', '--margin', value, ONE, TWO), 2, "--margin")
    exits(assay('compare', '--launches', '0', ONE, TWO), 2, '--launches')
    exits(assay('compare', '--time', 'soon', ONE, TWO), 2, '--time')
    exits(assay('compare', '--margins', '1', ONE, TWO), 2, "did you mean '--margin'?")


# ---- stopping ----

def children_of(number):
    """Live processes whose parent is `number`."""
    found = []
    for name in os.listdir('/proc'):
        try:
            if name.isdigit():
                with open(f'/proc/{name}/stat', encoding='utf-8') as file:
                    fields = file.read().rpartition(')')[2].split()
                if int(fields[1]) == number and fields[0] != 'Z':
                    found.append(int(name))
        except OSError:
            continue
    return found


def is_alive(number):
    try:
        with open(f'/proc/{number}/stat', encoding='utf-8') as file:
            return file.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.005)


@test
def ctrl_c_ends_with_what_there_is_and_leaves_no_process():
    for number, more in ((signal.SIGINT, []), (signal.SIGTERM, ['--lockstep'])):
        words = [PROGRAM, 'compare', '--json', '-m', '0.001', '-l', '1000', '-t', '50ms', *more,
                 ONE, ONE, 'ste']
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True,
                              env=environment()) as process:
            wait_for(lambda: len(children_of(process.pid)) == (2 if more else 1))
            time.sleep(0.3)
            hosts = children_of(process.pid)
            process.send_signal(number)
            out = process.communicate(timeout=30)[0]
        check(process.returncode == 3, process.returncode)
        wait_for(lambda: not any(is_alive(host) for host in hosts))
        rows = json.loads(out)['rows']
        check(len(rows) == 3, rows)
        check(all(row['reason'].startswith('interrupted') for row in rows), rows)


main()
