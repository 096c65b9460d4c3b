"""assay time: whole commands.  Nothing here asks how long anything took."""
import csv
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from tap import PROGRAM, SOURCE, Skip, assay, check, contains, environment, exits, main, test, write

FEW = ['--runs', '3']
ENDLESS = 'tail -f /dev/null'


def timed(*words, code=0):
    """The JSON of `assay time`."""
    done = assay('time', '--json', *words)
    check(done.code == code, done)
    return json.loads(done.out)


def valid(document):
    try:
        import jsonschema
    except ImportError:
        raise Skip('jsonschema is not installed (package python3-jsonschema)') from None
    path = pathlib.Path(SOURCE, 'docs/schema/time.schema.json')
    schema = json.loads(path.read_text(encoding='utf-8'))
    faults = [f'{list(error.absolute_path)}: {error.message}'
              for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]
    check(faults == [], faults[:5])


def lines(path):
    try:
        return pathlib.Path(path).read_text(encoding='utf-8').splitlines()
    except FileNotFoundError:
        return []


def appends(word, path='log'):
    return f"sh -c 'echo {word} >> {path}'"


def processes_here():
    """Processes whose working folder is ours, but for ourselves."""
    found = []
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and int(name) != os.getpid() and \
                    os.readlink(f'/proc/{name}/cwd') == os.getcwd():
                with open(f'/proc/{name}/stat', encoding='utf-8') as file:
                    if file.read().split()[2] != 'Z':
                        found.append(pathlib.Path(f'/proc/{name}/cmdline').read_bytes())
        except OSError:
            continue
    return found


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.005)


def start(*words):
    return subprocess.Popen([PROGRAM, 'time', *words], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment())


@test
def a_command_gets_a_row_and_the_others_a_ratio_to_the_first():
    done = assay('time', '--runs', '20', 'true', 'sh -c :', '-n', 'first')
    exits(done, 0)
    contains(done.out, 'command', 'median', 'first', 'against first, block by block',
             '20 runs each', 'all runs made', 'libc start')
    check('libc start' not in assay('time', *FEW, '--no-floor', 'true').out)
    check(all(len(line) <= 80 for line in done.out.splitlines()
              if not line.startswith('warning')), done.out)


@test
def the_json_is_valid_and_has_every_run():
    document = timed('--runs', '12', 'true', 'echo abc')
    valid(document)
    first, second = document['commands']
    check(document['blocks'] == 12 and len(first['times_ns']) == len(second['times_ns']) == 12)
    check(first['min'] == min(first['times_ns']) and first['max'] == max(first['times_ns']))
    check(first['low'] <= first['median'] <= first['high'], first)
    check(first['output_bytes'] == 0 and second['output_bytes'] == 4)
    check(first['rss_bytes'] > 0 and document['floor_ns'] > 0)
    check(document['floor_libc_ns'] > 0 and document['floor_dynamic_ns'] > 0, document)
    medians = {row['name']: row['median'] for row in (first, second)}
    split = document['split']  # of the shorter one, which either may be on a busy machine
    check(split['whole_ns'] == medians[split['name']] == min(medians.values()), (split, medians))
    check(len(first['cpu_times_ns']) == 12 and not document['decided'])
    check(first['versus'] is None and second['versus']['reference'] == 'true')
    check(second['versus']['batches'] == 12 and second['versus']['blocks'] == 12)
    check(document['shell'] is None and document['shell_ns'] is None)


@test
def who_waits_is_compared_by_wall_time_and_the_basis_can_be_given():
    rows = timed(*FEW, 'true', 'sleep 0.01', 'true')['commands']
    check(rows[1]['waits'], rows)
    for row in rows[1:]:  # on a busy machine `true` may have waited, too
        waits = row['waits'] or rows[0]['waits']
        check(row['versus']['metric'] == ('time_ns' if waits else 'cpu_ns'), rows)
    contains(assay('time', *FEW, 'true', 'sleep 0.01', 'true').out, 'by wall time: it waits')
    rows = timed(*FEW, '--by', 'wall', 'true', 'true')['commands']
    check(rows[1]['versus']['metric'] == 'time_ns', rows)
    exits(assay('time', '--by', 'luck', 'true'), 2, "say 'wall' or 'cpu'")


