"""Stopping: Ctrl-C and kill -9 keep what is finished and leave no process behind."""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (FIXTURES, MANY, PROGRAM, RESULTS, STORE, assay, check, contains, environment,
                 exits, main, run, test, untouched)

SLOW = ['-l', '2', '-t', '20ms', '-w', '2ms']


def start(*words, **more):
    return subprocess.Popen([PROGRAM, 'run', *words], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment(), **more)


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


def processes_here():
    """Processes whose working folder is ours, but for ourselves."""
    found = []
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and int(name) != os.getpid() and \
                    os.readlink(f'/proc/{name}/cwd') == os.getcwd():
                with open(f'/proc/{name}/stat', encoding='utf-8') as file:
                    if file.read().split()[2] != 'Z':
                        found.append(name)
        except OSError:
            continue
    return found


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
    contains(assay('history').out, 'running')
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
