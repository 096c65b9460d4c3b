"""`assay serve` on a free port of this machine, and sockets that speak to it byte by byte."""
import contextlib
import json
import os
import re
import signal
import socket
import subprocess

from tap import PROGRAM, Skip, check, environment

PATIENCE = 60  # seconds; a machine may be busy


class Server:
    """A running server; `stop` ends it as Ctrl-C does and says how it ended."""

    def __init__(self, *words, **env):
        # pylint: disable-next=consider-using-with  # it lives until stop
        self.process = subprocess.Popen(
            [PROGRAM, 'serve', '--port', '0', '--json', *words], env=environment(**env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = ''
        for line in self.process.stdout:
            if line.rstrip().endswith('}'):
                break
            self.text = getattr(self, 'text', '') + line
        if not line:
            raise AssertionError(self.process.communicate(timeout=PATIENCE)[1])
        self.url = json.loads(self.text + line)['url']
        self.port = int(re.search(r':(\d+)/$', self.url).group(1))

    def stop(self, signal_number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        errors = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode, errors

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port), timeout=PATIENCE)

    def raw(self, data):
        """Sends bytes and reads until the server closes."""
        with self.connect() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(data)
            return read_all(connection)

    def get(self, target, *headers, method='GET'):
        """Status, headers and body of one request."""
        lines = [f'{method} {target} HTTP/1.1', f'Host: 127.0.0.1:{self.port}',
                 'Connection: close', *headers, '', '']
        return parsed(self.raw('\r\n'.join(lines).encode()))

    def json(self, target, *headers):
        status, _, body = self.get(target, *headers)
        check(status == 200, (target, status, body))
        return json.loads(body)


def read_all(connection):
    data = b''
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            data += part
    return data


def parsed(data):
    head, _, body = data.partition(b'\r\n\r\n')
    lines = head.decode().split('\r\n')
    check(re.match(r'HTTP/1\.1 \d{3} ', lines[0]), data[:200])
    pairs = (line.split(': ', 1) for line in lines[1:])
    return int(lines[0].split()[1]), {name.lower(): value for name, value in pairs}, body


@contextlib.contextmanager
def serving(*words, **env):
    server = Server(*words, **env)
    try:
        yield server
    finally:
        code, errors = server.stop()
    check(code == 0 and errors == '', (code, errors))


class Events:
    """An open stream of events, read line by line."""

    def __init__(self, server, *headers):
        self.connection = server.connect()
        lines = ['GET /events HTTP/1.1', f'Host: 127.0.0.1:{server.port}', *headers, '', '']
        self.connection.sendall('\r\n'.join(lines).encode())
        self.file = self.connection.makefile('rb')
        self.wait('retry:')

    def wait(self, start):
        """The next line that begins so."""
        for line in self.file:
            if line.decode().startswith(start):
                return line.decode().strip()
        raise AssertionError(f'the stream ended before {start!r}')

    def run(self):
        """The next run that is told."""
        self.wait('event: run')
        return json.loads(self.wait('data: ').removeprefix('data: '))

    def close(self):
        self.file.close()
        self.connection.close()


def need_serve():
    """Skips a test in a build that cannot serve."""
    done = subprocess.run([PROGRAM, 'serve', '--port', '0', '--store', os.devnull], check=False,
                          env=environment(), capture_output=True, text=True, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL)
    if 'without libmicrohttpd' in done.stderr:
        raise Skip('built without libmicrohttpd (package libmicrohttpd-dev)')
