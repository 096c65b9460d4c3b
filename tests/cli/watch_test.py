"""assay watch: cycles with real short runs, what a hook hears, and how it ends."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from repository import git
from tap import (FIXTURES, PROGRAM, STORE, SUMS, assay, check, contains, environment, exits, main, need,
                 processes_here, run, test, write)

PROJECT = '''suites: [modules]
launches: 1
measure: 5 ms
warmup: 2 ms
'''
HOOK = 'cat >>hook.json; echo "$ASSAY_VERDICT $ASSAY_CYCLE $ASSAY_REASON $ASSAY_RUN $ASSAY_STEPS" >>hook.txt'


def project():
    os.mkdir('modules')
    os.symlink(SUMS, 'modules/' + os.path.basename(SUMS))
    write('assay.yaml', PROJECT)


def watch(*words, **more):
    return assay('watch', *words, **more)


def cycles(done):
    return [json.loads(line) for line in done.out.splitlines()]


def hooked():
    return pathlib.Path('hook.txt').read_text(encoding='utf-8').splitlines()


def wait_for(condition):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError('it did not come within a minute')


def nothing_is_left():
    """What was killed may take a moment to be gone; what was not would stay for long."""
    wait_for(lambda: processes_here() == [])


@test
def each_cycle_is_a_stored_run_and_the_hook_hears_of_it():
    project()
    done = watch('--every', '1s', '--count', '2', '--json', '--hook', HOOK, '--hook-always',
                 'sums/step')
    exits(done, 0)
    first, second = cycles(done)
    check((first['cycle'], first['reason'], first['verdict']) == (1, 'first', 'good'), first)
    check((second['cycle'], second['reason'], second['run_exit_code']) == (2, 'interval', 0), second)
    runs = json.loads(assay('history', '--json').out)['runs']
    check({row['id'] for row in runs} == {first['run'], second['run']}, runs)
    check(hooked() == [f"good 1 first {first['run']} 0", f"good 2 interval {second['run']} 0"], hooked())
    heard = [json.loads(line) for line in pathlib.Path('hook.json').read_text().splitlines()]
    check(heard == [first, second], heard)


@test
def a_failing_run_is_told_and_does_not_end_the_watch():
    project()
    done = watch('--every', '1s', '--count', '2', '--json', '--hook', HOOK,
                 os.path.join(FIXTURES, 'misbehave.so'), 'segv_body')
    exits(done, 0)
    check([row['verdict'] for row in cycles(done)] == ['failed', 'failed'], done)
    check(cycles(done)[0]['message'] == 'a benchmark failed' and cycles(done)[0]['run'] != '', done)
    check([line.split()[0] for line in hooked()] == ['failed', 'failed'], hooked())
    done = watch('--every', '1s', '--count', '1', 'no_such_benchmark')
    exits(done, 0, 'no_such_benchmark')
    contains(done.out, 'failed, the run failed')
    done = watch('--every', '1s', '--count', '1', '--prepare', 'echo no compiler; exit 1')
    contains(done.out, 'failed, --prepare failed')
    contains(done.err, 'no compiler')


@test
def a_hook_that_fails_or_hangs_is_told():
    project()
    done = watch('--every', '1s', '--count', '1', '--hook', 'echo so it goes; exit 5',
                 '--hook-always', 'sums/step')
    exits(done, 0, 'failed with exit code 5', 'so it goes')
    done = watch('--every', '1s', '--count', '1', '--hook', 'echo before; : >reached; sleep 1000',
                 '--hook-limit', '1 s', '--hook-always', 'sums/step')
    exits(done, 0, 'took longer than 1 s')
    if os.path.exists('reached'):  # a busy machine may not get so far in a second
        contains(done.err, 'before')
    nothing_is_left()


# The newest run, copied sixty times into the past: a million times as slow from the 40th copy on.
SLOWER = '''import sqlite3
database = sqlite3.connect('.assay/history.db')
columns = [row[1] for row in database.execute('PRAGMA table_info(run)')]
first = dict(zip(columns, database.execute('SELECT * FROM run').fetchone()))
names = [row[1] for row in database.execute('PRAGMA table_info(measurement)')]
for i in range(60):
    day = f'{i // 28 + 1:02}-{i % 28 + 1:02}'
    copy = dict(first, key=i + 2, id=f'2020{day[:2]}{day[3:]}-000000-0000',
                started_at=f'2020-{day}T00:00:00Z')
    database.execute(f'INSERT INTO run({",".join(copy)}) VALUES({",".join("?" * len(copy))})',
                     list(copy.values()))
    scale = (1 + 0.01 * (i * 7 % 5)) * (1e-6 if i < 40 else 1)
    kept = ', '.join(f'median * {scale}' if name == 'median' else f'{i + 2}' if name == 'run'
                     else name for name in names)
    database.execute(f'INSERT INTO measurement SELECT {kept} FROM measurement WHERE run = 1')
database.commit()
'''


@test
def a_step_is_news_once_and_old_ones_are_none():
    project()
    exits(run('sums/step'), 0)
    # The history turns slow during the first cycle: what prepares it writes it.
    write('slow.py', SLOWER)
    done = watch('--every', '1s', '--count', '2', '--json', '--hook', HOOK, '--prepare',
                 f'[ -e done ] || {{ touch done; "{sys.executable}" slow.py; }}', 'sums/step')
    exits(done, 0)
    first, second = cycles(done)
    check(first['verdict'] == 'worse' and first['steps'][0]['benchmark'] == 'sums/step', first)
    check(first['steps'][0]['direction'] == 'worse' and first['steps'][0]['low'] > 1000, first)
    check(second['verdict'] == 'good' and second['steps'] == [], second)
    check(len(hooked()) == 1 and hooked()[0].startswith('worse 1 first'), hooked())
    done = watch('--every', '1s', '--count', '1', '--json', 'sums/step')
    check(cycles(done)[0]['verdict'] == 'good', 'what was there before the watch is no news')


@test
def a_gate_decides_where_there_is_a_baseline():
    project()
    exits(run('sums/step', '--save-baseline', 'main'), 0)
    (row,) = cycles(watch('--every', '1s', '--count', '1', '--json', '--baseline', 'main', 'sums/step'))
    check(row['baseline'] == 'main' and row['gate_exit_code'] in (0, 1, 4), row)
    check(row['verdict'] == {0: 'good', 1: 'worse', 4: 'undecided'}[row['gate_exit_code']], row)
    (row,) = cycles(watch('--every', '1s', '--count', '1', '--json', '--baseline', 'gone', 'sums/step'))
    check(row['verdict'] == 'failed' and row['gate_exit_code'] == 2, row)


def lines_of(path):
    return path.read_text(encoding='utf-8').splitlines() if path.exists() else []


def started(*words):
    with open('out.txt', 'w', encoding='utf-8') as out, open('err.txt', 'w', encoding='utf-8') as err:
        return subprocess.Popen([PROGRAM, 'watch', *words], env=environment(), stdout=out, stderr=err)


@test
def a_commit_starts_a_cycle_and_a_signal_ends_the_watch():
    need('git', 'git')
    project()
    git('init', '-q')
    write('.gitignore', '.assay\n*.txt\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    out = pathlib.Path('out.txt')
    with started('--on-commit', '--poll', '50 ms', '--json', 'sums/step') as watching:
        try:
            wait_for(lambda: len(lines_of(out)) == 1)
            git('commit', '-q', '--allow-empty', '-m', 'two')
            wait_for(lambda: len(lines_of(out)) == 2)
        finally:
            watching.send_signal(signal.SIGTERM)
            code = watching.wait(60)
    rows = [json.loads(line) for line in lines_of(out)]
    check(code == 0 and [row['reason'] for row in rows] == ['first', 'commit'], (code, rows))
    contains(pathlib.Path('err.txt').read_text(encoding='utf-8'), 'stopped')
    nothing_is_left()


@test
def a_signal_ends_the_run_under_way_and_keeps_what_is_finished():
    project()
    write('assay.yaml', PROJECT.replace('5 ms', '100 s').replace('launches', 'time_limit: 200 s\nlaunches'))
    with started('--every', '1h', 'sums') as watching:
        wait_for(lambda: STORE.exists() and len(processes_here()) >= 2)
        watching.send_signal(signal.SIGINT)
        check(watching.wait(60) == 0, watching.returncode)
    contains(pathlib.Path('out.txt').read_text(encoding='utf-8'), 'failed, interrupted')
    nothing_is_left()


@test
def a_dry_run_says_when_and_what_and_runs_nothing():
    project()
    done = watch('--every', '1h', '--at', '03:00', '--on-commit', '--dry-run', '--hook', 'true', 'sums')
    exits(done, 0)
    contains(done.out, 'would run: assay run sums', 'each 3600 s', 'next at 20', 'when HEAD changes',
             'decided by: trend', 'hook: true')
    check(not STORE.exists())


@test
def mistakes_are_told_before_anything_runs():
    exits(watch('sums'), 2, 'when? --every 1h')
    exits(watch('--at', '25:00'), 2, "'25:00' is no time of the day")
    exits(watch('--every', 'soon'), 2, '--every')
    exits(watch('--every', '1h', '--hook-always'), 2, 'need --hook COMMAND')
    check(not STORE.exists())


main()