@test
def it_ends_when_it_is_decided_unless_all_the_time_is_wanted():
    pair = ['true', 'true', '--margin', '50']
    done = assay('time', '--time', '60s', *pair)
    exits(done, 0)
    contains(done.out, 'every comparison decided', 'same')
    document = timed('--time', '60s', *pair)
    valid(document)
    check(document['decided'] and document['blocks'] >= 10, document['blocks'])
    document = timed('--full-time', '--time', '1s', *pair)
    check(not document['decided'] and document['blocks'] >= 10, document['blocks'])


@test
def what_one_run_does_to_its_pipe_does_not_reach_the_next():
    sets = "python3 -c 'import fcntl,os; fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK)'"
    tests = "python3 -c 'import fcntl,os; exit(bool(fcntl.fcntl(1, fcntl.F_GETFL) & os.O_NONBLOCK))'"
    rows = timed(*FEW, sets, tests)['commands']
    check(rows[1]['status'] == 'ok', rows)


@test
def a_daemon_cannot_print_into_later_runs():
    daemon = "setsid sh -c 'while echo x; do sleep 0.01; done' &"
    rows = timed('--runs', '20', f'sh -c "{daemon} :"', 'sleep 0.05')['commands']
    check(rows[1]['output_bytes'] == 0, rows)
    wait_for(lambda: processes_here() == [])


@test
def a_command_that_vanishes_is_a_row():
    write('here', '#!/bin/sh\necho x >> ran\n[ $(wc -l < ran) -lt 3 ] || rm here\n')
    os.chmod('here', 0o755)
    rows = timed('--runs', '8', './here', 'true', code=3)['commands']
    contains(rows[0]['reason'], "cannot start './here'")
    check(rows[1]['status'] == 'ok' and len(rows[1]['times_ns']) == 8 and len(lines('ran')) == 3)


@test
def a_command_that_fails_is_a_row_and_the_others_go_on():
    document = timed(*FEW, 'true', 'false', 'no-such-program', "sh -c 'echo why; exit 7'",
                     "sh -c 'kill -SEGV $$'", './here', code=3)
    valid(document)
    reasons = [row['reason'] for row in document['commands']]
    check(reasons[0] == '' and document['commands'][0]['status'] == 'ok', reasons)
    check(reasons[1] == 'exit code 1', reasons)
    check(reasons[2] == "cannot start 'no-such-program': No such file or directory", reasons)
    check(reasons[3] == 'exit code 7: why', reasons)
    contains(reasons[4], 'signal 11')
    contains(reasons[5], "cannot start './here'")
    check(all(row['median'] is None for row in document['commands'][1:]))
    check(document['blocks'] == 3)
    text = assay('time', *FEW, 'false', 'true')
    check(text.code == 3, text)
    contains(text.out, 'failed false: exit code 1', '--ignore-failure')


@test
def exit_codes_can_be_ignored():
    document = timed(*FEW, '-i', 'false', 'true')
    first = document['commands'][0]
    check(first['status'] == 'ok' and first['nonzero_exits'] == 3, first)
    check(document['commands'][1]['versus'] is not None)
    contains(assay('time', *FEW, '-i', 'false').out, 'exit code other than 0')
    timed(*FEW, '-i', 'no-such-program', code=3)


@test
def a_program_that_never_ends_is_ended_with_all_it_started():
    nested = f"sh -c '{ENDLESS} & {ENDLESS} & wait'"
    document = timed(*FEW, '--time-limit', '300ms', ENDLESS, nested, 'true', code=3)
    rows = document['commands']
    check(rows[0]['reason'] == rows[1]['reason'] == 'ran longer than 300.0 ms', rows)
    check(rows[2]['status'] == 'ok')
    check(processes_here() == [], processes_here())


@test
def what_a_run_leaves_behind_ends_with_it():
    timed(*FEW, f"sh -c '{ENDLESS} & :'")
    check(processes_here() == [], processes_here())


@test
def much_output_is_counted_and_blocks_nothing():
    document = timed(*FEW, 'head -c 50000000 /dev/zero')
    check(document['commands'][0]['output_bytes'] == 50000000, document)


@test
def a_program_sees_a_pipe_and_not_dev_null():
    look = "sh -c 'test -p /proc/self/fd/1 && test -p /proc/self/fd/2'"
    check(timed(*FEW, look)['commands'][0]['status'] == 'ok')


@test
def standard_input_is_empty_or_a_file_from_its_start_in_every_run():
    write('text', 'one\ntwo\n')
    check(timed(*FEW, 'cat')['commands'][0]['output_bytes'] == 0)
    check(timed(*FEW, '--input', 'text', 'cat')['commands'][0]['output_bytes'] == 8)
    reasons = timed(*FEW, '--input', 'none', 'cat', code=3)['commands'][0]['reason']
    contains(reasons, "cannot open the input 'none'")


