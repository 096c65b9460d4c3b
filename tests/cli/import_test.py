"""assay import: what the real tools print becomes a run; what is wrong is refused as a whole."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from tap import (MODULES, SOURCE, STORE, SUMS, Skip, assay, check, contains, exits, main, need, run,
                 test, untouched, write)

CORPUS = pathlib.Path(SOURCE, 'tests/fuzz/corpus/import')


def tool(*words, **more):
    """Runs a tool to its end, which has to be a good one."""
    more.setdefault('stdout', subprocess.PIPE)
    more.setdefault('timeout', 250)  # compilers on a busy machine
    done = subprocess.run([str(word) for word in words], text=True, check=False,
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    check(done.returncode == 0, f'{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def sample(name):
    """A file of the fuzzer's corpus; its first byte only chooses the fuzzer's format."""
    return write(name, (CORPUS / name).read_bytes()[1:].decode('utf-8'))


def imported(format_name, *words):
    """Imports and answers the rows of the stored run, by benchmark and metric."""
    done = assay('import', '--json', *words)
    check(done.code == 0, done)
    document = json.loads(done.out)
    check(document['format'] == format_name and document['stored'], document)
    check(f'imported {format_name}' in document['fingerprint'], document)
    shown = json.loads(assay('show', '--json', document['run']).out)
    return {(row['benchmark'], row['metric']): row for row in shown['results']}


def compiled(name, source, *flags):
    need('g++', 'g++')
    write(f'{name}.cc', source)
    tool('g++', '-O1', '-std=c++17', f'{name}.cc', '-o', name, *flags)
    return f'./{name}'


GOOGLE = '''#include <benchmark/benchmark.h>
static void sum(benchmark::State &state)
{
    for (auto _ : state)
        for (int i = 0; i < state.range(0); i++)
            benchmark::DoNotOptimize(i);
    state.SetBytesProcessed(state.iterations() * state.range(0));
    state.counters["hits"] = 3;
}
BENCHMARK(sum)->Arg(8)->ArgName("n")->Arg(64);
static void bad(benchmark::State &state)
{
    state.SkipWithError("no input");
    for (auto _ : state) {
    }
}
BENCHMARK(bad);
BENCHMARK_MAIN();
'''


@test
def google_benchmark_itself():
    if not pathlib.Path('/usr/include/benchmark/benchmark.h').exists():
        raise Skip('Google Benchmark is not installed (package libbenchmark-dev)')
    program = compiled('google', GOOGLE, '-lbenchmark', '-lpthread')
    words = [program, '--benchmark_format=json', '--benchmark_min_time=0.001',
             '--benchmark_repetitions=3']
    text = tool(*words)
    rows = imported('google-benchmark', write('g.json', text))
    first = json.loads(text)['benchmarks'][0]
    row = rows['google-benchmark/sum:n=8', 'time_ns']
    check(row['launch_count'] == 3 and 'shared a process' in row['warning'], row)
    check(row['min'] * 0.999 <= first['real_time'] <= row['max'] * 1.001, (row, first))
    check(rows['google-benchmark/sum:n=64', 'hits']['median'] == 3, rows)
    check(rows['google-benchmark/sum:n=64', 'bytes_per_s']['median'] > 0, rows)
    check(rows['google-benchmark/bad', 'time_ns']['reason'] == 'no input', rows)
    text = tool(*words, '--benchmark_report_aggregates_only')
    median = next(row for row in json.loads(text)['benchmarks'] if row['name'] == 'sum/n:8_median')
    rows = imported('google-benchmark', write('a.json', text))
    got = rows['google-benchmark/sum:n=8', 'time_ns']
    check(abs(got['median'] / median['real_time'] - 1) < 1e-9 and got['sd'] > 0, (got, median))


@test
def hyperfine_itself():
    need('hyperfine', 'hyperfine')
    tool('hyperfine', '-N', '-r', '4', '--parameter-list', 't', '0.001,0.002', 'sleep {t}',
         '--export-json', 'h.json')
    rows = imported('hyperfine', 'h.json')
    want = json.loads(pathlib.Path('h.json').read_text(encoding='utf-8'))['results'][0]
    row = rows['hyperfine/sleep 0.001:t=0.001', 'time_ns']
    check(abs(row['median'] / want['median'] / 1e9 - 1) < 1e-6 and row['launch_count'] == 4, row)
    check(('hyperfine/sleep 0.002:t=0.002', 'user_time_ns') in rows, rows)


@test
def pytest_benchmark_itself():
    asked = subprocess.run(['/usr/bin/python3', '-c', 'import pytest, pytest_benchmark'],
                           check=False, stderr=subprocess.DEVNULL)
    if asked.returncode != 0:
        raise Skip('pytest-benchmark is not installed (package python3-pytest-benchmark)')
    write('test_sums.py', 'import pytest\n'
          '@pytest.mark.parametrize("n", [3, 5])\n'
          'def test_sum(benchmark, n):\n    benchmark.pedantic(sum, [range(n)], rounds=7)\n')
    tool('/usr/bin/python3', '-m', 'pytest', '-q', '--benchmark-json=p.json', 'test_sums.py')
    rows = imported('pytest-benchmark', 'p.json')
    row = rows['pytest-benchmark/test_sums.py.test_sum:n=3', 'time_ns']
    check(row['sample_count'] == 7 and row['launch_count'] == 1, row)
    rows = imported('pytest-benchmark', 'p.json', 'p.json')
    check(rows['pytest-benchmark/test_sums.py.test_sum:n=5', 'time_ns']['launch_count'] == 2, rows)


CATCH = '''#define CATCH_CONFIG_MAIN
#define CATCH_CONFIG_ENABLE_BENCHMARKING
#include <catch2/catch.hpp>
TEST_CASE("sums <int>")
{
    BENCHMARK("add & keep") { return 1 + 1; };
}
'''


@test
def catch2_itself():
    if not pathlib.Path('/usr/include/catch2/catch.hpp').exists():
        raise Skip('Catch2 2 is not installed (package catch2)')
    program = compiled('catch', CATCH)
    text = tool(program, '-r', 'xml', '--benchmark-samples', '5', '--benchmark-warmup-time', '1')
    rows = imported('catch2', write('c.xml', text))
    row = rows['sums <int>/add & keep', 'time_ns']
    check(row['low'] <= row['median'] <= row['high'] and row['sample_count'] == 5, row)


@test
def go_itself():
    need('go', 'golang-go')
    write('go.mod', 'module example.com/sums\n')
    write('sums_test.go', 'package sums\nimport "testing"\n'
          'func BenchmarkSum(b *testing.B) {\n b.Run("n=8", func(b *testing.B) {\n'
          '  for i := 0; i < b.N; i++ {\n  }\n })\n}\n')
    text = tool('go', 'test', '-bench', '.', '-benchtime', '1000x', '-count', '2',
                env=dict(os.environ, HOME=os.getcwd(), GOFLAGS='-mod=mod'))
    rows = imported('go-bench', write('g.txt', text))
    check(any(name.startswith('example.com.sums/Sum:n=8') and metric == 'time_ns'
              for name, metric in rows), rows)


@test
def cargo_bench_itself():
    """The harness of the compiler is what `cargo bench` runs; it wants leave to be unstable."""
    need('rustc', 'rustc')
    write('sums.rs', '#![feature(test)]\nextern crate test;\nmod sums {\n    #[bench]\n'
          '    fn add(b: &mut test::Bencher) {\n        b.bytes = 80;\n'
          '        b.iter(|| (0..10u64).map(test::black_box).sum::<u64>());\n    }\n}\n')
    tool('rustc', '-O', '--test', 'sums.rs', '-o', 'sums',
         env=dict(os.environ, RUSTC_BOOTSTRAP='1'))
    rows = imported('cargo-bench', write('r.txt', tool('./sums', '--bench')))
    check(rows['cargo-bench/sums.add', 'time_ns']['median'] > 0, rows)
    check(rows['cargo-bench/sums.add', 'bytes_per_s']['median'] > 0, rows)


CRITERION = {
    'Cargo.toml': '[package]\nname = "sums"\nversion = "0.1.0"\nedition = "2018"\n'
                  '[dev-dependencies]\n'
                  'criterion = { version = "*", default-features = false }\n'
                  '[[bench]]\nname = "sums"\nharness = false\n',
    '.cargo/config.toml': '[source.crates-io]\nreplace-with = "debian"\n'
                          '[source.debian]\ndirectory = "/usr/share/cargo/registry"\n',
    'src/lib.rs': '',
    'benches/sums.rs': '''use criterion::{black_box, criterion_group, criterion_main};
use criterion::{BenchmarkId, Criterion};
fn sums(c: &mut Criterion) {
    let mut group = c.benchmark_group("sums");
    group.sample_size(10);
    for n in [8u64, 64] {
        group.bench_with_input(BenchmarkId::new("add", n), &n, |b, &n| {
            b.iter(|| (0..n).map(black_box).sum::<u64>())
        });
    }
    group.finish();
}
criterion_group!(benches, sums);
criterion_main!(benches);
'''}


@test
def criterion_itself():
    """Debian has it as source: half a hundred crates are compiled, which takes minutes."""
    if 'ASSAY_TEST_LONG' not in os.environ:
        raise Skip('compiling Criterion takes minutes (./dev test long)')
    need('cargo', 'cargo')
    if not list(pathlib.Path('/usr/share/cargo/registry').glob('criterion-[0-9]*')):
        raise Skip('Criterion is not installed (package librust-criterion-dev)')
    for name, text in CRITERION.items():
        write(name, text)
    tool('cargo', 'bench', '--offline', '--bench', 'sums', '--', '--warm-up-time', '1',
         '--measurement-time', '1', '--noplot', timeout=3000)
    rows = imported('criterion', 'target/criterion')
    check({name for name, _ in rows} == {'criterion/sums/add/8', 'criterion/sums/add/64'}, rows)
    row = rows['criterion/sums/add/8', 'time_ns']
    check(row['sample_count'] == 10 and row['min'] > 0, row)


@test
def callgrind_itself():
    need('valgrind', 'valgrind')
    tool('valgrind', '--tool=callgrind', '--callgrind-out-file=cg.out', 'true')
    rows = imported('callgrind', 'cg.out')
    check(rows['callgrind/true', 'instructions']['median'] > 1000, rows)


@test
def perf_itself():
    need('perf', 'linux-perf')
    asked = subprocess.run(['perf', 'stat', '-x,', '-o', 'p.csv', '-e', 'task-clock,page-faults',
                            'true'], check=False, capture_output=True)
    if asked.returncode != 0:
        raise Skip('perf may not count here')
    rows = imported('perf-stat', 'p.csv')
    check(rows['perf-stat/p.csv', 'page-faults']['median'] > 0, rows)


class Quiet(http.server.BaseHTTPRequestHandler):
    """Answers every request with two bytes."""
    protocol_version = 'HTTP/1.1'

    def do_GET(self):  # pylint: disable=invalid-name  # the name that http.server asks for
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')

    def log_message(self, *words):  # pylint: disable=arguments-differ
        pass


def served(use):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        return use(f'http://127.0.0.1:{server.server_port}/')
    finally:
        server.shutdown()
        server.server_close()


@test
def wrk_itself():
    need('wrk', 'wrk')
    text = served(lambda url: tool('wrk', '-t1', '-c1', '-d1s', '--latency', url))
    rows = imported('wrk', write('w.txt', text))
    rates = [row for (_, metric), row in rows.items() if metric == 'items_per_s']
    check(len(rates) == 1 and rates[0]['median'] > 0, rows)
    check(any(metric == 'latency_p99_ns' for _, metric in rows), rows)


@test
def ab_itself():
    need('ab', 'apache2-utils')
    rows = imported('ab', write('a.txt', served(lambda url: tool('ab', '-n', '20', '-c', '2', url))))
    check(rows['ab//:connections=2', 'items_per_s']['median'] > 0, rows)
    check(rows['ab//:connections=2', 'failed_requests']['median'] == 0, rows)


@test
def h2load_itself():
    need('h2load', 'nghttp2-client')
    text = served(lambda url: tool('h2load', '--h1', '-n', '20', '-c', '2', url))
    rows = imported('h2load', write('h.txt', text))
    row = rows['h2load/request', 'time_ns']
    check(row['min'] <= row['median'] <= row['max'], row)
    check(rows['h2load/request', 'failed_requests']['median'] == 0, rows)
    check(rows['h2load/request', 'items_per_s']['median'] > 0, rows)


MITATA = """import { run, bench, group } from '%s';
bench('sum $n', function* (state) {
    const n = state.get('n');
    yield () => { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum; };
}).args('n', [10, 100]);
group('sqrt', () => {
    bench('of two', () => Math.sqrt(2));
    bench('bad', () => { throw new Error('it is so'); });
});
await run({ format: 'json', throw: false });
"""


@test
def mitata_itself():
    need('node', 'nodejs')
    module = pathlib.Path(SOURCE, 'tests/npm/node_modules/mitata/src/main.mjs')
    if not module.exists():
        raise Skip('no mitata (npm install in tests/npm)')
    write('m.mjs', MITATA % module)
    text = tool('node', 'm.mjs')
    rows = imported('mitata', write('m.json', text))
    want = json.loads(text)['benchmarks']
    row = rows['mitata/sum $n:n=10', 'time_ns']
    stats = want[0]['runs'][0]['stats']
    for ours, theirs in (('median', 'p50'), ('mean', 'avg'), ('min', 'min'), ('max', 'max')):
        check(abs(row[ours] / stats[theirs] - 1) < 1e-9, (ours, row))
    check(row['sample_count'] == len(stats['samples']) and row['sd'] > 0, row)
    check(('mitata/sum $n:n=100', 'time_ns') in rows and ('sqrt/of two', 'time_ns') in rows, rows)
    failed = [key for key, value in rows.items() if value['status'] == 'failed']
    check([name for name, _ in failed] == ['sqrt/bad'], rows)


@test
def formats_whose_tools_are_not_in_debian():
    rows = imported('mitata', sample('mitata'))
    row = rows['sums/sum $n:n=10', 'time_ns']
    check((row['median'], row['mean'], row['min'], row['sample_count']) == (6.5, 6, 4.5, 4), row)
    check(rows['sums/sum $n:n=10', 'heap_bytes']['median'] == 24, rows)
    check(rows['mitata/root', 'time_ns']['median'] == 0.25, rows)
    rows = imported('pyperf', sample('pyperf'))
    check(rows['pyperf/telco', 'time_ns']['launch_count'] == 2, rows)
    check(rows['pyperf/telco', 'time_ns']['max'] == 12e6, rows)
    rows = imported('jmh', sample('jmh'))
    row = rows['org.example.Sums/add:mode=thrpt,n=10', 'items_per_s']
    check(row['launch_count'] == 2 and row['max'] == 11e3, row)
    check(rows['Sums/sub:mode=sample', 'time_ns']['median'] == 3000, rows)
    rows = imported('cargo-bench', sample('cargo'))
    check(rows['cargo-bench/a.b', 'time_ns']['median'] == 1234.5, rows)
    check(rows['cargo-bench/a.b', 'bytes_per_s']['median'] == 12e6, rows)
    rows = imported('github-action-benchmark', sample('github_data'))
    check(rows['Go/x', 'time_ns']['median'] == 3, rows)
    rows = imported('go-bench', sample('go'))
    check(rows['example.com.x.sum/Sum:n=8,procs=2', 'bytes_per_s']['launch_count'] == 2, rows)


@test
def trackers_whose_tools_are_not_in_debian():
    rows = imported('benchmarkdotnet', sample('benchmarkdotnet'))
    row = rows['App.Sums/Add:Kind=Fast,N=1000', 'time_ns']
    check((row['launch_count'], row['min'], row['max']) == (2, 10, 12), row)
    check(rows['App.Sums/Add:Kind=Fast,N=1000', 'allocated_bytes']['median'] == 24, rows)
    rows = imported('benchmarkdotnet', sample('benchmarkdotnet_brief'))
    check((rows['Sums/Sub', 'time_ns']['median'], rows['Sums/Sub', 'time_ns']['sd']) == (2, 0.5))
    rows = imported('asv', sample('asv'))
    check(rows['asv/bench.Suite.time_sum:arg1=1', 'time_ns']['sample_count'] == 2, rows)
    check(rows['asv/bench.Suite.time_sum:arg1=3', 'time_ns']['median'] == 3e6, rows)
    check(rows['asv/bench.Suite.time_sum:arg1=a..b', 'time_ns']['reason'] == 'failed', rows)
    check(rows['asv/bench.peakmem_list', 'rss_bytes_peak']['median'] == 1024, rows)
    run_of = json.loads(assay('history', '--json').out)['runs']
    check(any(row['commit'] == 'a' * 40 for row in run_of), run_of)
    rows = imported('lnt', sample('lnt'))
    check(rows['lnt/SingleSource/fib', 'time_ns']['launch_count'] == 2, rows)
    check(rows['lnt/SingleSource/fib', 'compile_time_ns']['median'] == 0.25e9, rows)
    rows = imported('perfherder', sample('perfherder'))
    check(rows['tp5/load', 'time_ns']['sample_count'] == 3, rows)
    check(rows['tp5/score', 'value']['unit'] == 'score', rows)
    rows = imported('catapult', sample('catapult'))
    check(rows['memory/load:story=blank page', 'time_ns']['median'] == 11e6, rows)
    check(rows['catapult/rate', 'value']['sd'] == 2, rows)


@test
def load_generators_whose_tools_are_not_in_debian():
    rows = imported('vegeta', sample('vegeta'))
    check(rows['vegeta/request', 'time_ns']['median'] == 190000, rows)
    check(rows['vegeta/request', 'latency_p99_ns']['median'] == 300000, rows)
    check(rows['vegeta/request', 'items_per_s']['median'] == 10.05, rows)
    rows = imported('k6', sample('k6'))
    check(rows['k6/http_req_duration', 'time_ns']['median'] == 1.25e6, rows)
    check(rows['k6/http_req_duration', 'latency_p95_ns']['median'] == 3.5e6, rows)
    check(rows['k6/checks', 'share']['median'] == 0.9, rows)
    rows = imported('k6', sample('k6_summary'))
    check(rows['k6/wait', 'latency_p99.9_ns']['median'] == 5e6, rows)
    check(rows['k6/size', 'value']['median'] == 2, rows)


@test
def a_folder_of_criterion():
    for name, times in (('sort/64', '10,21'), ('parse', '5,6')):
        write(f'target/criterion/{name}/new/sample.json', f'{{"iters":[1,2],"times":[{times}]}}')
        write(f'target/criterion/{name}/base/sample.json', '{"iters":[1],"times":[1]}')
    rows = imported('criterion', 'target/criterion')
    check({name for name, _ in rows} == {'criterion/sort/64', 'criterion/parse'}, rows)
    check(rows['criterion/sort/64', 'time_ns']['max'] == 10.5, rows)
    os.mkdir('empty')
    exits(assay('import', 'empty'), 2, "'empty': no results of Criterion")


@test
def a_table_with_a_map_of_its_columns():
    write('t.csv', 'test;ms;size\nparse;1.5;10\nparse;1,600.5;10\nsend;2;20\n')
    rows = imported('csv', 't.csv', '--columns', 'name=test,value=ms,unit==ms,n=size,suite==web')
    row = rows['web/parse:n=10', 'time_ns']
    check(row['launch_count'] == 2 and row['max'] == 1600.5e6, row)
    exits(assay('import', 't.csv', '--columns', 'name=nothing,value=ms'), 2,
          "t.csv:1: no column 'nothing'")
    exits(assay('import', 't.csv', '--format', 'csv'), 2, "no column for 'name'")


def lines(factor):
    return ''.join(json.dumps({'name': name, 'value': factor * time * (1 + i / 1000),
                               'unit': 'ns'}) + '\n'
                   for name, time in (('parse', 100), ('send', 50)) for i in range(5))


@test
def imported_runs_are_compared_followed_and_kept_as_baselines():
    check(assay('import', write('old.jsonl', lines(1)), '--label', 'old', '--commit', 'a' * 40).code
          == 0)
    check(assay('baseline', 'save', 'main').code == 0)
    check(assay('import', write('new.jsonl', lines(1.5)), '--label', 'new').code == 0)
    document = json.loads(assay('compare', 'main', 'new', '--json').out)
    row = next(row for row in document['rows'] if row['benchmark'] == 'jsonl/parse')
    check(row['verdict'] == 'slower' and abs(row['ratio'] - 1.5) < 0.01, row)
    contains(assay('history', 'jsonl/parse').out, 'jsonl/parse')
    (series,) = json.loads(assay('trend', 'jsonl/parse', '--json').out)['series']
    check(len(series['points']) == 2 and series['points'][0]['commit'] == 'a' * 40, series)
    contains(assay('history').out, 'imported', 'old', 'new')


@test
def imported_and_measured_runs_are_not_mixed_in_silence():
    check(run(SUMS, 'sums/step').code == 0)
    measured = json.loads(assay('show', '--json').out)['run']['id']
    write('l.jsonl', '{"suite":"sums","name":"step","values":[1,2],"unit":"ns"}\n')
    check(assay('import', 'l.jsonl', '--label', 'theirs').code == 0)
    exits(assay('compare', measured, 'theirs'), 2, 'different machines', 'imported jsonl')
    (series,) = json.loads(assay('trend', 'sums/step', '--json').out)['series']
    check(len(series['points']) == 1 and series['left_out'] == 1, series)


@test
def what_is_wrong_has_its_place_and_nothing_is_stored():
    for name, place in (('google_truncated', '1: column 526: it ends too early'),
                        ('google_mixed_units', " $.benchmarks[0].real_time: 'parsec' is no unit"),
                        ('google_negative', ' $.benchmarks[0].real_time: a time of -3270 ns'),
                        ('google_nan', "1: column 319: invalid token near 'NaN'"),
                        ('google_huge', ' $.benchmarks[0].real_time: '),
                        ('google_duplicate_key', '1: column 304: a member that is there twice'),
                        ('jsonl_mixed', "2: 'm' of 'jsonl/a' was in 'B' before and is now in 'x'"),
                        ('jsonl_cut', '2: '), ('catch2_cut', "1: a tag without its '>'"),
                        ('callgrind_short', "4: wants a count of each event; 'Dr' has none"),
                        ('nested', '1: column 2049: maximum parsing depth'),
                        ('csv_ragged', '2: 3 columns where 2 are')):
        exits(assay('import', sample(name)), 2, f'{name}:{place}')
        exits(assay('import', sample('jsonl'), name), 2, f'{name}:{place}')
    write('x', 'nothing that a tool prints\n')
    exits(assay('import', 'x'), 2, 'x: looks like no known format', 'google-benchmark, ', ', csv')
    exits(assay('import', 'x', '--format', 'nonsense'), 2, "no format 'nonsense'; there are: ")
    exits(assay('import', 'gone'), 3, "cannot open 'gone'")
    exits(assay('import'), 2, 'which files?')
    check(assay('import', '--dry-run', sample('jsonl')).code == 0)
    untouched()


@test
def standard_input_labels_and_the_list_of_formats():
    with open(sample('jsonl'), encoding='utf-8') as file:
        done = assay('import', '-', '--label', 'piped', stdin=file)
    check(done.code == 0, done)
    contains(done.out, 'stored 2 benchmarks with 2 measurements of jsonl, run 2')
    contains(assay('history').out, 'piped')
    contains(assay('import', '--list-formats').out, 'google-benchmark', 'csv', 'pyperf')
    names = [row['name'] for row in json.loads(assay('import', '--list-formats',
                                                      '--json').out)['formats']]
    check(len(names) == len(set(names)) == 25, names)


main()
