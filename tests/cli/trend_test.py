"""assay trend: steps in tables and in the store, and what is said of mistakes."""
import json
import os
import pathlib
import sqlite3
import sys
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
from tap import MODULES, STORE, SUMS, assay, check, contains, exits, main, run, test, write


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
    contains(assay('trend', '--from', 't.csv', '--online', '--last', '40').out, ' learning\n')


@test
def colours_say_what_words_say():
    plain, inked = (assay('trend', '--from', table(), '--color', when).out
                    for when in ('never', 'always'))
    check(inked.count('\033[31mworse') == 2 and '\033' not in plain, inked)
    check(inked.replace('\033[31m', '').replace('\033[0m', '') == plain, inked)


@test
def single_values_are_outliers_and_no_steps():
    rows = [f'{i},{100 * noise(i) * (1.3 if i in (40, 90) else 0.7 if i == 120 else 1)}'
            for i in range(150)]
    done = assay('trend', '--from', write('t.csv', 'i,a\n' + '\n'.join(rows) + '\n'))
    contains(done.out, '3 outliers, the newest -', '(better) at point 120, 120', '0 of 1 series moved')
    two = ['i,a,b'] + [f'{row},7' for row in rows]
    contains(assay('trend', '--from', write('u.csv', '\n'.join(two) + '\n')).out, '  3 outliers\n')
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
    contains(assay('trend', 'sums/step').out, 'stale: not measured for', 'worse:', 'left out: 2 points of other machines')
    exits(assay('trend', 'sums/step', '--days', '3'), 2, 'was not measured since')


def series_of(*words):
    return {row['name']: row for row in json.loads(assay('trend', '--json', *words).out)['series']}


@test
def what_nobody_measures_any_more_is_stale():
    stored_history()
    check(series_of()['sums/step']['stale'], 'not measured since 2020')
    contains(assay('trend', 'sums/step').out, 'stale: not measured for')
    for _ in range(5):
        check(run(SUMS, 'sums/bytes:n=64').code == 0)
    found = series_of('--suite', 'sums')
    check(found['sums/step']['runs_since'] == 5 and found['sums/step']['stale'], found)
    check(found['sums/bytes:n=64']['runs_since'] == 0, found)
    check(not found['sums/bytes:n=64']['stale'] and not series_of('-d', '1')['sums/bytes:n=64']['stale'])
    document = json.loads(assay('trend', '--days', '1', '--json').out)
    check('sums/step' in [row['name'] for row in document['absent']], document['absent'])
    contains(assay('trend', '--days', '1').out, 'not measured in these days', 'sums/step, last 2020')


def forecasts(*words):
    document = json.loads(assay('trend', '--from', table(), '--json', *words).out)
    return {row['name']: row['forecasts'][0] for row in document['series']}


@test
def a_drift_reaches_its_target_in_an_interval():
    """send rises by 0.05 % of 50 a point: 57.5 comes some hundred points behind the 200th."""
    found = forecasts('--forecast', '--target', '57.5')
    send = found['send']
    check(send['answer'] == 'within' and 80 <= send['low'] <= 101 <= send['high'] <= 130, send)
    check(send['becomes'] == 'missed' and send['days_low'] is None, send)
    check(found['flat']['answer'] == 'not_within' and found['flat']['points'] == 200, found['flat'])
    check(found['parse']['points'] == 80, 'since the last step only')
    out = assay('trend', '--from', table(), '--target', '57.5').out
    contains(out, 'target 57.50 (--target):', 'missed in between', 'not missed within the next 200 runs')
    check(max(map(len, out.splitlines())) <= 80, out)
    check(forecasts('--target', '57.5', '--horizon', '20')['send']['answer'] == 'not_within')
    check(forecasts('--target', '57.5', '--last', '9')['send']['answer'] == 'too_few')
    check(forecasts('--target', '57.5', '--higher-is-better')['send']['becomes'] == 'met')
    exits(assay('trend', '--from', table(), '--forecast'), 2, '--target VALUE sets one')
    exits(assay('trend', '--from', table(), '--target', '3 s'), 2, "--target '3 s' is no value of")
    exits(assay('trend', '--from', table(), '--horizon', '3'), 2, 'needs --forecast')


@test
def a_stored_target_is_forecast_in_days():
    stored_history()
    write('assay.yaml', 'targets: targets.yaml\n')
    write('targets.yaml', 'targets:\n  - benchmark: sums/step\n    metric: time_ns\n'
          '    at_most: 125 ns\n    source: a plan\n')
    (series,) = json.loads(assay('trend', 'sums/step', '--forecast', '--json').out)['series']
    (found,) = series['forecasts']
    check(found['source'] == 'a plan' and found['limit'] == 125 and found['points'] == 40, found)
    check(found['answer'] in ('not_within', 'not_before') and found['becomes'] == 'missed', found)


