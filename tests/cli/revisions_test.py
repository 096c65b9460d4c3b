"""assay compare of commits: what a word is taken for, the working tree, since which commit."""
import json
import pathlib
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from repository import (BUILDS, DECIDED, MODULE, SHORT, built, commit, compare, git, repository,
                        row_of, same, slower)
from tap import (PROGRAM, SOURCE, Done, Skip, assay, check, contains, environment, exits, in_three_tries,
                 main, run, test, write)

try:
    import jsonschema
except ImportError:
    jsonschema = None


# ---- the working tree ----

@test
def one_commit_alone_is_compared_with_the_working_tree():
    repository(1)
    write('work.h', '#include "new.h"\n')
    write('new.h', '#define WORK 2\n')
    before = git('status', '--porcelain')
    done = compare('--json', 'HEAD')
    row = row_of(done)
    check(slower(row) and row['new_version'] == 'worktree', row)
    contains(done.err, 'worktree is the working tree with its uncommitted changes')
    check(git('status', '--porcelain') == before and git('stash', 'list') == '')
    check(git('branch', '--all') == '* main')


@test
def the_working_tree_is_built_anew_when_it_changed_and_only_then():
    repository(1)
    write('work.h', '#define WORK 2\n')
    compare('HEAD')
    compare('HEAD')
    check(built() == 2)
    write('work.h', '#define WORK 1\n//\n')
    check(same(row_of(compare('--json', 'HEAD', 'worktree'))))
    check(built() == 3)


@test
def a_change_of_the_same_length_within_the_second_of_the_commit_is_seen():
    repository(1)
    write('work.h', '#define WORK 2\n')
    time.sleep(1.1)  # the copy of the index would be younger than both
    contains(compare('-l', '1', 'HEAD').err, 'with its uncommitted changes')


@test
def a_working_tree_without_changes_is_head():
    repository(1)
    contains(compare('HEAD').err, 'worktree is commit')
    check(built() == 1)


@test
def changes_that_were_not_committed_are_not_part_of_head_and_that_is_said():
    repository(1, 1)
    check('uncommitted' not in compare('HEAD~1', 'HEAD').err)
    write('work.h', '#define WORK 2\n')
    done = compare('--json', 'HEAD~1', 'HEAD')
    check(same(row_of(done)))
    contains(done.err, 'uncommitted changes are not part of HEAD')


# ---- what a word is taken for ----

def build_module(name, work):
    subprocess.run(['cc', '-O2', '-shared', '-fPIC', f'-I{SOURCE}/include', '-include', 'stdint.h',
                    '-DWORK=' + str(work), '-o', name, 'module.c'], check=True)


@test
def a_file_comes_before_a_run_and_a_run_before_a_revision():
    repository(1, 2)
    git('tag', 'v1', 'HEAD~1')
    git('tag', 'v2', 'HEAD')
    write('module.c', MODULE.replace('#include "work.h"', ''))
    build_module('step_bench.so', 1)
    run('./step_bench.so', '--label', 'v1')
    run('./step_bench.so', '--label', 'v2')
    done = assay('compare', '--json', 'v1', 'v2')
    row = row_of(done)
    check(row['kind'] == 'stored', row)
    contains(done.err, 'v1 is the stored run 20')
    row = row_of(compare('--json', '--build', 'v1', 'v2'))
    check(row['kind'] == 'one_process' and slower(row), row)
    shutil.copy('step_bench.so', 'v1.so')
    git('tag', 'v1.so', 'HEAD')
    row = row_of(compare('--json', 'v1.so', './step_bench.so'))
    check(row['kind'] == 'one_process' and same(row), row)


@test
def a_run_beside_a_commit_is_read_as_the_commit():
    first, _ = repository(1, 2)
    git('tag', 'v1', first)
    write('module.c', MODULE.replace('#include "work.h"', ''))
    build_module('step_bench.so', 1)
    run('./step_bench.so', '--label', 'v1')
    run('./step_bench.so', '--label', 'only a run')
    done = compare('--json', 'v1', 'HEAD')
    check(slower(row_of(done)))
    contains(done.err, f'v1 is commit {first[:12]}')
    exits(compare('only a run', 'HEAD'), 2, "'only a run' is the results of a run")


