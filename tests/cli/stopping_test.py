"""Stopping: Ctrl-C and kill -9 keep what is finished and leave no process behind."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (FIXTURES, MANY, MODULES, PROGRAM, RESULTS, STORE, assay, check, contains, environment,
                 exits, main, processes_here, run, test, untouched)
from schemas import check_run

WAITS = os.path.join(MODULES, 'tiny_bench.so')
SLOW = ['-l', '2', '-t', '20ms', '-w', '2ms']


def command(*words, **more):
    return subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=environment(BEGUN='begun'), **more)


def start(*words, **more):
    return command('run', *words, **more)


def stored():
    """How many results the store has; 0 while it is being made."""
    try:
        with sqlite3.connect(f'file:{STORE}?mode=ro', uri=True) as store:
            return store.execute('SELECT count(*) FROM result').fetchone()[0]
    except sqlite3.Error:
        return 0


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.005)


def stopped_by(number):
    process = start(*SLOW, MANY)
    wait_for(lambda: stored() >= 3)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 3, (process.returncode, err))
    check(processes_here() == [], 'a process was left behind')
    return out


@test
def ctrl_c_keeps_what_is_finished():
    out = stopped_by(signal.SIGINT)
    contains(out, 'interrupted: the rest was not run', 'many/steps', 'report:')
    kept = json.loads(assay('show', '--json').out)
    check(kept['run']['interrupted'], kept['run'])
    names = {row['benchmark'] for row in kept['results']}
    check(3 <= len(names) < 100, names)
    check([row['reason'] for row in kept['results'] if row['status'] != 'ok'] == [])
    check(len(names) == stored(), 'a result is missing')
    contains(assay('show').out, 'interrupted')
    contains(assay('history').out, 'interrupted')
    check(len(os.listdir(RESULTS)) == 1)


@test
def sigterm_does_the_same():
    stopped_by(signal.SIGTERM)
    check(json.loads(assay('show', '--json').out)['run']['interrupted'])


@test
def the_json_of_an_interrupted_run_names_what_was_not_run():
    for number in (signal.SIGINT, signal.SIGTERM):
        before = stored()
        process = start(*SLOW, MANY, '--json')
        wait_for(lambda: stored() >= before + 3)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        document = json.loads(out)
        check_run(document)
        contains(err, 'interrupted; go on with: assay run --resume')
        done = {row['benchmark'] for row in document['results']}
        left = set(document['not_run'])
        check(document['run']['interrupted'] and process.returncode == 3, err)
        check(not done & left and len(done | left) == 100, (done, left))


@test
def a_hangup_does_the_same():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where the tests run under nohup
    stopped_by(signal.SIGHUP)
    check(json.loads(assay('show', '--json').out)['run']['interrupted'])


def has_host():
    return len(processes_here()) > 2  # the program, a keeper, its host


def begun():
    """How many benchmarks of the module that tells it have begun."""
    return len(pathlib.Path('begun').read_bytes().split(b'\n')) if os.path.exists('begun') else 0


def in_a_benchmark_that_hangs(*words):
    """The command in the midst of a benchmark whose time limit is ten times the test's patience."""
    before = begun()
    process = command(*words, 'tiny/waits', '--time-limit', '1000 s')
    wait_for(lambda: begun() > before)
    return process


@test
def ctrl_c_ends_the_benchmark_under_way_and_it_has_no_row():
    process = in_a_benchmark_that_hangs('run', WAITS)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 3, (out, err))
    contains(out, 'interrupted: the rest was not run; go on with: assay run --resume')
    check(stored() == 0 and processes_here() == [], out)


@test
def ctrl_c_ends_compare_and_gate_with_exit_code_3():
    for words in (['compare', WAITS, WAITS], ['compare', WAITS, WAITS, '--json']):
        process = in_a_benchmark_that_hangs(*words)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        check(process.returncode == 3 and 'interrupted' in out, (process.returncode, out, err))
        check(processes_here() == [], 'a process was left behind')
    exits(run('--save-baseline', 'main', '--no-report', WAITS, 'tiny/steps:a=0,b=0'), 0)
    process = in_a_benchmark_that_hangs('gate', '--baseline', 'main', WAITS)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 3 and 'interrupted' in out, (process.returncode, out, err))


@test
def the_second_ctrl_c_ends_at_once_and_damages_nothing():
    exits(run(MANY, 'a=0,b=0'), 0)
    with sqlite3.connect(STORE) as store:
        process = in_a_benchmark_that_hangs('run', WAITS)
        store.execute('BEGIN EXCLUSIVE')  # what the first one leads to waits for this
        process.send_signal(signal.SIGINT)
        wait_for(lambda: not has_host())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        check(process.returncode == 3, (process.returncode, err))
        store.rollback()
    contains(err, 'ended at once; what was stored is kept')
    wait_for(lambda: processes_here() == [])
    contains(assay('history').out, 'interrupted\n  (resume with')
    check(stored() == 1)
    exits(run(MANY, 'a=0,b=0'), 0)


@test
def kill_9_ends_also_what_a_benchmark_has_detached():
    process = command('run', os.path.join(FIXTURES, 'leftovers.so'), 'leftovers/hangs_with_daemon')
    wait_for(lambda: os.path.exists('daemon.pid'))
    process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: processes_here() == [])


@test
def ctrl_c_from_a_terminal_reaches_the_group_and_spoils_no_benchmark():
    process = start(*SLOW, MANY, start_new_session=True)
    wait_for(lambda: stored() >= 3)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    check(process.returncode == 3, err)
    kept = json.loads(assay('show', '--json').out)
    hit = [row for row in kept['results'] if row['status'] != 'ok']
    check(hit == [], hit)


@test
def kill_9_keeps_what_is_finished_and_hosts_end_by_themselves():
    process = start(*SLOW, MANY)
    wait_for(lambda: stored() >= 3)
    process.kill()
    process.wait(timeout=60)
    process.stdout.close()
    process.stderr.close()
    wait_for(lambda: processes_here() == [], 10)
    kept = json.loads(assay('show', '--json').out)
    check(kept['run']['interrupted'] and len(kept['results']) >= 3, kept['run'])
    contains(assay('history').out, 'interrupted\n  (resume with: assay run --resume ')
    exits(run(MANY, 'a=0,b=0'), 0)


@test
def a_benchmark_that_hangs_leaves_no_process_behind():
    done = run('--time-limit', '300ms', os.path.join(FIXTURES, 'misbehave.so'), 'misbehave/hang')
    exits(done, 3)
    contains(done.out, 'time limit')
    check(processes_here() == [], 'a process was left behind')


@test
def ctrl_c_without_a_store_prints_what_is_finished():
    process = start('-l', '2', '-t', '30ms', '-w', '2ms', '--no-store', '--no-report', MANY)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 3, (out, err))
    contains(out, 'interrupted: the rest was not run')
    untouched()


main()
