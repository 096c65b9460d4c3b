"""What benchmarks may say and do: docs/writing.md with all of its examples, kinds, tags, own metrics,
quality, threads, the modes of old suites.

No number here depends on how fast anything ran.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import MODULES, SOURCE, STORE, TINY, Skip, assay, check, contains, exits, main, test, write

GOOD = os.path.join(MODULES, 'stated_good.so')
BAD = os.path.join(MODULES, 'stated_bad.so')
QUIET = ['--no-report', '--no-store', '--json']


def rows_of(done):
    return {(row['benchmark'], row['metric']): row for row in json.loads(done.out)['results']}


@test
def every_example_of_the_page_on_writing_compiles_and_runs():
    compiler = shutil.which('cc')
    if compiler is None:
        raise Skip('no cc')
    page = pathlib.Path(SOURCE, 'docs/writing.md').read_text(encoding='utf-8')
    examples = re.findall(r'```c\n(.*?)```', page, re.S)
    check(len(examples) >= 6, len(examples))
    for number, example in enumerate(examples):
        source, module = f'example{number}_bench.c', f'./example{number}_bench.so'
        write(source, example)
        subprocess.run([compiler, '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O2', '-shared', '-fPIC',
                        '-I', os.path.join(SOURCE, 'include'), source, '-o', module], check=True)
        done = assay('run', '-l', '1', '-t', '2ms', '-w', '1ms', '--no-report', '--no-store', module)
        exits(done, 0)


@test
def kinds_and_tags_are_listed():
    done = assay('list', '--json', GOOD)
    exits(done, 0)
    rows = {row['benchmark']: row for row in json.loads(done.out)['benchmarks']}
    check(rows['stated/search']['kind'] == 'throughput', rows)
    check(rows['stated/search']['tags'] == ['fast', 'vector'], rows)
    check(rows['stated/counts']['kind'] == 'latency' and rows['stated/counts']['tags'] == [], rows)


@test
def metrics_of_a_benchmark_s_own_are_results_with_unit_and_direction():
    done = assay('run', *TINY, *QUIET, GOOD, 'search')
    exits(done, 0)
    rows = rows_of(done)
    recall, probes = rows['stated/search', 'recall'], rows['stated/search', 'probes']
    check(recall['median'] == 0.97 and recall['quality'] and recall['direction'] == 'higher', recall)
    check(probes['median'] == 3.5 and probes['unit'] == '1/op' and not probes['quality'], probes)
    check(probes['kind'] == 'throughput' and probes['tags'] == ['fast', 'vector'], probes)
    check(rows['stated/search', 'time_ns']['sample_count'] == 2 * 7, 'seven samples a launch')


@test
def kinds_tags_and_metrics_come_back_from_the_store():
    exits(assay('run', *TINY, '--no-report', GOOD, 'search'), 0)
    check(STORE.exists(), 'no store')
    done = assay('show', '--json')
    rows = rows_of(done)
    check(rows['stated/search', 'recall']['quality'], rows)
    check(rows['stated/search', 'recall']['kind'] == 'throughput', rows)
    contains(assay('show').out, 'states stated/search: recall 0.97')


@test
def a_metric_that_is_no_number_fails_its_row_and_the_others_go_on():
    done = assay('run', *TINY, *QUIET, GOOD, 'nan', 'search')
    exits(done, 3)
    rows = rows_of(done)
    contains(rows['stated/nan', 'time_ns']['reason'], "metric 'broken': the value nan")
    check(rows['stated/search', 'time_ns']['status'] == 'ok', rows)


@test
def the_iterations_of_old_suites_are_exactly_those_asked_for():
    done = assay('run', '-l', '1', '--warmup-iterations', '10', '--iterations', '1', '--samples', '100',
                 *QUIET, GOOD, 'counts')
    exits(done, 0)
    rows = rows_of(done)
    check(rows['stated/counts', 'calls']['median'] == 110, rows['stated/counts', 'calls'])
    check(rows['stated/counts', 'time_ns']['sample_count'] == 100, rows)


@test
def threads_add_up_in_a_scaling_sweep():
    done = assay('run', *TINY, *QUIET, GOOD, 'crowd')
    exits(done, 0)
    rows = rows_of(done)
    for threads in (1, 2):
        time = rows[f'stated/crowd:threads={threads}', 'time_ns']['median']
        rate = rows[f'stated/crowd:threads={threads}', 'items_per_s']['median']
        check(0.5 < rate * time / 1e9 / threads < 2, (threads, rate, time))


@test
def threads_are_compared_with_each_other():
    done = assay('compare', '-l', '8', '-t', '5ms', '-w', '1ms', '--no-explain', '--json', GOOD, BAD, 'crowd')
    for row in json.loads(done.out)['rows']:
        check(row['verdict'] is not None and row['kind'] in ('one_process', 'lockstep'), row)
        check(row['launches'] >= 1 and row['quality'] == 'none', row)


@test
def a_body_runs_for_a_profiler_without_a_store():
    done = assay('run', '--profile-time', '20ms', GOOD, 'search')
    exits(done, 0)
    contains(done.out, 'profiled stated/search: ')
    check(not STORE.exists(), 'a store')


@test
def a_loss_of_quality_fails_whatever_the_time_says():
    done = assay('compare', '-l', '8', '-t', '5ms', '-w', '1ms', '--no-explain', '--json', GOOD, BAD, 'search')
    row = json.loads(done.out)['rows'][0]
    check(row['quality'] == 'worse' and row['gate'] == 'fail', row)
    contains(row['quality_note'], 'quality lost: recall 0.9000, was 0.9700')
    done = assay('compare', '-l', '8', '-t', '5ms', '-w', '1ms', '--no-explain', '--json', GOOD, GOOD, 'search')
    row = json.loads(done.out)['rows'][0]
    check(row['quality'] == 'kept' and row['quality_note'] == '', row)


def save_good():
    shutil.copy(GOOD, 'stated_bench.so')
    exits(assay('run', '-l', '4', '-t', '5ms', '-w', '1ms', '--no-report', '--save-baseline', 'main',
                './stated_bench.so', 'search'), 0)


def gate(code, *words):
    done = assay('gate', '-t', '5ms', '-w', '1ms', '-l', '8', '--fail', '99%', '--json', *words,
                 './stated_bench.so', 'search')
    check(done.code == code, done)
    return json.loads(done.out)


@test
def a_gate_fails_on_a_loss_of_quality_and_a_threshold_allows_it():
    save_good()
    shutil.copy(BAD, 'stated_bench.so')
    rows = gate(1, '--baseline', 'main')['rows']
    check(any(row['gate'] == 'fail' and row['quality'] == 'worse' for row in rows), rows)
    write('assay.yaml', 'thresholds:\n  - {benchmark: "stated/*", metric: recall, fail: 20%}\n')
    rows = gate(0, '--baseline', 'main')['rows']
    check(all(row['quality'] == 'kept' for row in rows), rows)


@test
def a_target_on_a_metric_that_nobody_measures_is_undecided():
    write('assay.yaml', 'targets: [targets.yaml]\n')
    write('targets.yaml', 'targets:\n'
          '  - {benchmark: stated/search, metric: recall, at_least: 0.95}\n'
          '  - {benchmark: stated/search, metric: probes, at_most: 3}\n'
          '  - {benchmark: stated/search, metric: precision, at_least: 0.5}\n')
    done = assay('run', *TINY, *QUIET, GOOD, 'search')
    status = {row['metric']: (row['status'], row['measured']) for row in json.loads(done.out)['targets']
              if row['benchmark'] == 'stated/search'}
    check(status == {'recall': ('met', 0.97), 'probes': ('missed', 3.5),
                     'precision': ('undecided', None)}, status)
    contains(assay('run', *TINY, '--no-report', GOOD, 'search').out, 'precision is not measured')


@test
def the_python_client_states_kinds_tags_and_metrics():
    shutil.copy(os.path.join(SOURCE, 'lib/python/assay.py'), '.')
    write('snake_bench.py', f'''#!{sys.executable}
import assay


@assay.bench(kind="throughput", tags="slow python")
def total(b):
    b.items = 3
    b.loop(lambda: sum((1, 2, 3)))
    b.metric("recall", 0.5, better="higher", quality=True)
    b.metric("probes", 2, unit="1/op")


assay.main()
''')
    os.chmod('snake_bench.py', 0o755)
    done = assay('run', *TINY, *QUIET, './snake_bench.py')
    exits(done, 0)
    (recall,) = [row for row in json.loads(done.out)['results'] if row['metric'] == 'recall']
    check(recall['median'] == 0.5 and recall['tags'] == ['slow', 'python'], recall)


main()
