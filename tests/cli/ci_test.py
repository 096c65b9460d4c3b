"""assay ci comment and issue: one text at a forge, made once and then changed; no token anywhere."""
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
from forge import serving
from tap import PROGRAM, Skip, assay, check, contains, exits, main, test, write

TOKEN = 'ghp_Secret0123456789'
MARKER = '<!-- assay gate -->'
NAMES = {'github': 'GITHUB_TOKEN', 'gitlab': 'GITLAB_TOKEN', 'forgejo': 'FORGEJO_TOKEN'}
BUSY = (503, {'Retry-After': '0'}, b'{}', False)


def row(gate, benchmark='sums/add', **more):
    return dict({'benchmark': benchmark, 'metric': 'time_ns', 'gate': gate, 'verdict': 'slower',
                 'kind': 'remeasured', 'reason': '', 'ratio': 1.25, 'low': 1.2, 'high': 1.3}, **more)


def gate(*rows, name='gate.json'):
    return write(name, json.dumps({'schema': 'assay.compare/1', 'rows': rows}))


def ci(forge, *words, number='7', **env):
    """Runs a command in the environment of a job without any forge; the token must not come out."""
    clean = {name: '' for name in ('GITHUB_ACTIONS', 'GITLAB_CI', 'FORGEJO_ACTIONS', 'GITHUB_REF',
                                   'GITHUB_SHA', 'CI_COMMIT_SHA', *NAMES.values())}
    clean.update({NAMES[forge.kind]: TOKEN, 'no_proxy': '127.0.0.1'}, **env)
    more = [] if words[0] == 'issue' else ['--number', number]
    done = assay('ci', *words, '--forge', forge.kind, '--api', forge.url, '--repository', 'me/it',
                 *more, env=clean)
    check(TOKEN not in done.out + done.err, 'the token was printed')
    check(TOKEN[:12] not in done.out + done.err, 'a part of the token was printed')
    for path in pathlib.Path('.').rglob('*'):
        check(not path.is_file() or TOKEN.encode() not in path.read_bytes(), f'{path} has a token')
    if 'without libcurl' in done.err:
        raise Skip('built without libcurl (package libcurl4-openssl-dev)')
    return done


@test
def a_comment_is_made_once_and_then_changed_at_every_forge():
    wanted = {'github': ('/repos/me/it/issues/7/comments', 'PATCH /repos/me/it/issues/comments/1'),
              'gitlab': ('/projects/me%2Fit/merge_requests/7/notes',
                         'PUT /projects/me%2Fit/merge_requests/7/notes/1'),
              'forgejo': ('/repos/me/it/issues/7/comments', 'PATCH /repos/me/it/issues/comments/1')}
    for kind, (place, edit) in wanted.items():
        with serving(kind) as forge:
            gate(row('fail'), row('pass', 'sums/sub'))
            done = ci(forge, 'comment', 'gate.json')
            check(done.code == 0 and 'comment: created' in done.out, done)
            check(forge.sent() == [f'GET {place}', f'POST {place}'], forge.sent())
            check(forge.comments[0]['body'].startswith(MARKER), forge.comments)
            contains(forge.comments[0]['body'], '1 failed, 0 warnings, 1 passed', '+25.0 %')
            check('unchanged' in ci(forge, 'comment', 'gate.json').out)
            gate(row('pass'))
            check('comment: updated' in ci(forge, 'comment', 'gate.json').out)
            check(forge.sent()[-1] == edit and len(forge.comments) == 1, forge.sent())
            contains(forge.comments[0]['body'], '0 failed')


@test
def the_token_is_sent_as_each_forge_wants_it():
    for kind, (header, value) in {'github': ('Authorization', f'Bearer {TOKEN}'),
                                  'gitlab': ('PRIVATE-TOKEN', TOKEN),
                                  'forgejo': ('Authorization', f'token {TOKEN}')}.items():
        with serving(kind) as forge:
            check(ci(forge, 'comment', gate(row('pass'))).code == 0)
            for _, _, _, headers, _ in forge.requests:
                check(headers.get(header) == value, headers)


@test
def the_marker_is_found_on_a_later_page_and_keys_keep_jobs_apart():
    with serving('github') as forge:
        forge.comments = [{'id': i + 1, 'body': f'word {i}'} for i in range(230)]
        forge.comments[220]['body'] = f'{MARKER}\nold'
        check('updated' in ci(forge, 'comment', gate(row('pass'))).out)
        check(forge.sent()[-1].endswith('/221') and len(forge.requests) == 4, forge.sent())
        check('created' in ci(forge, 'comment', gate(row('pass')), '--key', 'arm64').out)
        contains(forge.comments[-1]['body'], '<!-- assay arm64 -->')
        exits(ci(forge, 'comment', gate(row('pass')), '--key', 'a --> b'), 2, 'is no key')


