"""assay init: what it writes is built and run by the very commands that it prints."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import PROGRAM, SOURCE, SUMS, assay, check, contains, environment, exits, main, need, test, write

SHORT = ' -l 2 -t 5ms -w 2ms --no-report'
BENCHMARKS = ['total:n=64', 'total:n=4096']


def next_commands(*words):
    """Runs `assay init`; the two commands that it prints."""
    done = assay('init', *words)
    exits(done, 0)
    commands = re.findall(r'^  (.*)$', done.out, re.MULTILINE)
    check(len(commands) == 2, done)
    return commands


def shell(command, **more):
    return subprocess.run(command, shell=True, env=environment(**more), text=True, check=False,
                          capture_output=True, timeout=100)


def types(commands, suite, **more):
    """Types the commands, the second one with short times; all benchmarks of the suite run well."""
    first = shell(commands[0], **more)
    check(first.returncode == 0, first)
    second = shell(f'{commands[1]} {SHORT} --json', **more)
    check(second.returncode == 0, second)
    document = json.loads(second.stdout)
    rows = {row['benchmark']: row['status'] for row in document['results']}
    check(rows == {f'{suite}/{name}': 'ok' for name in BENCHMARKS}, rows)
    return document


def need_language(language):
    need(*{'c': ('gcc', 'gcc'), 'cpp': ('g++', 'g++'), 'python': ('python3', 'python3'),
           'node': ('node', 'nodejs')}[language])


def in_each_language(function):
    for language in ('c', 'cpp', 'python', 'node'):
        def of_language(language=language):
            need_language(language)
            function(language)
        of_language.__name__ = f'{function.__name__}_{language}'
        test(of_language)


@in_each_language
def a_benchmark_runs_by_what_is_printed(language):
    types(next_commands('bench', 'mine', '--language', language), 'mine')


@in_each_language
def a_suite_runs_by_what_is_printed_and_its_target_is_judged(language):
    need('make', 'make')
    document = types(next_commands('suite', 'mine', '-L', language), 'mine')
    judged = [row['status'] for row in document['targets'] if row['benchmark'] == 'mine/total:n=4096']
    check(judged in (['met'], ['missed'], ['undecided']), document['targets'])
    contains(pathlib.Path('assay.yaml').read_text(encoding='utf-8'), '\nsuites: [mine]\n')
    for path in pathlib.Path('.').rglob('*'):
        if path.suffix in ('.c', '.cc', '.py', '.mjs', '.md', '.yaml', '') and path.is_file():
            text = path.read_text(encoding='utf-8')
            for word in ('SOURCE', 'MODULE', 'BUILD', 'COMPILE', 'SUITES', 'NAME/'):
                check(word not in text, (path, word))


@test
def a_suite_in_c_builds_without_warnings_by_both_compilers():
    need('make', 'make')
    exits(assay('init', 'suite', 'mine'), 0)
    for compiler in ('gcc', 'clang'):
        need(compiler, compiler)
        done = shell(f'make -C mine clean mine_bench.so ASSAY={PROGRAM} CC={compiler} '
                     'CFLAGS="-O2 -Wall -Wextra -Wpedantic -Werror"')
        check(done.returncode == 0, done)
        exits(assay('run', *SHORT.split(), 'mine'), 0)


@test
def a_second_suite_joins_the_project_that_is_there():
    write('assay.yaml', 'profile: quick\n')
    os.mkdir('deep')
    os.chdir('deep')
    commands = next_commands('suite', 'more', '-L', 'python')
    check(not os.path.exists('assay.yaml'), 'a project in a project')
    types(commands, 'more')
    contains(commands[1], ' ./more/more_bench.py')


@test
def the_project_file_is_read_with_all_its_keys():
    commands = next_commands()
    contains(commands[0], 'init suite NAME')
    exits(assay('history'), 2, "no store '.assay/history.db' yet")
    text = pathlib.Path('assay.yaml').read_text(encoding='utf-8')
    check(all(line.startswith('#') or not line for line in text.splitlines()), text)
    os.mkdir('suites')
    shutil.copy(SUMS, 'suites')
    write('assay.yaml', re.sub(r'^#(?=[a-z_]+:|  )', '', text, flags=re.MULTILINE))
    contains(pathlib.Path('assay.yaml').read_text(encoding='utf-8'), '\nbuild:\n  command: make\n')
    exits(assay('list'), 0)


@test
def no_file_is_touched_and_none_is_left_when_one_is_there():
    for present in ('mine/README.md', 'mine/assay.py', 'mine/mine_bench.py'):
        write(present, 'precious')
        exits(assay('init', 'suite', 'mine', '-L', 'python'), 3, f"cannot create '{present}': File exists")
        check(os.listdir('mine') == [os.path.basename(present)], os.listdir('mine'))
        check(pathlib.Path(present).read_text(encoding='utf-8') == 'precious')
        os.remove(present)
    check(os.listdir('.') == ['mine'], os.listdir('.'))
    write('other', 'a file where the folder would be')
    exits(assay('init', 'suite', 'other'), 3, 'other')
    write('assay.yaml', '')
    exits(assay('init'), 3, "cannot create 'assay.yaml': File exists")
    write('b_bench.c', 'precious')
    exits(assay('init', 'bench', 'b'), 3, "cannot create 'b_bench.c': File exists")


@test
def languages_that_are_not_known_are_refused_with_those_that_are():
    exits(assay('init', 'bench', 'x', '-L', 'rust'), 2, "no language 'rust': one of c, cpp, python, node")
    check(os.listdir('.') == [], os.listdir('.'))


@test
def a_program_on_the_path_is_called_by_its_name():
    folder = os.path.dirname(PROGRAM)
    done = assay('init', 'suite', 'mine', '--json', env={'PATH': f'/usr/bin:{folder}:/bin'})
    check(json.loads(done.out)['next'] == ['make -C mine', 'assay run mine'], done)


@test
def flags_for_a_compiler_lead_to_the_header():
    done = assay('--cflags')
    exits(done, 0)
    include = done.out.strip().removeprefix('-I')
    check(pathlib.Path(include, 'assay.h').read_bytes() ==
          pathlib.Path(SOURCE, 'include/assay.h').read_bytes(), done)


main()
