"""Stores on a PostgreSQL server: every command, servers that go away, passwords that nobody sees."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import postgres
from tap import (MANY, PROGRAM, SUMS, TINY, Skip, assay, check, contains, environment, exits, main,
                 test)

PASSWORD = 'sesame'
PATIENCE = 300
SERVER = None


def database(name):
    """A new database on the one server of these tests; its address."""
    global SERVER  # pylint: disable=global-statement
    if postgres.programs() is None:
        raise Skip('no PostgreSQL server (package postgresql)')
    done = assay('history', '--store', 'postgresql://nobody@127.0.0.1:1/none')
    if 'without libpq' in done.err:
        raise Skip('built without libpq (package libpq-dev)')
    if SERVER is None:
        SERVER = postgres.Server()
    if SERVER.process is None:
        SERVER.start()
    SERVER.sql(f'CREATE DATABASE {name}')
    return SERVER.address(name)


def says(done, *parts):
    exits(done, 0)
    contains(done.out, *parts)


def runs(store):
    done = assay('history', '--json', '--store', store)
    exits(done, 0)
    return json.loads(done.out)['runs']


@test
def every_command_takes_a_server_for_a_store():
    store = database('commands')
    env = {'ASSAY_STORE': store}
    exits(assay('history', env=env), 2, 'the store is empty')
    for label in ('one', 'two'):
        says(assay('run', SUMS, '--label', label, *TINY, env=env), 'stored as run')
    check([run['label'] for run in json.loads(assay('history', '--json', env=env).out)['runs']] ==
          ['two', 'one'], 'history')
    says(assay('show', 'one', env=env), 'sums/')
    says(assay('history', 'sums/*', env=env), 'sums/')
    says(assay('trend', 'sums/*', env=env), 'sums/')
    exits(assay('compare', 'one', 'two', env=env), 0)
    exits(assay('baseline', 'save', 'main', 'one', env=env), 0)
    says(assay('baseline', 'list', env=env), 'main')
    exits(assay('history', 'prune', '--keep', '1', '--yes', env=env), 0)
    check(len(runs(store)) == 2, 'the baseline was pruned')
    exits(assay('baseline', 'remove', 'main', env=env), 0)
    exits(assay('history', 'prune', '--keep', '1', '--yes', env=env), 0)
    check([run['label'] for run in runs(store)] == ['two'], runs(store))


@test
def the_project_file_names_the_server():
    store = database('project')
    pathlib.Path('assay.yaml').write_text(f'store: {store}\n', encoding='utf-8')
    says(assay('run', SUMS, *TINY), 'stored as run')
    check(len(runs(store)) == 1, runs(store))
    check(not pathlib.Path('.assay/history.db').exists(), 'a file was made')


@test
def no_text_has_the_password():
    store = database('secret')
    secret = store.replace('assay@', f'assay:{PASSWORD}@') + f'&sslpassword={PASSWORD}'
    gone = f'postgresql://assay:{PASSWORD}@127.0.0.1:1/none?password={PASSWORD}'
    for words in (('run', SUMS, *TINY), ('history',), ('show', 'nothing')):
        for address in (secret, gone):
            done = assay(*words, '--store', address)
            check(PASSWORD not in done.out + done.err, (words, done))
    done = assay('doctor', '--store', gone)
    check(PASSWORD not in done.out + done.err, done)
    exits(assay('history', '--store', gone), 3, 'assay:***@127.0.0.1:1/none?password=***')
    for folder, _, names in os.walk('.'):
        for name in names:
            content = pathlib.Path(folder, name).read_bytes()
            check(PASSWORD.encode() not in content, (folder, name))


@test
def an_address_of_another_kind_is_refused():
    exits(assay('history', '--store', 'mysql://user:word@host/db'), 2, 'mysql://...',
          'postgresql://USER@HOST/DATABASE')


def started(store, *words):
    # pylint: disable-next=consider-using-with  # communicate ends it
    return subprocess.Popen([PROGRAM, 'run', MANY, *TINY, '--store', store, *words],
                            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait_for_results(name, count):
    """Until the database has so many results."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        tables = SERVER.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'assay'", name)
        if tables != '0' and int(SERVER.sql('SELECT count(*) FROM assay.result', name)) >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f'no {count} results came')


def away_in_mid_write(store):
    """A run whose server is killed by its number after a few results; what the run said."""
    running = started(store)
    wait_for_results('away', 3)
    SERVER.kill()
    out, err = running.communicate(timeout=PATIENCE)
    check(running.returncode == 0, (running.returncode, out, err))
    contains(err, 'the server went away', '.assay/spool-')
    return out


@test
def a_server_that_goes_away_in_mid_write_gets_the_rest_later_and_once():
    store = database('away')
    out = away_in_mid_write(store)
    exits(assay('history', '--store', store), 3)
    SERVER.start()
    spool = next(pathlib.Path('.assay').glob('spool-*.db'))
    kept = spool.read_bytes()
    rows = runs(store)  # any command sends it
    check(len(rows) == 1 and rows[0]['status'] == 'done', rows)
    total = rows[0]['ok']
    check(out.count('many/') >= 1, out)
    check(total == int(SERVER.sql('SELECT count(*) FROM assay.result', 'away')), rows)
    rest = json.loads(assay('list', MANY, '--json').out)['benchmarks']
    shown = json.loads(assay('show', rows[0]['id'], '--json', '--store', store).out)['results']
    check({row['benchmark'] for row in rest} == {row['benchmark'] for row in shown}, shown)
    check(total == len(rest), rows)
    # As when the sender is killed between the server's commit and its own forgetting.
    for leftover in pathlib.Path('.assay').glob('spool-*'):
        leftover.unlink()
    spool.write_bytes(kept)
    again = runs(store)
    check(again == rows, (rows, again))


@test
def a_writer_that_is_killed_can_be_resumed_from_the_server():
    store = database('resumed')
    running = started(store)
    wait_for_results('resumed', 2)
    check(runs(store)[0]['status'] == 'running', runs(store))
    exits(assay('run', '--resume', runs(store)[0]['id'], '--store', store), 3,
          'another assay is measuring it')
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while runs(store)[0]['status'] == 'running':
        check(time.monotonic() < deadline, 'the lock of a dead process stays')
    check(runs(store)[0]['status'] == 'interrupted', runs(store))
    exits(assay('run', '--resume', '--store', store), 0)
    check(runs(store)[0]['status'] == 'done', runs(store))


try:
    main()
finally:
    if SERVER:
        SERVER.remove()