@test
def output_can_be_kept_or_shown():
    timed(*FEW, '--output', 'kept', 'echo abc', 'echo def')
    check(sorted(lines('kept')) == ['abc'] * 3 + ['def'] * 3, lines('kept'))
    done = assay('time', *FEW, '--output', 'show', 'echo abc', '--json')
    check(done.err == 'abc\n' * 3, done)
    json.loads(done.out)


@test
def quotes_in_arguments_are_kept_as_they_are():
    timed('--runs', '1', '--output', 'kept', r"""printf '[%s]' 'a b' "c 'd'" e\ f '' "\"" """)
    check(pathlib.Path('kept').read_text(encoding='utf-8') == '''[a b][c 'd'][e f][]["]''',
          lines('kept'))


@test
def a_shell_runs_what_needs_one_and_its_cost_is_told():
    exits(assay('time', *FEW, 'echo a | cat'), 2, "'|' in 'echo a | cat' needs a shell")
    done = assay('time', *FEW, '--shell', 'echo a | cat >> log; :')
    exits(done, 0)
    contains(done.out, 'sh takes', 'of each run, not subtracted')
    check(lines('log') == ['a'] * 3)
    document = timed(*FEW, '-S', 'exit 0')
    valid(document)
    check(document['shell'] == 'sh' and document['shell_ns'] > 0)
    exits(assay('time', '-S', '-N', 'true'), 2, 'contradict')


@test
def every_command_runs_once_in_each_block():
    timed('--runs', '30', '--warmup', '2', appends('a'), appends('b'), appends('c'))
    log = lines('log')
    blocks = [tuple(log[i:i + 3]) for i in range(0, len(log), 3)]
    check(len(blocks) == 32 and all(sorted(block) == ['a', 'b', 'c'] for block in blocks), blocks)
    check(len(set(blocks)) > 3, 'the order never changes')
    timed('--runs', '30', '--warmup', '2', appends('a', 'again'), appends('b', 'again'),
          appends('c', 'again'))
    check(lines('again') == log, 'one seed is one order')


@test
def setup_prepare_and_cleanup_run_when_they_should():
    timed('--runs', '2', '--warmup', '1', '--setup', appends('setup-{n}'), '--prepare',
          appends('prepare-{n}'), '--cleanup', appends('cleanup-{n}'), '-L', 'n', '1,2',
          appends('run-{n}'))
    log = lines('log')
    check(log[:2] == ['setup-1', 'setup-2'] and log[-2:] == ['cleanup-1', 'cleanup-2'], log)
    runs = log[2:-2]
    check(len(runs) == 12, log)
    for before, after in zip(runs[::2], runs[1::2]):
        check(before == after.replace('run', 'prepare'), log)


@test
def prepares_can_be_one_a_command():
    timed('--runs', '2', '-p', appends('p1'), '-p', appends('p2'), appends('r1'), appends('r2'))
    log = lines('log')
    check(sorted(zip(log[::2], log[1::2])) == [('p1', 'r1')] * 2 + [('p2', 'r2')] * 2, log)


@test
def helpers_that_fail_are_told():
    rows = timed(*FEW, '-p', 'false', '-p', 'true', 'true', 'true', code=3)['commands']
    check([row['reason'] for row in rows] == ['prepare: exit code 1', ''], rows)
    rows = timed(*FEW, '--setup', "sh -c 'echo no; exit 3'", appends('run'), code=3)['commands']
    check(rows[0]['reason'] == 'setup: exit code 3: no' and lines('log') == [], rows)
    rows = timed(*FEW, '--cleanup', 'false', 'true')['commands']
    check(rows[0]['status'] == 'ok' and rows[0]['warning'] == 'cleanup: exit code 1', rows)


@test
def parameters_give_all_combinations():
    rows = timed('--runs', '1', '-P', 'n', '0.5', '1.5', '-D', '0.5', '-L', 'w', 'a b,c',
                 '--output', 'kept', 'echo {n} {w} {other}')['commands']
    check([row['command'] for row in rows] ==
          [f'echo {n} {w} {{other}}' for n in ('0.5', '1.0', '1.5') for w in ('a b', 'c')], rows)
    check(rows[0]['parameters'] == {'n': '0.5', 'w': 'a b'}, rows[0])
    check(sorted(lines('kept'))[0] == '0.5 a b {other}', lines('kept'))
    check([row['versus'] is None for row in rows] == [True] + [False] * 5)


