"""CSV and Markdown say what JSON says: of runs, comparisons, gates, lists and history."""
import csv
import html
import io
import json
import math
import re
import sys

sys.dont_write_bytecode = True
from tap import MANY, RESULTS, SUMS, assay, check, contains, exits, main, run, test, write

NASTY = '=1+2|"a",<b>`c`\n*d*&amp;\\'


def csv_rows(text):
    rows = list(csv.DictReader(io.StringIO(text, newline='')))
    check(all(None not in row and None not in row.values() for row in rows), text[:500])
    return rows


def plain(cell):
    """What GitHub shows for a cell."""
    return html.unescape(re.sub(r'\\(.)', r'\1', cell.strip()))


def markdown_rows(text):
    """The rows of the first table as a reader sees them."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith('|'))
    cells = []
    for line in lines[first:]:
        if not line.startswith('|'):
            break
        cells.append([plain(cell) for cell in re.findall(r'((?:\\.|[^\\|])*)\|', line[1:])])
    check(all(re.fullmatch('-+:?', cell) for cell in cells[1]), cells[1])
    check(len({len(row) for row in cells}) == 1, cells)
    return [dict(zip(cells[0], row)) for row in cells[2:]]


def same(field, value):
    """Whether a field of CSV is what JSON has; JSON keeps 12 digits."""
    if value is None:
        return field == ''
    if isinstance(value, bool):
        return field == str(value).lower()
    if isinstance(value, (int, float)):
        return math.isclose(float(field), value, rel_tol=1e-11, abs_tol=1e-300)
    return field == value


def compare(rows, documents, renamed=None):
    check(len(rows) == len(documents) > 0, (len(rows), len(documents)))
    for row, document in zip(rows, documents):
        for key, field in row.items():
            key = (renamed or {}).get(key, key)
            if key in document and not isinstance(document[key], (dict, list)):
                check(same(field, document[key]), (key, field, document[key]))


def in_all(*words, **more):
    """The same rows as CSV, Markdown and JSON; the command measures nothing."""
    texts = [assay(*words, '--format', name, **more) for name in ('csv', 'markdown', 'json')]
    check(all(done.code == 0 for done in texts), texts)
    return csv_rows(texts[0].out), markdown_rows(texts[1].out), json.loads(texts[2].out)


@test
def a_run_is_the_same_in_csv_markdown_and_json():
    write('targets.yaml', 'targets:\n  - {benchmark: sums/step, metric: time_ns, at_most: 1 s, '
                          'source: "page 7"}\n')
    write('assay.yaml', 'targets: [targets.yaml]\n')
    check(run('--label', NASTY, SUMS).code == 0)
    rows, page, document = in_all('show')
    compare(rows, [row for row in document['results']
                   if not isinstance(row.get('target'), dict) or row.pop('target')])
    check({row['run'] for row in rows} == {document['run']['id']}, rows[0])
    check({row['label'] for row in rows} == {"'" + NASTY}, rows[0]['label'])
    check(rows[0]['p99_9'] == '' or float(rows[0]['p99_9']) > 0)
    judged = [row for row in rows if row['target_status']]
    check([(row['benchmark'], row['metric'], float(row['target']), row['target_status'])
           for row in judged] == [('sums/step', 'time_ns', 1e9, 'met')], judged)
    check([(row['benchmark'], row['metric'], row['status']) for row in page] ==
          [(row['benchmark'], row['metric'], row['status']) for row in rows], page)
    skipped = [row for row in page if row['status'] == 'skipped']
    check(skipped[0]['reason'] == 'engine "x" is not installed', skipped)


@test
def the_files_of_a_run_are_what_show_prints():
    done = run('--format', 'csv', SUMS)
    check(done.code == 0, done)
    folder = next(RESULTS.iterdir())
    names = sorted(path.name for path in folder.iterdir())
    check(names == ['report.html', 'results.csv', 'summary.json', 'summary.md'], names)
    check((folder / 'results.csv').read_text(encoding='utf-8') == done.out)
    check((folder / 'summary.md').read_text(encoding='utf-8') ==
          assay('show', '--format', 'markdown').out)


@test
def markdown_lets_nothing_become_markup():
    check(run('--label', NASTY, SUMS).code == 0)
    text = assay('show', '--format', 'markdown').out
    label = next(line for line in text.splitlines() if line.startswith('- label: '))
    check(plain(label[len('- label: '):]) == NASTY.replace('\n', '?'), label)
    check(not re.search(r'(?<!\\)[`*<>]', label), label)


@test
def numbers_are_exact_and_have_a_point():
    check(run(SUMS).code == 0)
    for row in csv_rows(assay('show', '--format', 'csv', env={'LC_ALL': 'de_DE.UTF-8'}).out):
        for key in ('median', 'low', 'high', 'mean', 'sd'):
            check(row[key] == '' or re.fullmatch(r'-?[0-9.]+(e[-+]?\d+)?', row[key]), row)
            check(row[key] == '' or repr(float(row[key])) == repr(float(f'{float(row[key]):.17g}')))


@test
def lists_histories_and_baselines_are_tables_too():
    check(run('--save-baseline', 'one', '--label', 'first', SUMS).code == 0)
    check(run(SUMS).code == 0)
    rows, page, document = in_all('list', SUMS)
    compare(rows, document['benchmarks'])
    check([row['benchmark'] for row in page] == [row['benchmark'] for row in rows])
    rows, page, document = in_all('history')
    compare(rows, document['runs'])
    check([row['label'] for row in page] == ['', 'first'], page)
    rows, page, document = in_all('history', 'sums/step')
    compare(rows, document['points'])
    check(len(page) == 2, page)
    rows, page, document = in_all('baseline', 'list')
    compare(rows, document['baselines'])
    check(page[0]['name'] == 'one', page)


@test
def comparisons_and_gates_are_tables_too():
    check(run('--save-baseline', 'one', SUMS).code == 0)
    check(run(SUMS).code == 0)
    rows, page, document = in_all('compare', 'one', 'latest')
    compare(rows, document['rows'])
    check([row['verdict'] for row in page] == [row['verdict'] for row in rows], page)
    gate = ['gate', '--baseline', 'one', '-l', '8', '-t', '2ms', '-w', '1ms', 'sums/step', SUMS]
    done = assay(*gate, '--format', 'csv')
    check(done.code in (0, 1, 4), done)
    rows = csv_rows(done.out)
    check([row['benchmark'] for row in rows] == ['sums/step'], rows)
    check(rows[0]['gate'] in ('pass', 'warn', 'fail', 'undecided'), rows)


@test
def a_format_that_does_not_exist_is_refused():
    exits(assay('list', '--format', 'xml', MANY), 2, "text|json|csv|markdown", "'xml'")


@test
def json_is_what_it_was():
    check(assay('list', '--json', SUMS).out == assay('list', '--format', 'json', SUMS).out)
    contains(assay('list', '--json', SUMS).out, '"assay.list/1"')


main()
