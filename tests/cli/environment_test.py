"""The environment of a run: kept, shown, and set beside that of another."""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import RESULTS, SOURCE, STORE, SUMS, assay, check, contains, exits, main, need, run, test, write


def facts(selector='latest'):
    return json.loads(assay('show', selector, '--json').out)['run']['environment']['facts']


def change(name, key, value):
    """Another value of a stored fact, as if the machine had been different then."""
    with sqlite3.connect(STORE) as store:
        text, = store.execute('SELECT facts FROM run WHERE id = ?', (name,)).fetchone()
        lines = [line for line in text.splitlines() if not line.startswith(key + ':')]
        store.execute('UPDATE run SET facts = ? WHERE id = ?',
                      ('\n'.join([*lines, f'{key}: {value}']) + '\n', name))


@test
def facts_are_in_the_store_the_json_the_page_and_show():
    check(run(SUMS).code == 0)
    found = facts()
    check(found['page_bytes'] == str(os.sysconf('SC_PAGE_SIZE')), found)
    check(found['libc'].count('.') == 1, found)
    aslr = pathlib.Path('/proc/sys/kernel/randomize_va_space')
    if aslr.exists():
        check(found['aslr'] == aslr.read_text(encoding='utf-8').strip(), found)
    for name in sorted(pathlib.Path('/sys/devices/system/cpu/vulnerabilities').glob('*')):
        check(f'mitigation_{name.name}' in found, (name, found))
    page = (next(RESULTS.iterdir()) / 'report.html').read_text(encoding='utf-8')
    contains(page, '<details><summary>', f"libc: {found['libc']}")
    contains(assay('show', '--environment').out, f"libc: {found['libc']}", 'kernel')


@test
def flags_are_known_where_the_module_says_them():
    need('gcc', 'gcc')
    write('flags_bench.c', '#include <assay.h>\nASSAY_BENCH(one) { ASSAY_LOOP(b) assay_keep(b); }\n')
    for extra, wanted in (['-g', 'GNU C'], ['-frecord-gcc-switches', '-O1']):
        subprocess.run(['gcc', '-O1', extra, '-shared', '-fPIC', f'-I{SOURCE}/include',
                        'flags_bench.c', '-o', 'flags_bench.so'], check=True)
        check(run('./flags_bench.so').code == 0)
        contains(facts()['compiled_flags_bench.so'], wanted, '-O1')
    subprocess.run(['gcc', '-O1', '-s', '-shared', '-fPIC', f'-I{SOURCE}/include',
                    'flags_bench.c', '-o', 'flags_bench.so'], check=True)
    check(run('./flags_bench.so').code == 0)
    check('compiled_flags_bench.so' not in facts(), facts())


@test
def compare_says_what_differs_between_two_runs():
    check(run('--label', 'old', SUMS).code == 0)
    check(run('--label', 'new', SUMS).code == 0)
    check('differ:' not in assay('compare', 'old', 'new').err)
    name = json.loads(assay('show', 'old', '--json').out)['run']['id']
    change(name, 'aslr', '7')
    change(name, 'microcode', '0x99')
    done = assay('compare', 'old', 'new')
    contains(done.err, 'old and new differ: ', 'aslr 7 -> ', 'microcode 0x99 -> ')


@test
def a_run_from_before_facts_were_kept_is_shown():
    check(run('--label', 'old', SUMS).code == 0)
    with sqlite3.connect(STORE) as store:
        store.execute('UPDATE run SET facts = NULL')
    check(facts() == {}, facts())
    check(assay('show', '--environment').code == 0)


@test
def one_benchmark_is_shown_closely():
    check(run(SUMS).code == 0)
    done = assay('show', 'latest', 'sums/bytes:n=64')
    exits(done, 0)
    contains(done.out, 'sums/bytes:n=64: ok', 'adds bytes', 'median', 'of the medians of the launches', 'p99',
             'rss_bytes', 'bytes_per_s, higher is better')
    check('sums/step' not in done.out, done)
    check(all(len(line) <= 80 for line in done.out.splitlines()[6:]), done)
    check('\033' not in done.out, done)
    check(assay('show', 'latest', 'sums/bytes:n=64', env={'LC_ALL': 'C'}).out.isascii(), done)
    rows = json.loads(assay('show', 'latest', '~step', '--json').out)['results']
    check({row['benchmark'] for row in rows} == {'sums/step'}, rows)
    contains(assay('show', 'latest', 'skips').out, 'reason', 'engine "x" is not installed')


main()
