"""What fails on its own: broken modules, impossible places, damaged files.  The rest goes on."""
import json
import os
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from tap import (FIXTURES, RESULTS, STORE, SUMS, TINY, assay, check, contains, exits, main, run,
                 test, write)


def rows(done):
    """The first row of each benchmark, by id."""
    return {row['benchmark']: row for row in reversed(json.loads(done.out)['results'])}


def fixture(name):
    return os.path.join(FIXTURES, name + '.so')


def failed_beside_good(module, benchmark, *parts, words=()):
    """`benchmark` of `module` fails with a reason; the good module's results are there and kept."""
    done = run('--json', *words, module, SUMS)
    exits(done, 3)
    found = rows(done)
    check(found[benchmark]['status'] == 'failed', done)
    contains(found[benchmark]['reason'], *parts)
    check(found['sums/step']['status'] == 'ok' and found['sums/step']['median'] > 0, done)
    kept = {row['benchmark']: row['status'] for row in json.loads(assay('show', '--json').out)
            ['results']}
    check(kept == {name: row['status'] for name, row in found.items()}, kept)


@test
def a_file_that_is_no_module_is_a_failed_row():
    write('text.so', 'This is a letter and no shared object at all, however long it goes on.\n')
    failed_beside_good('./text.so', 'text.so', 'is no benchmark module: not a shared object')
    write('empty.so', '')
    failed_beside_good('./empty.so', 'empty.so', 'not a shared object')
    failed_beside_good(fixture('not_assay'), 'not_assay.so', 'it was not built with assay.h')


@test
def a_module_of_another_abi_is_a_failed_row():
    failed_beside_good(fixture('other_abi'), 'other_abi.so', 'was built with assay.h of version',
                       'rebuild it')


@test
def a_module_that_crashes_when_it_is_loaded_is_a_failed_row():
    failed_beside_good(fixture('load_crash'), 'load_crash.so', 'ended by signal 11')
    failed_beside_good(fixture('load_exit'), 'load_exit.so', 'ended with exit code 5')
    failed_beside_good(fixture('load_garbage'), 'load_garbage.so', "the line 'surprise")


@test
def a_program_that_does_not_speak_the_protocol_is_a_failed_row():
    for name, script, part in (('garbage', 'echo rubbish >&4', "the line 'rubbish'"),
                               ('silent', 'exit 7', 'ended with exit code 7'),
                               ('binary', 'head -c 70000 /dev/zero >&4', 'broke the protocol')):
        script = f'read line <&3; {script}; read line <&3'
        path = write(f'{name}_bench.sh', f'#!/bin/sh\n{script}\n')
        path.chmod(0o755)
        failed_beside_good(f'./{path}', path.name, part)
    path = write('plain_bench.txt', 'not executable')
    failed_beside_good(f'./{path}', path.name, 'cannot start', 'Permission denied')


@test
def a_crash_and_a_hang_cost_one_benchmark_each():
    misbehave = fixture('misbehave')
    done = run('--json', '--time-limit', '500 ms', misbehave, SUMS, 'misbehave/segv_body',
               'misbehave/hang', 'misbehave/garbage', 'misbehave/exits_with_9', 'sums')
    exits(done, 3)
    found = rows(done)
    for name, part in (('segv_body', 'ended by signal 11'), ('hang', 'time limit of 0.5 s'),
                       ('garbage', 'broke the protocol'), ('exits_with_9', 'exit code 9')):
        check(found[f'misbehave/{name}']['status'] == 'failed', done)
        contains(found[f'misbehave/{name}']['reason'], part)
    check(found['sums/step']['status'] == 'ok', done)


@test
def failures_are_told_in_the_table_and_in_lists():
    write('text.so', 'no module')
    done = run('./text.so', SUMS)
    exits(done, 3)
    contains(done.out, 'text.so ', ' failed\n', 'failed text.so: cannot list', 'sums/step')
    done = assay('list', './text.so', SUMS)
    exits(done, 3)
    contains(done.out, 'sums/step', "failed: cannot list './text.so'")
    document = json.loads(assay('list', '--json', './text.so', SUMS).out)
    check(document['failures'][0]['module'] == './text.so', document)
    check(len(document['benchmarks']) == 4, document)


@test
def one_benchmark_twice_is_measured_once_and_told():
    shutil.copy(SUMS, 'copy.so')
    done = run('--json', './copy.so', SUMS)
    exits(done, 3)
    check(rows(done)['sums/step']['status'] == 'ok', done)
    contains(done.out, "is already defined in './copy.so'")


@test
def a_results_folder_that_cannot_be_made_costs_only_the_files():
    write('file', '')
    for place in ('file/results', '/proc/results', 'no/such/folder'):
        write('assay.yaml', f'results: {place}\n')
        done = run(SUMS)
        exits(done, 3, f"assay: cannot create folder '{place}': ")
        contains(done.out, 'sums/step', 'stored as run')
        check('report:' not in done.out, done)
        check(len(json.loads(run('--json', SUMS).out)['results']) > 3)
    check(STORE.exists() and not RESULTS.exists())


@test
def a_store_that_cannot_be_made_stops_the_run_before_it_begins():
    write('file', '')
    for place, part in (('file/h.db', 'file/h.db'), ('/proc/x/h.db', '/proc/x'),
                        ('no/such/h.db', "'no/such'"), ('.', "store '.'")):
        done = run('--store', place, SUMS)
        exits(done, 3, part)
        check(done.out == '' and not RESULTS.exists(), done)


def damaged(content, part):
    """Every command refuses the store and leaves it as it is."""
    STORE.parent.mkdir(exist_ok=True)
    STORE.write_bytes(content)
    for words in (['run', *TINY, SUMS], ['show'], ['history'], ['history', 'step']):
        done = assay(*words)
        exits(done, 3, f"assay: store '{STORE}': ", part)
        check(done.out == '', done)
        check(STORE.read_bytes() == content, f'{words} changed the store')
    check(os.listdir(STORE.parent) == [STORE.name], os.listdir(STORE.parent))
    check(not RESULTS.exists())


@test
def a_damaged_store_is_refused_and_left_alone():
    exits(run('--store', 'good.db', '--no-report', SUMS), 0)
    good = pathlib.Path('good.db').read_bytes()
    damaged(b'This is a diary and not a database.\n' * 50, 'file is not a database')
    damaged(good[:len(good) // 2], 'malformed')
    damaged(b'X' + good[1:], 'file is not a database')
    newer = bytearray(good)
    newer[60:64] = (9).to_bytes(4, 'big')  # user_version, by the file format of SQLite
    damaged(bytes(newer), 'written by a newer assay (schema 9, this one knows 2)')


main()