@test
def a_module_is_compared_with_a_commit():
    repository(1, 2)
    write('module.c', MODULE.replace('#include "work.h"', ''))
    build_module('step_bench.so', 1)
    row = row_of(compare('--json', './step_bench.so', 'HEAD', 'work'))
    check(slower(row) and row['old_version'] == './step_bench.so', row)


@test
def words_that_are_nothing_cost_no_build():
    repository(1)
    for words in (['HEAD', 'HAED'], ['nosuch'], ['--', '--all', 'HEAD'],
                  ['HEAD..HEAD~1'], ['']):
        exits(compare(*words), 2, 'is no file, no stored run', 'no git revision')
    exits(compare('HEAD', 'HEAD', './step_bench.so'), 2, "'./step_bench.so' is a third version")
    check(not BUILDS.exists())


# ---- since which commit ----

@test
def bisect_names_the_first_slow_commit():
    names = repository(1, 1, 1, 2, 2, 2)

    def found():
        done = compare('--json', '--bisect', *DECIDED, names[0], 'HEAD')
        row_of(done)
        since = json.loads(done.out)['since']
        check(since['commit'] == names[3] and since['subject'] == 'work 2', since)
        check(since['commits'] == 5 and since['tried'] <= 3 and since['passed_over'] == 0, since)

    in_three_tries(found)
    in_three_tries(lambda: contains(compare('--bisect', *DECIDED, names[0], 'HEAD').out,
                                    'is slower since', names[3]))


@test
def bisect_passes_over_what_does_not_build():
    names = repository(1)
    commit('broken', **{'work.h': '#error no\n'})
    slow = commit('slow', 2)

    def found():
        done = compare('--bisect', *DECIDED, names[0], slow)
        exits(done, 0, '(broken) does not build: passed over')
        contains(done.out, slow, 'or one of the 1 before it')

    in_three_tries(found)


@test
def bisect_wants_a_regression_and_an_ancestor():
    names = repository(2, 1)
    contains(compare('--bisect', *DECIDED, names[0], names[1]).out, 'nothing is slower')
    exits(compare('--bisect', *DECIDED, names[1], names[0]), 2, 'is no ancestor of')


# ---- the front end for releases ----

SCRIPT = pathlib.Path(SOURCE, 'scripts/compare-releases.sh')


def releases(*words, **env):
    return Done(subprocess.run([SCRIPT, *words], env=environment(ASSAY=PROGRAM, **env), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))


@test
def releases_are_compared_by_their_tags():
    repository(1, 2)
    git('tag', 'v1.0.0', 'HEAD~1')
    git('tag', 'v1.1.0')
    done = releases('v1.0.0', 'v1.1.0', 'work', '--json', *SHORT)
    row = row_of(done)
    check(slower(row) and row['old_version'] == 'v1.0.0', row)
    exits(releases('v1.0.0', 'v9'), 2, "'v9' is no git revision")


@test
def the_front_end_explains_itself_and_its_mistakes():
    contains(releases('--help').out, 'usage: scripts/compare-releases.sh OLD NEW')
    exits(releases(), 2, 'wants two releases')
    exits(releases('v1'), 2, 'wants two releases')
    exits(releases('--json', 'v1', 'v2'), 2, "'--json' is no release")
    exits(releases('v1', ''), 2, 'a release without a name')


@test
def the_document_validates():
    if jsonschema is None:
        raise Skip('jsonschema is not installed (package python3-jsonschema)')
    path = pathlib.Path(SOURCE, 'docs/schema/compare.schema.json')
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text(encoding='utf-8')))
    repository(1, 1, 2)
    for words in (['HEAD~1', 'HEAD'], ['--bisect', *DECIDED, 'HEAD~2', 'HEAD'],
                  ['--bisect', 'HEAD', 'HEAD~1']):
        done = compare('--json', *words)
        faults = [error.message for error in validator.iter_errors(json.loads(done.out or '{}'))]
        check(faults == [] if done.code == 0 else done.out == '', (faults, done))


main()
