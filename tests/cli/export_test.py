"""assay export: each format is read back by what reads it, or by its grammar."""
import json
import re
import subprocess
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
from tap import FIXTURES, SUMS, assay, check, contains, exits, main, run, test, write


def exported(name, *words):
    done = assay('export', *words, '--format', name)
    check(done.code == 0, done)
    return done.out


def imported():
    """A stored run of three launches with a rate, and one benchmark that failed."""
    rows = [{'name': 'parse', 'suite': 'web', 'params': {'n': 64}, 'value': 100 + i, 'unit': 'ns'}
            for i in range(3)]
    rows.append({'name': 'parse', 'suite': 'web', 'params': {'n': 64}, 'metric': 'bytes_per_s',
                 'value': 5e6, 'unit': 'B/s', 'better': 'higher'})
    write('l.jsonl', ''.join(json.dumps(row) + '\n' for row in rows))
    check(assay('import', 'l.jsonl').code == 0)


@test
def what_is_exported_can_be_imported_again():
    imported()
    for name, benchmark in (('jsonl', 'web/parse:n=64'), ('benchstat', 'web/Parse:n=64'),
                            ('google-benchmark', 'google-benchmark/web/parse:n=64'),
                            ('github-action-benchmark', None)):
        first = json.loads(assay('history', '--json').out)['runs'][-1]['id']
        write('x', exported(name, first))
        done = assay('import', '--json', 'x')
        check(done.code == 0, done)
        shown = json.loads(assay('show', '--json', json.loads(done.out)['run']).out)['results']
        (row,) = [row for row in shown if row['metric'] == 'time_ns']
        check(row['median'] == 101, (name, row))
        check(benchmark in (None, row['benchmark']), (name, row))


@test
def our_own_reports_are_formats_too():
    imported()
    check(json.loads(exported('json'))['schema'] == 'assay.run/1')
    check(json.loads(assay('export', '--json').out)['schema'] == 'assay.run/1')
    contains(exported('csv'), 'benchmark', 'web/parse:n=64')
    contains(exported('markdown'), '|', 'web/parse')
    contains(exported('html'), '<html', 'web/parse')


@test
def a_run_is_one_picture():
    imported()
    write('more.jsonl', '{"name":"a<b>&","value":5000,"unit":"ns"}\n')
    check(assay('import', 'l.jsonl', 'more.jsonl', '--label', 'two & more').code == 0)
    root = xml.etree.ElementTree.fromstring(exported('svg'))
    space = '{http://www.w3.org/2000/svg}'
    check(root.tag == space + 'svg', root)
    texts = [text.text for text in root.iter(space + 'text')]
    check({'two & more', 'web/parse:n=64', '101.0 ns', 'jsonl/a<b>&', '5.000 us'} <= set(texts), texts)
    places = [float(dot.get('cx')) for dot in root.iter(space + 'circle')]
    check(len(places) == 2 and places[0] < places[1], places)
    for frame in root.iter(space + 'svg'):  # else bars and axis would have different scales
        for inner in frame.findall(space + 'svg'):
            if inner.get('viewBox'):
                check(inner.get('viewBox') == f'0 0 {frame.get("width")} {frame.get("height")}')
    (span,) = [rect for rect in root.iter(space + 'rect') if rect.get('class') == 'span']
    check(float(span.get('width')) > 0, span.attrib)
    run(f'{FIXTURES}/misbehave.so', 'misbehave/exits')
    contains(exported('svg'), 'failed', 'misbehave/exits')


@test
def openmetrics_has_its_families_together_and_an_end():
    imported()
    lines = exported('openmetrics').splitlines()
    check(lines[-1] == '# EOF', lines)
    sample = re.compile(r'(assay_[a-z0-9_]+)\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)*\} [-+.e0-9]+')
    family, seen = None, set()
    for line in lines[:-1]:
        if line.startswith('# TYPE '):
            family = line.split()[2]
            check(family not in seen, line)
            seen.add(family)
        elif not line.startswith('# HELP '):
            check(sample.fullmatch(line) and line.startswith(family + '{'), line)
    contains('\n'.join(lines), 'params="n=64",commit=""} 101')


