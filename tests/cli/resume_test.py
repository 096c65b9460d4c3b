"""assay run --resume: an interrupted run goes on, nothing is lost and nothing is there twice.

ASSAY_TRIALS is how often the last test kills the program: 60 times unless it says more.
"""
import json
import os
import pathlib
import random
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (MODULES, PROGRAM, RESULTS, STORE, SUMS, assay, check, contains,
                 environment, exits, main, processes_here, run, test, write)

TRIALS = int(os.environ.get('ASSAY_TRIALS', '60'))
STEPS = os.path.join(MODULES, 'tiny_bench.so')
FAST = ['-l', '1', '-n', '1', '-i', '1', '-w', '1ms']
BEGUN = pathlib.Path('begun')


def query(sql):
    with sqlite3.connect(STORE) as store:
        return store.execute(sql).fetchall()


def start(*words):
    return subprocess.Popen([PROGRAM, 'run', *words], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment(BEGUN='begun'))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.002)


def begun():
    return BEGUN.read_text(encoding='utf-8').splitlines() if BEGUN.exists() else []


def interrupted(*words, after=5):
    """A run of the module that Ctrl-C ended after some benchmarks; its id and what it said."""
    before = len(begun())
    process = start(*FAST, *(words or (STEPS, 'tiny/steps')))
    wait_for(lambda: len(begun()) > before + after)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    check(process.returncode == 3, (process.returncode, out, err))
    return query('SELECT id FROM run ORDER BY key DESC LIMIT 1')[0][0], out


def refused(run_id, code, *parts):
    before = query('SELECT count(*) FROM result')
    done = assay('run', '--resume', run_id)
    exits(done, code, *parts)
    check(done.out == '' and query('SELECT count(*) FROM result') == before, done)


@test
def the_command_that_is_told_goes_on_and_the_run_is_whole():
    run_id, out = interrupted()
    contains(out, f'interrupted: the rest was not run; go on with: assay run --resume {run_id}\n')
    contains(assay('history').out, f'interrupted\n  (resume with: assay run --resume {run_id})\n')
    words = shlex.split(out.split('go on with: assay ')[1].splitlines()[0])
    there = query('SELECT benchmark, samples FROM result ORDER BY number')
    done = assay(*words, '--json', env={'BEGUN': 'begun'})
    exits(done, 0)
    document = json.loads(done.out)
    names = [row['benchmark'] for row in document['results'] if row['metric'] == 'time_ns']
    check(len(names) == len(set(names)) == 100, names)
    check(document['run']['id'] == run_id and not document['run']['interrupted'], document['run'])
    check(len(begun()) in (100, 101) and len(set(begun())) == 100, begun())
    check(query('SELECT benchmark, samples FROM result ORDER BY number')[:len(there)] == there)
    check(query('SELECT status FROM run') == [('done',)])
    shown = json.loads(assay('show', '--json').out)
    check([row['benchmark'] for row in shown['results']] ==
          [row['benchmark'] for row in document['results']])
    whole = json.loads((RESULTS / run_id / 'summary.json').read_text(encoding='utf-8'))
    check(len(whole['results']) == len(document['results']), 'the report is not whole')
    refused('latest', 2, 'is complete: nothing is left to resume')
    refused(run_id, 2, 'is complete')


@test
def a_store_that_was_named_is_in_the_command():
    _, out = interrupted('--store', str(STORE), STEPS, 'tiny/steps')
    command = out.split('go on with: assay ')[1].splitlines()[0]
    contains(command, "--store '.assay/history.db'")
    exits(assay(*shlex.split(command)), 0)
    check(query('SELECT count(*) FROM result') == [(100,)])


