"""Completion in the shells themselves: each script is loaded and asked."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import PROGRAM, SUMS, assay, check, environment, exits, main, need, run, test, write

BASH = '''source ./script
COMP_LINE=$1 COMP_POINT=${#1}
_assay
printf '%s\\n' "${COMPREPLY[@]}"
'''
# What zsh has only while it completes is made up; the words are what it would hand over.
ZSH = '''compdef() { : }
compadd() { shift; print -l -- $@ | grep -- "^$words[CURRENT]" }
_files() { print -l -- * | grep -- "^$words[CURRENT]" }
source ./script
words=("${@:1}") CURRENT=$#
_assay
'''


def ask(shell, *words):
    """What the shell offers for the last word."""
    done = assay('completions', shell)
    check(done.code == 0, done)
    write('script', done.out)
    # The command has to have its own name and be found: shells look for both.
    pathlib.Path('bin').mkdir(exist_ok=True)
    link = pathlib.Path('bin/assay')
    if not link.exists():
        write('bin/assay', f'#!/bin/sh\nexec {PROGRAM} "$@"\n').chmod(0o755)
    line = ' '.join(['assay', *words])
    commands = {'bash': ['bash', '--norc', '-c', BASH, 'bash', line],
                'zsh': ['zsh', '-f', '-c', ZSH, 'zsh', 'assay', *words],
                'fish': ['fish', '--no-config', '-c', f"source ./script; complete -C'{line}'"]}
    path = os.path.abspath('bin') + ':' + os.environ['PATH']
    asked = subprocess.run(commands[shell], env=environment(PATH=path), text=True, check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    check(asked.stderr == '', asked.stderr)
    return {line.split('\t')[0] for line in asked.stdout.splitlines() if line}


def modules():
    os.mkdir('modules')
    shutil.copy(SUMS, 'modules')
    write('assay.yaml', 'suites: [modules]\n')


def completes(shell):
    modules()
    check({'run', 'list', 'history', 'completions'} <= ask(shell, ''), ask(shell, ''))
    check(ask(shell, 'hi') == {'history'}, ask(shell, 'hi'))
    check(ask(shell, 'run', '--form') == {'--format'}, ask(shell, 'run', '--form'))
    check(ask(shell, 'run', '--format', '') == {'text', 'json', 'csv', 'markdown'})
    check(ask(shell, 'baseline', 'sa') == {'save'}, ask(shell, 'baseline', 'sa'))
    check(run('sums/step').code == 0)
    name = assay('history', '--ids').out.strip()
    check(ask(shell, 'show', '2') == {name}, ask(shell, 'show', '2'))
    check('assay.yaml' in ask(shell, 'list', '--store', 'assay.y'))
    check(ask(shell, 'list', 'sums/s') == {'sums/step', 'sums/skips'}, ask(shell, 'list', 'sums/s'))


@test
def bash_completes():
    need('bash', 'bash')
    completes('bash')
    # bash itself splits at ':' and '=', and puts back what stands before them.
    check(ask('bash', 'list', 'sums/bytes:n=6') == {'64'}, ask('bash', 'list', 'sums/bytes:n=6'))


@test
def zsh_completes():
    need('zsh', 'zsh')
    completes('zsh')


@test
def fish_completes():
    need('fish', 'fish')
    completes('fish')
    check('sums/bytes:n=64' in ask('fish', 'list', 'sums/bytes:n=6'))


@test
def every_option_is_in_every_script():
    names = [line.split()[0] for line in assay('--help').out.splitlines()
             if line.startswith('  ') and not line.startswith('   ')]
    for shell, form in (('bash', '--{} '), ('zsh', '--{} '), ('fish', ' -l {} ')):
        script = assay('completions', shell).out
        for name in names:
            lines = assay(name, '--help').out.split('options:\n', 1)[1].splitlines()
            options = [word for line in lines for word in line.split()[:2]
                       if line.startswith('  ') and not line.startswith('   ' * 3)
                       and word.startswith('--')]
            check(options or name == 'completions', name)
            for option in options:
                check(form.format(option.strip('-,')) in script, (shell, name, option))


@test
def a_shell_that_is_not_known_is_refused():
    exits(assay('completions'), 2, 'usage: assay completions bash|zsh|fish')
    exits(assay('completions', 'tcsh'), 2, 'usage: assay completions bash|zsh|fish')


main()
