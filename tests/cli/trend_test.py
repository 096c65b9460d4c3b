"""assay trend: steps in tables and in the store, and what is said of mistakes."""
import json
import pathlib
import sqlite3
import sys

sys.dont_write_bytecode = True
from tap import STORE, SUMS, assay, check, contains, exits, main, run, test, write


def noise(i):
    """Some scatter of 1 % that is the same everywhere."""
    return 1 + 0.01 * (((i * 7919 + i * i * 104729) % 1000) / 500 - 1)


def table(points=200, at=120, factor=1.08):
    rows = ['commit,parse,send,flat']
    rows += [f'c{i:04},{100 * noise(i) * (factor if i >= at else 1):.4f},'
             f'{50 * noise(i + 9) * (1 + 0.0005 * i):.4f},{7 * noise(3 * i):.4f}'
             for i in range(points)]
    return write('t.csv', '\n'.join(rows) + '\n')


@test
def a_step_a_drift_and_nothing_are_told_apart():
    done = assay('trend', '--from', table(), '--unit', 'ns')
    check(done.code == 0, done)
    contains(done.out, 'parse, value', 'worse:', 'at point 120, c0120', 'drifts to worse',
             '200 points', '2 of 3 series moved')
    check(done.out.index('parse') < done.out.index('send') < done.out.index('flat'), done.out)
    check(all(len(line) <= 80 for line in done.out.splitlines()), done.out)


@test
def programs_get_index_ratio_and_interval():
    done = assay('trend', '--from', table(), '--json')
    document = json.loads(done.out)
    check(document['schema'] == 'assay.trend/1', document)
    series = {row['name']: row for row in document['series']}
    (change,) = series['parse']['change_points']
    check(change['index'] == 120 and change['low_index'] <= 120 <= change['high_index'], change)
    check(change['low'] < 1.08 < change['high'] and change['direction'] == 'worse', change)
    check(len(series['parse']['points']) == 200 and not series['flat']['change_points'], series)
    check(series['send']['drifts'][0]['direction'] == 'worse', series['send']['drifts'])


@test
def what_would_have_been_raised_is_told_with_its_delay():
    done = assay('trend', '--from', table(points=300, at=200, factor=1.03))
    contains(done.out, 'an alarm with point 20', 'would have told')
    done = assay('trend', '--online', '--from', table(points=300, at=200, factor=1.03))
    contains(done.out, 'raised with point 20', 'after it began', '1 of 3 series raised alarms')
    check('drifts' not in done.out, done.out)
    check(all(len(line) <= 80 for line in done.out.splitlines()), done.out)
    document = json.loads(assay('trend', '--from', 't.csv', '--json').out)
    series = {row['name']: row for row in document['series']}
    (alarm,) = series['parse']['alarms']
    check(alarm['delay'] == alarm['raised_index'] - alarm['index'] <= 20, alarm)
    check(alarm['direction'] == 'worse' and alarm['raised_commit'] == '', alarm)
    check(not series['flat']['alarms'] and not series['flat']['learning'], series['flat'])
    check(json.loads(assay('trend', '--from', 't.csv', '--json', '--last', '40').out)['series'][0]
          ['learning'])


@test
def single_values_are_outliers_and_no_steps():
    rows = [f'{i},{100 * noise(i) * (1.3 if i in (40, 90) else 0.7 if i == 120 else 1)}'
            for i in range(150)]
    done = assay('trend', '--from', write('t.csv', 'i,a\n' + '\n'.join(rows) + '\n'))
    contains(done.out, '3 outliers, the newest -', '(better) at point 120, 120', '0 of 1 series moved')
    (series,) = json.loads(assay('trend', '--from', 't.csv', '--json').out)['series']
    check([row['index'] for row in series['outliers']] == [40, 90, 120], series['outliers'])
    check(1.25 < series['outliers'][0]['ratio'] < 1.35, series['outliers'])
    check([row['direction'] for row in series['outliers']] == ['worse', 'worse', 'better'], series)


@test
def larger_may_be_better_and_fewer_points_be_asked_for():
    done = assay('trend', '--from', table(), '--higher-is-better')
    contains(done.out, 'better:', 'drifts to better')
    contains(assay('trend', '--from', table(), '--last', '50').out, '50 points', 'of 3 series moved')


@test
def charts_do_without_unicode():
    done = assay('trend', '--from', table(), env={'LC_ALL': 'C'})
    check(done.out.isascii(), done.out)


@test
def mistakes_in_tables_have_their_place():
    exits(assay('trend', '--from', write('t.csv', 'i,a\n0,1\n1,x\n')), 2,
          "t.csv:3: column 2: 'x' is no number")
    exits(assay('trend', '--from', 'gone.csv'), 3, "cannot open 'gone.csv'")
    exits(assay('trend', '--from', write('t.csv', '')), 2, 't.csv: empty')
    exits(assay('trend', '--from', 't.csv', '--days', '3'), 2, 'no --days with it')
    exits(assay('trend', '--unit', 'ns'), 2, 'they need --from')


@test
def a_store_that_is_not_there_or_knows_nothing_is_named():
    exits(assay('trend'), 2, 'history.db')
    check(run(SUMS, 'sums/step').code == 0)
    exits(assay('trend', 'nothing'), 2, "no stored benchmark matches 'nothing'")
    exits(assay('trend', '-m', 'nonsense'), 2, "with metric 'nonsense'")


def stored_history():
    """One real run, copied as if it had been measured every day, slower from the 40th on; two are
    of another machine."""
    check(run(SUMS, 'sums/step').code == 0)
    database = sqlite3.connect(STORE)
    columns = [row[1] for row in database.execute('PRAGMA table_info(run)')]
    first = dict(zip(columns, database.execute('SELECT * FROM run').fetchone()))
    for i in range(80):
        copy = dict(first, key=i + 2, id=f'2020{i // 28 + 1:02}{i % 28 + 1:02}-000000-0000',
                    started_at=f'2020-{i // 28 + 1:02}-{i % 28 + 1:02}T00:00:00Z',
                    commit_id=f'{i:040x}', fingerprint='other|1|k|' if i < 2 else
                    first['fingerprint'])
        database.execute(f'INSERT INTO run({",".join(copy)}) VALUES({",".join("?" * len(copy))})',
                         list(copy.values()))
        median = 100 * noise(i) * (1.2 if i >= 40 else 1)
        names = [row[1] for row in database.execute('PRAGMA table_info(measurement)')]
        kept = ', '.join(f'{median}' if name == 'median' else f'{i + 2}' if name == 'run' else name
                         for name in names)
        database.execute(f'INSERT INTO measurement SELECT {kept} FROM measurement WHERE run = 1')
    database.execute('DELETE FROM run WHERE key = 1')
    database.execute('DELETE FROM measurement WHERE run = 1')
    database.commit()
    database.close()


@test
def a_step_in_the_store_names_its_commits():
    stored_history()
    document = json.loads(assay('trend', 'sums/step', '--json').out)
    (series,) = document['series']
    check(len(series['points']) == 78 and series['left_out'] == 2, series)
    (change,) = series['change_points']
    check(change['index'] == 38 and change['bad_commit'] == f'{40:040x}', change)
    check(change['good_commit'] == f'{39:040x}', change)
    check(series['stale'] and series['age_days'] > 1000, series['age_days'])
    contains(assay('trend', 'sums/step').out, 'stale: last measured', 'worse:', 'left out: 2 points of other machines')
    exits(assay('trend', 'sums/step', '--days', '3'), 2, 'was not measured since')


main()