def moving_table():
    """a and b share their noise, c is -a in it, d is alone; all of them step and drift apart."""
    common, own = [noise(i) for i in range(120)], [noise(5 * i + 3) for i in range(120)]
    rows = ['i,a,b,c,d'] + [
        f'{i},{100 * x * (1.1 if i >= 50 else 1)},{3 * x ** 2 * (1 + i / 1000)},{9 / x},{7 * y}'
        for i, (x, y) in enumerate(zip(common, own))]
    return write('m.csv', '\n'.join(rows) + '\n')


@test
def what_moves_together_is_a_group():
    document = json.loads(assay('trend', '--from', moving_table(), '--correlate', '--json').out)
    groups = {row['name']: row['group'] for row in document['series']}
    check(groups == {'a': 1, 'b': 1, 'c': 1, 'd': 0}, groups)
    names = [row['name'] for row in document['series']]
    signs = {frozenset((names[row['a']], names[row['b']])): row['correlation'] > 0
             for row in document['pairs']}
    check(signs[frozenset('ab')] and not signs[frozenset('ac')], signs)
    check(all(row['low'] <= row['correlation'] <= row['high'] for row in document['pairs']), document)
    check(document['tested'] == 6 and document['groups'] == 1, document)
    contains(assay('trend', '--from', 'm.csv', '--correlate').out, 'group 1 moves together',
             '3 of 6 pairs of 4 series')
    exits(assay('trend', '--from', 'm.csv', '--correlate', '--forecast'), 2, 'neither forecasts')


@test
def metrics_of_the_store_are_correlated():
    stored_history()
    document = json.loads(assay('trend', '--correlate', '--json').out)
    found = {(row['name'], row['metric']): row['points'] for row in document['series']}
    check(found[('sums/step', 'time_ns')] == 78 and ('sums/step', 'rss_bytes_peak') in found, found)
    check(not any('/s' in metric or metric.startswith('items') for _, metric in found), found)
    exits(assay('trend', 'nothing', '--correlate'), 2, 'no stored benchmark matches')


@test
def metrics_of_benchmarks_keep_their_direction():
    exits(run(os.path.join(MODULES, 'stated_good.so'), 'search'), 0)
    contains(assay('trend', 'search', '-m', 'recall').out, 'higher is better')
    contains(assay('trend', 'search', '-m', 'probes').out, 'lower is better')


@test
def suites_and_words_choose_series():
    check(run(SUMS).code == 0)
    check(set(series_of('--suite', 'sums')) == set(series_of()))
    exits(assay('trend', '--suite', 'sum'), 2, "no stored benchmark matches 'sum/*'")
    check(set(series_of('--suite', 'sums', '--exclude', 'bytes')) == {'sums/step'})
    check(set(series_of('n=64', 'step')) == {'sums/bytes:n=64', 'sums/step'})


@test
def the_table_fits_the_terminal():
    for columns, most in ((64, 80), (80, 80), (200, 200), (10, 80)):
        out = assay('trend', '--from', table(), env={'COLUMNS': str(columns)}).out
        check(max(map(len, out.splitlines())) <= most, out)
    contains(out, 'series', 'newest', 'last change', 'worse', 'drift')
    check(len([line for line in out.splitlines() if line.startswith('flat')]) == 1,
          'what did not move has a row and no paragraph')
    long = write('l.csv', 'i,' + 'n' * 90 + ',b\n' + ''.join(f'{i},{i % 7 + 90},3\n' for i in range(40)))
    check(max(map(len, assay('trend', '--from', long, env={'COLUMNS': '80'}).out.splitlines()[:3])) <= 80)
    contains(assay('trend', '--from', long).out, '\n' + 'n' * 90 + ' ')


@test
def charts_become_files_that_load_nothing():
    exits(assay('trend', '--from', table(), '--svg', 'x.svg'), 2, '3 are chosen')
    check(not pathlib.Path('x.svg').exists())
    one = write('one.csv', '\n'.join(line.split(',')[1] for line in table().read_text().splitlines()))
    check(assay('trend', '--from', one, '--svg', 'x.svg').code == 0)
    check(xml.parse('x.svg').getroot().tag == '{http://www.w3.org/2000/svg}svg')
    contains(pathlib.Path('x.svg').read_text(), 'class="step bad"', '<style>')
    check(assay('trend', '--from', table(), '--html', 'x.html').code == 0)
    page = pathlib.Path('x.html').read_text()
    check(page.count('<svg') == 3 and 'http' not in page.replace('http-equiv', ''), page[:500])
    xml.fromstring(page.split('\n', 1)[1])
    exits(assay('trend', '--from', one, '--svg', 'gone/x.svg'), 3, "cannot write 'gone/x.svg'")


main()
