"""Runs that a test measures into a database of a server, and what is there of them."""
import json
import subprocess
import time

from tap import MANY, PROGRAM, TINY, assay, environment, exits

PATIENCE = 300


def runs(store):
    done = assay('history', '--json', '--store', store)
    exits(done, 0)
    return json.loads(done.out)['runs']


def started(store, *words):
    # pylint: disable-next=consider-using-with  # communicate ends it
    return subprocess.Popen([PROGRAM, 'run', MANY, *TINY, '--store', store, *words],
                            env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait_for_results(server, name, count):
    """Until the database has so many results."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        tables = server.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'assay'", name)
        if tables != '0' and int(server.sql('SELECT count(*) FROM assay.result', name)) >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f'no {count} results came')
