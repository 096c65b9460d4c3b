"""assay compare of commits: how they are built, what is kept, what is said when they do not build.

Verdicts are asked only of versions that differ by a factor of two, or not at all, with a margin of
30 %.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from repository import (BUILDS, COMMAND, DECIDED, MODULE, SHORT, built, commit, compare, config, git,
                        repository, row_of, same, slower)
from tap import (PROGRAM, STORE, check, contains, environment, exits, in_three_tries, main, need, test,
                 untouched, write)


# ---- commits ----

@test
def equal_commits_are_the_same_and_are_built_apart():
    first, second = repository(1, 1)
    done = compare('--json', 'HEAD~1', 'HEAD')
    row = row_of(done)
    check(same(row) and row['kind'] == 'one_process', row)
    check((row['old_version'], row['new_version']) == ('HEAD~1', 'HEAD'), row)
    contains(done.err, f'HEAD~1 is commit {first[:12]} (work 1)',
             f'building commit {second[:12]} (work 1) in .assay/builds/{second}')
    check(built() == 2 and len(list(BUILDS.glob('*.done'))) == 2)
    check(not STORE.exists(), 'a store was made')


@test
def a_commit_that_does_twice_the_work_is_slower():
    repository(1, 2)
    check(slower(row_of(compare('--json', 'HEAD~1', 'HEAD'))))
    in_three_tries(lambda: contains(compare(*DECIDED, 'HEAD~1', 'HEAD', 'work').out,
                                    'slower  ', 'step_bench/work'))
    exits(compare('HEAD~1', 'HEAD', 'nosuch'), 2, "no benchmark matches 'nosuch'")


@test
def a_build_is_used_again_until_the_command_changes_or_it_is_asked_for():
    repository(1, 2)
    compare('HEAD~1', 'HEAD')
    done = compare('HEAD~1', 'HEAD')
    check(built() == 2 and 'building' not in done.err, done)
    compare('--rebuild', 'HEAD', 'HEAD')
    check(built() == 3, 'one commit is built once')
    config(COMMAND + ' -DOTHER')
    compare('HEAD~1', 'HEAD')
    check(built() == 5)


@test
def tags_branches_digits_and_a_detached_head_name_commits():
    first, second = repository(1, 2)
    git('tag', 'v1.0.0', first)
    git('tag', '-a', '-m', 'signed off', 'v2.0.0', second)
    git('branch', 'topic/fast', first)
    git('checkout', '-q', '--detach')
    for words in (['v1.0.0', 'v2.0.0'], ['topic/fast', 'HEAD'], [first[:10], second]):
        check(slower(row_of(compare('--json', *words))), words)
    check(built() == 2)


@test
def a_repository_in_a_folder_with_blanks_and_a_project_below_its_top_are_built():
    os.mkdir('a b')
    os.chdir('a b')
    repository(1)
    os.mkdir('deep er')
    for name in ('assay.yaml', 'step_bench.c', 'work.h'):
        git('mv', name, 'deep er')
    commit('moved')
    write('deep er/work.h', '#define WORK 2\n')
    os.chdir('deep er')
    check(slower(row_of(compare('--json', 'HEAD'))))
    check(BUILDS.is_dir() and not pathlib.Path('..', BUILDS).exists())
    exits(compare('HEAD~1', 'HEAD'), 3, 'it has no folder with this project yet')


@test
def what_a_hook_puts_into_the_environment_leads_nowhere_else():
    repository(1, 2)
    os.mkdir('elsewhere')
    git('init', '-q', cwd='elsewhere')
    elsewhere = {'GIT_DIR': os.path.abspath('elsewhere/.git'), 'GIT_WORK_TREE': '/',
                 'GIT_INDEX_FILE': '/nonexistent', 'CDPATH': '/'}
    check(slower(row_of(compare('--json', 'HEAD~1', 'HEAD', env=elsewhere))))


@test
def hooks_of_the_repository_do_not_run():
    repository(1)
    hook = write('.git/hooks/post-checkout', '#!/bin/sh\ntouch "$HOME/hooked"\n')
    hook.chmod(0o755)
    exits(compare('HEAD', 'HEAD'), 0)
    check(not pathlib.Path('hooked').exists())


@test
def submodules_are_there_when_it_is_built():
    need('git', 'git')
    os.mkdir('part')
    os.chdir('part')
    git('init', '-q')
    commit('part', 2)
    os.chdir('..')
    os.mkdir('whole')
    os.chdir('whole')
    repository(1)
    git('submodule', '--quiet', 'add', os.path.abspath('../part'), 'part')
    write('step_bench.c', MODULE.replace('work.h', 'part/work.h'))
    commit('with its part')
    allow = {'GIT_ALLOW_PROTOCOL': 'file'}
    check(slower(row_of(compare('--json', 'HEAD~1', 'HEAD', env=allow))))


# ---- what goes wrong ----

@test
def a_commit_that_does_not_build_says_why_and_is_not_used_half():
    repository(1)
    commit('broken', step_bench='x', **{'work.h': '#error no work today\n'})
    commit('mended', 1)
    for _ in range(2):
        done = compare('HEAD~2', 'HEAD~1')
        exits(done, 3, '(broken) does not build: exit code 1', '  | ', 'no work today',
              'the whole log: .assay/builds/')
        check(done.out == '', done)
        untouched()
    log = pathlib.Path(done.err.rpartition('the whole log: ')[2].strip())
    contains(log.read_text(encoding='utf-8'), 'no work today')
    check(built() == 3, 'it was tried twice, the good one was built once')
    exits(compare('HEAD~2', 'HEAD'), 0)


@test
def only_the_end_of_a_long_log_is_shown_and_nothing_that_moves_the_cursor():
    repository(1)
    config('for i in $(seq 1 5000); do echo "line $i"; done; printf "\\033[2Jred\\n"; exit 7')
    done = compare('HEAD', 'HEAD')
    exits(done, 3, 'does not build: exit code 7', '  | line 5000\n', '  | ?[2Jred')
    check('line 4980\n' not in done.err and 'line 4982\n' in done.err, done)
    check('\033' not in done.err, done)


@test
def a_build_that_leaves_no_module_says_which():
    repository(1)
    config('true')
    exits(compare('HEAD', 'HEAD'), 3,
          "it left no 'step_bench.so', which 'modules' in assay.yaml names")


@test
def a_build_that_dies_of_a_signal_says_which():
    repository(1)
    config('kill -SEGV $$')
    exits(compare('HEAD', 'HEAD'), 3, 'does not build: signal 11')


def processes(word):
    """Processes with that word in their command line, but for ourselves."""
    found = []
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and int(name) != os.getpid():
                with open(f'/proc/{name}/cmdline', encoding='utf-8', errors='replace') as file:
                    if word in file.read():
                        found.append(int(name))
        except OSError:
            continue
    return found


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        check(time.monotonic() < end, 'waited in vain')
        time.sleep(0.01)


@test
def a_build_that_hangs_is_ended_with_all_its_processes():
    repository(1)
    word = f'31557{os.getpid()}'
    config(f'echo begun; sleep {word} & sleep {word}')
    text = pathlib.Path('assay.yaml').read_text(encoding='utf-8')
    write('assay.yaml', text.replace('1 min', '2 s'))
    exits(compare('HEAD', 'HEAD'), 3, 'it took longer than the time limit of 2 s', '  | begun')
    check(processes(word) == [])
    exits(compare('HEAD', 'HEAD'), 3, 'time limit')


@test
def ctrl_c_ends_a_build_with_all_its_processes():
    repository(1)
    word = f'31558{os.getpid()}'
    config(f'sleep {word} & sleep {word}')
    with subprocess.Popen([PROGRAM, 'compare', 'HEAD', 'HEAD'], stderr=subprocess.PIPE, text=True,
                          env=environment()) as process:
        wait_for(lambda: len(processes(word)) >= 2)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=30)[1]
    check(process.returncode == 3, err)
    contains(err, 'interrupted while building')
    wait_for(lambda: processes(word) == [])
    check(not list(BUILDS.glob('*.done')))


@test
def two_at_once_build_a_commit_once():
    repository(1)
    config('sleep 1; ' + COMMAND)
    words = [PROGRAM, 'compare', *SHORT, 'HEAD', 'HEAD']
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=environment()) for _ in range(2)]
    errs = [process.communicate(timeout=60)[1] for process in both]
    check([process.returncode for process in both] == [0, 0], errs)
    check(built() == 1)
    contains(''.join(errs), 'waiting: another assay uses .assay/builds/')


@test
def builds_that_were_not_used_for_longest_go():
    first, second, third, fourth = repository(1, 1, 1, 1)
    config(keep=2)
    compare(first, second)
    compare(first, third)
    kept = {path.stem for path in BUILDS.glob('*.done')}
    check(kept == {first, third}, kept)
    check({path.name for path in BUILDS.iterdir() if path.is_dir()} == kept)
    compare(fourth, fourth)
    kept = {path.stem for path in BUILDS.glob('*.done')}
    check(fourth in kept and len(kept) == 2, kept)
    listed = git('worktree', 'list')
    check(second not in listed and fourth in listed, listed)


@test
def builds_whose_folder_was_removed_by_hand_are_made_again():
    repository(1)
    compare('HEAD', 'HEAD')
    shutil.rmtree(BUILDS)
    exits(compare('HEAD', 'HEAD'), 0)
    for path in BUILDS.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    exits(compare('HEAD', 'HEAD'), 0)
    check(built() == 3)


@test
def without_git_a_repository_or_a_build_command_it_says_so():
    need('git', 'git')
    exits(compare('HEAD~1', 'HEAD'), 2, "'HEAD~1' is no file, no stored run", 'no git revision')
    exits(compare('--build', 'HEAD~1', 'HEAD'), 2, 'is in no git repository')
    repository(1)
    os.mkdir('bin')
    for name in ('sh', 'cc'):
        os.symlink(shutil.which(name), f'bin/{name}')
    exits(compare('HEAD', 'HEAD', env={'PATH': os.path.abspath('bin')}), 3,
          'git is not installed', 'package git')
    write('assay.yaml', 'launches: 2\n')
    exits(compare('HEAD', 'HEAD'), 2, "assay.yaml needs 'build' with 'command' and 'modules'")
    write('assay.yaml', 'build: {command: make}\n')
    exits(compare('HEAD', 'HEAD'), 2, "assay.yaml:1:8: the key 'modules' is missing")


main()
