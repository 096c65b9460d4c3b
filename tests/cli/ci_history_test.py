"""assay ci fetch, push and baseline: the history on a branch of a repository beside us."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from repository import git
from tap import (PROGRAM, STORE, SUMS, assay, check, contains, environment, exits, main, need, run,
                 test, write)


def lines(value, name='parse'):
    return json.dumps({'name': name, 'values': [value, value + 1], 'unit': 'ns'}) + '\n'


def clone(name, **more):
    """A fresh checkout of the bare repository `origin.git`, as a job gets it."""
    git('clone', '-q', 'origin.git', name, stdin=subprocess.DEVNULL, **more)
    return name


def repository(commits=1):
    need('git', 'git')
    git('init', '-q', '--bare', 'origin.git')
    git('clone', '-q', 'origin.git', 'work')
    names = []
    for i in range(commits):
        write(f'work/file{i}', 'text\n')
        git('-C', 'work', 'add', '-A')
        git('-C', 'work', 'commit', '-q', '-m', f'commit {i}')
        names.append(git('-C', 'work', 'rev-parse', 'HEAD'))
    git('-C', 'work', 'push', '-q', 'origin', 'HEAD:main')
    return names


def measured(folder, value, commit, *baselines):
    """A stored run with baselines, in the store of `folder`."""
    write(f'{folder}/r.jsonl', lines(value))
    check(assay('import', 'r.jsonl', '--commit', commit, cwd=folder).code == 0)
    for name in baselines:
        done = assay('baseline', 'save', name, 'latest', '--overwrite', cwd=folder)
        check(done.code == 0, done)


def ci(folder, *words, **env):
    clean = {name: '' for name in ('GITHUB_BASE_REF', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME')}
    return assay('ci', *words, '--json', cwd=folder, env=dict(clean, **env))


def did(done):
    check(done.code == 0, done)
    return json.loads(done.out)


def commits_of(folder):
    done = assay('history', '--json', cwd=folder)
    return {row['commit'] for row in json.loads(done.out)['runs']} if done.code == 0 else set()


@test
def what_one_job_pushes_the_next_one_fetches():
    (commit,) = repository()
    clone('a')
    check(did(ci('a', 'fetch'))['did'] == 'nothing')
    measured('a', 100, commit, f'ci-{commit}')
    document = did(ci('a', 'push'))
    check((document['did'], document['runs'], document['baselines']) == ('pushed', 1, 1), document)
    check(did(ci('a', 'push'))['did'] == 'nothing')
    clone('b')
    document = did(ci('b', 'fetch'))
    check((document['did'], document['runs'], document['baselines']) == ('fetched', 1, 1), document)
    check(did(ci('b', 'fetch'))['did'] == 'nothing')
    rows = json.loads(assay('baseline', '--json', cwd='b').out)['baselines']
    check([row['name'] for row in rows] == [f'ci-{commit}'], rows)
    check(json.loads(assay('show', '--json', cwd='b').out)['results'][0]['median'] == 100.5)


@test
def the_branch_has_one_commit_and_shares_nothing_with_the_code():
    (commit,) = repository()
    clone('a')
    for value in (1, 2, 3):
        measured('a', value, commit)
        check(did(ci('a', 'push'))['did'] == 'pushed')
    check(git('-C', 'origin.git', 'rev-list', '--count', 'assay-history') == '1')
    check(git('-C', 'origin.git', 'ls-tree', '--name-only', 'assay-history') == 'history.db')
    check(git('-C', 'a', 'status', '--porcelain') in ('', '?? .assay/\n?? r.jsonl',
                                                      '?? .assay/\n?? r.jsonl'.strip()))
    check(git('-C', 'a', 'branch', '--list').strip().startswith('* '))


@test
def kept_modules_travel_and_are_measured_again():
    (commit,) = repository()
    clone('a')
    shutil.copy(SUMS, 'a/sums_bench.so')
    done = run('./sums_bench.so', 'sums/step', '--save-baseline', f'ci-{commit}', cwd='a')
    exits(done, 0)
    check(did(ci('a', 'push'))['modules'] == 1)
    clone('b')
    check(did(ci('b', 'fetch'))['modules'] == 1)
    (kept,) = pathlib.Path('b/.assay/modules').iterdir()
    check(kept.read_bytes() == pathlib.Path(SUMS).read_bytes())
    shutil.copy(SUMS, 'b/sums_bench.so')
    done = assay('gate', '--baseline', f'ci-{commit}', '--json', '-t', '5ms', '-w', '1ms', '-l', '3',
                 '--fail', '90', './sums_bench.so', 'sums/step', cwd='b')
    check({row['kind'] for row in json.loads(done.out)['rows']} == {'remeasured'}, done)


@test
def a_module_that_was_changed_on_its_way_is_refused():
    (commit,) = repository()
    clone('a')
    shutil.copy(SUMS, 'a/sums_bench.so')
    exits(run('./sums_bench.so', 'sums/step', '--save-baseline', f'ci-{commit}', cwd='a'), 0)
    check(did(ci('a', 'push', '--folder', '../kept'))['modules'] == 1)
    (kept,) = pathlib.Path('kept/modules').iterdir()
    kept.write_bytes(kept.read_bytes()[:-100])
    exits(ci('work', 'fetch', '--folder', '../kept'), 2, 'changed or cut off')
    check(json.loads(assay('baseline', '--json', cwd='work').out)['baselines'] == [])


@test
def jobs_that_push_at_the_same_time_lose_nothing():
    (commit,) = repository()
    jobs = [clone(f'job{i}') for i in range(5)]
    for i, job in enumerate(jobs):
        measured(job, 100 + i, f'{i}' * 40)
    started = [subprocess.Popen([PROGRAM, 'ci', 'push'], cwd=job, env=environment(),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE) for job in jobs]
    for process in started:
        out, err = process.communicate(timeout=200)
        check(process.returncode == 0, out + err)
    clone('all')
    check(did(ci('all', 'fetch'))['runs'] == 5)
    check(commits_of('all') == {f'{i}' * 40 for i in range(5)}, commits_of('all'))
    check(commit)


@test
def a_remote_that_refuses_or_is_gone_is_said_without_its_password():
    repository()
    clone('a')
    measured('a', 1, 'a' * 40)
    hook = write('origin.git/hooks/update', '#!/bin/sh\necho not here >&2\nexit 1\n')
    os.chmod(hook, 0o755)
    exits(ci('a', 'push'), 3, "git cannot write branch 'assay-history'", 'not here')
    secret = 'hunter2secret'
    done = ci('a', 'fetch', '--remote', f'https://me:{secret}@127.0.0.1:1/x.git')
    exits(done, 3, "git cannot read branch 'assay-history' of 'https://127.0.0.1:1/x.git'")
    check(secret not in done.err + done.out, done)
    exits(ci('a', 'fetch', '--branch', '--upload-pack=x'), 2, 'is no branch')
    exits(ci('a', 'push', '--remote', '-x'), 2)


@test
def a_store_of_a_newer_assay_on_the_branch_is_left_alone():
    repository()
    clone('a')
    measured('a', 1, 'a' * 40)
    os.mkdir('kept')
    write('kept/history.db', 'no database at all, but as long as one would be ' * 100)
    before = pathlib.Path('kept/history.db').read_bytes()
    check(ci('a', 'push', '--folder', '../kept').code != 0)
    check(pathlib.Path('kept/history.db').read_bytes() == before)
    exits(ci('a', 'fetch', '--folder', '../gone'), 0)


@test
def a_folder_does_as_well_as_a_branch():
    repository()
    clone('a')
    measured('a', 1, 'a' * 40, 'ci-x')
    check(did(ci('a', 'push', '--folder', '../kept'))['did'] == 'pushed')
    clone('b')
    measured('b', 2, 'b' * 40)
    check(did(ci('b', 'fetch', '--folder', '../kept'))['runs'] == 1)
    check(commits_of('b') == {'a' * 40, 'b' * 40})


@test
def old_baselines_go_and_their_runs_stay():
    repository()
    clone('a')
    for i in range(4):
        measured('a', i + 1, f'{i}' * 40, f'ci-{i}', f'good-{i}', f'mine-{i}')
    did(ci('a', 'push', '--keep', '2'))
    clone('b')
    did(ci('b', 'fetch'))
    names = [row['name'] for row in json.loads(assay('baseline', '--json', cwd='b').out)['baselines']]
    check(len([name for name in names if name.startswith('ci-')]) == 2, names)
    check(len([name for name in names if name.startswith('mine-')]) == 4, names)
    check(len(commits_of('b')) == 4)


@test
def the_baseline_is_the_fork_point_else_a_parent_else_the_newest():
    first, second, third = repository(3)
    work = 'work'
    git('-C', work, 'fetch', '-q')
    check(did(ci(work, 'baseline'))['did'] == 'none')
    check(assay('ci', 'baseline', cwd=work).out == '')
    measured(work, 1, 'e' * 40, 'ci-' + 'e' * 40)
    check(did(ci(work, 'baseline'))['did'] == 'latest')
    measured(work, 1, first, f'ci-{first}', f'good-{first}')
    measured(work, 1, third, f'ci-{third}')
    document = did(ci(work, 'baseline'))
    check((document['did'], document['baseline']) == ('parent', f'ci-{first}'), document)
    git('-C', work, 'checkout', '-q', '-b', 'topic', second)
    write('work/more', 'x')
    git('-C', work, 'add', '-A')
    git('-C', work, 'commit', '-q', '-m', 'topic')
    document = did(ci(work, 'baseline', GITHUB_BASE_REF='main'))
    check((document['did'], document['baseline']) == ('fork_point', f'ci-{first}'), document)
    measured(work, 1, second, f'ci-{second}')
    document = did(ci(work, 'baseline', '--against', 'origin/main'))
    check((document['did'], document['baseline']) == ('fork_point', f'ci-{second}'), document)
    document = did(ci(work, 'baseline', '--good', '--against', 'origin/main'))
    check((document['did'], document['baseline']) == ('fork_point', f'good-{first}'), document)
    check(assay('ci', 'baseline', '--against', 'origin/main', cwd=work).out == f'ci-{second}\n')
    exits(ci(work, 'baseline', '--against', 'origin/gone'), 2, "no branch or commit 'origin/gone'")
    exits(ci('.', 'baseline'), 2, 'works in a git repository')


@test
def a_project_in_a_subfolder_has_its_history_too():
    repository()
    os.mkdir('work/sub')
    write('work/sub/assay.yaml', '')
    measured('work/sub', 1, 'a' * 40)
    check(did(ci('work/sub', 'push'))['did'] == 'pushed')
    shutil.rmtree('work/sub/.assay')
    check(did(ci('work/sub', 'fetch'))['runs'] == 1)
    check(not STORE.exists())
    contains(assay('history', cwd='work/sub').out, 'aaaa')


main()
