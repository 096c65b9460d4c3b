"""Every --json output validates against its schema in docs/schema."""
import copy
import json
import os
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from schemas import FOLDER, faults, jsonschema, schema
from tap import FIXTURES, RESULTS, SUMS, Skip, assay, check, main, run, test, write

TARGETS = '''targets:
  - {benchmark: sums/step, metric: time_ns, at_most: 1 s, source: "page 7"}
  - {benchmark: "sums/bytes:n=64", versus: "sums/bytes:n=256", faster_by: 1.5}
  - {benchmark: sums/gone, metric: time_ns, at_most: 1 s}
claims:
  - {benchmark: sums/step, metric: time_ns, value: 5 ns, source: a paper}
'''


def valid(done, name):
    document = json.loads(done.out)
    check(document['schema'] == f'assay.{name}/1', document['schema'])
    check(faults(document, name) == [], faults(document, name)[:5])
    return document


def project():
    os.mkdir('modules')
    shutil.copy(SUMS, 'modules')
    write('assay.yaml', 'suites: [modules]\n')
    write('modules/targets.yaml', TARGETS)


@test
def the_schemas_are_sound_and_each_says_what_it_is():
    names = {path.name.split('.')[0] for path in FOLDER.glob('*.schema.json')}
    check(names >= {'compare', 'history', 'init', 'list', 'run', 'runs'}, names)
    for name in sorted(names):
        text = schema(name)
        jsonschema.Draft202012Validator.check_schema(text)
        check(text['properties']['schema']['const'] == f'assay.{name}/1')
        check(text['additionalProperties'] is False and 'schema' in text['required'])


@test
def run_and_show_and_the_file():
    project()
    write('text_bench.so', 'no module')
    misbehave = os.path.join(FIXTURES, 'misbehave.so')
    done = run('--json', '--label', 'a "label"', 'modules/sums_bench.so', './text_bench.so',
               misbehave, 'sums', 'misbehave/exits')
    document = valid(done, 'run')
    statuses = {row['status'] for row in document['results']}
    check(statuses == {'ok', 'failed', 'skipped'}, statuses)
    check({row['status'] for row in document['targets']} >= {'met', 'not_run'}, done)
    check(document['claims'] != [], done)
    valid(assay('show', '--json'), 'run')
    path = RESULTS / document['run']['id'] / 'summary.json'
    check(faults(json.loads(path.read_text(encoding='utf-8')), 'run') == [])


@test
def a_run_with_too_few_samples_for_anything():
    valid(assay('run', '-l', '1', '-n', '1', '-i', '10', '--json', SUMS), 'run')


@test
def list_with_and_without_failures():
    write('text.so', 'no module')
    valid(assay('list', '--json', SUMS), 'list')
    check(len(valid(assay('list', '--json', SUMS, './text.so'), 'list')['failures']) == 1)
    valid(assay('list', '--json', './text.so'), 'list')


@test
def history_of_runs_and_of_benchmarks():
    project()
    run('sums')
    run('sums', '--label', 'second')
    check(len(valid(assay('history', '--json'), 'runs')['runs']) == 2)
    for metric in ('time_ns', 'bytes_per_s', 'rss_bytes_peak'):
        points = valid(assay('history', '--json', '-m', metric, 'sums'), 'history')['points']
        check(points != [], metric)
    check(valid(assay('trend', '--json', 'sums'), 'trend')['series'] != [])
    table = '\n'.join(f'{i},{100 + i % 3 + 9 * (i >= 30)},{100 + i}' for i in range(60))
    series = valid(assay('trend', '--json', '--from', write('t.csv', table)), 'trend')['series']
    check([row['change_points'] != [] for row in series] == [True, False], series)
    check(series[1]['drifts'] != [], series)
    series = valid(assay('trend', '--json', '--from', 't.csv', '--target', '170'), 'trend')['series']
    check([row['forecasts'][0]['answer'] for row in series] == ['not_within', 'within'], series)
    valid(assay('trend', '--json', '--correlate', '--from', 't.csv'), 'together')
    check(valid(assay('trend', '--json', '--correlate', 'sums'), 'together')['series'] != [])


@test
def cycles_of_a_watch():
    project()
    cycle = valid(assay('watch', '--every', '1s', '--count', '1', '--json', 'sums/step'), 'watch')
    check(cycle['verdict'] == 'good', cycle)


