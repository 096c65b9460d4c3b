"""assay serve: pages, documents, news; what hostile clients send; how it starts and ends."""
import functools
import html.parser
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
from serving import Events, Server, need_serve, parsed, read_all, serving
from tap import (PROGRAM, SOURCE, STORE, SUMS, assay, check, contains, environment, exits, main,
                 run, test)

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOKEN = 'abcdefghijklmnop'


def served(function):
    """A test that needs a server and one stored run."""
    @test
    @functools.wraps(function)
    def with_run():
        need_serve()
        check(run(SUMS).code == 0)
        function()
    return with_run


class Links(html.parser.HTMLParser):
    """What a page leads to and loads."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ('href', 'src', 'action')]
        inline = [name for name, _ in attrs if name.startswith('on') or name == 'style']
        check(not inline, f'{tag} has {inline}')


@served
def every_page_leads_to_pages_that_are_there():
    with serving() as server:
        seen, todo = set(), ['/', '/trend?benchmark=sums']
        while todo:
            target = todo.pop()
            status, headers, body = server.get(target)
            check(status == 200, (target, status, body[:300]))
            seen.add(target)
            if headers['content-type'].startswith('text/html'):
                found = {link.split('#')[0] for link in Links(body).found} - {''}
                check(all(link.startswith('/') for link in found), found)
                todo += sorted(found - seen - set(todo))
        check(any(target.startswith('/run/2') for target in seen), seen)
        check({'/style.css', '/icon.svg', '/compare'} <= seen, seen)
        check({'/live.js'} <= seen or {'/app.js', '/app.css'} <= seen, seen)


@served
def every_answer_has_the_headers_that_guard_it():
    with serving() as server:
        for target in ('/', '/run/latest', '/api/v1/runs', '/live.js', '/nothing', '/%'):
            _, headers, _ = server.get(target)
            policy = headers['content-security-policy']
            contains(policy, "default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
            check('unsafe' not in policy and headers['x-content-type-options'] == 'nosniff', headers)
            check(not any(name.startswith('access-control') for name in headers), headers)


@served
def documents_are_those_of_the_command_line():
    with serving() as server:
        for target, words in (('runs/latest', ('show',)), ('runs', ('history',)),
                              ('trend?benchmark=sums%2Fstep', ('trend', 'sums/step')),
                              ('history?benchmark=sums', ('history', 'sums')),
                              ('compare?old=latest&new=latest', ('compare', 'latest', 'latest'))):
            served_one = server.json(f'/api/v1/{target}')
            printed = json.loads(assay(*words, '--json').out)
            check(served_one == printed, (target, served_one, printed))


@served
def a_run_is_there_for_drawing():
    with serving() as server:
        check(run(SUMS, '--label', '</script>').code == 0)
        view, whole = server.json('/api/v1/runs/latest/view'), server.json('/api/v1/runs/latest')
        check(view['schema'] == 'assay.view/1' and view['run'] == whole['run'], view['run'])
        times = {row['benchmark']: row['median'] for row in whole['results'] if row['metric'] == 'time_ns'}
        median = view['columns'].index('median')
        for row in view['results']:
            told = row['measured'][0][median] if row['measured'] else None
            want = times[row['id']]
            check(told == want or abs(told / want - 1) < 1e-6, (row, want))
            check(('samples' in row) == (row['status'] == 'ok'), row)
        check(view['against']['id'] != whole['run']['id'] and view['history'], view.keys())
        check(server.get('/api/v1/runs/nothing/view')[0] == 404)
        has_app = b'/app.js' in server.get('/')[2]
        for name in ('/app.js', '/app.css'):
            check(server.get(name)[0] == (200 if has_app else 404), name)


@served
def the_newest_run_is_there_for_collectors():
    with serving() as server:
        status, headers, body = server.get('/metrics')
        check(status == 200, body)
        contains(headers['content-type'], 'application/openmetrics-text; version=1.0.0')
        lines = body.decode().splitlines()
        check(lines[-1] == '# EOF' and 'assay_results{outcome="ok"} 3' in lines, lines)
        check(any(line.startswith('assay_median{benchmark="sums/step",metric="time_ns",unit="ns"} ')
                  for line in lines), lines)


@served
def a_run_is_told_while_it_happens():
    with serving() as server:
        many = [Events(server) for _ in range(50)]
        check(run(SUMS, 'sums/step').code == 0)
        for events in many:
            told = events.run()
            while told['status'] != 'done':
                told = events.run()
            check(told['ok'] == 1 and told['failed'] == 0, told)
            events.close()
        check(server.json('/api/v1/runs')['runs'][0]['id'] == told['id'], told)


def threads(server):
    return len(os.listdir(f'/proc/{server.process.pid}/task'))


@served
def open_streams_cost_no_thread_and_hold_nobody_up():
    with serving() as server:
        before = threads(server)
        many = [Events(server) for _ in range(300)]
        check(threads(server) == before, 'a stream costs a thread')
        check(server.get('/')[0] == 200)
        for events in many:
            events.close()


@served
def only_reading_is_answered():
    with serving() as server:
        for method in ('POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'BREW'):
            status, headers, _ = server.get('/', method=method)
            check(status == 405 and headers['allow'] == 'GET, HEAD', (method, status, headers))
        status, headers, body = server.get('/', method='HEAD')
        check(status == 200 and body == b'' and int(headers['content-length']) > 0, headers)
        check(server.get('/', 'Content-Length: 5')[0] == 413)
        check(server.get('/', 'Transfer-Encoding: chunked')[0] == 413)
        check(server.get('/events', method='HEAD')[0] == 405)


@served
def what_is_no_address_is_refused_in_words():
    with serving() as server:
        for target, want in (('/../../etc/passwd', 400), ('/%2e%2e/%2e%2e/etc/passwd', 400),
                             ('//etc/passwd', 400), ('/run/..%2f..%2fetc%2fpasswd', 404),
                             ('/%ff%fe', 400), ('/run/%00', 400), ('/trend?benchmark=%C3%28', 400),
                             ('/?last=-1', 400), ('/?last=99999999999999999999', 400),
                             ('/trend?a=1&a=2', 400), ('/api/v1/trend?benchmark=~(a*)*', 400),
                             ('/api/v1/history?benchmark=!~x', 400), ('/api/v1/runs?' + 'x' * 5000, 414),
                             ('/api/v2/runs', 404), ('/run/' + '%3Cb%3E' * 20, 404)):
            status, _, body = server.get(target)
            check(status == want and body, (target, status, body[:200]))
            check(b'root:' not in body and b'<b>' not in body, body)
        check(server.get('/')[0] == 200)


@served
def noise_and_excess_end_the_connection_and_nothing_else():
    with serving() as server:
        for data in (b'\0' * 4096 + b'\r\n\r\n', b'\xff\xfe\r\n\r\n', b'GET\r\n\r\n',
                     b'GET / HTTP/9.9\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
                     b'GET /' + b'a' * 100000 + b' HTTP/1.1\r\n\r\n',
                     b'GET / HTTP/1.1\r\nHost: localhost\r\n' + b'X: y\r\n' * 20000 + b'\r\n',
                     b'GET / HTTP/1.1\r\nHost: localhost\r\nX: ' + b'y' * 200000 + b'\r\n\r\n'):
            with server.connect() as connection:
                try:
                    connection.sendall(data)
                    connection.shutdown(1)  # what is incomplete stays so
                except OSError:
                    pass
                answer = read_all(connection)
            check(answer == b'' or not answer.startswith(b'HTTP/1.1 200'), (data[:40], answer[:100]))
        check(server.get('/')[0] == 200)


@served
def pipelined_and_dripping_requests_are_answered_in_order():
    with serving() as server:
        one = f'GET %s HTTP/1.1\r\nHost: localhost:{server.port}\r\n%s\r\n'
        answer = server.raw((one % ('/icon.svg', '') * 5 + one % ('/nothing', '') +
                             one % ('/icon.svg', 'Connection: close\r\n')).encode())
        check(answer.count(b'HTTP/1.1 200') == 6 and answer.count(b'HTTP/1.1 404') == 1, answer)
        with server.connect() as connection:
            for byte in (one % ('/icon.svg', 'Connection: close\r\n')).encode():
                connection.send(bytes([byte]))
            check(parsed(read_all(connection))[0] == 200)


@served
def another_name_for_this_machine_gets_nothing():
    with serving() as server:
        for host, want in (('evil.example', 421), ('127.0.0.1.evil.example', 421),
                           ('localhost', 200), ('LOCALHOST:80', 200), ('localhost:80x', 421),
                           (f'127.0.0.1:{server.port}', 200)):
            data = f'GET /api/v1/runs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n'
            status, _, body = parsed(server.raw(data.encode()))
            check(status == want and (want == 200 or b'runs' not in body), (host, status, body))


@served
def a_token_is_asked_for_where_there_is_one():
    for words, env in ((('--token', TOKEN), {}), ((), {'ASSAY_SERVE_TOKEN': TOKEN})):
        with serving(*words, **env) as server:
            for headers in ((), ('Authorization: Bearer wrong',), ('Authorization: Bearer',),
                            (f'Authorization: Bearer {TOKEN}x',), ('Cookie: assay_token=wrong',),
                            (f'Authorization: Basic {TOKEN}',)):
                status, got, body = server.get('/api/v1/runs', *headers)
                check(status == 401 and got['www-authenticate'] == 'Bearer', (headers, status))
                check(b'schema' not in body, body)
            check(server.get('/events')[0] == 401 and server.get(f'/?token={TOKEN}x')[0] == 401)
            server.json('/api/v1/runs', f'Authorization: Bearer {TOKEN}')
            status, got, _ = server.get(f'/trend?benchmark=a%2Fb&token={TOKEN}')
            check(status == 303 and got['location'] == '/trend?benchmark=a%2Fb', got)
            contains(got['set-cookie'], 'HttpOnly', 'SameSite=Strict')
            server.json('/api/v1/runs', 'Cookie: ' + got['set-cookie'].split(';')[0])


@served
def other_machines_are_let_in_by_a_token_alone():
    exits(assay('serve', '--address', '0.0.0.0', '--port', '0'), 2, '--token')
    exits(assay('serve', '--address', '::', '--port', '0'), 2, '--token')
    exits(assay('serve', '--token', 'short'), 2, 'a token has 16 to 256')
    exits(assay('serve', '--token', TOKEN + ';'), 2, 'a token has 16 to 256')
    exits(assay('serve', '--address', 'localhost'), 2, 'is no address')


@served
def mistakes_at_the_start_are_named():
    exits(assay('serve', '--port', '65536'), 2, '0 to 65535')
    exits(assay('serve', '--port', 'x'), 2, "not 'x'")
    exits(assay('serve', '--store', 'gone.db'), 2, "no store 'gone.db' yet")
    exits(assay('serve', 'word'), 2, "unexpected operand 'word'")
    with serving() as server:
        exits(assay('serve', '--port', server.port), 3, 'cannot listen on 127.0.0.1', '--port 0')


@served
def a_store_that_vanishes_is_said_and_comes_back():
    with serving() as server:
        events = Events(server)
        for name in STORE.parent.glob('history.db*'):
            name.rename(f'{name}.away')
        status, _, body = server.get('/api/v1/runs')
        check(status == 503, body)
        contains(json.loads(body)['error'], 'is gone')
        check(server.get('/')[0] == 503 and server.get('/style.css')[0] == 200)
        events.wait('event: change')
        for name in STORE.parent.glob('*.away'):
            name.rename(str(name).removesuffix('.away'))
        server.json('/api/v1/runs')
        STORE.unlink()
        STORE.write_bytes(b'no database at all, but some text' * 100)
        check(server.get('/')[0] == 503 and server.get('/api/v1/runs')[0] == 503)
        events.close()


def progress_of(line):
    """What an event of a run that goes on says, held to its schema where that can be read."""
    document = json.loads(line.removeprefix('data: '))
    if jsonschema is not None:
        text = pathlib.Path(SOURCE, 'docs/schema/progress.schema.json').read_text(encoding='utf-8')
        jsonschema.Draft202012Validator(json.loads(text)).validate(document)
    return document


@served
def a_run_that_goes_on_tells_its_samples():
    with serving() as server:
        events, told = Events(server), []
        # So many launches that it goes on until it was heard; then it is stopped.
        words = ['-l', '1000', '-t', '20ms', '-w', '2ms', SUMS, 'sums/step']
        with subprocess.Popen([PROGRAM, 'run', *words], env=environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as going:
            try:
                while not told or told[-1]['taken'] <= told[0]['taken']:
                    events.wait('event: progress')
                    told.append(progress_of(events.wait('data: ')))
            finally:
                going.send_signal(signal.SIGINT)
        check(told[-1]['benchmark'] == 'sums/step' and told[-1]['count'] == 1, told[-1])
        check(0 < told[-1]['launch'] <= told[-1]['launches'] == 1000, told[-1])
        check(sum(told[-1]['samples']['launches']) == min(told[-1]['taken'], 512) or
              told[-1]['taken'] > 512, told[-1])
        check(not os.path.exists(f'{STORE}-live'), 'nothing is left')
        while events.run()['status'] == 'running':
            pass  # its end is news, though it still held the run when it last wrote
        events.close()


@served
def what_is_no_progress_is_not_told():
    folder = pathlib.Path(f'{STORE}-live')
    good = {'schema': 'assay.progress/1', 'run': 'r', 'index': 0, 'count': 1, 'benchmark': 'b\n\nx',
            'launch': 0, 'launches': 1, 'taken': 0, 'samples': None}
    folder.mkdir()
    with serving() as server:
        events = Events(server)
        (folder / 'text.json').write_bytes(b'\xff no document')
        for name, wrong in (('other', {'index': -1}), ('more', {'html': '<b>'}),
                            ('long', {'benchmark': 'b' * 70000})):
            (folder / f'{name}.json').write_text(json.dumps({**good, **wrong}), encoding='utf-8')
        (folder / 'link.json').symlink_to('/etc/hostname')
        os.mkfifo(folder / 'pipe.json')
        (folder / 'good.part').write_text(json.dumps(good), encoding='utf-8')
        (folder / 'good.part').rename(folder / 'good.json')
        events.wait('event: ')
        check(progress_of(events.wait('data: ')) == good)
        events.close()


@served
def the_store_is_left_as_it_is():
    def content():
        database = sqlite3.connect(f'file:{STORE}?mode=ro', uri=True)
        text = '\n'.join(database.iterdump())
        database.close()
        return text
    before = content()
    with serving() as server:
        for target in ('/', '/run/latest', '/trend?benchmark=*', '/metrics'):
            check(server.get(target)[0] == 200)
    check(content() == before, 'the store has changed')


@served
def both_signals_end_it_at_once_also_with_open_streams():
    for number in (signal.SIGINT, signal.SIGTERM):
        server = Server()
        many = [Events(server) for _ in range(20)]
        half = server.connect()
        half.sendall(b'GET / HT')
        check(server.stop(number) == (0, ''), number)
        for events in many:
            check(events.file.read() is not None, 'the stream has an end')
            events.close()
        half.close()


@served
def answers_follow_the_store():
    with serving() as server:
        check(len(server.json('/api/v1/runs')['runs']) == 1)
        check(len(server.json('/api/v1/runs')['runs']) == 1)
        check(run(SUMS, 'sums/step').code == 0)
        check(len(server.json('/api/v1/runs')['runs']) == 2)


@served
def a_question_that_is_too_large_is_refused():
    database = sqlite3.connect(STORE)
    columns = [row[1] for row in database.execute('PRAGMA table_info(run)')]
    first = dict(zip(columns, database.execute('SELECT * FROM run').fetchone()))
    names = [row[1] for row in database.execute('PRAGMA table_info(measurement)')]
    marks = ','.join('?' * len(columns))
    rows = [list(dict(first, key=i + 2, id=f'2020-{i}').values()) for i in range(34000)]
    database.executemany(f'INSERT INTO run VALUES({marks})', rows)
    others = ', '.join('run.key' if name == 'run' else f'm.{name}' for name in names)
    database.execute(f'INSERT INTO measurement SELECT {others} FROM measurement m, run'
                     ' WHERE m.run = 1 AND run.key > 1')
    database.commit()
    database.close()
    with serving() as server:
        status, _, body = server.get('/api/v1/trend?benchmark=sums')
        check(status in (413, 503), (status, body[:200]))
        contains(json.loads(body)['error'], 'too many' if status == 413 else 'longer than allowed')
        check(server.get('/icon.svg')[0] == 200)


main()
