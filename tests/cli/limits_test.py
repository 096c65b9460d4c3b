"""assay gate: thresholds, targets, memory, names and machines.

The machine is shared and busy: what differs does so by a factor of two, and limits leave room.
"""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import (MODULES, PROGRAM, STORE, assay, check, contains, environment, exits, main,
                 test, write)

ONE = os.path.join(MODULES, 'gated_one.so')
TWO = os.path.join(MODULES, 'gated_two.so')
HERE = './gated_bench.so'
PAIRS = ['-t', '20ms', '-w', '2ms', '-l', '16']
LAUNCHES = ['-l', '4', '-t', '5ms', '-w', '2ms']


def build(version):
    shutil.copy(version, HERE)


def save(*patterns):
    build(ONE)
    exits(assay('run', *LAUNCHES, '--no-report', '--save-baseline', 'main', HERE, *patterns), 0)


def gate(*words, code=0):
    done = assay('gate', *PAIRS, '--json', *words)
    exits(done, code)
    document = json.loads(done.out)
    check(document['gate']['exit_code'] == code, document['gate'])
    return document


def row_of(document, benchmark, metric='time_ns', kind=None):
    rows = [row for row in document['rows']
            if row['benchmark'] == 'gated/' + benchmark and row['metric'] == metric
            and kind in (None, row['kind'])]
    check(len(rows) == 1, rows)
    return rows[0]


def thresholds(*items):
    write('assay.yaml', 'thresholds:\n' + ''.join(f'  - {{{item}}}\n' for item in items))


# ---- thresholds ----

@test
def twice_the_work_warns_below_its_own_limit_and_fails_beyond_it():
    save('work', 'steady')
    build(TWO)
    thresholds('benchmark: "gated/*", warn: 30%, fail: 60%',
               'benchmark: "gated/w*", fail: 400%, placement: fail')
    document = gate('--baseline', 'main', HERE, 'work', 'steady')
    row = row_of(document, 'work')
    check(row['gate'] == 'warn' and row['low'] > 1.6, row)
    check(row['limits'] == {'warn': 0.3, 'fail': 4, 'placement': 'fail'}, row)
    check(row_of(document, 'steady')['limits']['fail'] == 0.6, document)
    done = assay('gate', *PAIRS, '--baseline', 'main', HERE, 'work', '--no-targets')
    exits(done, 0)
    contains(done.out, 'limits: warn 30 %, fail 400 %, placement fails', 'remeasured/one_process')
    thresholds('benchmark: gated/work, warn: 10%, fail: 60%')
    check(row_of(gate('--baseline', 'main', HERE, 'work', code=1), 'work')['gate'] == 'fail')


@test
def a_threshold_goes_before_the_command_line():
    save('work')
    build(TWO)
    limits = ['--warn', '60', '--fail', '99']
    thresholds('benchmark: gated/work, warn: 10%, fail: 50%')
    check(row_of(gate('--baseline', 'main', *limits, HERE, 'work', code=1), 'work')['limits'] ==
          {'warn': 0.1, 'fail': 0.5, 'placement': 'pass'})


@test
def a_threshold_that_is_upside_down_stops_the_command_with_its_line():
    build(ONE)
    thresholds('benchmark: a, warn: 9%, fail: 8%')
    for words in (['gate', '--baseline', 'main', HERE], ['run', HERE]):
        exits(assay(*words), 2, 'assay.yaml:2:5', "'warn' (9%) is above 'fail' (8%)")
    check(not STORE.exists(), 'something was run')


