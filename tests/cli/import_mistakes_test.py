"""assay import: every format with every kind of bad input. It is refused with the file and the place,
by exit code 2, and nothing of it is stored, also not of the good file before it."""
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
from tap import SOURCE, STORE, assay, check, exits, main, test

CORPUS = pathlib.Path(SOURCE, 'tests/fuzz/corpus/import')
# format: its sample, and a measured number of it (a time, where the format has any).
SAMPLES = {
    'google-benchmark': ('google', '"real_time": ', '3.27'),
    'pytest-benchmark': ('pytest', '"data": [', '1'),
    'pyperf': ('pyperf', '{"values": [', '0.01'),
    'hyperfine': ('hyperfine', '"times": [', '0.0139'),
    'jmh': ('jmh', '"sample", "primaryMetric": {"score": ', '3'),
    'criterion': ('criterion', '"times":[', '10.0'),
    'github-action-benchmark': ('github_custom', '"value":', '3'),
    'go-bench': ('go', '1000000\t        ', '12.5'),
    'cargo-bench': ('cargo', 'bench:       ', '1,234.50'),
    'catch2': ('catch2', '<mean value="', '12.5'),
    'callgrind': ('callgrind', 'totals: ', '127706'),
    'benchmarkdotnet': ('benchmarkdotnet', '"Operations":100,"Nanoseconds":', '1000'),
    'asv': ('asv', ',[[', '0.001'),
    'lnt': ('lnt', '"execution_time":[', '0.5'),
    'perfherder': ('perfherder', '"replicates":[', '99'),
    'catapult': ('catapult', '"sampleValues":[', '10'),
    'vegeta': ('vegeta', '"mean":', '200000'),
    'k6': ('k6', '"avg":', '1.5'),
    'mitata': ('mitata', '"p50": ', '6.5'),
    'h2load': ('h2load', 'time for request:      ', '123us'),
    'wrk': ('wrk', 'Latency   ', '635.91us'),
    'ab': ('ab', 'Time per request:       ', '32.4'),
    'jsonl': ('jsonl', '"value":', '12.5'),
    'perf-stat': ('perf', '\n', '0.45'),
    'csv': ('csv', 'parse,', '"1,500.5"'),
}
JSON = {'google-benchmark', 'pytest-benchmark', 'pyperf', 'hyperfine', 'jmh', 'criterion',
        'github-action-benchmark', 'benchmarkdotnet', 'asv', 'lnt', 'perfherder', 'catapult',
        'vegeta', 'k6', 'mitata'}
# Counters below 0 are as good as others; only a time below 0 is none.
NO_TIMES = {'callgrind'}
# Lines end anywhere: what is left of such a text is a shorter one.
LINES = {'go-bench', 'cargo-bench', 'h2load', 'wrk', 'ab', 'jsonl', 'perf-stat', 'csv', 'callgrind'}


def good(name):
    return (CORPUS / SAMPLES[name][0]).read_bytes()[1:].decode('utf-8')


def replaced(name, number):
    """The sample with another number; a time's unit stays where it sticks to the number."""
    _, before, old = SAMPLES[name]
    unit = re.sub(r'^"?[0-9.,]+"?', '', old)
    check(before + old in good(name), name)
    return good(name).replace(before + old, before + number + unit, 1)


def put(data, path='bad'):
    pathlib.Path(path).write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def refused(name, data, *parts, places=('bad:',)):
    """Refused with a place, alone and behind a good file."""
    put(data)
    put(good(name), 'good')
    for files in (['bad'], ['good', 'bad']):
        done = assay('import', '--format', name, *files)
        check(done.code == 2, f'{name}: {done}'[:600])
        check(any(done.err.startswith(f'assay: {place}') for place in places),
              f'{name}: {done}'[:600])
        for part in parts:
            check(part in done.err, f'{name}: no {part!r} in {done.err[:400]}')
        check(len(done.err) < 2000, f'{name}: a message of {len(done.err)} bytes')
        check(not STORE.exists(), f'{name}: a store was made')