@test
def an_issue_is_opened_updated_left_open_while_undecided_and_closed():
    for kind in NAMES:
        with serving(kind) as forge:
            _, text = forge.names(True)
            check('issue: nothing' in ci(forge, 'issue', gate(row('pass'))).out)
            check('issue: created' in ci(forge, 'issue', gate(row('fail'))).out)
            contains(forge.issues[0]['title'], 'Performance regression')
            gate(row('fail', ratio=1.5))
            check('issue: updated' in ci(forge, 'issue', 'gate.json').out)
            contains(forge.issues[0][text], '+50.0 %')
            before = len(forge.requests)
            check('issue: nothing' in ci(forge, 'issue', gate(row('undecided'))).out)
            check(len(forge.requests) == before and forge.issues[0]['state'] == 'open')
            check('issue: closed' in ci(forge, 'issue', gate(row('pass'))).out)
            check(forge.issues[0]['state'] == 'closed' and len(forge.issues) == 1, forge.issues)
            contains(forge.issues[0][text], 'The regression is gone')
            check('issue: nothing' in ci(forge, 'issue', gate(row('pass'))).out)


@test
def pull_requests_among_the_issues_are_not_taken_for_issues():
    with serving('github') as forge:
        forge.issues = [{'number': 1, 'body': MARKER, 'state': 'open', 'pull_request': {}}]
        check('issue: nothing' in ci(forge, 'issue', gate(row('pass'))).out)
        check(forge.issues[0]['state'] == 'open')


@test
def a_busy_server_is_asked_again_and_not_for_ever():
    with serving('github') as forge:
        forge.faults = [BUSY, (502, {'Retry-After': '0'}, b'', False)]
        check(ci(forge, 'comment', gate(row('pass'))).code == 0)
        check(forge.sent()[:3] == [forge.sent()[0]] * 3 and len(forge.comments) == 1)
    with serving('github') as forge:
        forge.faults = [BUSY] * 99
        exits(ci(forge, 'comment', gate(row('pass'))), 3, '503')
        check(len(forge.requests) == 5, forge.sent())


@test
def a_lost_answer_makes_no_second_comment():
    with serving('github') as forge:
        ci(forge, 'comment', gate(row('pass')))
        forge.comments.clear()
        forge.requests.clear()
        forge.faults = [(200, {}, b'[]', False), (500, {'Retry-After': '0'}, b'{}', True)]
        check(ci(forge, 'comment', 'gate.json').code == 0)
        check(len(forge.comments) == 1, forge.comments)
        check([word.split()[0] for word in forge.sent()] == ['GET', 'POST', 'GET'], forge.sent())


