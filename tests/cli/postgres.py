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


class NoDisk(Exception):
    """No file system can be mounted; the text says why."""


class Disk:
    """A small file system at `path`, in a name space of its own: a process holds it, and it goes
    with that process."""

    def __init__(self, path, owner, megabytes):
        self.path = path
        if os.geteuid() != 0:
            raise NoDisk('only root can make a disk of its own for a server')
        self.path.mkdir()
        script = (f'mount -t tmpfs -o size={megabytes}m,mode=700,uid={owner.pw_uid},'
                  f'gid={owner.pw_gid} tmpfs "$0" && echo mounted && exec sleep infinity')
        # pylint: disable-next=consider-using-with  # it lives until end
        self.holder = subprocess.Popen(['unshare', '--mount', 'sh', '-c', script, self.path],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
        said = self.holder.stdout.readline()
        if said != 'mounted\n':
            self.end()
            raise NoDisk(f'no disk can be made for a server here: {said.strip()}')

    def enter(self, owner=None):
        """Words before a command that is to see the disk, as its owner or as ourselves."""
        words = ['nsenter', '--target', str(self.holder.pid), '--mount']
        return words + ([f'--setuid={owner.pw_uid}', f'--setgid={owner.pw_gid}'] if owner else [])

    def fill(self):
        """Takes all the room that is left."""
        subprocess.run([*self.enter(), 'dd', 'if=/dev/zero', f'of={self.path}/filler', 'bs=4k'],
                       check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make_room(self):
        subprocess.run([*self.enter(), 'rm', f'{self.path}/filler'], check=True)

    def end(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class Server:
    """Runs between start and stop; `kill` ends it as a crash does, and it can start again."""

    def __init__(self, settings=SETTINGS, disk=None, megabytes=0, log_segment=1):
        """`disk`: a folder of the server's that is to be a Disk of so many megabytes; its data, when
        that is 'data'.  `log_segment`: megabytes of each file of its log; the server's own choice
        is 16."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='assay-pg-', dir='/tmp'))
        self.data = self.folder / 'data'
        self.settings = settings
        self.user = user()
        self.process = self.disk = None
        try:
            self.prepare(disk, megabytes, log_segment)
        except BaseException:
            self.remove()
            raise

    def prepare(self, disk, megabytes, log_segment):
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.folder.chmod(0o711)
        if disk:
            self.disk = Disk(self.folder / disk, self.user, megabytes)
        self.run('initdb', '-D', self.data, '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N',
                 '-U', 'assay', f'--wal-segsize={log_segment}')

    def command(self, program, *words):
        """A program of the server's, where the server's disk can be seen."""
        return [*(self.disk.enter(self.user) if self.disk else []), programs() / program, *words]

    def options(self):
        options = {'stdin': subprocess.DEVNULL, 'cwd': '/'}
        if self.user and self.disk is None:
            options |= {'user': self.user.pw_uid, 'group': self.user.pw_gid, 'extra_groups': []}
        return options

    def run(self, program, *words):
        done = subprocess.run(self.command(program, *words), **self.options(), check=False,
                              capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise AssertionError(f'{program}: {done.stdout}{done.stderr}')
        return done.stdout

    def start(self):
        words = [word for setting in self.settings for word in ('-c', setting)]
        # pylint: disable-next=consider-using-with  # it lives until stop
        self.process = subprocess.Popen(
            self.command('postgres', '-D', self.data, '-k', self.folder, *words),
            **self.options(), stdout=subprocess.DEVNULL, stderr=(self.folder / 'log').open('a'))
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.folder / 'log').read_text())
            time.sleep(0.05)

    def answers(self):
        done = subprocess.run(self.command('pg_isready', '-q', '-h', self.folder),
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
        if self.disk:
            self.disk.end()
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
