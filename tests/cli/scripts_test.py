"""scripts/: front ends that hand their words to assay and its exit code back."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import (PROGRAM, SOURCE, STORE, SUMS, Done, Skip, assay, check, contains, environment, exits,
                 main, test)

SCRIPTS = pathlib.Path(SOURCE, 'scripts')
SHORT = ['--launches=2', '--time=2ms', '--warmup=1ms', '--no-report']


def script(name, *words, **env):
    env.setdefault('ASSAY', PROGRAM)
    return Done(subprocess.run([SCRIPTS / name, *map(str, words)], env=environment(**env), text=True,
                               capture_output=True, check=False, timeout=100))


def bench(*words, **env):
    return script('run-benchmarks.sh', *SHORT, *words, **env)


def trends(*words):
    return script('benchmark-trends.sh', *words)


def stored():
    """Benchmarks of the newest run, once each however many metrics they have."""
    rows = json.loads(assay('show', '--json').out)['results']
    return list(dict.fromkeys(row['benchmark'] for row in rows))


@test
def a_run_stores_what_was_named():
    exits(bench(SUMS), 0)
    check(len(stored()) == 4, stored())
    exits(bench(SUMS, '--bench', 'sums/step'), 0)
    check(stored() == ['sums/step'], stored())
    exits(bench(SUMS, '--bench=sums/bytes', 'step'), 0)
    check(stored() == ['sums/bytes:n=64', 'sums/bytes:n=256', 'sums/step'], stored())


@test
def profiles_labels_and_odd_words_pass_through():
    exits(bench(SUMS, '--stress', "--label=it's $HOME", 'step'), 0)
    run = json.loads(assay('show', '--json').out)['run']
    check(run['label'] == "it's $HOME" and run['plan']['profile'] == 'stress', run)
    exits(bench(SUMS, '--profile', 'standard', 'step'), 0)
    check(json.loads(assay('show', '--json').out)['run']['plan']['profile'] == 'standard')


@test
def a_comparison_is_with_the_run_that_was_there_before():
    exits(bench(SUMS, 'step'), 0)
    first = json.loads(assay('show', '--json').out)['run']['id']
    done = bench(SUMS, 'step', '--compare', 'latest', '--verbose')
    exits(done, 0, 'run --launches=2', f'compare {first} latest')
    contains(done.out, 'verdict', 'kind stored')
    exits(bench(SUMS, 'step', f'--compare={first[:15]}'), 0)


@test
def exit_codes_are_those_of_assay():
    exits(bench(SUMS, '--bench', 'nothing'), 2, 'no benchmark matches')
    exits(bench(SUMS, '--surprise'), 2, "--surprise")
    exits(bench(SUMS, 'step', '--compare', 'nothing'), 2)
    check(not STORE.exists(), 'it ran although the other run is not there')
    exits(bench('--bench'), 2, '--bench needs a value')
    exits(trends('--days'), 2, '--days needs a value')
    exits(trends('--days=x'), 2, '--days')


@test
def trends_show_what_was_measured_in_time():
    exits(bench(SUMS, 'step'), 0)
    exits(bench(SUMS), 0)
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE run SET started_at = '2020-01-31T00:00:00Z' WHERE key = 1")
    store.close()
    done = trends()
    exits(done, 0)
    contains(done.out, 'sums/step ', 'sums/bytes:n=64 ')
    points = json.loads(trends('--days', '30', '--json', 'step').out)['series'][0]['points']
    check(len(points) == 1, points)
    points = json.loads(trends('--days=5000', '--json', 'step').out)['series'][0]['points']
    check(len(points) == 2, points)


@test
def history_can_be_cut_to_days():
    exits(bench(SUMS, 'step'), 0)
    exits(bench(SUMS, 'step'), 0)
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE run SET started_at = '2020-01-31T00:00:00Z' WHERE key = 1")
    store.close()
    check(len(json.loads(assay('history', '--json', '--days', '2').out)['runs']) == 1)
    check(len(json.loads(assay('history', '--json', '--days', '99999').out)['runs']) == 2)
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE run SET started_at = '2020-01-31T00:00:00Z'")
    store.close()
    exits(assay('history', '--days', '2', 'step'), 2, 'not measured in the last 2 days')


@test
def help_names_the_options_and_needs_no_assay():
    for name, word in (('run-benchmarks.sh', '--stress'), ('benchmark-trends.sh', '--days N')):
        done = script(name, '--help', ASSAY='', PATH='/usr/bin:/bin')
        exits(done, 0)
        contains(done.out, f'usage: scripts/{name}', word)


@test
def without_assay_the_scripts_say_how_to_get_it():
    if shutil.which('assay', path='/usr/bin:/bin'):
        raise Skip('assay is installed here')
    os.mkdir('scripts')
    for name in ('front-end.sh', 'run-benchmarks.sh', 'benchmark-trends.sh'):
        os.symlink(SCRIPTS / name, f'scripts/{name}')
    for name in ('run-benchmarks.sh', 'benchmark-trends.sh'):
        done = Done(subprocess.run([f'scripts/{name}'], env=environment(PATH='/usr/bin:/bin'),
                                   text=True, capture_output=True, check=False))
        exits(done, 3, f'{name}: no assay in ./build', './dev build')


@test
def assay_is_found_in_build_and_on_the_path():
    os.mkdir('build')
    os.symlink(PROGRAM, 'build/assay')
    exits(bench(SUMS, 'step', ASSAY=''), 0)


main()