@test
def memory_is_a_row_where_a_threshold_names_it_measured_again_in_hosts_of_its_own():
    save('hoard', 'steady')
    # steady holds 2 MiB, of which the kernel counts pages in lots: too few for a threshold
    thresholds('benchmark: "gated/hoard", metric: rss_bytes_peak, warn: 10%, fail: 20%',
               'benchmark: "*", warn: 200%, fail: 400%')
    document = gate('--baseline', 'main', HERE, 'hoard', 'steady')
    row = row_of(document, 'hoard', 'rss_bytes_peak')
    check(row['gate'] == 'pass' and row['unit'] == 'B' and row['old'] > 2**25, row)
    check(row['kind'] == 'remeasured' and row['pairing'] == 'apart', row)
    build(TWO)
    document = gate('--baseline', 'main', HERE, 'hoard', 'steady', code=1)
    row = row_of(document, 'hoard', 'rss_bytes_peak')
    check(row['gate'] == 'fail' and row['low'] > 1.2 and row['verdict'] == 'slower', row)
    check(row['limits']['fail'] == 0.2, row)
    done = assay('gate', *PAIRS, '--baseline', 'main', HERE, 'hoard')
    contains(done.out, 'gated/hoard (rss_bytes_peak)', 'limits: warn 10 %, fail 20 %')
    shutil.rmtree('.assay/modules')
    row = row_of(json.loads(assay('gate', *PAIRS, '--json', '--baseline', 'main', HERE,
                                  'hoard').out), 'hoard', 'rss_bytes_peak')
    check(row['gate'] == 'fail' and row['kind'] == 'stored' and row['pairing'] is None, row)


@test
def a_rate_that_fell_by_half_fails():
    save('work')
    build(TWO)
    thresholds('benchmark: "*", metric: bytes_per_s, warn: 10%, fail: 30%',
               'benchmark: "*", warn: 200%, fail: 400%')
    row = row_of(gate('--baseline', 'main', HERE, 'work', code=1), 'work', 'bytes_per_s')
    check(row['gate'] == 'fail' and row['ratio'] < 0.7 and row['unit'] == 'B/s', row)


# ---- targets ----

def targets(*items):
    write('assay.yaml', 'targets: [targets.yaml]\n')
    write('targets.yaml', 'targets:\n' + ''.join(f'  - {{{item}}}\n' for item in items))


@test
def targets_alone_are_judged_without_a_baseline_or_a_store():
    build(ONE)
    targets('benchmark: gated/work, at_most: 1 s, source: a page',
            'benchmark: gated/steady, at_least: 1 B/s, metric: bytes_per_s')
    document = gate('--targets', HERE, 'work')
    row = row_of(document, 'work')
    check(row['kind'] == 'target' and row['gate'] == 'pass' and row['old'] == 1e9, row)
    check(row['target'] == {'bound': 1e9, 'versus': None, 'source': 'a page', 'status': 'met'}, row)
    check(0 < row['new'] < 1e9 and len(document['rows']) == 1, document)
    check(document['gate']['baseline'] is None and not STORE.exists(), document)
    targets('benchmark: gated/work, at_most: 0.001 ns', 'benchmark: "gated/s*", at_most: 1 s')
    done = assay('gate', '--targets', HERE, *PAIRS)
    exits(done, 1)
    contains(done.out, 'gated/work (target)', 'target missed: ', 'at most ', 'gated/steady')
    targets('benchmark: gated/work, at_most: 1 s')
    exits(assay('gate', '--targets', HERE, 'work', '-l', '1', '-t', '1ms', '-w', '1ms', '-p',
                'nosuch'), 2, "profile 'nosuch'")


@test
def a_factor_between_two_benchmarks_and_a_skipped_one():
    build(TWO)
    targets('benchmark: gated/steady, versus: gated/work, faster_by: 1.2',
            'benchmark: gated/skips, at_most: 1 s')
    document = gate('--targets', HERE, 'steady', 'work', 'skips')
    row = row_of(document, 'steady')
    check(row['gate'] == 'pass' and row['unit'] == 'ratio' and row['new'] > 1.2, row)
    row = row_of(document, 'skips')
    check(row['gate'] == 'pass' and 'skipped: no engine here' in row['reason'], row)
    row = row_of(gate('--targets', HERE, 'steady', code=4), 'steady')
    check(row['gate'] == 'undecided' and "'gated/work' is not here" in row['reason'], row)


@test
def a_missed_target_fails_a_gate_whose_times_pass():
    save('steady')
    targets('benchmark: gated/steady, at_most: 0.001 ns')
    document = gate('--baseline', 'main', HERE, 'steady', '--warn', '60', '--fail', '99', code=1)
    check(row_of(document, 'steady', kind='remeasured')['gate'] == 'pass', document)
    check(row_of(document, 'steady', kind='target')['gate'] == 'fail', document)
    gate('--baseline', 'main', HERE, 'steady', '--warn', '60', '--fail', '99', '--no-targets')


