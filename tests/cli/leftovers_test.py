"""What benchmarks do to their process, leave behind or claim: a row with a reason; others go on."""
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
from tap import (FIXTURES, SUMS, assay, check, contains, exits, main, processes_here, run, test,
                 write)

MODULE = os.path.join(FIXTURES, 'leftovers.so')
SHORT = ['--time-limit', '2 s']


def rows(done):
    """The first row of each benchmark, by id."""
    return {row['benchmark']: row for row in reversed(json.loads(done.out)['results'])}


def measured(name, *words, code):
    done = run('--json', '--no-report', *words, MODULE, f'leftovers/{name}', SUMS, 'sums/step')
    exits(done, code)
    found = rows(done)
    check(found['sums/step']['status'] == 'ok', done)
    check(processes_here() == [], 'a process was left behind')
    return found[f'leftovers/{name}']


def good(name, *words):
    row = measured(name, *words, code=0)
    check(row['status'] == 'ok' and row['median'] > 0, row)
    return row


def failed(name, *parts, words=()):
    row = measured(name, *words, code=3)
    check(row['status'] == 'failed', row)
    contains(row['reason'], *parts)


@test
def what_is_left_running_is_ended_and_told():
    contains(good('daemon')['warning'], 'left 1 process running, which was ended')
    number = int(pathlib.Path('daemon.pid').read_text(encoding='utf-8'))
    check(not os.path.exists(f'/proc/{number}'), 'the daemon runs on')
    contains(good('two_children')['warning'], 'left 2 processes running, which were ended')
    check(good('ended_child')['warning'] == '')
    done = run('--no-report', MODULE, 'leftovers/two_children')
    contains(done.out, 'warning leftovers/two_children: left 2 processes running')


@test
def a_daemon_ends_with_a_host_that_hangs():
    failed('hangs_with_daemon', 'time limit of 2 s', words=SHORT)
    number = int(pathlib.Path('daemon.pid').read_text(encoding='utf-8'))
    check(not os.path.exists(f'/proc/{number}'), 'the daemon runs on')


@test
def descriptors_that_stay_open_are_told():
    contains(good('open_files')['warning'], 'left 3 descriptors open after its teardown')


@test
def threads_signals_and_folders_are_its_own_affair():
    for name in ('threads', 'deaf', 'goes_away', 'prints_binary', 'caught_alarm'):
        good(name)
    failed('hangs_deaf', 'time limit of 2 s', words=SHORT)


@test
def what_ends_the_host_is_the_reason():
    failed('closes_1024', 'ended with exit code 0 before it answered')
    failed('alarm_clock', 'ended by signal 14 (Alarm clock)')
    failed('cpu_limit', 'ended by signal 9 (Killed)', words=['--time-limit', '60 s'])
    failed('kills_its_group', 'ended by signal 15 (Terminated)')
    failed('kills_its_keeper', 'ended by signal 9 (Killed)')
    failed('becomes_another', 'ended with exit code 11 before it answered', 'it printed: I am a shell')


@test
def what_never_ends_is_ended_by_the_time_limit():
    for name in ('sleeps_in_setup', 'sleeps_in_check', 'sleeps_in_teardown', 'traced'):
        failed(name, 'still running after its time limit of 2 s', words=SHORT)


@test
def a_keeper_that_is_stopped_is_ended_all_the_same():
    good('stops_its_keeper', '-l', '1')


@test
def limits_that_it_sets_hold_for_itself_alone():
    row = measured('limits_itself', code=0)
    check(row['status'] == 'ok', row)


@test
def the_memory_limit_holds_for_all_processes_together():
    failed('grows_apart', 'grew over its memory limit of 256 MiB', words=['--memory-limit', '256 MiB'])
    failed('allocates_for_ever', 'memory limit of 256 MiB', words=['--memory-limit', '256 MiB'])
    good('shares_memory', '--memory-limit', '256 MiB', '-l', '1')


@test
def times_that_cannot_be_are_refused():
    failed('answers_nan', "broke the protocol with the line 'slot ns=nan")
    failed('answers_negative', "broke the protocol with the line 'slot ns=-5")


@test
def a_crash_at_the_end_of_the_process_costs_nothing_that_was_measured():
    good('crashes_at_exit')


@test
def a_module_that_crashes_when_its_host_ends_is_as_good():
    done = run('--json', '--no-report', os.path.join(FIXTURES, 'exit_crash.so'), SUMS, 'sums/step')
    check(rows(done)['sums/step']['status'] == 'ok', done)


@test
def a_sweep_of_a_million_is_refused_with_the_limit():
    for words in (['list'], ['run', '--no-report', '-l', '1', '-t', '1ms']):
        done = assay(*words, os.path.join(FIXTURES, 'sweep_million.so'), SUMS)
        exits(done, 3)
        contains(done.out, "'steps' sweeps over more than 10000 combinations", 'sums/step')


@test
def an_id_of_ten_thousand_bytes_is_refused_with_the_limit():
    done = assay('list', os.path.join(FIXTURES, 'sweep_long_id.so'), SUMS)
    exits(done, 3)
    contains(done.out, "'steps': its id is longer than 512 bytes", 'sums/step')


def program(name, slot):
    """A module that speaks the protocol itself and answers every run with `slot`."""
    path = write(f'{name}_bench.sh', f'''#!/bin/sh
while read -r verb rest <&3; do
case $verb in
list) echo "benchmark name=one suite=own" >&4; echo ok >&4 ;;
run) {slot} ;;
*) echo ok >&4 ;;
esac
done
''')
    path.chmod(0o755)
    return './' + path.name


@test
def a_program_of_ones_own_is_kept_and_limited_like_a_module():
    for slot, part in (('sleep 1000 & sleep 1000', 'time limit of 2 s'),
                       ('echo "slot ns=inf body_ns=1" >&4; echo ok >&4', 'broke the protocol'),
                       ('echo "slot ns=-1 body_ns=1" >&4; echo ok >&4', 'broke the protocol'),
                       ('echo "slot ns=1e400 body_ns=1" >&4; echo ok >&4', 'broke the protocol'),
                       ('echo ok >&4', 'answered 0 slots where 1 were asked')):
        done = run('--json', '--no-report', *SHORT, program('own', slot), SUMS, 'own/one',
                   'sums/step')
        exits(done, 3)
        contains(rows(done)['own/one']['reason'], part)
        check(rows(done)['sums/step']['status'] == 'ok', done)
        check(processes_here() == [], 'a process was left behind')


main()
