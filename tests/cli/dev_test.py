"""The front door and its tools: ./dev, tools/coverage, tools/embed."""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import PROGRAM, SOURCE, Done, assay, check, contains, environment, exits, main, need, test, write


def source_program(*words, **env):
    """A program of the source tree, by its path there."""
    path = pathlib.Path(SOURCE, words[0])
    return Done(subprocess.run([path, *map(str, words[1:])], env=environment(**env), text=True,
                               capture_output=True, check=False, timeout=100))


def summary(*files):
    rows = [{'filename': name, 'line_covered': covered, 'line_total': total}
            for name, covered, total in files]
    return write('summary.json', json.dumps({'files': rows}))


@test
def coverage_is_summed_over_lines_and_shown_by_room():
    path = summary(('src/a/one.c', 90, 100), ('src/a/two.c', 100, 100), ('src/b/low.c', 79, 100),
                   ('lib/empty.h', 0, 0), ('lib/just.c', 80, 100))
    done = source_program('tools/coverage', path, '87.25')
    exits(done, 0)
    check(done.out.splitlines()[-1] == '87.2 % of lines', done)
    check(re.search(r'^src/a +200 +95\.0%$', done.out, re.MULTILINE), done)
    below = done.out.split('below 80 %\n')[1]
    contains(below, 'src/b/low.c')
    check('just.c' not in below and 'empty.h' not in done.out, done)


@test
def coverage_below_what_is_wanted_fails():
    exits(source_program('tools/coverage', summary(('lib/a.c', 899, 1000)), '90'), 1)
    exits(source_program('tools/coverage', summary(('lib/a.c', 900, 1000)), '90'), 0)
    exits(source_program('tools/coverage', summary(('lib/a.c', 0, 0)), '90'), 1, 'nothing')


@test
def embedded_files_come_out_byte_for_byte():
    need('gcc', 'gcc')
    data = bytes(range(1, 256)) + b'\n??=\n"\\" %d 0\n\xc3\xa4' + b'7'
    pathlib.Path('data').write_bytes(data)
    header = source_program('tools/embed', 'one=data', 'two=data')
    exits(header, 0)
    write('all.h', header.out)
    write('print.c', '#include <stdio.h>\n#include "all.h"\nint main(void)\n'
                     '{ return fputs(TEMPLATE_one, stdout) < 0 || fputs(TEMPLATE_two, stdout) < 0; }\n')
    subprocess.run(['gcc', '-o', 'print', 'print.c'], check=True)
    check(subprocess.run(['./print'], capture_output=True, check=True).stdout == data * 2)


@test
def an_installed_tree_is_whole_and_pkg_config_leads_to_the_header():
    need('meson', 'meson')
    need('pkg-config', 'pkg-config')
    build = pathlib.Path(PROGRAM).parent
    done = subprocess.run(['meson', 'install', '-C', build, '--no-rebuild', '--destdir',
                           os.path.abspath('root')], capture_output=True, text=True, check=False)
    check(done.returncode == 0, done.stdout[-2000:] + done.stderr)
    there = {path.name: path for path in pathlib.Path('root').rglob('*') if path.is_file()}
    for name in ('assay', 'assay-host', 'assay-spawn', 'assay-doctor.so', 'assay.h', 'assay.pc',
                 'assay.py', 'assay.mjs', 'text_bench.so', 'run.schema.json'):
        check(name in there, (name, sorted(there)))
    flags = subprocess.run(['pkg-config', '--cflags', 'assay'], capture_output=True, text=True, check=True,
                           env=environment(PKG_CONFIG_SYSROOT_DIR=os.path.abspath('root'),
                                           PKG_CONFIG_ALLOW_SYSTEM_CFLAGS='1',
                                           PKG_CONFIG_PATH=str(there['assay.pc'].parent))).stdout
    write('x_bench.c', '#include <assay.h>\nASSAY_BENCH(x) { ASSAY_LOOP(b) assay_keep(assay_opaque(1)); }\n')
    subprocess.run(['gcc', '-shared', '-fPIC', *flags.split(), '-o', 'x_bench.so', 'x_bench.c'], check=True)
    exits(assay('list', './x_bench.so'), 0)


@test
def every_command_of_dev_is_in_its_help():
    done = source_program('dev', 'help')
    exits(done, 0)
    text = pathlib.Path(SOURCE, 'dev').read_text(encoding='utf-8')
    commands = re.findall(r'^([a-z]+)(?: \||\))', text.split('\ncase $command in\n')[1], re.MULTILINE)
    check({'bench', 'test', 'lint', 'sanitize', 'coverage', 'fuzz', 'install', 'clean'} <= set(commands),
          commands)
    for command in commands:
        check(re.search(rf'(^  |, ){command}\b', done.out, re.MULTILINE), command)
    check(all(len(line) <= 80 for line in done.out.splitlines()), done.out)


@test
def a_command_that_dev_does_not_know_is_a_mistake():
    exits(source_program('dev', 'surprise'), 2, "no command 'surprise'", 'usage: ./dev')


@test
def a_missing_package_is_named_with_the_command_that_installs_it():
    """Debian's own programs, replaced: nothing is installed, and we are nobody."""
    for name, text in {'dpkg-query': 'exit 0', 'apt-get': 'exit 9', 'id': 'echo 1000'}.items():
        write(f'bin/{name}', f'#!/bin/sh\n{text}\n').chmod(0o755)
    done = source_program('dev', 'build', PATH=f'{pathlib.Path("bin").resolve()}:/usr/bin:/bin')
    exits(done, 3, 'missing packages', 'sudo apt-get install', ' gcc ', ' libsqlite3-dev ')


main()
