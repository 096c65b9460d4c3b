"""Jobs of one forge in a Debian root, as tests/long/ci-debian made it: their scripts are taken from the
workflow that `assay ci FORGE` prints and run one after the other, each job in a fresh checkout, with
a forge of tests/cli/forge.py on this machine.

    ci_jobs.py github|gitlab|forgejo PROGRAM FOLDER
"""
import pathlib
import re
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'cli'))
sys.dont_write_bytecode = True
from forge import serving  # pylint: disable=wrong-import-position
from step_module import MODULE  # pylint: disable=wrong-import-position

KIND, PROGRAM, FOLDER = sys.argv[1:]
TOKEN = 'secret-of-the-test'
ONLY = './step_bench.so'
BUILD = 'cc -O2 -shared -fPIC step_bench.c -o step_bench.so'
FILES = {
    'step_bench.c': MODULE,
    'assay.yaml': '''suites: [step_bench.so]
launches: 3
measure: 5 ms
warmup: 1 ms
thresholds:
  - {benchmark: "*", warn: 90%, fail: 95%}
''',
    '.gitignore': '*.so\n.assay\nassay-ci\nbenchmark-results\n'}
USES = re.compile(r'(https://code\.forgejo\.org/)?(forgejo/|actions/)+(checkout|upload-artifact)@v4')


def check(condition, what=''):
    if not condition:
        raise AssertionError(str(what))


def inside(script, folder='/', shell=('bash', '-e'), **env):
    """Runs a script in the root; what it printed, and its exit code."""
    words = ['env', *(f'{name}={value}' for name, value in env.items()), *shell, '-c',
             f'cd {folder}\n{script}']
    done = subprocess.run(['bash', '-c', '. "$0"; folder=$1; shift; inside "$@"',
                           HERE / 'debian-root.sh', FOLDER, *words], check=False, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    check(TOKEN not in done.stdout, 'the token was printed')
    return done.stdout, done.returncode


def must(script, folder='/', **env):
    out, code = inside(script, folder, **env)
    check(code == 0, f'{script}\n{out}')
    return out.strip()


def git(words, folder='/'):
    return must(f'git -c user.name=a -c user.email=a@b {words}', folder)


def workflow():
    install = pathlib.Path(FOLDER, 'install').read_text(encoding='utf-8')
    words = [PROGRAM, 'ci', KIND, '--dry-run', '--install', install, '--build', BUILD, '--only',
             ONLY]
    return yaml.safe_load(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True,
                                         stdin=subprocess.DEVNULL).stdout)


def is_wanted(step, env):
    """A step's condition: of those that workflows of ours have."""
    text = str(step.get('if', '')).strip('${} ')
    asked = re.fullmatch(r"env\.([A-Z]+) == '(\w+)'", text)
    check(asked or text in ('', '!cancelled()'), text)
    return env[asked[1]] == asked[2] if asked else True


def value_of(text):
    """A variable of a step: the two expressions that stand for a token."""
    if text in ('${{ github.token }}', '${{ secrets.ASSAY_TOKEN }}'):
        return TOKEN
    check('${{' not in text, text)
    return text


def actions_job(document, folder, is_main, url, accept):
    """As GitHub and Forgejo run a job: a shell a step."""
    commit = git('rev-parse HEAD', folder)
    env = {'CI': 'true', 'GITHUB_ACTIONS': 'true', 'GITHUB_API_URL': url, 'GITHUB_SHA': commit,
           'GITHUB_REPOSITORY': 'me/it', 'GITHUB_STEP_SUMMARY': f'{folder}.summary',
           'GITHUB_REF': 'refs/heads/main' if is_main else 'refs/pull/7/merge',
           'GITHUB_BASE_REF': '' if is_main else 'main'}
    if KIND == 'forgejo':
        env['FORGEJO_ACTIONS'] = 'true'
    ours = {'MAIN': is_main, 'OURS': not is_main, 'ACCEPT': accept, 'LINK': 'http://job'}
    check(set(ours) == set(document['jobs']['assay']['env']), document)
    env |= {name: str(value).lower() for name, value in ours.items()}
    code, said = 0, []
    for step in document['jobs']['assay']['steps']:
        if 'uses' in step:
            check(USES.fullmatch(step['uses']), step)
        elif code == 0 and is_wanted(step, env):
            more = {name: value_of(text) for name, text in step.get('env', {}).items()}
            out, code = inside(step['run'], folder, **env, **more)
            said.append(f'--- {step["name"]}: {code}\n{out}')
    return code, ''.join(said)


