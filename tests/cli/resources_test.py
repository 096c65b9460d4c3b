"""assay run --resources, --allocations, --counters: what is shown, kept, and said to be missing."""
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
from schemas import check_run
from tap import FIXTURES, assay, check, contains, exits, main, test, untouched

USING = os.path.join(FIXTURES, 'using.so')
SHORT = ['-l', '2', '-w', '20ms', '-n', '200', '--no-report']


def run_json(*words):
    done = assay('run', '--json', *SHORT, USING, *words)
    exits(done, 0)
    document = json.loads(done.out)
    check_run(document)
    return document


def rows_of(document):
    return {row['metric']: row for row in document['results']}


@test
def a_run_shows_no_resources_unless_it_is_asked():
    document = run_json('steady')
    check(set(rows_of(document)) == {'time_ns', 'rss_bytes_peak'}, document['results'])
    check(document['missing'] == [], document['missing'])
    done = assay('run', *SHORT, USING, 'steady')
    check('resources of' not in done.out and 'missing' not in done.out, done)


@test
def a_leak_is_found_shown_and_kept():
    document = run_json('--resources', '--label', 'leak', 'leaks')
    growth = rows_of(document)['rss_growth_bytes']
    check(growth['low'] <= growth['median'] <= growth['high'], growth)
    check(growth['median'] > 2000 and growth['leak'] in ('leaks', 'undecided'), growth)
    check(rows_of(document)['sampler_cpu_ratio']['median'] > 0, document)
    stored = json.loads(assay('show', '--json', 'leak').out)
    check_run(stored)
    check(sorted(stored['results'], key=str) == sorted(document['results'], key=str), stored)
    check(stored['missing'] == document['missing'], stored)
    done = assay('show', 'leak')
    contains(done.out, 'resources of using/leaks', 'rss_growth_bytes', ' an iteration',
             'voluntary_switches')
    history = assay('history', '--metric', 'rss_growth_bytes', '--json', 'using/leaks')
    exits(history, 0)
    contains(history.out, '"median": ')


@test
def what_is_missing_has_a_reason_and_no_number():
    document = run_json('--counters', '--allocations', '--label', 'all', 'allocates')
    rows = rows_of(document)
    told, missing = set(rows), {row['metric']: row['reason'] for row in document['missing']}
    check(told.isdisjoint(missing), (told, missing))
    for metric in ('cycles', 'branch_misses', 'cache_misses', 'allocations', 'allocated_bytes'):
        check(metric in told or len(missing[metric]) > 10, (metric, told, missing))
    if 'allocations' in rows:
        check(rows['allocations']['median'] == 2 and rows['allocated_bytes']['median'] == 300, rows)
        check(rows['allocations']['low'] == rows['allocations']['high'] == 2, rows)
    shown = assay('show', 'all').out
    for reason in missing.values():
        check(shown.count(reason) == 1, (reason, shown))


@test
def the_report_has_a_table_of_them():
    done = assay('run', *SHORT[:-1], '--resources', '--label', 'page', USING, 'steady')
    exits(done, 0)
    page = next(pathlib.Path('benchmark-results').glob('*/report.html')).read_text(encoding='utf-8')
    contains(page, 'Resources</caption>', '<code>pss_bytes</code>', 'resident memory, typical')


@test
def counting_instructions_measures_nothing_else():
    for option in ('--resources', '--allocations', '--counters'):
        done = assay('run', '--instructions', option, USING)
        exits(done, 2, '--instructions measures nothing else')
    untouched()


main()
