"""assay ci github, gitlab and forgejo: the YAML is YAML, and its scripts do what they say, run as
jobs run them: each in a fresh checkout, with nothing but the repository between them."""
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
from repository import MODULE, git
from tap import (PROGRAM, SOURCE, Skip, assay, check, contains, environment, exits, main, need,
                 test, write)

try:
    import yaml
except ImportError:
    yaml = None

PATHS = {'github': '.github/workflows/assay.yml', 'gitlab': '.gitlab/assay.yml',
         'forgejo': '.forgejo/workflows/assay.yml'}
BUILD = f'cc -O2 -shared -fPIC -I {SOURCE}/include step_bench.c -o step_bench.so'
PROJECT = '''suites: [step_bench.so]
launches: 3
measure: 5 ms
warmup: 1 ms
thresholds:
  - {benchmark: "*", warn: 90%, fail: 95%}
'''


def workflow(forge, *words):
    if yaml is None:
        raise Skip('PyYAML is not installed (package python3-yaml)')
    done = assay('ci', forge, '--dry-run', *words)
    check(done.code == 0, done)
    return yaml.safe_load(done.out)


def steps(document):
    return {step['name']: step['run'] for step in document['jobs']['assay']['steps']
            if 'name' in step}


@test
def each_workflow_is_yaml_with_the_branch_and_the_commands_in_it():
    for forge in ('github', 'forgejo'):
        document = workflow(forge, '--main', 'trunk', '--build', 'make\nmake bench')
        on = document[True]  # what YAML 1.1 makes of "on"
        check(on['push']['branches'] == ['trunk'] and 'cron' in on['schedule'][0], on)
        check(steps(document)['build'] == 'make\nmake bench\n', document)
        check("'trunk'" in document['jobs']['assay']['env']['MAIN'], document)
    document = workflow('gitlab', '--main', 'trunk', '--install', 'apt-get install assay')
    check(document['assay']['before_script'][0] == 'apt-get install assay\n', document)
    check('"trunk"' in document['assay']['rules'][1]['if'], document)


@test
def no_script_has_an_expression_that_a_title_could_fill():
    for forge in ('github', 'forgejo'):
        for text in steps(workflow(forge)).values():
            check('${{' not in text, text)


@test
def shells_take_every_script():
    for forge in PATHS:
        document = workflow(forge)
        scripts = steps(document).values() if forge != 'gitlab' else \
            document['assay']['before_script'] + document['assay']['script']
        for script in scripts:
            for shell in ('sh', 'bash'):
                done = subprocess.run([shell, '-n'], input=script, text=True, check=False,
                                      capture_output=True)
                check(done.returncode == 0, script + done.stderr)


@test
def files_are_written_once_unless_forced():
    for forge, path in PATHS.items():
        done = assay('ci', forge)
        exits(done, 0)
        contains(done.out, f'wrote {path}; now ')
        text = pathlib.Path(path).read_text(encoding='utf-8')
        check('@' not in text.replace('actions/checkout@v4', '').replace('upload-artifact@v4', '')
              .replace('"$@"', ''), text)
        exits(assay('ci', forge, '--main', 'trunk'), 2, f"there is '{path}' already; --force")
        check(pathlib.Path(path).read_text(encoding='utf-8') == text)
        document = json.loads(assay('ci', forge, '--main', 'trunk', '--force', '--json').out)
        check(document['did'] == 'written' and document['path'] == path, document)
        contains(pathlib.Path(path).read_text(encoding='utf-8'), 'trunk')
    exits(assay('ci', 'github', '--main', 'a b'), 2, 'no name of a branch')
    exits(assay('ci', 'github', '--build', 'x ${{ y }}', '--force'), 2, 'has to start with a word')
    exits(assay('ci', 'github', '--only', 'a;b', '--force'), 2, 'plain words')
    exits(assay('ci', 'github', '--build', '  x', '--force'), 2, 'has to start with a word')


FAKE = """#!/bin/sh
# Stands in for assay: notes its words, answers as files here say.
echo "$*" >> calls
case $1-$2 in
ci-baseline) cat baseline ;;
gate-*)
  echo '{"schema": "assay.compare/1", "rows": [1]}'
  code=$(head -n 1 codes)
  sed -i 1d codes
  exit "$code"
  ;;
esac
"""


def faked(step_name, is_main, baseline, *codes, kept=0, accept='false'):
    """Runs a script with an assay that decides what it is told; its exit code, what it asked."""
    for name in ('calls', 'codes', 'baseline'):
        write(name, '')
    write('codes', ''.join(f'{code}\n' for code in codes))
    write('baseline', baseline)
    write('assay-ci/code', f'{kept}\n')
    os.chmod(write('bin/assay', FAKE), 0o755)
    env = dict(os.environ, PATH=os.path.abspath('bin') + ':' + os.environ['PATH'],
               MAIN='true' if is_main else 'false', ACCEPT=accept)
    done = subprocess.run(['sh', '-e', '-c', steps(workflow('github', '--only', 'mine'))[step_name]],
                          env=env, text=True, capture_output=True, timeout=100, check=False)
    calls = pathlib.Path('calls').read_text(encoding='utf-8').splitlines()
    return done.returncode, pathlib.Path('assay-ci/code').read_text(encoding='utf-8').strip(), calls