@test
def limits_of_requests_are_kept():
    with serving('github') as forge:
        forge.faults = [(429, {'Retry-After': '0'}, b'{}', False)]
        check(ci(forge, 'comment', gate(row('pass'))).code == 0)
        forge.faults = [(403, {'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '99999999999'},
                         b'{"message":"limit"}', False)]
        exits(ci(forge, 'comment', 'gate.json'), 3, 'limit of requests is used up')
        forge.requests.clear()
        forge.faults = [(403, {}, b'{"message":"not yours"}', False)]
        exits(ci(forge, 'comment', 'gate.json'), 3, '403: not yours', 'may not be allowed')
        check(len(forge.requests) == 1)


@test
def a_server_that_echoes_the_token_does_not_get_it_printed():
    with serving('github') as forge:
        for status in (401, 404, 422):
            forge.faults = [(status, {}, b'{"message":"bad TOKEN, and again TOKEN"}', False)]
            exits(ci(forge, 'comment', gate(row('pass'))), 3, f'{status}: bad Bearer [token]')
        forge.raw = f'[{{"id":"{TOKEN}"}}]'.encode()
        exits(ci(forge, 'comment', 'gate.json'), 2, '[0].id: wants a number')
    with serving('github') as forge:
        forge.faults = [(302, {'Location': 'http://127.0.0.1:9/'}, b'', False)]
        exits(ci(forge, 'comment', 'gate.json'), 3, '302')


@test
def wrong_answers_are_refused():
    with serving('github') as forge:
        for raw, what in ((b'<html>', 'no JSON: line 1'), (b'{}', 'no list'), (b'[1]', '[0].id'),
                          (b'[{"id":-1}]', 'above 0'), (b'[' * 5000, 'no JSON')):
            forge.raw = raw
            exits(ci(forge, 'comment', gate(row('pass'))), 2, what)


@test
def a_server_that_is_not_there_is_said_so():
    with serving('github') as forge:
        gone = forge
    gone.faults = []
    done = ci(gone, 'comment', gate(row('pass')))
    exits(done, 3, 'GET http://127.0.0.1')


@test
def dry_runs_send_nothing_and_need_no_token():
    with serving('github') as forge:
        done = ci(forge, 'comment', gate(row('fail')), '--dry-run', GITHUB_TOKEN='')
        check(done.code == 0 and forge.requests == [], done)
        contains(done.out, 'GET http://', 'PATCH http://', '/issues/comments/ID', 'POST http://',
                 '"body":"' + MARKER)
        document = json.loads(ci(forge, 'issue', 'gate.json', '--dry-run', '--json').out)
        check([step['method'] for step in document['requests']] == ['GET', 'PATCH', 'POST'])
        check(document['schema'] == 'assay.ci/1' and document['did'] == 'dry_run', document)
        check(forge.requests == [])


@test
def what_is_missing_is_said():
    with serving('github') as forge:
        exits(ci(forge, 'comment', gate(row('pass')), GITHUB_TOKEN=''), 2, 'GITHUB_TOKEN has to be')
        exits(ci(forge, 'comment', 'gate.json', GITHUB_TOKEN='a\nX-Header: b'), 2, 'no token has')
        exits(ci(forge, 'comment', 'gate.json', number='7/../8'), 2, 'is a number')
        exits(ci(forge, 'comment', 'gone.json'), 3, "cannot open 'gone.json'")
        exits(ci(forge, 'comment', write('x.json', '{}')), 2, 'not what')
        exits(ci(forge, 'comment'), 2, 'which file?')
    exits(assay('ci', 'comment', 'gate.json', '--forge', 'sourcehut'), 2, "no forge 'sourcehut'")
    exits(assay('ci', 'comment', 'gate.json', '--forge', 'github', '--api', 'http://10.0.0.1'), 2,
          'a token would be read on its way')
    exits(assay('ci', 'nonsense'), 2, 'usage: assay ci')


@test
def the_environment_of_a_job_says_what_options_do_not():
    gate(row('pass'))
    for env, place in (
            ({'GITHUB_ACTIONS': '1', 'GITHUB_REPOSITORY': 'a/b', 'GITHUB_REF': 'refs/pull/12/merge'},
             'https://api.github.com/repos/a/b/issues/12/comments'),
            ({'GITLAB_CI': '1', 'CI_API_V4_URL': 'https://git.example/api/v4', 'CI_PROJECT_ID': '5',
              'CI_MERGE_REQUEST_IID': '3'},
             'https://git.example/api/v4/projects/5/merge_requests/3/notes'),
            ({'GITHUB_ACTIONS': '1', 'FORGEJO_ACTIONS': '1', 'GITHUB_REPOSITORY': 'a/b',
              'GITHUB_API_URL': 'https://f.example/api/v1', 'GITHUB_REF': 'refs/pull/2/head'},
             'https://f.example/api/v1/repos/a/b/issues/2/comments')):
        clean = dict({name: '' for name in ('GITHUB_ACTIONS', 'GITLAB_CI', 'FORGEJO_ACTIONS',
                                            'GITHUB_API_URL')}, **env)
        done = assay('ci', 'comment', 'gate.json', '--dry-run', env=clean)
        contains(done.out, f'POST {place} (else)')


@test
def many_rows_and_odd_names_stay_small_and_harmless():
    with serving('github') as forge:
        gate(*[row('fail', f'sums/{i}@team#1<!--' + 'x' * 900) for i in range(500)])
        check(ci(forge, 'comment', 'gate.json').code == 0)
        body = forge.comments[0]['body']
        check(len(body) < 60000 and '470 more are not shown' in body, len(body))
        check('@team' not in body and '#1' not in body and body.count('<!--') == 1, body[:400])


@test
def the_process_list_never_has_the_token():
    """It is in the environment alone; the program puts it on no command line."""
    with serving('github') as forge:
        forge.faults = [(503, {'Retry-After': '1'}, b'{}', False)]
        gate(row('pass'))
        env = dict(os.environ, GITHUB_TOKEN=TOKEN, no_proxy='127.0.0.1')
        with subprocess.Popen([PROGRAM, 'ci', 'comment', 'gate.json', '--forge', 'github', '--api',
                               forge.url, '--repository', 'a/b', '--number', '1'], env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            line = pathlib.Path(f'/proc/{process.pid}/cmdline').read_bytes()
            out, err = process.communicate(timeout=100)
        if b'without libcurl' in err:
            raise Skip('built without libcurl (package libcurl4-openssl-dev)')
        check(TOKEN.encode() not in line + out + err and process.returncode == 0, err)


main()
