"""A history from end to end: a repository with a small suite, built and measured at every commit, in
one of which a body does 30 % more work.

What is decided does not depend on the machine's speed: a benchmark states what it counted of its
own work, and the seed of a run decides how that scatters.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from repository import commit, git
from tap import SOURCE, Skip, assay, check, contains, environment, exits, main, need, test, write

# Insertion sort moves n * n / 4 items of random data, with an sd of some per cent over 10 arrays.
SUITE = '''#define ASSAY_SUITE "sorts"
#include <assay.h>
#include "work.h"

enum { ITEMS = 96 };

static uint64_t sort(uint32_t *items)
{
    uint64_t moves = 0;
    for (int i = 1; i < ITEMS; i++) {
        uint32_t item = items[i];
        int at = i;
        for (; at > 0 && items[at - 1] > item; at--, moves++)
            items[at] = items[at - 1];
        items[at] = item;
    }
    return moves;
}

static double moves_of(struct assay_bench *b, int arrays)
{
    static uint32_t items[ITEMS];
    uint64_t moves = 0;
    for (int k = 0; k < arrays; k++) {
        for (int i = 0; i < ITEMS; i++)
            items[i] = (uint32_t)assay_random(b);
        moves += sort(items);
    }
    return (double)moves;
}

ASSAY_BENCH(sort)
{
    ASSAY_LOOP(b) assay_manual_ns(b, moves_of(b, WORK / 10));
    assay_metric(b, "moves", "moves", ASSAY_LOWER_IS_BETTER, moves_of(b, WORK / 10));
}

ASSAY_BENCH(other)
{
    ASSAY_LOOP(b) assay_manual_ns(b, moves_of(b, 16));
}
'''
COMMITS, PLANTED = 24, 14


def measure(seed):
    """The working tree as it is, built and run once."""
    subprocess.run(['cc', '-O1', '-shared', '-fPIC', f'-I{SOURCE}/include', 'sorts_bench.c', '-o',
                    'sorts_bench.so'], check=True, env=environment())
    exits(assay('run', './sorts_bench.so', '--seed', seed, '-l', '2', '-n', '2', '-i', '2',
                '--warmup-iterations', '1', '--no-report'), 0)


def history():
    """Names of the commits; one run of each, 30 % more work from commit PLANTED on."""
    need('git', 'git')
    need('cc', 'gcc')
    git('init', '-q')
    write('.gitignore', '*.so\n.assay\n')
    write('sorts_bench.c', SUITE)
    commits = []
    for i in range(COMMITS):
        commits.append(commit(f'change {i}', 130 if i >= PLANTED else 100,
                              **{'notes.txt': f'{i}\n'}))
        if i in (4, PLANTED):
            git('tag', 'v1.0.0' if i == 4 else 'v1.1.0')
        measure(i + 1)
    return commits


def check_step(series, commits):
    (change,) = series['change_points']
    check(change['direction'] == 'worse' and change['low'] < 1.3 < change['high'], change)
    good, bad = commits.index(change['good_commit']), commits.index(change['bad_commit'])
    check(good < PLANTED <= bad and bad - good <= 4, (good, bad, change))
    check(abs(change['index'] - PLANTED) <= 1, change)


@test
def a_planted_step_is_found_at_the_commit_that_brought_it():
    commits = history()
    document = json.loads(assay('trend', '--json').out)
    series = {row['name']: row for row in document['series']}
    check(document['series'][0]['name'] == 'sorts/sort', document)
    check([point['commit'] for point in series['sorts/sort']['points']] == commits)
    check_step(series['sorts/sort'], commits)
    check(not series['sorts/other']['change_points'], series['sorts/other'])
    moves = json.loads(assay('trend', 'sorts/sort', '--metric', 'moves', '--json').out)
    check_step(moves['series'][0], commits)
    change = series['sorts/sort']['change_points'][0]
    contains(assay('trend', 'sorts/sort').out, 'worse:', '|v1.0.0', '|v1.1.0',
             f"{change['good_commit'][:12]}..{change['bad_commit'][:12]}")
    releases_are_compared_by_their_tags()


def releases_are_compared_by_their_tags():
    """Two stored runs, found by the tags of their commits."""
    done = assay('compare', 'v1.0.0', 'v1.1.0', '--json')
    rows = {row['benchmark']: row for row in json.loads(done.out)['rows']}
    check(rows['sorts/sort']['kind'] == 'stored' and rows['sorts/sort']['verdict'] == 'slower', done)
    check(rows['sorts/other']['verdict'] != 'slower', done)


# This project's own suite `machine` in a repository of its own, and what makes its reading cost more.
OWN = ('components/machine', 'suites/machine', 'include')
READ = 'machine/read:bytes=16384,design=plain,engine=auto'
PLACE = 'const size_t part = count / streams / STEP * STEP;\n'
WASTE = (PLACE + '    for (size_t i = 0; i < count / 8; i++) {\n'
         '        volatile uint32_t wasted = from[i];\n        (void)wasted;\n    }\n')
OWN_COMMITS, OWN_PLANTED = 12, 6


def measure_own():
    sources = [*pathlib.Path('components/machine').glob('*.c'), 'suites/machine/machine_bench.c']
    subprocess.run(['cc', '-O1', '-shared', '-fPIC', '-Iinclude', '-Icomponents/machine',
                    *map(str, sources), '-o', 'machine_bench.so'], check=True, env=environment())
    exits(assay('run', './machine_bench.so', READ, '--instructions', '-l', '2', '--no-report'), 0)


def own_history():
    """Names of the commits of this project's suite, counted at each of them."""
    git('init', '-q')
    write('.gitignore', '*.so\n.assay\n')
    for folder in OWN:
        shutil.copytree(pathlib.Path(SOURCE, folder), folder)
    body = pathlib.Path('components/machine/body.h')
    text = body.read_text(encoding='utf-8')
    check(text.count(PLACE) == 1, text)
    commits = []
    for i in range(OWN_COMMITS):
        if i == OWN_PLANTED:
            write(body, text.replace(PLACE, WASTE))
        commits.append(commit(f'change {i}', **{'notes.txt': f'{i}\n'}))
        measure_own()
    return commits


@test
def a_step_planted_into_a_suite_of_this_project_is_found_at_its_commit():
    """As bench/history/self does with all of this repository, smaller; counted and not timed."""
    need('git', 'git')
    need('cc', 'gcc')
    need('valgrind', 'valgrind')
    if os.environ['COUNTS_INSTRUCTIONS'] != '1':
        raise Skip('this build cannot count instructions')
    commits = own_history()
    document = json.loads(assay('trend', READ, '--metric', 'instructions', '--json').out)
    (series,) = document['series']
    (change,) = series['change_points']
    check(change['direction'] == 'worse', change)
    check((change['good_commit'], change['bad_commit']) ==
          (commits[OWN_PLANTED - 1], commits[OWN_PLANTED]), change)


main()
