"""Tests of the program: each runs in a temporary folder of its own and reports in TAP.

    @test
    def a_sentence_that_is_true():
        done = assay('list', SUMS)
        check(done.code == 0, done)

    main()

Arguments: the program, the folder of our modules, the folder of the other tests' modules, the
source tree.
"""
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

PROGRAM, MODULES, FIXTURES, SOURCE = (os.path.abspath(word) for word in sys.argv[1:5])
SUMS = os.path.join(MODULES, 'sums_bench.so')
MANY = os.path.join(MODULES, 'many_bench.so')
TINY = ['-l', '2', '-t', '5ms', '-w', '2ms']
STORE = pathlib.Path('.assay/history.db')
RESULTS = pathlib.Path('benchmark-results')
TESTS = []


class Skip(Exception):
    """The test cannot run here; the text says why."""


class Done:
    """What a finished program left."""

    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    def __repr__(self):
        return f'exit code {self.code}\nstdout: {self.out}\nstderr: {self.err}'


def environment(**more):
    """The environment without what would lead `assay` or git elsewhere, or change how
    it prints."""
    clean = {key: value for key, value in os.environ.items()
             if not key.startswith(('ASSAY_', 'GIT_')) and key not in ('COLUMNS', 'NO_COLOR')}
    clean.update(ASSAY_HINTS='off', ASSAY_LOCK='off', GIT_CONFIG_NOSYSTEM='1', HOME=os.getcwd(), LC_ALL='C.UTF-8')
    clean.update(more)
    # A sanitizer's handlers in a host must not turn a signal into an exit code.
    for options in ('ASAN_OPTIONS', 'TSAN_OPTIONS'):
        clean[options] = 'handle_segv=0:handle_abort=0:' + clean.get(options, '')
    return clean


def assay(*words, **more):
    """Runs `assay` to its end; `env` adds to the environment, `program` runs another one, the
    rest goes to subprocess."""
    env = environment(**more.pop('env', {}))
    program = more.pop('program', PROGRAM)
    more.setdefault('stdout', subprocess.PIPE)
    more.setdefault('stderr', subprocess.PIPE)
    more.setdefault('stdin', subprocess.DEVNULL)
    return Done(subprocess.run([program, *map(str, words)], env=env, text=True, timeout=100,
                               check=False, **more))


def run(*words, **more):
    return assay('run', *TINY, *words, **more)


def check(condition, what=''):
    if not condition:
        raise AssertionError(str(what))


def contains(text, *parts):
    for part in parts:
        check(part in text, f'no {part!r} in:\n{text}')


def exits(done, code, *parts):
    """`done` ended with `code`, and its stderr has all the parts."""
    check(done.code == code, f'want exit code {code}: {done}')
    contains(done.err, *parts)


def in_three_tries(function):
    """For what a busy machine may spoil: a measurement that wants a verdict."""
    for _ in range(2):
        try:
            return function()
        except AssertionError as spoilt:
            print('# once more:', str(spoilt)[:300])
    return function()


def write(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    return path


def untouched():
    """Nothing was stored, no report was written."""
    check(not STORE.exists(), 'a store was made')
    check(not RESULTS.exists(), 'results were written')


def processes_here():
    """Processes whose working folder is ours, but for ourselves."""
    found = []
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and int(name) != os.getpid() and \
                    os.readlink(f'/proc/{name}/cwd') == os.getcwd():
                with open(f'/proc/{name}/stat', encoding='utf-8') as file:
                    if file.read().split()[2] != 'Z':
                        found.append(name)
        except OSError:
            continue
    return found


def need(program, package):
    if shutil.which(program) is None:
        raise Skip(f'{program} is not installed (package {package})')


def test(function):
    @functools.wraps(function)
    def in_folder():
        before = os.getcwd()
        with tempfile.TemporaryDirectory(prefix='assay-cli-') as folder:
            os.chdir(folder)
            try:
                function()
            finally:
                os.chdir(before)

    TESTS.append(in_folder)
    return in_folder


def outcome(function, number):
    line = f'{number} - {function.__name__}'
    try:
        function()
    except Skip as reason:
        return f'ok {line} # SKIP {reason}'
    except Exception:  # pylint: disable=broad-except  # whatever it is, the test has failed
        for text in traceback.format_exc().splitlines():
            print('#', text)
        return f'not ok {line}'
    return f'ok {line}'


def main():
    good = True
    for number, function in enumerate(TESTS, 1):
        line = outcome(function, number)
        good = good and not line.startswith('not')
        print(line, flush=True)
    print(f'1..{len(TESTS)}')
    sys.exit(0 if good else 1)
