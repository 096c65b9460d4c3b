"""What each command does when all is well."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import (PROGRAM, RESULTS, SOURCE, STORE, SUMS, TINY, assay, check, contains, environment,
                 exits, main, need, run, test, untouched, write)


def git(*words):
    subprocess.run(['git', '-c', 'user.name=t', '-c', 'user.email=t@localhost', *words],
                   check=True, capture_output=True, env=environment())


def ids():
    """The ids of the stored runs, newest first."""
    listing = json.loads(assay('history', '--json').out)
    return [row['id'] for row in listing['runs']]


@test
def run_prints_a_table_stores_the_run_and_writes_its_files():
    done = run(SUMS)
    exits(done, 0)
    check(done.err == '', done)
    contains(done.out, 'sums/bytes\n  n=64', 'sums/step', 'skipped',
             'skipped sums/skips: engine "x" is not installed', 'stored as run')
    name = re.search(r'stored as run (\S+) in \.assay/history\.db', done.out).group(1)
    check(STORE.exists())
    check({file.name for file in (RESULTS / name).iterdir()} ==
          {'report.html', 'results.csv', 'summary.json', 'summary.md'})


@test
def the_json_of_run_show_and_the_file_are_one_document():
    done = run('--json', SUMS)
    exits(done, 0)
    document = json.loads(done.out)
    name = document['run']['id']
    written = (RESULTS / name / 'summary.json').read_text(encoding='utf-8')
    check(written == done.out, 'summary.json differs')
    shown = json.loads(assay('show', '--json').out)
    check(shown['run'] == document['run'], (shown['run'], document['run']))
    check([row['median'] for row in shown['results']] ==
          [row['median'] for row in document['results']])


@test
def list_names_benchmarks_and_runs_nothing():
    done = assay('list', SUMS)
    exits(done, 0)
    check([line.split()[0] for line in done.out.splitlines()] ==
          ['sums/bytes:n=64', 'sums/bytes:n=256', 'sums/step', 'sums/skips'], done)
    contains(done.out, 'adds bytes')
    untouched()


@test
def a_benchmark_is_selected_by_id_part_suite_or_glob():
    for pattern, count in (('sums/bytes:n=256', 1), ('sums/bytes', 2), ('sums', 4), ('n=64', 1),
                           ('*:n=*', 2), ('sums/?tep', 1), ('all', 4)):
        done = assay('list', SUMS, pattern)
        check(len(done.out.splitlines()) == count, (pattern, done))
    done = run(SUMS, 'sums/step', 'n=64')
    exits(done, 0)
    check('n=256' not in done.out and 'n=64' in done.out, done)


@test
def show_prints_the_table_again():
    table = run(SUMS).out.split('\n\n')[0]
    done = assay('show')
    exits(done, 0)
    contains(done.out, table, 'machine', 'plan     quick: 2 launches x 0.005 s')


@test
def a_run_is_shown_by_each_of_its_names():
    need('git', 'git')
    git('init', '-b', 'topic')
    write('file', 'one')
    git('add', 'file')
    git('commit', '-m', 'one')
    git('tag', 'v1')
    exits(run('--label', 'first try', SUMS, 'step'), 0)
    write('file', 'two')
    exits(run(SUMS, 'step'), 0)
    new, old = ids()
    runs = json.loads(assay('history', '--json').out)['runs']
    check(runs[0]['commit'] == runs[1]['commit'] + '+', runs)
    contains(assay('show', 'first try').out, f'run {old}')
    for name in ('topic', 'v1', 'latest', runs[0]['commit'], runs[1]['commit'][:7], new):
        contains(assay('show', name).out, f'run {new}')
    contains(assay('show', old).out, f'run {old}')


@test
def history_lists_runs_and_one_benchmark():
    for _ in range(3):
        exits(run(SUMS), 0)
    done = assay('history')
    exits(done, 0)
    check(len(done.out.splitlines()) == 4, done)
    check(len(assay('history', '-n', '2').out.splitlines()) == 3)
    done = assay('history', 'sums/bytes:n=64')
    exits(done, 0)
    check(done.out.splitlines()[0] == 'sums/bytes:n=64' and len(done.out.splitlines()) == 4, done)
    check([line.split()[0] for line in done.out.splitlines()[1:]] == ids()[::-1], done)
    check(len(assay('history', 'sums/bytes:n=64', '-n', '2').out.splitlines()) == 3)
    done = assay('history', 'bytes', '--metric', 'bytes_per_s', '--json')
    points = json.loads(done.out)['points']
    check(len(points) == 6 and points[0]['unit'] == 'B/s', done)


@test
def paths_may_have_blanks_quotes_and_other_letters():
    folder = pathlib.Path('it\'s a "folder" \u00fc <b>')
    folder.mkdir()
    shutil.copy(SUMS, folder / 'my sums_bench.so')
    done = run('--store', folder / 'my history.db', folder / 'my sums_bench.so', 'step')
    exits(done, 0)
    check((folder / 'my history.db').exists())
    done = assay('list', '--json', folder / 'my sums_bench.so')
    check(json.loads(done.out)['benchmarks'][0]['module'] == f'{folder}/my sums_bench.so', done)
    os.chdir(folder)
    exits(assay('show', '--store', 'my history.db'), 0)
    exits(run('my sums_bench.so', 'step'), 0)


@test
def a_folder_that_cannot_be_written_is_enough_without_store_and_report():
    done = run('--no-store', '--no-report', SUMS, cwd='/proc')
    exits(done, 0)
    check('stored as' not in done.out and 'report:' not in done.out, done)
    done = run('--no-report', SUMS, cwd='/proc')
    exits(done, 3, '.assay')


@test
def options_keep_store_and_report_away():
    exits(run('--no-store', '--no-report', SUMS), 0)
    untouched()
    exits(run('--no-report', SUMS), 0)
    check(STORE.exists() and not RESULTS.exists())


@test
def the_project_file_says_where_everything_is():
    write('project/assay.yaml', 'suites: [modules]\nstore: kept/runs.db\nresults: out\n'
          'launches: 1\nmeasure: 5 ms\nwarmup: 2 ms\nprofile: standard\n')
    os.makedirs('project/modules/deep')
    os.makedirs('project/sub')
    shutil.copy(SUMS, 'project/modules/deep')
    os.chdir('project/sub')
    done = assay('run', 'sums')
    exits(done, 0)
    contains(done.out, 'standard: 1 launch x 0.005 s')
    check(os.path.exists('../kept/runs.db') and len(os.listdir('../out')) == 1)
    done = assay('run', 'sums', '-l', '2', '-n', '7', '-i', '50', '--seed', '9', '--json')
    plan = json.loads(done.out)['run']['plan']
    check(plan['launches'] == 2 and plan['sample_count'] == 7 and plan['iterations'] == 50, plan)
    check(plan['seed'] == 9 and plan['profile'] == 'standard', plan)


@test
def the_environment_names_store_and_suites():
    os.mkdir('suites here')
    shutil.copy(SUMS, 'suites here')
    more = {'ASSAY_STORE': 'other.db', 'ASSAY_SUITES': f'nowhere:{os.getcwd()}/suites here'}
    exits(run('sums', env=more), 0)
    check(os.path.exists('other.db') and not STORE.exists())
    exits(assay('show', env=more), 0)


@test
def several_at_once_share_a_store():
    many = [subprocess.Popen([PROGRAM, 'run', *TINY, '--label', str(n), SUMS], env=environment(),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) for n in range(4)]
    for one in many:
        _, err = one.communicate(timeout=100)
        check(one.returncode == 0, err)
    runs = json.loads(assay('history', '--json').out)['runs']
    check(sorted(row['label'] for row in runs) == ['0', '1', '2', '3'], runs)
    check(all(row['ok'] == 3 and row['skipped'] == 1 for row in runs), runs)


main()
