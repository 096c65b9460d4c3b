"""Standard output and error: help, one JSON document, closed and full outputs."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import PROGRAM, SUMS, TINY, assay, check, contains, environment, exits, main, run, test

COMMANDS = [line.split()[0] for line in assay('--help').out.splitlines()
            if line.startswith('  ') and not line.startswith('   ')]


def complete(words):
    """Words that make `words` succeed once a run is stored."""
    return {'run': [*TINY, SUMS], 'list': [SUMS], 'show': [], 'history': [],
            'init': ['bench', f'x{os.getpid()}']}[words]


@test
def help_fits_80_columns_and_is_what_was_asked_for():
    check({'run', 'list', 'show', 'history', 'init'} <= set(COMMANDS), COMMANDS)
    for words in [['--help'], ['-h'], ['help']] + [[name, '--help'] for name in COMMANDS]:
        done = assay(*words)
        exits(done, 0)
        check(done.err == '' and done.out.endswith('\n'), done)
        for line in done.out.splitlines():
            check(len(line) <= 80 and line == line.rstrip(), (words, line))
    for name in COMMANDS:
        text = assay(name, '--help').out
        check(text.startswith(f'usage: assay {name} '), text)
        check(text == assay('help', name).out == assay(name, '--nonsense', '-h').out)


@test
def help_does_nothing_else():
    exits(assay('run', SUMS, '--help'), 0)
    exits(assay('init', 'bench', 'x', '-h'), 0)
    check(os.listdir('.') == [], os.listdir('.'))


@test
def the_version_is_one_line():
    done = assay('--version')
    exits(done, 0)
    check(done.out.startswith('assay ') and done.out.count('\n') == 1 and done.err == '', done)


@test
def json_is_exactly_one_document():
    exits(run(SUMS), 0)
    for words in (['run', *TINY, SUMS], ['list', SUMS], ['show'], ['history'],
                  ['history', 'sums/step'], ['init', 'bench', 'x']):
        done = assay(*words, '--json')
        exits(done, 0)
        check(done.err == '', done)
        document, end = json.JSONDecoder().raw_decode(done.out)
        check(done.out[end:] == '\n', done)
        check(document['schema'].startswith('assay.') and document['schema'].endswith('/1'), done)
        check(next(iter(document)) == 'schema', done)


@test
def json_stays_alone_on_stdout_when_something_failed():
    with open('text.so', 'w', encoding='utf-8') as file:
        file.write('no module')
    for name in ('run', 'list'):
        done = assay(name, '--json', './text.so')
        exits(done, 3)
        json.loads(done.out)


@test
def a_full_standard_output_is_an_error():
    exits(run(SUMS), 0)
    with open('/dev/full', 'w', encoding='utf-8') as full:
        for words in [[name, *complete(name)] for name in ('run', 'list', 'show', 'history', 'init')
                      ] + [['--help'], ['--version'], ['run', '--help'], ['list', SUMS, '--json']]:
            exits(assay(*words, stdout=full), 3, 'assay: cannot write to the standard output: '
                  'No space left on device\n')


@test
def a_reader_that_leaves_early_is_told_nothing_and_the_code_is_3():
    exits(run(SUMS), 0)
    for words in (['list', SUMS], ['show'], ['history', '--json'], ['--help']):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = assay(*words, stdout=writing)
        finally:
            os.close(writing)
        check(done.code == 3 and done.err == '', (words, done))


@test
def paragraphs_of_help_stand_apart_and_examples_come_first():
    text = assay('gate', '--help').out
    contains(text, 'decision.\n\nexamples:\n  assay gate --baseline main ', '\n\nModules that')


def closed(words, redirection):
    """`words` with a descriptor closed, as a shell does it."""
    return subprocess.run(['sh', '-c', f'exec "$0" "$@" {redirection}', PROGRAM, *words],
                          capture_output=True, text=True, check=False, env=environment())


@test
def a_closed_standard_output_is_an_error():
    exits(run(SUMS), 0)
    for words in ([name, *complete(name)] for name in ('run', 'list', 'show', 'history', 'init')):
        done = closed(words, '>&-')
        check(done.returncode == 3, (words, done))
        contains(done.stderr, 'cannot write to the standard output')
    check(len(json.loads(assay('history', '--json').out)['runs']) == 2)  # measured is kept


@test
def closed_inputs_and_errors_do_no_harm():
    for redirection in ('<&-', '2>&-', '<&- 2>&-'):
        done = closed(['run', *TINY, SUMS, 'step'], redirection)
        check(done.returncode == 0, (redirection, done))
        contains(done.stdout, 'sums/step')
    done = closed(['run', *TINY, SUMS, 'step'], '<&- >&- 2>&-')
    check(done.returncode == 3, done)
    exits(assay('show'), 0)


main()
