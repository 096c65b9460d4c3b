"""Servers that are killed or run out of disk while a run is written to them: what was acknowledged
is there afterwards as it was, the rest is kept here and sent later, once."""
import json
import os
import pathlib
import signal
import sys
import time

sys.dont_write_bytecode = True
import postgres
from postgres_runs import PATIENCE, runs, started, wait_for_results
from tap import MANY, Skip, assay, check, contains, exits, main, test

DURABLE = ('shared_buffers=64MB', 'listen_addresses=', 'max_connections=50',
           'log_min_messages=fatal', 'min_wal_size=2MB', 'max_wal_size=4MB')


def server(disk=None, megabytes=0):
    if postgres.programs() is None:
        raise Skip('no PostgreSQL server (package postgresql)')
    done = assay('history', '--store', 'postgresql://nobody@127.0.0.1:1/none')
    if 'without libpq' in done.err:
        raise Skip('built without libpq (package libpq-dev)')
    try:
        made = postgres.Server(DURABLE, disk, megabytes)
    except postgres.NoDisk as reason:
        raise Skip(str(reason)) from reason
    try:
        made.start()
    except BaseException:
        made.remove()
        raise
    return made


def results(made):
    """What has been acknowledged."""
    text = made.sql("SELECT string_agg(run || ' ' || benchmark || ' ' || md5(samples), ',')"
                    ' FROM assay.result', 'runs')
    return set(text.split(','))


def interrupted(made, harm):
    """A run to which `harm` is done after a few results; what was acknowledged, what it said."""
    running = started(made.address('runs'))
    wait_for_results(made, 'runs', 3)
    acknowledged = results(made)
    harm()
    out, err = running.communicate(timeout=PATIENCE)
    check(running.returncode == 0, (running.returncode, out, err))
    contains(err, 'the server ', '.assay/spool-')
    check(next(pathlib.Path('.assay').glob('spool-*.db')).stat().st_size > 0)
    return acknowledged, err


def nothing_is_lost(made, acknowledged):
    """Two looks: any command sends what is kept, and only the first has something to send."""
    store = made.address('runs')
    rows = runs(store)
    check(len(rows) == 1 and rows[0]['status'] == 'done', rows)
    check(runs(store) == rows, rows)
    check(acknowledged <= results(made), (acknowledged, results(made)))
    wanted = [row['benchmark'] for row in json.loads(assay('list', MANY, '--json').out)['benchmarks']]
    shown = json.loads(assay('show', rows[0]['id'], '--json', '--store', store).out)['results']
    times = [row['benchmark'] for row in shown if row['metric'] == 'time_ns']
    check(sorted(times) == sorted(wanted) and rows[0]['ok'] == len(wanted), rows)
    exits(assay('history', 'check', '--store', store), 0)


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        check(time.monotonic() < deadline, what)
        time.sleep(0.05)


def refusing(made):
    """The server cannot take what is kept here: a command that only reads says so once, and why."""
    made.sql('ALTER DATABASE runs SET default_transaction_read_only = on')
    done = assay('history', '--store', made.address('runs'))
    exits(done, 0)
    notes = [line for line in done.err.splitlines() if 'could not be sent' in line]
    check(len(notes) == 1, done.err)
    contains(notes[0], 'assay: note: what is in .assay/spool-', 'read-only transaction',
             'until a command can send it')
    made.sql('ALTER DATABASE runs RESET default_transaction_read_only')


def backend(made):
    """The server's process that works for assay."""
    return int(made.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'assay'"))


@test
def a_process_of_the_server_that_is_killed_loses_nothing():
    made = server()
    try:
        made.sql('CREATE DATABASE runs')
        acknowledged, err = interrupted(made, lambda: os.kill(backend(made), signal.SIGKILL))
        contains(err, 'the server went away')
        wait_until(made.answers, 'the server does not recover')
        nothing_is_lost(made, acknowledged)
    finally:
        made.remove()


@test
def a_server_that_is_killed_loses_nothing():
    made = server()
    try:
        made.sql('CREATE DATABASE runs')
        acknowledged, err = interrupted(made, made.kill)
        contains(err, 'the server went away')
        exits(assay('history', '--store', made.address('runs')), 3)
        kept = next(pathlib.Path('.assay').glob('spool-*.db'))
        content = kept.read_bytes()
        made.start()
        refusing(made)
        nothing_is_lost(made, acknowledged)
        # As when the sender is killed between the server's commit and its own forgetting.
        for leftover in pathlib.Path('.assay').glob('spool-*'):
            leftover.unlink()
        kept.write_bytes(content)
        nothing_is_lost(made, acknowledged)
    finally:
        made.remove()


@test
def a_full_disk_under_the_tables_loses_nothing():
    made = server('tables', 16)
    try:
        made.sql(f"CREATE TABLESPACE small LOCATION '{made.disk.path}'")
        made.sql('CREATE DATABASE runs TABLESPACE small')
        acknowledged, err = interrupted(made, made.disk.fill)
        contains(err, 'the server cannot take more', 'No space left on device')
        runs(made.address('runs'))  # tries to send, and the disk is still full
        there = results(made)
        check(acknowledged <= there and len(there) < 100, there)
        made.disk.make_room()
        nothing_is_lost(made, acknowledged)
    finally:
        made.remove()


@test
def a_full_disk_under_the_whole_server_loses_nothing():
    made = server('data', 80)
    try:
        made.sql('CREATE DATABASE runs')
        acknowledged, _ = interrupted(made, made.disk.fill)
        made.disk.make_room()
        made.kill()  # it may have ended by itself, or be trying to recover
        made.start()
        nothing_is_lost(made, acknowledged)
    finally:
        made.remove()


main()