@test
def the_gate_step_decides_by_exit_codes():
    for is_main, baseline, codes, wanted in (
            (False, 'ci-x\n', [0], (0, '0')),
            (False, 'ci-x\n', [1], (0, '1')),  # told by the last step, after comments and files
            (True, 'good-x\n', [4, 0], (0, '0')),  # once more, for longer
            (True, 'good-x\n', [4, 1], (0, '1')),
            (True, 'good-x\n', [4, 4], (0, '4')),
            (False, 'ci-x\n', [3], (3, '3')),
            (False, 'ci-x\n', [2], (2, '2')),
            (True, '', [4], (0, '0')),  # the first commit, with nothing to judge
            (True, '', [2], (0, '0')),
            (True, '', [1], (0, '1'))):
        code, kept, calls = faked('gate', is_main, baseline, *codes)
        check((code, kept) == wanted, (is_main, baseline, codes, code, kept))
        check(calls[:2] == ['ci fetch', 'ci baseline --good' if is_main else 'ci baseline'], calls)
        gates = [call for call in calls if call.startswith('gate')]
        check(len(gates) == len(codes) and all(call.endswith(' --json mine') for call in gates))
        check(all(('--baseline ' + baseline.strip() in call) == bool(baseline) for call in gates))
        json.loads(pathlib.Path('assay-ci/gate.json').read_text(encoding='utf-8'))
        check('-l 80' not in gates[0] and ('-l 80' in gates[-1]) == (len(codes) == 2), gates)


@test
def only_what_passed_or_was_accepted_becomes_good():
    need('git', 'git')
    git('init', '-q')
    write('file', 'text')
    git('add', 'file')
    git('commit', '-q', '-m', 'one')
    name = git('rev-parse', 'HEAD')
    for kept, accept, good in ((0, 'false', True), (1, 'false', False), (4, 'false', False),
                               (1, 'true', True)):
        code, _, calls = faked('keep', True, '', kept=kept, accept=accept)
        check(code == 0 and calls[0] == f'run --save-baseline ci-{name} --overwrite mine', calls)
        check((f'baseline save good-{name} latest --overwrite' in calls) == good, (kept, calls))
        check(calls[-1] == 'ci push', calls)
    for kept, wanted in ((0, 0), (1, 1), (4, 0)):
        check(faked('decide', True, '', kept=kept)[0] == wanted)


def clone(name):
    git('clone', '-q', 'origin.git', name)
    return name


def commit(folder, work):
    write(f'{folder}/work.h', f'#define WORK {work}\n')
    git('-C', folder, 'add', '-A')
    git('-C', folder, 'commit', '-q', '--allow-empty', '-m', f'work {work}')


def step(folder, script, **env):
    """A step as GitHub runs it."""
    path = os.path.dirname(PROGRAM) + ':' + os.environ['PATH']
    clean = dict({'GITHUB_BASE_REF': '', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME': '',
                  'ACCEPT': 'false'}, PATH=path, **env)
    return subprocess.run(['bash', '-e', '-c', script], cwd=folder, env=environment(**clean),
                          text=True, capture_output=True, timeout=250, check=False)


def job(folder, is_main, **env):
    """All scripts of the workflow but those that talk to the forge; the exit code of the last."""
    scripts = steps(workflow('github', '--build', BUILD, '--only', './step_bench.so'))
    env = dict({'MAIN': 'true' if is_main else 'false',
                'GITHUB_STEP_SUMMARY': os.path.abspath('summary.md')}, **env)
    for name in ('install', 'build', 'gate', 'annotations and summary', *(['keep'] * is_main)):
        done = step(folder, scripts[name], **env)
        check(done.returncode == 0, f'{name}: {done.stdout}{done.stderr}')
    return step(folder, scripts['decide'], **env).returncode


def baselines(folder):
    done = assay('baseline', '--json', cwd=folder)
    return {row['name'].split('-')[0] for row in json.loads(done.out)['baselines']
            if row['name'].endswith(git('-C', folder, 'rev-parse', 'HEAD'))}


@test
def the_scripts_gate_a_project_over_several_jobs():
    need('git', 'git')
    need('cc', 'gcc')
    git('init', '-q', '--bare', 'origin.git')
    clone('first')
    write('first/assay.yaml', PROJECT)
    write('first/step_bench.c', MODULE)
    write('first/.gitignore', '*.so\n.assay\nassay-ci\nbenchmark-results\n')
    commit('first', 1)
    git('-C', 'first', 'push', '-q', 'origin', 'HEAD:main')
    check(job('first', True) == 0)
    check(baselines('first') == {'ci', 'good'}, baselines('first'))

    clone('topic')  # a pull request that does nine times the work
    git('-C', 'topic', 'checkout', '-q', '-b', 'topic')
    commit('topic', 9)
    check(job('topic', False, GITHUB_BASE_REF='main') == 1)
    rows = json.loads(pathlib.Path('topic/assay-ci/gate.json').read_text(encoding='utf-8'))['rows']
    check([(row['gate'], row['kind']) for row in rows] == [('fail', 'remeasured')], rows)
    contains(pathlib.Path('summary.md').read_text(encoding='utf-8'), '1 failed')

    clone('merged')  # merged all the same: kept, but not as good
    commit('merged', 9)
    git('-C', 'merged', 'push', '-q', 'origin', 'HEAD:main')
    check(job('merged', True) == 1)
    check(baselines('merged') == {'ci'}, baselines('merged'))

    clone('next')  # the main branch is still held to what passed
    commit('next', 9)
    git('-C', 'next', 'push', '-q', 'origin', 'HEAD:main')
    check(job('next', True) == 1)
    check(job('next', True, ACCEPT='true') == 1)
    check(baselines('next') == {'ci', 'good'}, baselines('next'))

    clone('last')  # until somebody accepts it
    commit('last', 9)
    check(job('last', True) == 0)


main()
