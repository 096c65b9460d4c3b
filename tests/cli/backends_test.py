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
