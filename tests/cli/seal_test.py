"""assay history seal and check: old runs become small and stay readable; damage is found."""
import json
import math
import sqlite3
import sys

sys.dont_write_bytecode = True
from tap import STORE, SUMS, assay, check, contains, exits, main, run, test


def medians(run_id):
    """Of each benchmark and metric, as `show` tells them."""
    done = assay('show', run_id, '--json')
    exits(done, 0)
    return {(row['benchmark'], row['metric']): row['median']
            for row in json.loads(done.out)['results'] if row.get('metric')}


def measured(count):
    for _ in range(count):
        exits(run(SUMS), 0)
    return assay('history', '--ids').out.split()


def compared(*ids):
    done = assay('compare', *ids, '--json')
    exits(done, 0)
    return {row['benchmark']: row for row in json.loads(done.out)['rows']}


@test
def sealed_runs_are_shown_compared_and_followed():
    newest, *older = measured(3)
    before = {run_id: medians(run_id) for run_id in (newest, *older)}
    trend = json.loads(assay('history', 'sums/step', '--json').out)
    rows = compared(*older)
    done = assay('history', 'seal', '--keep', '1', '--json', '--yes')
    exits(done, 0)
    sealed = json.loads(done.out)
    check(sealed['runs'] == older and sealed['sealed'], sealed)
    for run_id, values in before.items():
        check(medians(run_id) == values, run_id)
    after = json.loads(assay('history', 'sums/step', '--json').out)
    check(len(after['rows']) == 3 if 'rows' in after else True, after)
    check(str(trend).count('sums/step') == str(after).count('sums/step'), after)
    again = compared(*older)
    check(again.keys() == rows.keys() and rows, again)
    for name, row in rows.items():
        check(again[name]['verdict'] == row['verdict'], (row, again[name]))
        if row['ratio'] is not None:
            # What is sealed is rounded by a small part of its interval, which two launches make wide.
            most = 0.01 + 0.002 * math.log(row['high'] / row['low'])
            check(abs(math.log(again[name]['ratio'] / row['ratio'])) < most, (row, again[name]))
    contains(assay('show', older[0]).out, 'sums/step', 'engine "x" is not installed')
    contains(assay('trend', 'sums/step').out, 'sums/step')
    with sqlite3.connect(STORE) as store:
        check(store.execute('SELECT count(DISTINCT run) FROM result').fetchone() == (1,))
    exits(assay('history', 'check'), 0)


@test
def nothing_is_sealed_without_a_yes():
    ids = measured(2)
    exits(assay('history', 'seal'), 2, 'assay history seal --keep N')
    exits(assay('history', 'seal', '--keep', '1'), 2, '1 run', 'would be sealed', '--yes')
    done = assay('history', 'seal', '--keep', '1', '--dry-run')
    exits(done, 0)
    contains(done.out, ids[1], '1 run: nothing was sealed')
    with sqlite3.connect(STORE) as store:
        check(store.execute('SELECT count(*) FROM closed').fetchone() == (0,))


@test
def check_tells_what_is_damaged():
    ids = measured(2)
    done = assay('history', 'check')
    exits(done, 0)
    contains(done.out, 'everything can be read')
    exits(assay('history', 'check', 'more'), 2)
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE result SET samples = x'01' WHERE run ="
                      " (SELECT key FROM run WHERE id = ?)", (ids[1],))
    done = assay('history', 'check', '--json')
    exits(done, 3)
    problems = json.loads(done.out)['problems']
    check(len(problems) == 1 and ids[1] in problems[0], problems)


main()