def gate(*rows):
    """A gate's document: (benchmark, gate, ratio, reason)."""
    return write('gate.json', json.dumps({'schema': 'assay.compare/1', 'rows': [
        {'benchmark': name, 'metric': 'time_ns', 'gate': word, 'verdict': 'slower', 'kind': 'stored',
         'ratio': ratio, 'low': ratio and ratio - 0.01, 'high': ratio and ratio + 0.01,
         'reason': reason} for name, word, ratio, reason in rows]}))


ODD = 'web/a<b>&"c|%,:'


@test
def findings_of_a_gate_in_every_format():
    path = gate(('web/parse', 'pass', 1.0, ''), (ODD, 'fail', 1.25, 'really'),
                ('web/send', 'undecided', None, 'too few'))
    root = xml.etree.ElementTree.fromstring(exported('junit', path))
    suite = root.find('testsuite')
    check((suite.get('tests'), suite.get('failures')) == ('3', '1'), suite.attrib)
    (failure,) = suite.findall('testcase/failure')
    check(failure.get('message') == 'slower: time_ns +25.0 % (+24.0 .. +26.0 %); really', failure)
    check(suite.findall('testcase')[1].get('name') == ODD + ' time_ns', suite)
    sarif = json.loads(exported('sarif', path))
    results = sarif['runs'][0]['results']
    check([row['level'] for row in results] == ['error', 'warning'], results)
    check(results[0]['locations'][0]['logicalLocations'][0]['fullyQualifiedName'] == ODD, results)
    check({row['ruleId'] for row in results} <=
          {rule['id'] for rule in sarif['runs'][0]['tool']['driver']['rules']}, sarif)
    lines = exported('github-annotations', path).splitlines()
    check(len(lines) == 2, lines)
    check(lines[0].startswith('::error title=web/a<b>&"c|%25%2C%3A::slower: time_ns +25.0 %25'),
          lines)
    contains(exported('github-summary', path), '1 failed, 1 warnings, 1 passed', r'c\|%')
    issues = json.loads(exported('gitlab-code-quality', path))
    check([row['severity'] for row in issues] == ['major', 'minor'], issues)
    check(len({row['fingerprint'] for row in issues}) == 2, issues)
    before = issues[0]['fingerprint']
    gate((ODD, 'fail', 1.5, ''))
    check(json.loads(exported('gitlab-code-quality', path))[0]['fingerprint'] == before)


@test
def a_real_gate_and_a_run_with_a_failure():
    misbehave = f'{FIXTURES}/misbehave.so'
    write('assay.yaml', '')
    run(SUMS, misbehave, 'sums/step', 'misbehave/exits')
    root = xml.etree.ElementTree.fromstring(exported('junit'))
    check(root.find('testsuite').get('failures') == '2', root.find('testsuite').attrib)
    contains(exported('github-annotations'), '::error title=misbehave/exits::')
    run(SUMS, 'sums/step', '--save-baseline', 'main')
    done = assay('gate', '--baseline', 'main', '--json', SUMS, 'sums/step', '-t', '5ms', '-l', '4')
    write('g.json', done.out)
    root = xml.etree.ElementTree.fromstring(exported('junit', 'g.json'))
    check(int(root.find('testsuite').get('tests')) >= 1, done)


@test
def mistakes_are_named():
    imported()
    exits(assay('export'), 2, 'which format? --format NAME, one of: json, ')
    exits(assay('export', '--format', 'nonsense'), 2, "no format 'nonsense'; there are: ")
    exits(assay('export', 'gone', '--format', 'json'), 2, "'gone'")
    exits(assay('export', 'l.jsonl', '--format', 'json'), 2, 'json wants a stored run')
    exits(assay('export', 'l.jsonl', '--format', 'junit'), 2, 'l.jsonl:2: column 1: ')
    write('x', '{"schema": "assay.run/1", "rows": []}')
    exits(assay('export', 'x', '--format', 'junit'), 2, "x: not what 'assay gate --json'")
    write('x', '{"schema": "assay.compare/1", "rows": [{"benchmark": 3}]}')
    exits(assay('export', 'x', '--format', 'sarif'), 2, 'x: $.rows[0].benchmark: wants a text')
    names = [row['name'] for row in json.loads(assay('export', '--list-formats',
                                                      '--json').out)['formats']]
    check(len(names) == len(set(names)) == 16, names)


main()
