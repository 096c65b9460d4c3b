"""Full disks, folders that cannot be written to, stores that vanish: exit code 3 with a clear text,
and what was stored before is there.

Small file systems are mounted in a namespace of ours where the kernel allows it; the limit of a
file's size stands in for them everywhere.
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (MODULES, PROGRAM, STORE, Done, Skip, assay, check, contains, environment, exits,
                 main, test)

STEPS = os.path.join(MODULES, 'tiny_bench.so')
FAST = ['-l', '1', '-n', '1', '-i', '1', '-w', '1ms', STEPS, 'tiny/steps']


def query(sql):
    with sqlite3.connect(STORE) as store:
        return store.execute(sql).fetchall()


def goes_on():
    """What is stored is whole, and the rest can be measured."""
    check(query('PRAGMA integrity_check') == [('ok',)])
    there = query('SELECT benchmark, samples FROM result ORDER BY number')
    check(0 < len(there) < 100, len(there))
    exits(assay('run', '--resume', '--no-report'), 0)
    check(query('SELECT benchmark, samples FROM result ORDER BY number')[:len(there)] == there)
    check(query('SELECT count(*) FROM result') == [(100,)])


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writes fail instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))


@test
def a_store_that_cannot_grow_ends_the_run_and_keeps_the_results():
    done = assay('run', '--no-report', *FAST, preexec_fn=limit_files)
    exits(done, 3, 'cannot write to the store')
    contains(assay('history').out, 'interrupted\n  (resume with')
    goes_on()


def in_namespace(script, size='300k'):
    """Runs a script in a folder that is a small file system of its own."""
    os.makedirs('small', exist_ok=True)
    text = f'mount -t tmpfs -o size={size} tmpfs small || exit 99\ncd small\n{script}\n'
    if shutil.which('unshare') is None:
        raise Skip('unshare is not installed (package util-linux)')
    process = subprocess.run(['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', text],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=200,
                             check=False, env=environment(ASSAY=PROGRAM, WORDS=' '.join(FAST)))
    if process.returncode == 99 or 'unshare failed' in process.stderr or \
            'unshare: ' in process.stderr:
        raise Skip('no file system can be mounted in a namespace of ours here')
    return Done(process)


@test
def a_full_disk_ends_the_run_and_keeps_the_results():
    done = in_namespace('$ASSAY run $WORDS >out; code=$?\n'
                        'mount -o remount,size=30m tmpfs . && $ASSAY run --resume --json >whole\n'
                        'echo resumed $?; cat whole; exit $code')
    exits(done, 3, 'assay: ')
    check('full' in done.err or 'No space' in done.err or 'I/O error' in done.err, done.err)
    contains(done.out, 'resumed 0')
    document = json.loads(done.out[done.out.index('{'):])
    check(len({row['benchmark'] for row in document['results']}) == 100)


@test
def a_full_disk_from_the_start_is_told():
    done = in_namespace('head -c 400k /dev/zero >filler 2>/dev/null\n$ASSAY run $WORDS')
    exits(done, 3, "assay: store '.assay/history.db': ")
    done = in_namespace('$ASSAY run --no-store $WORDS >out; code=$?; cat out | head -5; exit $code',
                        size='16k')
    exits(done, 3, 'No space left on device')


@test
def a_disk_that_is_read_only_is_told_and_can_be_read():
    done = in_namespace('$ASSAY run --no-report $WORDS >out || exit 98\n'
                        'mount -o remount,ro tmpfs . || exit 97\n'
                        '$ASSAY run --no-report $WORDS; echo run $?\n'
                        '$ASSAY show | head -3; $ASSAY history >/dev/null; echo history $?', '30m')
    exits(done, 0, "assay: store '.assay/history.db': ")
    contains(done.out, 'run 3')
    check('history 0' in done.out or 'history 3' in done.out, done)


def start(*words):
    return subprocess.Popen([PROGRAM, 'run', *words], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment(BEGUN='begun'))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.002)


def begun():
    path = pathlib.Path('begun')
    return len(path.read_text(encoding='utf-8').splitlines()) if path.exists() else 0


def remove():
    """The run makes and removes files of its own beside the store meanwhile."""
    def is_gone():
        shutil.rmtree('.assay', ignore_errors=True)
        return not os.path.exists('.assay')
    wait_for(is_gone)


@test
def a_store_that_vanishes_is_told_and_not_written_to_in_silence():
    for vanish in (remove, lambda: os.rename('.assay', 'elsewhere')):
        before = begun()
        process = start(*FAST)
        wait_for(lambda: begun() > before + 5)
        vanish()
        _, err = process.communicate(timeout=100)
        check(process.returncode == 3, (process.returncode, err))
        contains(err, 'cannot write to the store', 'was moved or removed meanwhile')
        check(not STORE.exists(), 'a store was made anew')
    os.rename('elsewhere', '.assay')
    goes_on()


main()
