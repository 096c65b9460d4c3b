#!/usr/bin/env python3
"""A PostgreSQL server of a test's own, on a socket in a temporary folder.

  postgres.py PROGRAM [WORD ...]    runs PROGRAM with ASSAY_TEST_POSTGRES, an address in which
                                    DATABASE stands for the name of a database; without a server's
                                    programs it reports in TAP that all is skipped

A server refuses to run as root: then it becomes the user `postgres` or `nobody`.
"""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 300  # seconds; a machine may be busy
SETTINGS = ('fsync=off', 'full_page_writes=off', 'shared_buffers=64MB', 'listen_addresses=',
            'max_connections=50', 'log_min_messages=fatal')


PROGRAMS = ('initdb', 'postgres', 'pg_isready', 'psql')


def programs():
    """The folder of the server's programs, or None."""
    folders = sorted(glob.glob('/usr/lib/postgresql/*/bin'), reverse=True)
    folders += os.environ.get('PATH', '').split(':')
    return next((pathlib.Path(folder) for folder in folders
                 if all(os.access(os.path.join(folder, name), os.X_OK) for name in PROGRAMS)), None)


def user():
    """Whose the server is: None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ('postgres', 'nobody'):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError('neither postgres nor nobody is a user here')


class Server:
    """Runs between start and stop; `kill` ends it as a crash does, and it can start again."""

    def __init__(self, settings=SETTINGS):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='assay-pg-', dir='/tmp'))
        self.data = self.folder / 'data'
        self.settings = settings
        self.user = user()
        self.process = None
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.folder.chmod(0o711)
        self.run('initdb', '-D', self.data, '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N',
                 '-U', 'assay')

    def options(self):
        options = {'stdin': subprocess.DEVNULL, 'cwd': '/'}
        if self.user:
            options |= {'user': self.user.pw_uid, 'group': self.user.pw_gid, 'extra_groups': []}
        return options

    def run(self, program, *words):
        done = subprocess.run([programs() / program, *words], **self.options(), check=False,
                              capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise AssertionError(f'{program}: {done.stdout}{done.stderr}')
        return done.stdout

    def start(self):
        words = [word for setting in self.settings for word in ('-c', setting)]
        # pylint: disable-next=consider-using-with  # it lives until stop
        self.process = subprocess.Popen(
            [programs() / 'postgres', '-D', self.data, '-k', self.folder, *words],
            **self.options(), stdout=subprocess.DEVNULL, stderr=(self.folder / 'log').open('a'))
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / 'log').read_text())
            time.sleep(0.05)

    def answers(self):
        done = subprocess.run([programs() / 'pg_isready', '-q', '-h', self.folder],
                              **self.options(), check=False, timeout=PATIENCE)
        return done.returncode == 0

    def sql(self, text, database='postgres'):
        return self.run('psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', 'assay',
                        '-h', self.folder, '-d', database, '-c', text).strip()

    def address(self, database):
        return f'postgresql://assay@/{database}?host={self.folder}'

    def end(self, signal_number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal_number)
            self.process.wait(PATIENCE)
        self.process = None

    def kill(self):
        """As after a crash: at once, with all its processes, which it tells to quit."""
        self.end(signal.SIGQUIT)

    def stop(self):
        self.end(signal.SIGINT)

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    if programs() is None:
        print('1..0 # SKIP no PostgreSQL server (package postgresql)')
        return 0
    server = Server()
    try:
        server.start()
        environment = os.environ | {'ASSAY_TEST_POSTGRES': server.address('DATABASE')}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    finally:
        server.remove()


if __name__ == '__main__':
    sys.exit(main())