def whole_or_refused(name, data):
    """Both will do, but not a crash and not a half."""
    put(data)
    done = assay('import', '--format', name, '--dry-run', 'bad')
    check(done.code in (0, 2), f'{name}: {done}'[:600])
    check(done.code == 0 or done.err.startswith('assay: bad:'), f'{name}: {done}'[:600])


@test
def the_table_has_every_format_and_its_samples_are_good():
    rows = json.loads(assay('import', '--list-formats', '--json').out)['formats']
    check({row['name'] for row in rows} == set(SAMPLES), {row['name'] for row in rows})
    for name in SAMPLES:
        exits(assay('import', '--dry-run', put(good(name), 'good')), 0)
        exits(assay('import', '--dry-run', '--format', name, 'good'), 0)


@test
def truncated():
    for name in SAMPLES:
        text = good(name).rstrip()
        for share in (0.3, 0.6, 0.95):
            cut = text[:int(len(text) * share)]
            if name in LINES:
                whole_or_refused(name, cut)
            else:
                refused(name, cut, places=('bad:',))


@test
def nested():
    for name in SAMPLES:
        for text in ('[' * 100000, '{"a":' * 100000, '<a>' * 100000):
            refused(name, text)


@test
def long_texts_in_every_format():
    for name in SAMPLES:
        refused(name, replaced(name, '9' * 1000000), places=('bad:',))
        whole_or_refused(name, 'x' * 1000000)


@test
def texts_of_a_hundred_megabytes():
    large = b'x' * 100_000_000
    for name in ('google-benchmark', 'jsonl', 'csv', 'catch2', 'go-bench'):
        _, before, _ = SAMPLES[name]
        where = good(name).index(before)
        refused(name, good(name)[:where].encode() + large + good(name)[where + 1:].encode()
                if name not in ('csv', 'go-bench') else large)


@test
def in_another_encoding():
    for name in SAMPLES:
        refused(name, good(name).encode('utf-16'))
    for name in SAMPLES:
        text = good(name).encode('utf-8')
        whole_or_refused(name, text.replace(b'a', b'\xe4'))
    for name in JSON:
        refused(name, good(name).encode('utf-8').replace(b'a', b'\xe4', 1))


@test
def with_a_key_twice():
    for name in sorted(JSON | {'jsonl'}):
        text = good(name)
        at = text.index('{') + 1
        refused(name, text[:at] + '"twice":1,"twice":2,' + text[at:], 'a member that is there twice')


@test
def numbers_that_are_none():
    for name in SAMPLES:
        for number in ('NaN', 'Infinity', '1e999', 'twelve'):
            if name in ('go-bench', 'cargo-bench') and not number[0].isdigit():
                whole_or_refused(name, replaced(name, number))  # a line that is no result
            elif name == 'csv' and number == 'NaN':
                whole_or_refused(name, replaced(name, number))
            else:
                refused(name, replaced(name, number))


@test
def times_below_zero():
    for name in set(SAMPLES) - NO_TIMES:
        if name == 'perf-stat':
            continue  # counts events
        refused(name, replaced(name, '-3'), 'below 0' if name not in LINES else '')


@test
def units_that_are_mixed():
    for name, text in (
            ('google-benchmark', good('google-benchmark').replace('"us"', '"parsec"', 1)),
            ('jsonl', '{"name":"a","metric":"m","value":1,"unit":"B"}\n'
                      '{"name":"a","metric":"m","value":1,"unit":"x"}\n'),
            ('csv', 'name,value,unit,metric\na,1,B,m\na,1,x,m\n'),
            ('perfherder', good('perfherder').replace('"score","lower', '"ms","lower')
             .replace('"name":"score"', '"name":"load"')
             .replace('"value":100,"unit":"ms"', '"value":100,"unit":"B"')
             .replace('"value":8,"unit":"ms"', '"value":8,"unit":"W"')),
            ('catapult', '[{"name":"a","unit":"J","sampleValues":[1]},'
                         '{"name":"a","unit":"W","sampleValues":[1]}]'),
            ('hyperfine', good('hyperfine').replace('0.0139, 0.011', '"13 ms", 0.011'))):
        refused(name, text)


@test
def members_of_the_wrong_kind():
    for name in sorted(JSON):
        refused(name, replaced(name, '{}'))
        refused(name, replaced(name, '"three"'))


main()
