"""assay doctor: examines, measures for a second at most, and finds what is broken.

The machine is busy and shared: nothing here asks how noisy it is.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import (FIXTURES, PROGRAM, SOURCE, STORE, SUMS, Skip, assay, check, contains, environment,
                 exits, main, test, untouched, write)

try:
    import jsonschema
except ImportError:
    jsonschema = None

BUILD = pathlib.Path(PROGRAM).parent


def doctor(*words, **more):
    return assay('doctor', '--seconds', '1', *words, **more)


def document_of(done, code=0):
    exits(done, code)
    document = json.loads(done.out)
    check(document['schema'] == 'assay.doctor/1', document)
    return document


def marks(findings):
    return {finding['name']: finding['mark'] for finding in findings}


@test
def it_examines_with_its_own_benchmarks_and_writes_nothing():
    done = doctor()
    exits(done, 0)
    contains(done.out, '\nassay\n', '\nmachine\n', '\nnoise', 'doctor/cpu', 'doctor/memory',
             'doctor/branchy', 'doctor/allocating', 'false alarms: ', 'own benchmarks')
    check(all(len(line) <= 80 for line in done.out.splitlines()), done)
    check(done.out.splitlines() == [line.rstrip() for line in done.out.splitlines()], done)
    untouched()


def histories(points=160):
    """Two columns that scatter by 0.6 %, one of them with a step, one that drifts, one of zeros."""
    def noise(i):
        return 1 + 0.01 * (((i * 7919 + i * i * 104729) % 1000) / 500 - 1)
    return write('h.csv', 'i,still,stepped,drifting,zero\n' + ''.join(
        f'{i},{noise(i)},{noise(i + 7) * (1.1 if i >= 90 else 1)},{noise(i + 3) * 1.001 ** i},0\n'
        for i in range(points)))


@test
def histories_are_shuffled_and_get_steps_to_find():
    done = assay('doctor', '--history', '--from', histories(), '--rounds', '20', '--json')
    document = json.loads(done.out)
    if jsonschema is not None:
        schema = pathlib.Path(SOURCE, 'docs/schema/doctor-history.schema.json')
        jsonschema.validate(document, json.loads(schema.read_text(encoding='utf-8')))
    check(document['rounds'] == 20 and document['seed'] == 1, document)
    still, stepped, drifting, zero = document['series']
    check('not above 0' in zero['reason'] and zero['alarms'] is None and not zero['steps'], zero)
    check(still['steps_taken_out'] == 0 and stepped['steps_taken_out'] == 1, document)
    check(drifting['drifts_taken_out'] == 1, drifting)
    for row in (still, stepped, drifting):
        check(row['alarms']['count'] == row['online_alarms']['count'] == 20 * 160, row)
        check(row['alarms']['low'] <= row['alarms']['hits'] / 3200 <= row['alarms']['high'], row)
        check([step['size'] for step in row['steps']] == [0.01, 0.02, 0.05], row)
        large = row['steps'][2]
        check(large['found']['hits'] == 20 and large['raised']['hits'] == 20, row)
        check(large['found']['low'] < 0.9 and large['found']['high'] == 1, row)
        check(large['delay'] <= 5, row)
    again = assay('doctor', '--history', '--from', 'h.csv', '--rounds', '20', '--json')
    check(again.out == done.out, again)
    other = assay('doctor', '--history', '--from', 'h.csv', '--rounds', '20', '--json', '--seed', '9')
    check(other.out != done.out, other)


@test
def a_reader_gets_rates_with_intervals():
    done = assay('doctor', '--history', '--from', histories(), '--rounds', '8')
    exits(done, 0)
    contains(done.out, 'still\n  160 points', 'shuffled 8 times with seed 1', '3 of 4 histories',
             'taken out: 1 step, 0 drifts', 'false alarms per 1000, as points come', ' .. ')
    check(all(len(line) <= 80 for line in done.out.splitlines()), done)
    done = assay('doctor', '--history', '--from', histories(60), '--rounds', '8')
    contains(done.out, '60 points: fewer than 100 points', '0 of 4 histories')


@test
def options_of_histories_need_them():
    exits(assay('doctor', '--rounds', '5'), 2, 'they need --history')
    exits(assay('doctor', '--from', 'h.csv'), 2, 'they need --history')
    exits(assay('doctor', '--history', '--seconds', '1'), 2, '--history measures nothing')
    exits(assay('doctor', '--history'), 2, 'history.db')


@test
def its_document_says_the_same_and_validates():
    document = document_of(doctor('--json'))
    if jsonschema is not None:
        schema = pathlib.Path(SOURCE, 'docs/schema/doctor.schema.json')
        jsonschema.validate(document, json.loads(schema.read_text(encoding='utf-8')))
    check(set(marks(document['installation'])) ==
          {'host', 'spawn helper', 'empty program', 'own benchmarks', 'store', 'git', 'valgrind'})
    check(set(marks(document['machine'])) >= {'load', 'steal', 'autogroup', 'ASLR', 'clock'})
    noise = document['noise']
    check([row['benchmark'] for row in noise['rows']] ==
          ['doctor/cpu', 'doctor/memory', 'doctor/branchy', 'doctor/allocating'], noise)
    check(all(row['comparisons'] >= 1 and row['half_width'] > 0 for row in noise['rows']), noise)
    check(sum(row['comparisons'] for row in noise['rows']) == noise['comparisons'])
    check([level['by_more_than'] for level in noise['alarms']] == [0, 0.01, 0.05], noise)
    check(all(0 < level['bound'] <= 1 for level in noise['alarms']), noise)
    check(noise['clock']['cost_ns'] > 0, noise)


@test
def the_users_own_benchmarks_take_their_place():
    rows = document_of(doctor('--json', SUMS, 'sums/step'))['noise']['rows']
    check([row['benchmark'] for row in rows] == ['sums/step'], rows)
    rows = document_of(doctor('--json', SUMS, 'skips'))['noise']['rows']
    check([(row['status'], row['typical'], row['visible']) for row in rows] ==
          [('skipped', None, [])], rows)


@test
def a_benchmark_or_module_that_fails_is_a_row_and_exit_code_3():
    misbehave = os.path.join(FIXTURES, 'misbehave.so')
    write('text.so', 'no module')
    document = document_of(doctor('--json', misbehave, './text.so', 'misbehave/exits'), 3)
    rows = document['noise']['rows']
    check([row['benchmark'] for row in rows] ==
          ['misbehave/exits', 'misbehave/exits_with_9', './text.so'], rows)
    check(all(row['status'] == 'failed' and row['reason'] for row in rows), rows)
    contains(doctor(misbehave, 'misbehave/exits').out, 'misbehave/exits\n    failed: ')


@test
def what_selects_nothing_is_refused_before_anything_is_measured():
    exits(doctor('nothing/like/this', SUMS), 2, 'no benchmark matches')
    exits(doctor('./absent.so'), 2, 'absent.so')
    exits(assay('doctor', '--seconds', '0'), 2, '--seconds')


@test
def a_host_that_does_not_answer_is_broken_and_nothing_is_measured():
    for host in ('/bin/true', '/nowhere/host'):
        document = document_of(doctor('--json', env={'ASSAY_HOST': host}), 3)
        check(marks(document['installation'])['host'] == 'broken', document)
        check(document['noise'] is None and document['noise_reason'], document)
        contains(doctor(env={'ASSAY_HOST': host}).out, '  broken   host: ', 'not whole')


@test
def missing_parts_are_broken():
    os.mkdir('elsewhere')
    for part in ('assay', 'assay-host'):
        shutil.copy(BUILD / part, 'elsewhere')
    done = subprocess.run(['elsewhere/assay', 'doctor', '--json'], capture_output=True, text=True,
                          env=environment(), check=False)
    found = marks(json.loads(done.stdout)['installation'])
    if done.returncode == 0:
        raise Skip('assay is installed here, too')
    check(found['host'] == 'ok' and found['own benchmarks'] == 'broken', found)
    check(done.returncode == 3, done)


@test
def a_store_that_cannot_be_used_is_broken_and_left_alone():
    write('text.db', 'this is no database, and long enough to be looked at' * 10)
    before = pathlib.Path('text.db').read_bytes()
    document = document_of(doctor('--json', '--store', 'text.db'), 3)
    check(marks(document['installation'])['store'] == 'broken', document)
    check(pathlib.Path('text.db').read_bytes() == before)
    exits(assay('run', '-l', '1', '-t', '1ms', '-w', '1ms', '--no-report', SUMS), 0)
    store = [finding for finding in document_of(doctor('--json', SUMS, 'step'))['installation']
             if finding['name'] == 'store']
    check(store[0]['mark'] == 'ok' and store[0]['text'] == str(STORE), store)


@test
def tools_that_are_missing_are_a_note():
    os.mkdir('empty')
    document = document_of(doctor('--json', SUMS, 'step', env={'PATH': os.path.abspath('empty')}))
    found = marks(document['installation'])
    check(found['git'] == 'note' and found['valgrind'] == 'note', found)


@test
def it_can_be_interrupted_and_shows_what_it_has():
    with subprocess.Popen([PROGRAM, 'doctor', '--seconds', '60', '--json'], env=environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()  # progress: it measures
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=60)[0]
    check(process.returncode == 3, process.returncode)
    check(json.loads(out)['interrupted'], out)


@test
def hints_can_be_turned_off():
    quiet = assay('run', '-l', '1', '-t', '1ms', '-w', '1ms', '--no-report', SUMS)
    check(quiet.err == '', quiet)
    loud = assay('run', '-l', '1', '-t', '1ms', '-w', '1ms', '--no-report', SUMS,
                 env={'ASSAY_HINTS': ''})
    check(loud.err == '' or loud.err.startswith('assay: note: not a quiet machine: '), loud)


main()