def gitlab_job(document, folder, is_main, url, accept):
    """As GitLab runs a job: one shell for all lines."""
    job = document['assay']
    rule = next(rule for rule in job['rules'] if ('merge_request' in rule['if']) != is_main)
    env = {'CI': 'true', 'GITLAB_CI': 'true', 'CI_API_V4_URL': url, 'CI_PROJECT_ID': '3',
           'CI_PROJECT_URL': f'file:///{KIND}/origin', 'CI_JOB_URL': 'http://job',
           'CI_COMMIT_SHA': git('rev-parse HEAD', folder), 'GITLAB_TOKEN': TOKEN}
    env |= {'CI_COMMIT_BRANCH': 'main'} if is_main else {
        'CI_MERGE_REQUEST_IID': '7', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME': 'main'}
    env |= job['variables'] | rule['variables']
    env['ACCEPT'] = str(accept).lower()
    out, code = inside('\n'.join(['set -o pipefail', *job['before_script'], *job['script']]),
                       folder, **env)
    return code, out


def commit(name, work, branch):
    """A clone with a commit, pushed, that stands as a job finds it: on no branch."""
    folder = f'/{KIND}/{name}'
    git(f'clone -q /{KIND}/origin.git {folder}')
    git(f'checkout -q -B {branch}', folder)
    for file, text in (FILES | {'work.h': f'#define WORK {work}\n'}).items():
        pathlib.Path(f'{FOLDER}/root{folder}', file).write_text(text, encoding='utf-8')
    git('add -A', folder)
    git(f"commit -q --allow-empty -m '{name}'", folder)
    git(f'push -q origin HEAD:{branch}', folder)
    git('checkout -q --detach', folder)
    return folder


def run(document, forge, name, work, wanted, is_main=True, accept=False):
    """A commit and its job, which has to end with the exit code `wanted`."""
    folder = commit(name, work, 'main' if is_main else name)
    job = gitlab_job if KIND == 'gitlab' else actions_job
    code, said = job(document, folder, is_main, forge.url, accept)
    print(f'{name}: exit code {code}, {len(forge.comments)} comments, '
          f'{[issue["state"] for issue in forge.issues]}', flush=True)
    check(code == wanted, f'{name}: exit code {code}, not {wanted}\n{said}')
    names = {path.name for path in pathlib.Path(f'{FOLDER}/root{folder}/assay-ci').iterdir()}
    check({'gate.json', 'code'} | ({'report.html', 'run.txt'} if is_main else set()) <= names, names)
    check(('junit.xml' in names) == (KIND != 'forgejo'), names)
    git('diff --quiet HEAD', folder)  # no tracked file was changed


def states(forge):
    return [issue['state'] for issue in forge.issues]


def main():
    document = workflow()
    # The packages of the first job stay for all others: git makes the repository, too.
    must(pathlib.Path(FOLDER, 'install').read_text(encoding='utf-8'))
    must(f'mkdir -p /{KIND}')
    git(f'init -q --bare -b main /{KIND}/origin.git')
    with serving(KIND) as forge:
        run(document, forge, 'first', 1, 0)
        check(forge.issues == [] and forge.comments == [], forge.sent())
        run(document, forge, 'topic', 9, 1, is_main=False)
        check(len(forge.comments) == 1 and '1 failed' in forge.comments[0]['body'], forge.sent())
        run(document, forge, 'merged', 9, 1)
        check(states(forge) == ['open'], forge.sent())
        run(document, forge, 'accepted', 9, 1, accept=True)
        check(states(forge) == ['open'], forge.sent())
        run(document, forge, 'last', 9, 0)
        check(states(forge) == ['closed'] and len(forge.comments) == 1, forge.sent())


main()