@test
def the_reference_can_be_named():
    rows = timed(*FEW, '-n', 'one', '-n', 'two', '--reference', 'two', 'true', 'true')['commands']
    check(rows[0]['versus']['reference'] == 'two' and rows[1]['versus'] is None, rows)


@test
def exports_are_whole_and_say_the_same():
    done = assay('time', *FEW, '--export-json', 'a.json', '--export-csv', 'a.csv',
                 '--export-markdown', 'a.md', 'true', 'echo "a,b|c"', 'false')
    check(done.code == 3, done)
    document = json.loads(pathlib.Path('a.json').read_text(encoding='utf-8'))
    valid(document)
    with open('a.csv', encoding='utf-8', newline='') as file:
        rows = list(csv.DictReader(file))
    check([row['name'] for row in rows] == ['true', 'echo "a,b|c"', 'false'], rows)
    median = document['commands'][0]['median']
    check(math.isclose(float(rows[0]['median_ns']), median, rel_tol=1e-9), rows[0])
    check(rows[1]['verdict'] == document['commands'][1]['versus']['verdict'])
    check(rows[2]['status'] == 'failed' and rows[2]['median_ns'] == '', rows[2])
    table = lines('a.md')
    check(len(table) == 5 and all(line.startswith('|') for line in table), table)
    contains(table[3], r'a,b\|c')
    check(sorted(os.listdir('.')) == ['a.csv', 'a.json', 'a.md'], os.listdir('.'))


@test
def mistakes_stop_it_before_anything_is_run():
    run = appends('run')
    for words, why in [([], 'usage: assay time'), (["echo 'a"], "unclosed '"),
                       ([run, '-r', '3', '-m', '4'], '--runs'),
                       ([run, '-m', '5', '-M', '4'], 'at least 5 and at most 4'),
                       ([run, '-L', 'x', '1'], "no command has the parameter '{x}'"),
                       ([run, '-P', 'x', '1'], "wants a value: --parameter-scan VAR MIN MAX"),
                       ([run, '-n', 'a', '-n', 'b'], '2 names for 1 commands'),
                       ([run, '--reference', 'x'], "no command is called 'x'")]:
        exits(assay('time', *words), 2, why)
    exits(assay('time', run, '--export-json', 'none/a.json'), 3, "cannot create 'none/a.json.part'")
    exits(assay('time', '--export-csv', 'a.csv', "echo 'a"), 2)
    check(os.listdir('.') == [], os.listdir('.'))


@test
def ctrl_c_keeps_the_complete_blocks_and_cleans_up():
    process = start('--json', '--runs', '100000', '--cleanup', appends('cleanup', 'cleaned'),
                    appends('a'), appends('b'))
    wait_for(lambda: len(lines('log')) >= 20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 3, err)
    document = json.loads(out)
    valid(document)
    check(document['interrupted'] and document['blocks'] >= 9, document['blocks'])
    check(all(len(row['times_ns']) == document['blocks'] for row in document['commands']))
    check(lines('cleaned') == ['cleanup'] * 2)
    check(processes_here() == [], processes_here())


def in_an_endless_run(stop):
    process = start('--json', f"sh -c 'echo x >> log; {ENDLESS}'", '-p', appends('prepare', 'p'))
    wait_for(lambda: lines('log') != [])
    stop(process)
    out, _ = process.communicate(timeout=60)
    wait_for(lambda: processes_here() == [])
    return process, out


@test
def ctrl_c_ends_the_run_under_way():
    process, out = in_an_endless_run(lambda process: process.send_signal(signal.SIGINT))
    check(process.returncode == 3)
    document = json.loads(out)
    valid(document)
    contains(document['commands'][0]['reason'], 'interrupted')
    check(document['interrupted'] and document['blocks'] == 0)


@test
def kill_9_leaves_no_run_behind():
    process, _ = in_an_endless_run(lambda process: process.kill())
    check(process.returncode == -signal.SIGKILL)


@test
def ctrl_c_ends_a_prepare_that_hangs_and_a_second_one_the_cleanup():
    process = start('-p', f"sh -c 'echo x >> log; {ENDLESS}'", '-c',
                    f"sh -c 'echo y >> cleaning; {ENDLESS}'", 'true')
    wait_for(lambda: lines('log') != [])
    process.send_signal(signal.SIGINT)
    wait_for(lambda: lines('cleaning') != [])
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    check(process.returncode == 3, err)
    contains(out, 'warning true: cleanup: interrupted')
    check(processes_here() == [], processes_here())


main()