@test
def a_target_that_names_nothing_is_undecided_when_the_whole_project_is_judged():
    os.mkdir('modules')
    shutil.copy(ONE, 'modules/gated_bench.so')
    write('assay.yaml', 'suites: [modules]\ntargets: [targets.yaml]\n')
    write('targets.yaml', 'targets:\n  - {benchmark: gated/gone, at_most: 1 s}\n')
    # A program without suites beside it: those of a build tree take minutes.
    os.mkdir('bin')
    for part in ('assay', 'assay-host'):
        shutil.copy(os.path.join(os.path.dirname(PROGRAM), part), 'bin')
    done = assay('gate', '--targets', '--json', '-l', '2', '-t', '2ms', '-w', '1ms', program='bin/assay')
    row = row_of(json.loads(done.out), 'gone')
    check(done.code == 4 and row['gate'] == 'undecided', done)
    contains(row['reason'], "'gated/gone' is not here")
    exits(assay('gate', '--targets', 'gated/work', *PAIRS), 4)


@test
def targets_alone_of_which_none_names_what_is_selected_are_no_pass():
    build(ONE)
    targets('benchmark: gated/work, at_most: 1 s')
    done = assay('gate', '--targets', HERE, 'steady')
    exits(done, 4)
    contains(done.out, 'nothing was measured that could be judged')


# ---- names ----

@test
def renamed_new_and_skipped_benchmarks_are_rows():
    save()
    build(TWO)
    document = gate('--baseline', 'main', HERE, 'parse', 'late', 'skips', '--warn', '60', '--fail',
                    '99', code=4)
    row = row_of(document, 'parse_header')
    check(row['gate'] == 'undecided', row)
    contains(row['reason'], 'perhaps renamed to gated/parse_headers')
    for name in ('parse_headers', 'late'):
        row = row_of(document, name)
        check(row['gate'] == 'pass' and row['reason'].startswith('new:'), row)
    row = row_of(document, 'skips')
    check(row['gate'] == 'pass' and row['reason'] == 'no engine here', row)


@test
def a_gate_in_which_nothing_was_measured_is_no_pass():
    save('work')
    build(TWO)
    done = assay('gate', *PAIRS, '--baseline', 'main', HERE, 'late')
    exits(done, 4)
    contains(done.out, 'nothing was measured that could be judged')
    exits(assay('gate', '--baseline', 'main', HERE, 'nosuch'), 2, "no benchmark matches 'nosuch'")
    write('text_bench.so', 'no module')
    done = assay('gate', *PAIRS, '--baseline', 'main', './text_bench.so')
    exits(done, 3)
    contains(done.out, 'text_bench.so')


# ---- machines ----

@test
def a_baseline_of_another_machine_is_refused_unless_that_is_said():
    save('work', 'steady')
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE run SET fingerprint = 'another|4|Linux 1|13'")
    exits(assay('gate', '--baseline', 'main', HERE), 2, 'another machine', '--across-machines')
    words = ['--baseline', 'main', '--across-machines', '--warn', '60', '--fail', '99', HERE,
             'steady']
    document = gate(*words)
    row = row_of(document, 'steady')
    check(document['gate']['across_machines'] and row['across_machines'], document)
    check(row['kind'] == 'remeasured' and row['gate'] == 'pass', row)
    contains(assay('gate', *PAIRS, *words).out, 'of another machine: ',
             'old side from another machine, measured again on this one')
    shutil.rmtree('.assay/modules')
    row = row_of(gate(*words, code=4), 'steady')
    check(row['kind'] == 'stored' and row['gate'] == 'undecided', row)
    contains(row['reason'], 'different machines')


# ---- stopping ----

@test
def ctrl_c_ends_with_3_and_says_so():
    save()
    with subprocess.Popen([PROGRAM, 'gate', '--baseline', 'main', '-t', '2s', HERE],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment()) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    check(process.returncode == 3, (process.returncode, out, err))
    contains(out, 'interrupted')


main()
