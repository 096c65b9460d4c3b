"""What a run says of its samples and of its sweeps, in every output.  No number of time is judged."""
import json
import os
import sys

sys.dont_write_bytecode = True
from tap import MODULES, RESULTS, SUMS, assay, check, contains, exits, main, run, test

GROWS = os.path.join(MODULES, 'grows_bench.so')


def document(*words):
    done = assay(*words)
    exits(done, 0)
    return json.loads(done.out)


def laws(text):
    return [line for line in text.splitlines() if ' over n: ' in line]


@test
def a_sweep_has_its_law_in_table_show_json_and_report():
    done = run(GROWS)
    exits(done, 0)
    contains(done.out, '\nscaling:\n  grows/steps over n: ')
    check(len(laws(done.out)) == 1, done)
    shown = assay('show')
    check(laws(shown.out) == laws(done.out), shown)  # computed again from what is stored
    got = document('show', '--json')
    sweep = got['scaling'][0]
    check((sweep['benchmark'], sweep['parameter'], sweep['metric']) ==
          ('grows/steps', 'n', 'time_ns'), sweep)
    check([point['at'] for point in sweep['points']] == [10, 100, 1000, 10000, 100000], sweep)
    medians = {row['benchmark']: row['median'] for row in got['results']
               if row['metric'] == 'time_ns'}
    for point in sweep['points']:
        check(point['value'] == medians[f'grows/steps:n={point["at"]:.0f}'], point)
        check(point['low'] <= point['value'] <= point['high'] and point['speedup'] is None, point)
    check(sweep['law'] == sweep['fits'][0]['law'], sweep)
    check({fit['law'] for fit in sweep['fits']} >= {'O(1)', 'O(n)', 'O(n^3)', 'O(n^b)'}, sweep)
    page = (RESULTS / got['run']['id'] / 'report.html').read_text(encoding='utf-8')
    contains(page, 'over <b>n</b>: ')
    check(page.count('over <b>n</b>') == 1, 'a sweep of three has a law')


@test
def samples_are_described_and_bootstrapped_where_there_are_enough():
    exits(assay('run', '-l', '5', '-n', '60', '-i', '50', SUMS), 0)
    rows = [row for row in document('show', '--json')['results']
            if row['metric'] == 'time_ns' and row['status'] == 'ok']
    check(rows != [])
    for row in rows:
        check(1 <= row['effective_sample_count'] <= row['sample_count'] == 300, row)
        check(-1 <= row['autocorrelation'] <= 1, row)
        check(sum(row['outliers'][key] for key in row['outliers'] if key != 'variance_share')
              <= row['sample_count'], row)
        check(row['min'] <= row['bootstrap_median']['low'] <= row['bootstrap_median']['high']
              <= row['max'], row)
        check(row['bootstrap_mean']['level'] == 0.95, row)
    shown = assay('show').out
    contains(shown, '\nsamples:\n', '300 samples of 5 launches, worth ', 'bootstrap mean ')


@test
def few_launches_have_no_bootstrap_interval():
    exits(assay('run', '-l', '2', '-n', '30', '-i', '50', 'sums/step', SUMS), 0)
    rows = [row for row in document('show', '--json')['results'] if row['status'] == 'ok']
    check(rows != [])
    for row in rows:
        check(row['bootstrap_median'] is None and row['bootstrap_mean'] is None, row)
    check('bootstrap' not in assay('show').out)


main()
