"""assay import STORE: two histories become one, again and again without a difference."""
import json
import shutil
import sqlite3
import sys

sys.dont_write_bytecode = True
from tap import STORE, SUMS, assay, check, contains, exits, main, run, test


def ids(*words):
    return assay('history', '--ids', *words).out.split()


def merged(path, code=0):
    done = assay('import', path, '--json')
    exits(done, code)
    account = json.loads(done.out)
    return account['added'], account['same'], account['conflicts']


@test
def two_histories_become_one():
    exits(run(SUMS), 0)
    shutil.copytree('.assay', 'other')
    exits(run(SUMS), 0)
    newest, common = ids()
    exits(run(SUMS, '--store', 'other/history.db'), 0)
    there = ids('--store', 'other/history.db')[0]
    check(merged('other/history.db') == ([there], [common], []))
    check(sorted(ids()) == sorted([newest, common, there]))
    check(merged('other/history.db') == ([], [common, there], []))
    for place in (STORE, 'other/history.db'):
        exits(assay('history', 'check', '--store', place), 0)
    one = json.loads(assay('show', there, '--json').out)
    two = json.loads(assay('show', there, '--json', '--store', 'other/history.db').out)
    check(one == two, (one, two))


@test
def runs_of_one_id_that_differ_are_named_and_left_alone():
    exits(run(SUMS), 0)
    shutil.copytree('.assay', 'other')
    run_id = ids()[0]
    with sqlite3.connect('other/history.db') as store:
        store.execute("UPDATE run SET label = 'mine'")
    check(merged('other/history.db', 1) == ([], [], [run_id]))
    contains(assay('import', 'other/history.db').out, f'run {run_id} is another one here')
    check(json.loads(assay('show', run_id, '--json').out)['run']['label'] != 'mine')


@test
def baselines_come_along_unless_their_names_are_taken():
    exits(run(SUMS), 0)
    exits(assay('baseline', 'save', 'taken'), 0)
    shutil.copytree('.assay', 'other')
    exits(run(SUMS, '--store', 'other/history.db'), 0)
    there = ids('--store', 'other/history.db')[0]
    for name in ('taken', 'theirs'):
        exits(assay('baseline', 'save', name, '--overwrite', '--store', 'other/history.db'), 0)
    contains(assay('import', 'other/history.db').out, '1 run added', '1 baseline came along')
    rows = {row['name']: row for row in json.loads(assay('baseline', '--json').out)['baselines']}
    check(rows['theirs']['run'] == there, rows)
    check(rows['taken']['run'] != there, rows)
    exits(assay('history', 'check'), 0)
    contains(assay('import', 'other/history.db').out, '0 runs added')
    check('came along' not in assay('import', 'other/history.db').out)


@test
def a_store_is_merged_alone():
    exits(run(SUMS), 0)
    shutil.copytree('.assay', 'other')
    exits(assay('import', 'other/history.db', 'other/history.db'), 2, 'by itself')
    exits(assay('import', 'other/history.db', '--label', 'x'), 2, 'by itself')


main()
