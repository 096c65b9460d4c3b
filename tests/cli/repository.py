"""Repositories for tests: made in the working folder, built by one call of the C compiler."""
import json
import pathlib
import subprocess

from step_module import MODULE
from tap import SOURCE, assay, check, environment, exits, need, write

SHORT = ['-t', '10ms', '-w', '2ms', '-l', '2', '--margin', '30', '--no-explain']
DECIDED = ['-l', '8']  # for the tests that want a verdict and not only a ratio
BUILDS = pathlib.Path('.assay/builds')
# A line in the file `built` for each build: that is how builds are counted.
COMMAND = ('echo x >> "$ASSAY_PROJECT/built" && '
           f'cc -O2 -shared -fPIC -I {SOURCE}/include step_bench.c -o step_bench.so')
PROJECT = 'build: {command: %s, modules: step_bench.so, time_limit: 1 min, keep: %d}\n'


def git(*words, **more):
    env = environment(GIT_AUTHOR_NAME='a', GIT_AUTHOR_EMAIL='a@b', GIT_COMMITTER_NAME='a',
                      GIT_COMMITTER_EMAIL='a@b')
    return subprocess.run(['git', '-c', 'init.defaultBranch=main',
                           '-c', 'protocol.file.allow=always', *words],
                          env=env, check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **more).stdout.strip()


def config(command=COMMAND, keep=8):
    write('assay.yaml', PROJECT % (json.dumps(command), keep))


def commit(subject, work=None, **files):
    if work is not None:
        write('work.h', f'#define WORK {work}\n')
    for name, text in files.items():
        write(name, text)
    git('add', '-A')
    git('commit', '-q', '--allow-empty', '-m', subject)
    return git('rev-parse', 'HEAD')


def repository(*works):
    """A commit for each amount of work; returns their names."""
    need('git', 'git')
    need('cc', 'gcc')
    git('init', '-q')
    write('.gitignore', '*.so\n.assay\nbuilt\nbenchmark-results\n')
    write('step_bench.c', MODULE)
    config()
    return [commit(f'work {work}', work) for work in works]


def built():
    """How often something was built."""
    return len(pathlib.Path('built').read_text(encoding='utf-8').split())


def compare(*words, **more):
    return assay('compare', *SHORT, *words, **more)


def row_of(done, code=0):
    exits(done, code)
    rows = json.loads(done.out)['rows']
    check(len(rows) == 1, rows)
    return rows[0]


def in_bounds(row, low, high):
    if not low < row['ratio_q10'] < high:
        print('#', row)
    return low < row['ratio_q10'] < high


def slower(row):
    """Twice the work, as the ratio sees it; a verdict may want more launches on a busy machine."""
    return in_bounds(row, 1.3, 4)


def same(row):
    return in_bounds(row, 0.7, 1.4)
