"""assay run --stacks: what is shown, kept through seal and merge, exported, and said to be missing."""
import json
import os
import pathlib
import re
import shutil
import sys

sys.dont_write_bytecode = True
from schemas import check_run
from tap import FIXTURES, SOURCE, assay, check, contains, exits, main, test

STACKS = os.path.join(FIXTURES, 'stacks.so')
SHORT = ['-l', '1', '-w', '10ms', '-n', '3', '--no-report']


def read(*words):
    done = assay(*words, '--json')
    exits(done, 0)
    document = json.loads(done.out)
    if document['schema'] == 'assay.run/1':
        check_run(document)
    return document


def sampled():
    """A run of 'calls' with stacks: longer and longer, since a busy machine may leave no CPU time."""
    for seconds in ('300ms', '3s', '30s'):
        document = read('run', *SHORT, '--stacks-time', seconds, STACKS, 'calls')
        if document['stacks']:
            return document
    raise AssertionError(document['missing'])


def folded(document):
    return {row['frames']: row['samples'] for row in document['stacks'][0]['folded']}


@test
def stacks_are_shown_kept_and_exported():
    document = sampled()
    row = document['stacks'][0]
    check(row['benchmark'] == 'stacks/calls', row['benchmark'])
    check(row['samples'] == sum(folded(document).values()), row)
    if os.environ['SANITIZERS'] != 'thread':  # which keeps signals back until its own calls
        check('assay_body_calls;outer;innermost' in folded(document), folded(document))
    check(row['hottest'][0]['function'] == 'innermost', row['hottest'])
    check(0 < row['hottest'][0]['share'] <= 1, row['hottest'])
    check(document['missing'] == [], document['missing'])
    shown = assay('show', 'latest')
    exits(shown, 0)
    contains(shown.out, 'stacks of stacks/calls')
    contains(shown.out, '  innermost\n')
    contains(assay('show', 'latest', 'calls').out, 'sampled in a launch that was not timed')
    exported = assay('export', '--format', 'folded')
    exits(exported, 0)
    lines = exported.out.splitlines()
    check(all(re.fullmatch(r'stacks/calls;[^;]+(;[^;]+)* [1-9][0-9]*', line) for line in lines), lines)
    check(len(lines) == len(folded(document)), lines)


@test
def sealed_and_merged_runs_keep_them():
    sampled()
    run_id = read('show', 'latest')['run']['id']
    before = read('show', run_id)
    read('run', *SHORT, STACKS, 'calls')
    exits(assay('history', 'seal', '--keep', '1', '--yes'), 0)
    check(read('show', run_id)['stacks'] == before['stacks'], 'sealed')
    exits(assay('import', '.assay/history.db', '--store', 'other.db'), 0)
    check(read('show', run_id, '--store', 'other.db')['stacks'] == before['stacks'], 'merged')
    checked = assay('history', 'check', '--store', 'other.db')
    exits(checked, 0)


@test
def a_run_without_them_has_none():
    document = read('run', *SHORT, STACKS, 'calls')
    check(document['stacks'] == [] and document['missing'] == [], document['missing'])
    check(document['run']['plan']['stacks_seconds'] == 0, document['run']['plan'])
    exported = assay('export', '--format', 'folded')
    exits(exported, 0)
    check(exported.out == '', exported.out)


@test
def what_cannot_be_sampled_says_why_and_is_measured_all_the_same():
    document = read('run', *SHORT, '--stacks-time', '100ms', STACKS, 'handles_signal')
    check([row['status'] for row in document['results'][:1]] == ['ok'], document['results'])
    check(document['stacks'] == [], document['stacks'])
    check([row['metric'] for row in document['missing']] == ['stacks'], document['missing'])
    contains(document['missing'][0]['reason'], 'SIGPROF')


@test
def a_program_of_its_own_says_so():
    shutil.copy(pathlib.Path(SOURCE, 'lib/python/assay.py'), '.')
    client = shutil.copy(pathlib.Path(SOURCE, 'tests/cli/fixtures/clients/json_bench.py'), '.')
    document = read('run', *SHORT, '--stacks', f'./{client}')
    reasons = {row['reason'] for row in document['missing']}
    check(reasons == {"this program does not answer 'stacks' (docs/protocol.md)"}, reasons)


@test
def counting_instructions_excludes_them():
    done = assay('run', '--instructions', '--stacks', STACKS)
    exits(done, 2)
    contains(done.err, '--stacks')


main()
