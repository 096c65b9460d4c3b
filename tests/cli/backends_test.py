"""The suite `backends`: each backend runs once; called from JavaScript, all answer alike."""
import json
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import PROGRAM, SOURCE, Skip, check, main, need, run, test

FOLDER = pathlib.Path(PROGRAM).parent / 'suites/backends'
ENGINES = ('napi', 'napi_at', 'wasm_simd', 'wasm_scalar', 'js')


def told(engine):
    """What fixtures/backends.mjs tells of an engine."""
    need('node', 'nodejs')
    script = pathlib.Path(SOURCE, 'tests/cli/fixtures/backends.mjs')
    done = subprocess.run(['node', script, FOLDER, engine], text=True, check=False, timeout=100,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(done.returncode == 0, done.stderr)
    answer = json.loads(done.stdout)
    if 'skip' in answer:
        raise Skip(answer['skip'])
    return answer


def pattern(k, step):
    return k * step % 7 - 3


def of_engine(engine):
    def test_of_engine():
        answer = told(engine)
        product = sum(pattern(k, 2) * pattern(k, 3) for k in range(67))
        rows = [sum(pattern(row * 67 + k, 2) * pattern(k, 3) for k in range(67)) for row in range(5)]
        check(answer['dot'] == product, answer)
        check(answer['multiply'] == rows, answer)
        check(answer['attend'] == [4, 4, 4, 4], answer)
        check(answer['refused']['nan'] == 'NOT_FINITE', answer)
        check(answer['refused']['empty'] == answer['refused']['emptyDot'] == 'EMPTY', answer)
    test_of_engine.__name__ = f'{engine}_computes_what_python_does_and_refuses_the_rest'
    test(test_of_engine)


for each in ENGINES:
    of_engine(each)


@test
def the_addon_reads_views_with_an_offset_and_refuses_what_does_not_fit():
    answer = told('views')
    check(answer['dot'] is True and answer['attend'] == [True] * 4, answer)
    check(answer['lengths'] == ['LENGTHS'] * 7, answer)
    check(answer['types'] == ['TYPE'] * 7, answer)
    check(answer['arena'] == 'ARENA' and answer['detached'] == 'EMPTY', answer)


def made_up(rows):
    """A run of {(work, engine): {size: ns}}, or of {('call', engine): {'look': ns}}."""
    results = []
    for (work, engine), times in rows.items():
        for size, ns in times.items():
            key = 'work' if work == 'call' else 'n'
            results.append({'benchmark': f'backends/{work}:engine={engine},{key}={size}',
                            'metric': 'time_ns', 'median': ns})
    about = {'environment': {'cpu': 'none', 'load_1min': 0}, 'plan': {'profile': 'quick'},
             'started_at': '2026-01-02T03:04:05Z'}
    return {'run': about, 'results': results}


def deployments(rows):
    pathlib.Path('run.json').write_text(json.dumps(made_up(rows)), encoding='utf-8')
    return subprocess.run([sys.executable, f'{SOURCE}/bench/deployments', '--from', 'run.json'], text=True,
                          check=False, timeout=100, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@test
def a_deployment_gets_the_quickest_backend_that_it_can_take():
    done = deployments({
        ('dot', 'avx2'): {10: 10, 1000: 100, 2000: 200}, ('dot', 'napi'): {10: 90, 1000: 190, 2000: 300},
        ('dot', 'wasm_simd'): {10: 10, 1000: 380, 2000: 760}, ('dot', 'js'): {10: 9, 1000: 760, 2000: 9000},
        ('call', 'napi'): {'look': 68.04}})
    check(done.returncode == 0, done)
    for line in ('| `napi` | 9.00 | 1.90 | 68.0 ns | - |',
                 '| `wasm_simd` | 1.00 | 3.80 | - | - |',
                 '| a native program | `avx2` | `avx2` |',
                 '| browsers without SIMD | `js` | `js` |',
                 '| a Node.js server that one controls | `js`; `wasm_simd` takes 1.1 times as long '
                 '| `napi`; `wasm_simd` takes 2 times as long |'):
        check(line in done.stdout.splitlines(), f'{line}\n{done.stdout}')


@test
def sizes_from_which_on_a_backend_is_quicker():
    same = {10: 100, 100: 100, 1000: 100}
    done = deployments({('dot', 'wasm_simd'): same, ('dot', 'js'): {10: 400, 100: 400, 1000: 400},
                        # as far behind at 10 as ahead at 1000, and nothing between
                        ('dot', 'napi'): {10: 1000, 100: 100, 1000: 10},
                        ('dot', 'napi_at'): {10: 50, 100: 50, 1000: 101},
                        ('dot', 'avx2'): same, ('dot', 'avx512'): {10: 101, 100: 99, 1000: 101}})
    check(done.returncode == 0, done)
    for line in ('| `wasm_simd` than `js` | always | not measured | not measured |',
                 '| `napi` than `wasm_simd` | 100 | not measured | not measured |',
                 '| `napi_at` than `wasm_simd` | not up to 1000 | not measured | not measured |',
                 '| `napi` than `js` | 25 | not measured | not measured |',
                 '| `avx512` than `avx2` | even | not measured | not measured |'):
        check(line in done.stdout.splitlines(), f'{line}\n{done.stdout}')


@test
def a_run_without_backends_has_no_deployments():
    done = deployments({})
    check(done.returncode == 1 and 'no row of the suite backends' in done.stderr, done)


@test
def each_backend_runs_once_or_says_what_it_lacks():
    done = run('backends/dot:*n=64', 'backends/call', '--json', '--no-store')
    check(done.code == 0, done)
    rows = [row for row in json.loads(done.out)['results'] if row['metric'] == 'time_ns']
    names = {row['benchmark'] for row in rows}
    check('backends/dot:engine=scalar,n=64' in names, names)
    for row in rows:
        check(row['median'] is not None or row['reason'], row)


main()
