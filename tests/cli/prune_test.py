"""assay history prune: what goes, what stays, and that nobody is surprised."""
import fcntl
import json
import os
import pathlib
import sqlite3
import struct
import sys

sys.dont_write_bytecode = True
from tap import RESULTS, SOURCE, STORE, SUMS, Skip, assay, check, contains, exits, main, run, test


def measured(count):
    """So many runs; their ids, oldest first, a day apart."""
    ids = []
    for number in range(count):
        check(run('sums/step', SUMS).code == 0)
        ids.append(assay('history', '--ids', '-n', '1').out.strip())
        with sqlite3.connect(STORE) as store:
            day = f'2026-01-{number + 1:02}'
            name = f'202601{number + 1:02}-000000-{number:04x}'
            store.execute('UPDATE run SET id = ?, started_at = ? WHERE id = ?',
                          (name, f'{day}T00:00:00Z', ids[-1]))
        os.rename(RESULTS / ids[-1], RESULTS / name)
        ids[-1] = name
    return ids


def stored():
    return assay('history', '--ids').out.split()


def folders():
    return sorted(path.name for path in RESULTS.iterdir())


@test
def the_newest_and_those_of_baselines_stay():
    ids = measured(4)
    check(assay('baseline', 'save', 'first', ids[0]).code == 0)
    copies = sorted(pathlib.Path('.assay').rglob('*.so'))
    done = assay('history', 'prune', '--keep', '1', '--yes')
    exits(done, 0)
    contains(done.out, '2 runs, 0 folders: removed, ', 'freed')
    check(stored() == [ids[3], ids[0]], stored())
    check(len(folders()) == 4, folders())
    check(copies and sorted(pathlib.Path('.assay').rglob('*.so')) == copies, copies)
    check(assay('show', ids[0]).code == 0 and assay('show', ids[1]).code != 0)


@test
def what_is_older_goes():
    ids = measured(3)
    check(run('sums/step', SUMS).code == 0)
    check(assay('history', 'prune', '--older-than', '30d', '--yes').code == 0)
    check(len(stored()) == 1 and ids[0] not in stored(), stored())
    done = assay('history', 'prune', '--older-than', '30d', '--yes')
    contains(done.out, '0 runs, 0 folders: nothing was removed')


@test
def a_run_goes_only_when_both_rules_agree():
    ids = measured(3)
    check(assay('history', 'prune', '--keep', '2', '--older-than', '1', '--yes').code == 0)
    check(stored() == [ids[2], ids[1]], stored())


@test
def results_go_with_them_and_nothing_else():
    ids = measured(3)
    check(assay('baseline', 'save', 'first', ids[0]).code == 0)
    (RESULTS / 'mine').mkdir()
    (RESULTS / ids[1] / 'link').symlink_to(os.path.abspath(RESULTS / 'mine'))
    (RESULTS / 'mine/file').write_text('x', encoding='utf-8')
    exits(assay('history', 'prune', '--keep', '1', '--results', '--yes'), 0)
    check(folders() == [ids[0], ids[2], 'mine'], folders())
    check((RESULTS / 'mine/file').exists())


@test
def a_dry_run_and_no_answer_remove_nothing():
    ids = measured(2)
    done = assay('history', 'prune', '--keep', '1', '--results', '--dry-run')
    exits(done, 0)
    contains(done.out, ids[0], '1 run, 1 folder: nothing was removed')
    exits(assay('history', 'prune', '--keep', '1'), 2, 'would be removed; --yes does it')
    check(stored() == [ids[1], ids[0]], stored())


@test
def a_run_that_is_being_written_stays_and_one_that_was_killed_goes():
    ids = measured(2)
    with sqlite3.connect(STORE) as store:
        store.execute("UPDATE run SET status = 'running'")
        (key,), = store.execute('SELECT key FROM run WHERE id = ?', (ids[0],)).fetchall()
    with open(f'{STORE}-runs', 'a+b') as runs:  # as src/store/sqlite_held.c holds it
        lock = struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET, key, 1, 0)
        fcntl.fcntl(runs, fcntl.F_OFD_SETLK, lock)
        check(assay('history', 'prune', '--older-than', '1d', '--yes').code == 0)
        check(stored() == [ids[0]], stored())
    check(assay('history', 'prune', '--older-than', '1d', '--yes').code == 0)
    check(stored() == [], stored())


@test
def the_store_forgets_what_nobody_has_and_shrinks():
    measured(2)
    with sqlite3.connect(STORE) as store:
        store.execute("INSERT INTO benchmark(id) VALUES('gone/bench')")
        store.execute('UPDATE result SET samples = zeroblob(4000000)')
    store.close()
    before = STORE.stat().st_size
    done = assay('history', 'prune', '--keep', '1', '--yes', '--json')
    document = json.loads(done.out)
    check(document['removed'] and document['freed_bytes'] > 3000000, document)
    check(STORE.stat().st_size < before)
    with sqlite3.connect(STORE) as store:
        check(store.execute("SELECT count(*) FROM benchmark").fetchone() == (1,))
    try:
        import jsonschema
    except ImportError:
        raise Skip('jsonschema is not installed (package python3-jsonschema)') from None
    schema = json.loads(pathlib.Path(SOURCE, 'docs/schema/prune.schema.json').read_text('utf-8'))
    jsonschema.validate(document, schema)


@test
def mistakes_are_told():
    measured(1)
    exits(assay('history', 'prune', '--yes'), 2, 'which runs? assay history prune --keep N')
    exits(assay('history', 'prune', '--older-than', 'soon'), 2, "days such as 90d, not 'soon'")
    exits(assay('history', 'prune', 'more', '--keep', '1'), 2, "unexpected operand 'more'")


main()
