"""assay audit: claims measured, evidence kept, verified, and found out when it was changed.

The machine is shared and busy: what is claimed is a factor of two, bounds are wide.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import tap
from tap import (MODULES, RESULTS, SOURCE, SUMS, TINY, assay, check,
                 contains, exits, main, need, test, untouched, write)

try:
    import jsonschema
except ImportError:
    jsonschema = None

ONE = os.path.join(MODULES, 'versions_one.so')
TWO = os.path.join(MODULES, 'versions_two.so')
FAST = ['-t', '20ms', '-w', '2ms', '-l', '16']
STEP = '*/step:n=100'


def side(module, benchmark):
    return f'{{module: {module}, benchmark: "{benchmark}"}}'


def claim(bound, before=None, after=None, text='better', metric='time_ns'):
    """A claim; by default the version with half the work comes after the other."""
    return (f'  - claim: "{text}"\n    source: "versions.c"\n    metric: {metric}\n'
            f'    before: {before or side(TWO, STEP)}\n    after: {after or side(ONE, STEP)}\n'
            f'    {bound}\n')


def audit_file(*claims, path='a.yaml'):
    return write(path, 'audit: tests\nclaims:\n' + ''.join(claims))


def audit(*words, code):
    done = assay('audit', *FAST, '--json', *words)
    exits(done, code)
    return json.loads(done.out)


def folder_of(document):
    return RESULTS / document['id']


def failed(folder):
    """Verifies evidence that was changed: what failed, with what was found."""
    done = assay('audit', '--verify', folder, '--json')
    exits(done, 1)
    document = json.loads(done.out)
    check(document['sound'] is False, document)
    return {row['what']: row['detail'] for row in document['checks'] if row['status'] == 'failed'}


def valid(document, name):
    if jsonschema is None:
        return
    path = pathlib.Path(SOURCE, 'docs/schema', f'{name}.schema.json')
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text(encoding='utf-8')))
    faults = [f'{list(error.absolute_path)}: {error.message}'
              for error in validator.iter_errors(document)]
    check(faults == [], faults[:5])


@test
def half_the_work_confirms_one_third_less_and_refutes_a_factor_of_five():
    audit_file(claim('at_least: 33 %'), claim('factor: 5'), claim('at_most: 10 %'))
    document = audit('a.yaml', code=1)
    rows = document['claims']
    check([row['verdict'] for row in rows] == ['confirmed', 'refuted', 'confirmed'], rows)
    for row in rows:
        check(row['low'] <= row['ratio'] <= row['high'] < 0.9, row)
        check(row['kind'] == 'one_process' and row['launches'] >= 8, row)
    contains(rows[0]['sentence'], '% less time', 'claimed: at least 33 % less time')
    contains(rows[1]['sentence'], 'time divided by', 'claimed: by at least 5')
    valid(document, 'audit')


@test
def all_confirmed_is_exit_code_0_and_leaves_evidence_that_verifies():
    audit_file(claim('factor: 1.3'))
    document = audit('a.yaml', code=0)
    folder = folder_of(document)
    names = {path.name for path in folder.iterdir()}
    check(names == {'audit.json', 'samples.csv', 'report.md', 'claims-1.yaml', 'SHA256SUMS'}, names)
    check(json.loads((folder / 'audit.json').read_text(encoding='utf-8')) == document)
    check((folder / 'claims-1.yaml').read_text(encoding='utf-8') ==
          pathlib.Path('a.yaml').read_text(encoding='utf-8'))
    contains((folder / 'report.md').read_text(encoding='utf-8'), '| confirmed | better |')
    lines = (folder / 'samples.csv').read_text(encoding='utf-8').splitlines()
    check(len(lines) == document['claims'][0]['pairs'] + 1, lines[:3])
    check(len({module['sha256'] for module in document['modules']}) == 2, document['modules'])
    done = assay('audit', '--verify', folder)
    exits(done, 0)
    contains(done.out, 'claim 1: confirmed again', 'is sound')
    valid(json.loads(assay('audit', '--verify', folder, '--json').out), 'audit-verify')


@test
def the_hashes_are_those_of_sha256sum():
    need('sha256sum', 'coreutils')
    audit_file(claim('factor: 1.3'))
    folder = folder_of(audit('a.yaml', code=0))
    subprocess.run(['sha256sum', '--quiet', '-c', 'SHA256SUMS'], cwd=folder, check=True)


@test
def evidence_is_verified_without_the_modules():
    shutil.copy(ONE, 'one.so')
    audit_file(claim('factor: 1.3', after=side('one.so', '*/step:n=100')))
    folder = folder_of(audit('a.yaml', code=0))
    shutil.copy(TWO, 'one.so')
    done = assay('audit', '--verify', folder)
    exits(done, 0)
    contains(done.out, 'one.so: no longer the module that was measured', 'is sound')
    os.remove('one.so')
    os.remove('a.yaml')
    shutil.move(folder, 'elsewhere')
    done = assay('audit', '--verify', 'elsewhere')
    exits(done, 0)
    contains(done.out, 'one.so: not here')


@test
def a_changed_file_of_the_evidence_is_found_and_named():
    audit_file(claim('factor: 1.3'))
    folder = folder_of(audit('a.yaml', code=0))
    for name in ('audit.json', 'samples.csv', 'report.md', 'claims-1.yaml'):
        path = folder / name
        before = path.read_bytes()
        path.write_bytes(before.replace(b'1', b'2', 1))
        check(name in failed(folder), name)
        path.unlink()
        check(failed(folder)[name] == 'it is missing', name)
        path.write_bytes(before)
    (folder / 'SHA256SUMS').unlink()
    contains(failed(folder)['SHA256SUMS'], 'incomplete')


@test
def a_verdict_that_was_changed_with_its_hash_contradicts_the_samples():
    need('sha256sum', 'coreutils')
    audit_file(claim('factor: 5'))
    folder = folder_of(audit('a.yaml', code=1))
    path = folder / 'audit.json'
    text = path.read_text(encoding='utf-8').replace('"refuted"', '"confirmed"')
    path.write_text(text, encoding='utf-8')
    sums = subprocess.run(['sha256sum', *(p.name for p in folder.iterdir())], cwd=folder,
                          capture_output=True, check=True)
    (folder / 'SHA256SUMS').write_bytes(sums.stdout)
    faults = failed(folder)
    check(list(faults) == ['claim 1'], faults)
    contains(faults['claim 1'], "another 'verdict'", 'they say refuted')


@test
def what_is_no_evidence_is_not_verified():
    exits(assay('audit', '--verify', 'gone'), 2, "cannot open folder 'gone'")
    os.mkdir('empty')
    exits(assay('audit', '--verify', 'empty'), 2, 'no evidence of an audit')
    write('empty/audit.json', '[')
    check('SHA256SUMS' in failed('empty'))


@test
def too_few_launches_are_undecided():
    audit_file(claim('factor: 1.3'))
    row = audit('a.yaml', '-l', '3', code=4)['claims'][0]
    check(row['verdict'] == 'undecided' and row['status'] == 'ok', row)
    contains(row['reason'], '--launches')


@test
def quick_and_full_say_it_in_the_same_words():
    audit_file(claim('factor: 1.3'))
    documents = [json.loads(assay('audit', word, '--json', 'a.yaml').out)
                 for word in ('--quick', '--full')]
    for document, profile in zip(documents, ('quick', 'full')):
        valid(document, 'audit')
        check(document['run']['plan']['profile'] == profile, profile)
    check(documents[0].keys() == documents[1].keys())
    check(documents[0]['claims'][0].keys() == documents[1]['claims'][0].keys())
    exits(assay('audit', '--quick', '--full', 'a.yaml'), 2, 'not both')


@test
def two_benchmarks_of_one_module_are_two_sides():
    audit_file(claim('factor: 1.3', side(TWO, '*/step:n=200'), side(TWO, '*/step:n=100')))
    document = audit('a.yaml', code=0)
    check(document['claims'][0]['kind'] == 'one_process', document['claims'])
    check(len(document['modules']) == 1, document['modules'])


@test
def peak_memory_and_rates_are_measured_in_turn():
    audit_file(claim('same: 50 %', metric='rss_bytes_peak'),
               claim('same: 99 %', side(SUMS, 'sums/bytes:n=64'), side(SUMS, 'sums/bytes:n=64'),
                     metric='bytes_per_s'))
    rows = audit('a.yaml', code=0)['claims']
    check([row['unit'] for row in rows] == ['B', 'B/s'], rows)
    for row in rows:
        check(row['pairs'] == row['launches'] and row['before']['median'] > 0, row)


@test
def a_metric_that_a_benchmark_lacks_fails():
    audit_file(claim('factor: 2', metric='items_per_s'))
    row = audit('a.yaml', code=3)['claims'][0]
    contains(row['reason'], "does not measure 'items_per_s'")


@test
def commands_are_timed_in_blocks():
    audit_file(claim('factor: 2', '{command: "sleep 0.2"}', '{command: "true"}'),
               claim('factor: 2', '{command: "true"}', '{command: "sleep 0.2"}'))
    document = audit('a.yaml', code=1)
    check([row['verdict'] for row in document['claims']] == ['confirmed', 'refuted'], document)
    check(document['claims'][0]['before']['command'] == 'sleep 0.2', document)
    check(document['modules'] == [], document)
    exits(assay('audit', '--verify', folder_of(document)), 0)


@test
def a_command_that_fails_is_no_verdict():
    audit_file(claim('factor: 2', '{command: "false"}', '{command: "true"}'), claim('factor: 1.3'))
    rows = audit('a.yaml', code=3)['claims']
    check(rows[0]['verdict'] == 'none' and rows[0]['status'] == 'failed', rows[0])
    contains(rows[0]['reason'], 'exit code 1')
    check(rows[1]['verdict'] == 'confirmed', rows[1])


@test
def what_fails_or_skips_is_told_and_the_others_are_measured():
    audit_file(claim('same: 5 %', side(ONE, '*/skips'), side(TWO, '*/skips')),
               claim('factor: 2', side(ONE, '*/crashes_in_two'), side(TWO, '*/crashes_in_two')),
               claim('factor: 1.3'))
    document = audit('a.yaml', code=3)
    rows = document['claims']
    check([row['status'] for row in rows] == ['skipped', 'failed', 'ok'], rows)
    contains(rows[0]['reason'], 'no engine here')
    contains(rows[1]['reason'], 'signal 6')
    check(rows[2]['verdict'] == 'confirmed', rows[2])
    exits(assay('audit', '--verify', folder_of(document)), 0)


@test
def a_mistake_stops_everything_with_nothing_measured():
    audit_file(claim('factor: 2', after=side(ONE, '*/gone')))
    exits(assay('audit', 'a.yaml'), 2, 'a.yaml', "claim 'better'", "no benchmark is called '*/gone'")
    audit_file(claim('factor: 2', after=side(ONE, '*/step:*')))
    exits(assay('audit', 'a.yaml'), 2, 'matches 2 benchmarks', 'a claim is about one')
    audit_file(claim('factor: 2', after=side('gone.so', '*')))
    exits(assay('audit', 'a.yaml'), 2, "no module '", "gone.so': No such file")
    audit_file(claim('fctor: 2'))
    exits(assay('audit', 'a.yaml'), 2, "a.yaml:8:5: unknown key 'fctor' (did you mean 'factor'?)")
    exits(assay('audit', 'gone.yaml'), 2, "no audit file 'gone.yaml'")
    os.mkdir('empty')
    exits(assay('audit', 'empty'), 2, 'no audit file: name one')
    untouched()


def found_claims():
    """The claims that a program without suites beside it finds."""
    host = os.path.join(os.path.dirname(tap.PROGRAM), 'assay-host')
    copy, before = shutil.copy(tap.PROGRAM, 'assay-copy'), tap.PROGRAM
    tap.PROGRAM = os.path.abspath(copy)
    try:
        done = assay('audit', '-l', '1', '-t', '1ms', '-w', '1ms', '--json', '--no-evidence',
                     env={'ASSAY_HOST': host})
    finally:
        tap.PROGRAM = before
    check(done.code == 4, done)
    return [row['claim'] for row in json.loads(done.out)['claims']
            if not row['file'].startswith('/')]


@test
def files_are_found_in_the_project():
    os.mkdir('modules')
    shutil.copy(ONE, 'modules/versions_bench.so')
    one = '{benchmark: "*/step:n=200"}', '{benchmark: "*/step:n=100"}'
    write('assay.yaml', 'suites: [modules]\n')
    audit_file(claim('factor: 1.3', *one, text='of the folder'), path='audits/a.yaml')
    audit_file(claim('factor: 1.3', *one, text='of the suite'), path='modules/audit.yaml')
    audit_file(claim('factor: 1.3', *one, text='of the suite'), path='modules/twin/audit.yaml')
    texts = found_claims()
    check(texts == ['of the folder', 'of the suite'], texts)
    audit_file(claim('factor: 1.3', *one, text='named'), path='claims/b.yaml')
    write('assay.yaml', 'suites: [modules]\naudits: [claims]\n')
    texts = found_claims()
    check(texts == ['named', 'of the suite'], texts)
    write('assay.yaml', 'audits: [gone]\n')
    exits(assay('audit'), 2, "no audit file 'gone'")


def sums_targets():
    return [row for row in audit('a.yaml', code=0)['targets']
            if row['benchmark'].startswith('sums')]


@test
def every_target_has_a_row_with_its_run_or_without_one():
    os.mkdir('modules')
    shutil.copy(SUMS, 'modules')
    write('assay.yaml', 'suites: [modules]\n')
    write('modules/targets.yaml',
          'targets:\n'
          '  - {benchmark: sums/step, at_most: 1 s}\n'
          '  - {benchmark: sums/step, at_most: 0.001 ns}\n'
          '  - {benchmark: "sums/bytes:*", metric: bytes_per_s, at_least: 1 B/s}\n'
          '  - {benchmark: sums/gone, at_most: 1 s}\n')
    audit_file(claim('factor: 1.3'))
    targets = sums_targets()
    check([row['status'] for row in targets] == ['unmeasured'] * 4, targets)
    check({row['run'] for row in targets} == {None}, targets)
    exits(assay('run', *TINY, 'sums'), 0)
    exits(assay('run', *TINY, 'sums/step'), 0)
    runs = [row['id'] for row in json.loads(assay('history', '--json').out)['runs']]
    targets = sums_targets()
    rows = {(row['benchmark'], row['bound']): row for row in targets}
    check(rows['sums/step', 1e9]['status'] == 'met', targets)
    check(rows['sums/step', 0.001]['status'] == 'missed', targets)
    check(rows['sums/step', 1e9]['run'] == runs[0], targets)
    check(rows['sums/gone', 1e9]['status'] == 'unmeasured', targets)
    bytes_rows = [row for row in targets if row['benchmark'].startswith('sums/bytes')]
    check(len(bytes_rows) >= 2 and {row['run'] for row in bytes_rows} == {runs[-1]}, targets)


@test
def no_line_is_wider_than_80_columns():
    audit_file(claim('factor: 1.3', text='a claim in so many words that it will not fit on one '
                     'line of a terminal however narrow its letters may be, and then some more'))
    done = assay('audit', *FAST, 'a.yaml')
    exits(done, 0)
    for line in done.out.splitlines():
        check(len(line) <= 80 or 'evidence' in line or len(line.split()) == 1, line)  # an id
    contains(done.out, 'confirmed  a claim in so many words', '1 confirmed, 0 refuted',
             'wrong verdicts in the whole audit: at most 1 %')
    check(re.search(r'\nseal: [0-9a-f]{64}\n', done.out), done.out)


@test
def without_evidence_nothing_is_written():
    audit_file(claim('factor: 1.3'))
    audit('a.yaml', '--no-evidence', code=0)
    untouched()


main()