@test
def with_json_the_command_is_told_beside_the_document():
    process = start(*FAST, '--json', STEPS, 'tiny/steps')
    wait_for(lambda: len(begun()) > 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    check(json.loads(out)['run']['interrupted'], out)
    contains(err, 'go on with: assay run --resume ' + json.loads(out)['run']['id'])


@test
def several_interruptions_make_one_run():
    run_id, _ = interrupted()
    for part in range(3):
        before = len(begun())
        process = start('--resume')
        wait_for(lambda: len(begun()) > before + 3)
        process.send_signal((signal.SIGTERM, signal.SIGKILL, signal.SIGINT)[part])
        process.communicate(timeout=100)
    exits(assay('run', '--resume', run_id), 0)
    check(query('SELECT count(*), count(DISTINCT benchmark), count(DISTINCT number) FROM result')
          == [(100, 100, 100)])
    check(query('SELECT id, status FROM run') == [(run_id, 'done')])


@test
def targets_are_judged_once_and_of_all_benchmarks():
    write('targets.yaml', 'targets:\n'
          '  - {benchmark: "tiny/steps:*", metric: time_ns, at_most: 1 s, source: a test}\n')
    write('assay.yaml', 'targets: [targets.yaml]\n')
    interrupted()
    exits(assay('run', '--resume'), 0)
    judged = query('SELECT count(*), count(DISTINCT benchmark) FROM target'
                   " WHERE benchmark LIKE 'tiny/%'")
    check(judged == [(100, 100)], judged)


@test
def a_failed_row_is_a_result_and_is_not_run_again():
    write('text.so', 'no module')
    run_id, _ = interrupted('./text.so', STEPS, 'tiny/steps')
    exits(assay('run', '--resume', run_id), 3)
    check(query("SELECT count(*) FROM result WHERE outcome = 'failed'") == [(1,)])
    check(query('SELECT count(*) FROM result') == [(101,)])


@test
def what_has_changed_is_refused_with_its_name():
    shutil.copy(STEPS, 'own_bench.so')
    run_id, _ = interrupted('./own_bench.so', 'tiny/steps')
    shutil.copy(SUMS, 'own_bench.so')
    refused(run_id, 2, "no benchmark matches 'tiny/steps'")
    shutil.copy(STEPS, 'own_bench.so')
    with open('own_bench.so', 'ab') as file:
        file.write(b' ')
    refused(run_id, 2, f'run {run_id} cannot be resumed', "the module './own_bench.so' has changed")
    os.remove('own_bench.so')
    refused(run_id, 2, "cannot open module './own_bench.so'")
    shutil.copy(STEPS, 'own_bench.so')
    exits(assay('run', '--resume', run_id), 0)


@test
def another_selection_of_modules_is_refused():
    os.mkdir('suites')
    shutil.copy(STEPS, 'suites/a_bench.so')
    write('assay.yaml', 'suites: [suites]\n')
    run_id, _ = interrupted('tiny/steps')
    shutil.copy(SUMS, 'suites/b_bench.so')
    write('assay.yaml', 'suites: [suites, more]\n')
    os.mkdir('more')
    shutil.move('suites/a_bench.so', 'more/a_bench.so')
    refused(run_id, 2, "a_bench.so' is not among the modules any more", "more/a_bench.so' is new")


@test
def another_machine_is_refused():
    run_id, _ = interrupted()
    for column, value in (('cpu', "'abacus'"), ('cores', '3'), ('kernel', "'2.0'"),
                          ('hostname', "'elsewhere'")):
        before = query(f'SELECT {column} FROM run')[0][0]
        query(f'UPDATE run SET {column} = {value}')
        refused(run_id, 2, 'was begun on another machine or kernel', value.strip("'"))
        with sqlite3.connect(STORE) as store:
            store.execute(f'UPDATE run SET {column} = ?', (before,))
    exits(assay('run', '--resume'), 0)


@test
def what_cannot_be_resumed_is_told():
    exits(assay('run', '--resume'), 2, 'no store')
    exits(run(SUMS), 0)
    exits(assay('run', '--resume'), 2, 'no run was interrupted')
    exits(assay('run', '--resume', 'nobody'), 2, "no run is called 'nobody'")
    for words in (['--profile', 'quick'], ['-l', '3'], ['--seed', '3'], ['--label', 'x'],
                  ['--memory-limit', '1 GiB'], ['--instructions']):
        exits(assay('run', '--resume', *words), 2, '--resume goes on with the plan')
    exits(assay('run', '--resume', '--no-store'), 2, '--no-store excludes it')
    exits(assay('run', '--resume', 'a', 'b'), 2, '--resume takes one RUN')
    run_id, _ = interrupted()
    for origin in ('NULL', "''", "'{'", "'[]'", '\'{"words": [1]}\''):
        query(f'UPDATE run SET origin = {origin} WHERE id = \'{run_id}\'')
        refused(run_id, 2, 'cannot be resumed', 'older assay')
    query(f'UPDATE run SET origin = \'{{"words": ["{STEPS}"]}}\' WHERE id = \'{run_id}\'')
    refused(run_id, 2, 'is new')


@test
def a_run_under_way_is_not_resumed():
    process = start(*FAST, '--time-limit', '90 s', STEPS)
    wait_for(lambda: begun().count('0 0') == 2)  # the first, and the one that waits
    run_id = query('SELECT id FROM run')[0][0]
    contains(assay('history').out, ' running')
    exits(assay('run', '--resume'), 2, 'no run was interrupted')
    refused(run_id, 3, f'run {run_id}: another assay is measuring it now')
    process.kill()
    process.communicate(timeout=100)
    contains(assay('history').out, 'interrupted\n  (resume with')
    check(query('SELECT count(*) FROM result') == [(100,)])
    process = start('--resume', run_id)
    wait_for(lambda: begun()[-1] == '0 0' and begun().count('0 0') == 3)
    process.kill()
    process.communicate(timeout=100)


@test
def two_at_once_on_one_store_both_finish():
    both = [start(*FAST, '--no-report', STEPS, 'tiny/steps') for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=200)
        check(process.returncode == 0, out[-300:] + err)
    check(query('SELECT run, count(*), count(DISTINCT number) FROM result GROUP BY run') ==
          [(1, 100, 100), (2, 100, 100)])
    check(query('SELECT DISTINCT status FROM run') == [('done',)])


def kill_at(seconds, *words):
    """One trial: what was begun by the program until it was killed, or it ended before."""
    before = len(begun())
    process = start(*words)
    time.sleep(seconds)
    process.kill()
    process.communicate(timeout=100)
    wait_for(lambda: not processes_here())  # a host may be about to begin
    return begun()[before:]


def stored():
    """Of the last run: its id, whether it is open, and its rows by parameters."""
    runs = query('SELECT key, id, status FROM run ORDER BY key DESC LIMIT 1')
    if not runs:
        return None, False, {}
    rows = query('SELECT params, outcome, samples, number FROM result JOIN benchmark'
                 f' ON benchmark.key = result.benchmark WHERE run = {runs[0][0]}')
    found = {params.replace('a=', '').replace(',b=', ' '): rest for params, *rest in rows}
    check(len(found) == len(rows) == len({row[3] for row in rows}), 'there twice')
    return runs[0][1], runs[0][2] != 'done', found


@test
def killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice():
    chance = random.Random(20261121)
    begin = time.monotonic()
    exits(assay('run', *FAST, STEPS, 'tiny/steps:a=0,b=0'), 0)  # makes the store
    latest = time.monotonic() - begin + 0.15  # a sanitized program starts slowly
    measured = 0
    for trial in range(TRIALS):
        name, is_open, before = stored()
        words = ['--resume'] if is_open else [*FAST, '--no-report', STEPS, 'tiny/steps']
        names = kill_at(chance.uniform(0.005, latest), *words)
        after_name, _, after = stored()
        kept = before if after_name == name else {}
        check(all(after.get(key) == row for key, row in kept.items()),
              f'trial {trial}: a stored row is gone or changed')
        check(not set(names) & set(kept) if is_open else True,
              f'trial {trial}: measured again: {set(names) & set(kept)}')
        check(len(names) == len(set(names)), f'trial {trial}: measured twice')
        lost = set(names[:-1]) - set(after)  # the next began, so these had been stored
        check(not lost, f'trial {trial}: lost {lost}')
        failed = query("SELECT reason FROM result WHERE outcome <> 'ok'")
        check(failed == [], f'trial {trial}: {failed}')
        measured += len(names)
    if stored()[1]:
        exits(assay('run', '--resume'), 0)
    counts = query('SELECT run.status, count(*), count(DISTINCT benchmark) FROM run'
                   ' JOIN result ON result.run = run.key WHERE run.key > 1 GROUP BY run.key')
    check(counts and all(row == ('done', 100, 100) for row in counts), counts)
    check(query('PRAGMA integrity_check') == [('ok',)])
    print(f'# {TRIALS} trials, {measured} benchmarks begun, {len(counts)} runs made whole')


main()
