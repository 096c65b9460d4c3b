"""Which benchmarks the words of a command line mean, the same for every command."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
from tap import MANY, SUMS, assay, check, contains, exits, main, run, test, write

# A module that is its own host and has tags.
TAGGED = '''#!/usr/bin/env python3
import sys
answers, = (open(4, 'w', buffering=1),)
for line in open(3):
    verb = line.split()[0]
    if verb == 'hello':
        print('ok assay-host/1 abi=1', file=answers)
    elif verb == 'list':
        for name, tags in ('fast', 'simd'), ('slow', 'simd%20slow'), ('plain', ''):
            print(f'benchmark name={name} suite=tagged sweep= description= tags={tags}', file=answers)
        print('ok', file=answers)
    elif verb == 'open':
        print('skip nothing%20to%20measure', file=answers)
    else:
        print('ok', file=answers)
    if verb == 'quit':
        break
'''


def tagged():
    path = write('./tagged_bench', TAGGED)
    path.chmod(0o755)
    return './tagged_bench'


def ids(*words):
    done = assay('list', '--ids', *words)
    check(done.code == 0, done)
    return done.out.split()


@test
def words_choose_and_leave_out():
    check(ids(SUMS, '~^sums/s') == ['sums/step', 'sums/skips'])
    check(ids(SUMS, '~n=(64|1)$', 'skips') == ['sums/bytes:n=64', 'sums/skips'])
    check(ids(SUMS, '!bytes') == ['sums/step', 'sums/skips'])
    check(ids(SUMS, '-x', 'bytes', '--exclude', '~p$') == ['sums/skips'])
    check(ids(SUMS, 'bytes', '!n=64') == ['sums/bytes:n=256'])


@test
def a_glob_without_a_colon_need_not_say_parameters():
    check(ids(SUMS, 'sums/*tes') == ['sums/bytes:n=64', 'sums/bytes:n=256'])
    check(ids(SUMS, 'sums/*tes:*64') == ['sums/bytes:n=64'])
    check(ids(SUMS, '!*/byt?s') == ['sums/step', 'sums/skips'])
    exits(assay('list', SUMS, 'sums/*tes:'), 2, "no benchmark matches 'sums/*tes:'")
    exits(assay('list', SUMS, 'byt*'), 2, 'a pattern is all of suite/name')


@test
def tags_choose_and_leave_out():
    module = tagged()
    check(ids(module, '--tag', 'simd') == ['tagged/fast', 'tagged/slow'])
    check(ids(module, '%simd', '--exclude-tag', 'slow') == ['tagged/fast'])
    check(ids(module, '--exclude-tag', 'simd') == ['tagged/plain'])
    contains(assay('list', module).out, '[simd slow]')
    rows = json.loads(assay('list', '--json', module).out)['benchmarks']
    check([row['tags'] for row in rows] == [['simd'], ['simd', 'slow'], []], rows)
    exits(assay('list', module, '--tag', 'sim'), 2, "'%sim'")


@test
def what_chooses_nothing_is_told():
    exits(assay('list', SUMS, '~^bytes'), 2, "no benchmark matches '~^bytes'")
    exits(assay('list', SUMS, '!sums'), 2, 'no benchmark is left')
    exits(assay('list', SUMS, '~a[b'), 2, "'~a[b' is no regular expression", 'at byte 2')
    exits(assay('list', SUMS, '--tag', ''), 2, "'%': a pattern")


@test
def run_compare_gate_and_history_choose_alike():
    check(run('--save-baseline', 'one', SUMS).code == 0)
    check(run(SUMS, '!~bytes').code == 0)
    rows = json.loads(assay('show', '--json').out)['results']
    check({row['benchmark'] for row in rows} == {'sums/step', 'sums/skips'}, rows)
    rows = json.loads(assay('compare', '--json', 'one', 'one', '-x', 'n=64').out)['rows']
    check('sums/bytes:n=256' in {row['benchmark'] for row in rows}, rows)
    check('sums/bytes:n=64' not in {row['benchmark'] for row in rows}, rows)
    done = assay('gate', '--json', '--baseline', 'one', '-l', '8', '-t', '2ms', '-w', '1ms', SUMS,
                 '~step$')
    check({row['benchmark'] for row in json.loads(done.out)['rows']} == {'sums/step'}, done)
    points = json.loads(assay('history', '--json', '~n=', '!n=64').out)['points']
    check({point['benchmark'] for point in points} == {'sums/bytes:n=256'}, points)
    exits(assay('history', '~n=('), 2, 'at byte 3')


@test
def lists_count_and_group():
    check(assay('list', '--count', MANY).out == '100\n')
    check(assay('list', '--count', MANY, SUMS, '!a=0').out == '94\n')
    lines = assay('list', SUMS, MANY).out.splitlines()
    check(lines[0] == 'sums: 4 benchmarks' and 'many: 100 benchmarks' in lines, lines[:6])


@test
def ids_of_runs_are_listed_for_completion():
    check(run(SUMS).code == 0)
    shown = json.loads(assay('show', '--json').out)['run']['id']
    check(assay('history', '--ids').out == shown + '\n')


@test
def a_word_with_a_mark_is_no_version():
    exits(assay('compare', '!sums'), 2, 'compared with what')
    pathlib.Path('~x').mkdir()
    exits(assay('list', SUMS, '~x/y'), 2, "'~x/y'")


ONLY_TAGGED = '!~^([^t]|t[^a])'  # the suites of this build are there, too


def left_out(*words):
    """What of the tagged module a run measures, and how many benchmarks its plan says to lack."""
    document = json.loads(run('--json', ONLY_TAGGED, *words).out)
    return [row['benchmark'] for row in document['results']], document['run']['plan']['left_out']


@test
def a_quick_run_of_everything_leaves_out_what_is_slow():
    folder = pathlib.Path('suites')
    folder.mkdir()
    tagged()
    pathlib.Path('tagged_bench').rename(folder / 'tagged_bench')
    write('assay.yaml', 'suites: suites\n')
    everything = ['tagged/fast', 'tagged/slow', 'tagged/plain']
    check(left_out() == (['tagged/fast', 'tagged/plain'], 1))
    contains(assay('show').out, "1 benchmark tagged 'slow' left out", '--profile standard', '%slow')
    check(left_out('!plain') == (['tagged/fast'], 1))
    check(left_out('tagged') == left_out('all') == (['tagged/fast', 'tagged/plain'], 1))
    check(left_out('tagged/*') == (everything, 0))
    check(left_out('%slow') == (['tagged/slow'], 0))
    check(left_out('--profile', 'standard') == (everything, 0))
    check(left_out('!fast', '!plain') == (['tagged/slow'], 0), 'something has to be left')


main()
