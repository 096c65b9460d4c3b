"""A forge for tests: an HTTP server on this machine that keeps comments and issues, records every
request, and can be told to misbehave."""
import contextlib
import http.server
import json
import threading
import urllib.parse


class Forge:
    """What the server holds and saw; `kind` is github, gitlab or forgejo."""

    def __init__(self, kind):
        self.kind = kind
        self.requests = []  # (method, path, query, headers, body)
        self.comments, self.issues = [], []
        self.faults = []  # answers to give first: (status, headers, body, whether it is done)
        self.raw = None  # an answer to all GETs, as it is
        self.url = ''

    def names(self, is_issue):
        """The members that an issue or a comment has at this forge: number and text."""
        if not is_issue:
            return 'id', 'body'
        return ('iid', 'description') if self.kind == 'gitlab' else ('number', 'body')

    def answer(self, method, path, query, body):
        is_issue = 'comments' not in path and 'notes' not in path
        things = self.issues if is_issue else self.comments
        number, text = self.names(is_issue)
        if method == 'GET':
            page, size = int(query['page'][0]), int((query.get('per_page') or query['limit'])[0])
            listed = [thing for thing in things if thing.get('state', 'open') == 'open']
            return 200, listed[(page - 1) * size:page * size]
        if method == 'POST':
            thing = dict(body, **{number: len(things) + 1, 'state': 'open',
                                  'html_url': f'http://forge/{len(things) + 1}'})
            things.append(thing)
            return 201, thing
        thing = next(thing for thing in things if str(thing[number]) == path.split('/')[-1])
        thing[text] = body[text]
        if body.get('state') == 'closed' or body.get('state_event') == 'close':
            thing['state'] = 'closed'
        return 200, thing

    def sent(self):
        return [f'{method} {path}' for method, path, _, _, _ in self.requests]


def handler_of(forge):
    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self, status, headers, data):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header('Content-Length', str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def serve(self):
            size = int(self.headers.get('Content-Length') or 0)
            text = self.rfile.read(size)
            body = json.loads(text) if text else None
            parts = urllib.parse.urlsplit(self.path)
            forge.requests.append((self.command, parts.path, parts.query, dict(self.headers), body))
            query = urllib.parse.parse_qs(parts.query)
            if forge.faults:
                status, headers, data, is_done = forge.faults.pop(0)
                if is_done:
                    forge.answer(self.command, parts.path, query, body)
                self.reply(status, headers, data.replace(
                    b'TOKEN', str(self.headers.get('Authorization') or
                                  self.headers.get('PRIVATE-TOKEN')).encode()))
            elif forge.raw is not None and self.command == 'GET':
                self.reply(200, {}, forge.raw)
            else:
                status, document = forge.answer(self.command, parts.path, query, body)
                self.reply(status, {}, json.dumps(document).encode())

        do_GET = do_POST = do_PATCH = do_PUT = serve

        def log_message(self, *words):  # pylint: disable=arguments-differ
            pass

    return Handler


@contextlib.contextmanager
def serving(kind):
    forge = Forge(kind)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler_of(forge))
    forge.url = f'http://127.0.0.1:{server.server_port}'
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
