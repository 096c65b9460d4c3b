"""The measuring lock: one process measures at a time, and says for whom it waits."""
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (MODULES, PROGRAM, SUMS, assay, check, contains, environment, exits, main,
                 processes_here, run, test)

TINY = os.path.join(MODULES, 'tiny_bench.so')
LOCK = pathlib.Path('lock')
HERE = {'ASSAY_LOCK': 'lock', 'BEGUN': 'begun'}


def start(*words, **more):
    return subprocess.Popen([PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=environment(**{**HERE, **more}))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.005)


def holder(**more):
    """A process that measures until it is ended."""
    process = start('run', '--no-store', '--no-report', '--time-limit', '1000 s', TINY,
                    'tiny/waits', **more)
    wait_for(lambda: os.path.exists('begun'))
    return process


def end(process, number=signal.SIGINT):
    process.send_signal(number)
    return process.communicate(timeout=60)


@test
def a_second_one_waits_says_for_whom_and_goes_on():
    first = holder()
    with open('told', 'w', encoding='utf-8') as told:
        second = subprocess.Popen([PROGRAM, 'run', '-l', '1', '-n', '1', '-i', '1', '--no-report',
                                   TINY, 'tiny/steps:a=0,b=0'], stdout=subprocess.PIPE,
                                  stderr=told, text=True, env=environment(**HERE))
    wait_for(lambda: 'waiting for' in pathlib.Path('told').read_text(encoding='utf-8'))
    text = pathlib.Path('told').read_text(encoding='utf-8')
    contains(text, f"assay: waiting for 'assay run --no-store", 'tiny/waits',
             f'(pid {first.pid}, since ', '--no-wait, --no-lock')
    check(second.poll() is None, 'the second did not wait')
    check(pathlib.Path('begun').read_text(encoding='utf-8').count('\n') == 1)
    end(first)
    second.communicate(timeout=60)
    check(second.returncode == 0, second.returncode)


@test
def with_no_wait_it_fails_and_with_no_lock_it_measures_beside():
    first = holder()
    measuring = ['-l', '1', '-n', '1', '-i', '1', '-w', '1ms', TINY, 'tiny/steps:a=0,b=0']
    done = assay('run', '--no-wait', '--no-report', *measuring, env=HERE)
    exits(done, 3, f'(pid {first.pid}, since ', 'leave out --no-wait', '--no-lock')
    for words in (['compare', TINY, TINY, 'a=0,b=0'], ['compare', '--by', 'a', TINY, 'tiny/steps'],
                  ['gate', '--targets', TINY], ['time', 'true'], ['doctor'],
                  ['audit', os.path.join('.', 'none.yaml')]):
        done = assay(*words, '--no-wait', env=HERE)
        check(done.code in (2, 3), done)
        check('measures on this machine now' in done.err or done.code == 2, done)
    exits(assay('run', '--no-lock', '--no-report', *measuring, env=HERE), 0)
    for words in (['list', SUMS], ['show'], ['history'], ['compare', 'latest', 'latest']):
        exits(assay(*words, env=HERE), 0)
    end(first)


@test
def it_ends_with_its_process_however_that_ends_and_hosts_do_not_hold_it():
    first = holder()
    host = [pid for pid in processes_here() if pid != str(first.pid)]
    for pid in host:
        held = [os.readlink(f'/proc/{pid}/fd/{fd}') for fd in os.listdir(f'/proc/{pid}/fd')]
        check(not any(name.endswith('/lock') for name in held), held)
    end(first, signal.SIGKILL)
    exits(run('--no-wait', '--no-report', SUMS, 'sums/step', env=HERE), 0)


def has_open(pid, name):
    """Whether the process has a file of that name open; it opens and closes others meanwhile."""
    for fd in os.listdir(f'/proc/{pid}/fd'):
        try:
            if os.readlink(f'/proc/{pid}/fd/{fd}').endswith(name):
                return True
        except OSError:
            continue
    return False


@test
def ctrl_c_ends_the_waiting():
    first = holder()
    second = start('run', SUMS)
    wait_for(lambda: has_open(second.pid, '/lock'))
    _, err = end(second)
    check(second.returncode == 3, err)
    end(first)


@test
def the_place_is_private_and_what_lies_there_is_not_followed():
    os.mkdir('runtime', 0o700)
    place = {'ASSAY_LOCK': '', 'XDG_RUNTIME_DIR': os.path.abspath('runtime')}
    one = ['--no-report', '--no-wait', SUMS, 'sums/step']
    exits(run(*one, env=place), 0)
    own = pathlib.Path('runtime/assay.lock')
    check(stat.S_IMODE(own.stat().st_mode) == 0o600, oct(own.stat().st_mode))
    contains(own.read_text(encoding='utf-8'), "'assay run")
    first = holder(**place)
    exits(run(*one, env=place), 3, 'measures on this machine now')
    end(first)
    pathlib.Path('precious').write_text('mine', encoding='utf-8')
    for trap in (lambda: own.symlink_to('../precious'), lambda: os.link('precious', own),
                 lambda: os.mkfifo(own), own.mkdir):
        if own.is_dir():
            own.rmdir()
        else:
            own.unlink()
        trap()
        done = run(*one, '--no-lock', env=place)
        exits(done, 0)
        os.chmod('precious', 0o600)
        done = run(*one, env={**place, 'ASSAY_LOCK': str(own)} if own.is_dir() else place)
        check(done.code in (0, 3), done)  # /tmp, which another assay of ours may hold
        check(pathlib.Path('precious').read_text(encoding='utf-8') == 'mine', 'it was written to')


@test
def a_place_that_was_named_and_cannot_be_used_is_an_error():
    done = run(SUMS, env={'ASSAY_LOCK': 'no/such/lock'})
    exits(done, 3, "cannot open 'no/such/lock', which ASSAY_LOCK names: No such file")
    check(done.out == '', done)


@test
def what_a_holder_wrote_is_shown_without_its_control_bytes():
    first = holder()
    LOCK.write_bytes(b'\x1b[31m\x07 and \xff more\nthan one line')
    done = run('--no-wait', SUMS, env=HERE, errors='replace')
    exits(done, 3, '?[31m? and ', ' more measures on this machine now')
    check('\x1b' not in done.err and 'one line' not in done.err, done)
    end(first)


main()