@test
def comparing_modules_and_runs():
    shutil.copy(SUMS, 'old.so')
    shutil.copy(SUMS, 'new.so')
    done = assay('compare', '--json', './old.so', './new.so', '-t', '200ms')
    if 'unknown' in done.err:
        raise Skip('no such command')
    valid(done, 'compare')
    run(SUMS, '--label', 'old')
    run(SUMS, '--label', 'new')
    valid(assay('compare', '--json', 'old', 'new'), 'compare')


@test
def gates_baselines_and_runs_beside_others():
    project()
    write('assay.yaml', 'suites: [modules]\nthresholds:\n'
          '  - {benchmark: "*", metric: rss_bytes_peak, warn: 50%, fail: 90%}\n')
    check(valid(run('sums', '--json', '--compare', 'last'), 'run')['comparison'] is None)
    valid(run('sums', '--json', '--save-baseline', 'main'), 'run')
    document = valid(run('sums', '--json', '--baseline', 'main'), 'run')
    check(faults(document['comparison'], 'compare') == [], faults(document['comparison'], 'compare'))
    document = valid(assay('baseline', 'show', 'main', '--json'), 'baseline')
    check(faults(document['run'], 'run') == [], faults(document['run'], 'run'))
    valid(assay('baseline', '--json'), 'baselines')
    document = valid(assay('gate', '--baseline', 'main', '--json', 'sums', '-t', '10ms'), 'compare')
    check({row['kind'] for row in document['rows']} >= {'remeasured', 'target'}, document)
    check('rss_bytes_peak' in {row['metric'] for row in document['rows']}, document)


@test
def init_names_its_file():
    check(valid(assay('init', 'bench', 'mine', '--json'), 'init')['file'] == 'mine_bench.c')


@test
def imports_and_what_they_stored():
    write('l.jsonl', '{"name": "parse", "value": 3, "unit": "ns"}\n')
    valid(assay('import', '--json', '--dry-run', 'l.jsonl'), 'import')
    valid(assay('import', '--json', 'l.jsonl'), 'import')
    valid(assay('import', '--json', '--list-formats'), 'formats')
    valid(assay('show', '--json'), 'run')
    valid(assay('history', '--json'), 'runs')


@test
def what_continuous_integration_did():
    valid(assay('ci', 'github', '--json'), 'ci')
    gate = {'schema': 'assay.compare/1', 'rows': []}
    write('gate.json', json.dumps(gate))
    words = ['gate.json', '--forge', 'github', '--repository', 'a/b', '--number', '1', '--dry-run']
    check(len(valid(assay('ci', 'comment', *words, '--json'), 'ci')['requests']) == 3)
    valid(assay('ci', 'issue', *words, '--json'), 'ci')
    valid(assay('ci', 'fetch', '--folder', 'gone', '--json'), 'ci')


@test
def a_document_with_a_field_more_or_less_or_of_another_type_is_refused():
    document = valid(run('--json', SUMS), 'run')
    for place in (document, document['run'], document['run']['plan'], document['results'][0]):
        for change in ({'surprise': 1}, {next(iter(place)): None}):
            before = copy.copy(place)
            place.update(change)
            check(faults(document, 'run') != [], change)
            place.clear()
            check(faults(document, 'run') != [], 'empty')
            place.update(before)
    check(faults(document, 'run') == [])


@test
def the_document_of_pages_is_that_of_its_schema():
    project()
    run('--label', 'one', 'sums')
    run('--label', 'two', '--stacks-time', '100ms', 'sums')
    texts = [path.read_text(encoding='utf-8') for path in pathlib.Path('.').rglob('report.html')]
    check(texts, 'no report was written')
    held = [text.split('<script type="application/json" id="data">')[1].split('</script>')[0]
            for text in texts if 'id="data"' in text]
    if not held:
        raise Skip('built without web/: pages hold no document')
    for text in held:
        check(faults(json.loads(text), 'view') == [], faults(json.loads(text), 'view')[:5])


@test
def a_document_of_pages_that_lacks_something_is_refused():
    document = {'schema': 'assay.view/1', 'run': {}, 'results': []}
    check(len(faults(document, 'view')) >= 6, faults(document, 'view'))


main()
