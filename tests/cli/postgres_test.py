"""Stores on a PostgreSQL server: every command, writers that are killed, passwords that nobody
sees."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import postgres
from postgres_runs import PATIENCE, runs, started, wait_for_results
from serving import Events, need_serve, serving
from tap import PROGRAM, SUMS, TINY, Skip, assay, check, contains, environment, exits, main, test

PASSWORD = 'sesame'
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


@test
def a_writer_that_is_killed_can_be_resumed_from_the_server():
    store = database('resumed')
    running = started(store)
    wait_for_results(SERVER, 'resumed', 2)
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


@test
def samples_of_a_run_into_a_server_arrive_on_this_machine():
    need_serve()
    store = database('live')
    says(assay('run', SUMS, *TINY, '--store', store), 'stored as run')
    for name in ('XDG_RUNTIME_DIR', 'HOME'):
        own = pathlib.Path(f'own {name}').resolve()
        own.mkdir()
        env = {'XDG_RUNTIME_DIR': '', 'HOME': '', name: str(own)}
        with serving('--store', store, **env) as server:
            events = Events(server)
            words = ['-l', '1000', '-t', '20ms', '-w', '2ms', SUMS, 'sums/step', '--store', store]
            with subprocess.Popen([PROGRAM, 'run', *words], env=environment(**env),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as going:
                try:
                    events.wait('event: progress')
                    told = json.loads(events.wait('data: ').removeprefix('data: '))
                finally:
                    going.send_signal(signal.SIGINT)
            check(told['benchmark'] == 'sums/step', told)
            check(not list(own.rglob('assay-live-*')), 'nothing is left')
            events.close()


try:
    main()
finally:
    if SERVER:
        SERVER.remove()
