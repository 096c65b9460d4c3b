"""Shares of the roofline: measured once, kept, told by every output."""
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
from tap import RESULTS, SUMS, assay, check, contains, exits, main, run, test

ROW = 'backends/dot:engine=scalar,n=256'
KEPT = pathlib.Path('.assay/fixtures/roofline')


def share():
    """The median of the only row's share, in per cent."""
    done = run(ROW, '--json', '--no-store', '--no-report')
    exits(done, 0)
    shares = [row for row in json.loads(done.out)['results'] if row['metric'] == 'roofline_percent']
    check(len(shares) == 1 and shares[0]['unit'] == '%' and shares[0]['direction'] == 'higher', done)
    return shares[0]['median']


@test
def a_tagged_row_has_its_share_in_every_output_and_the_file_is_kept():
    check(share() > 0)
    first = KEPT.read_text()
    contains(first, 'roofline machine=', 'read bytes=16384 bytes_per_s=')
    check('bytes=1073741824' not in first, first)
    done = run(ROW, '--json')
    exits(done, 0)
    check(KEPT.read_text() == first, 'nothing is measured again')
    facts = json.loads(done.out)['run']['environment']['facts']
    contains(facts['roofline'], 'of 16.0 KiB', 'operations; measured 20')
    contains(assay('show').out, ' roofline ', ' %')
    table, = RESULTS.glob('*/results.csv')
    contains(table.read_text(), 'roofline_percent')
    check(run(SUMS, '--no-store', '--no-report').out.count('roofline') == 0, 'no column where no row has one')


@test
def a_roofline_of_another_day_another_machine_or_none_is_measured_again():
    share()
    sound = KEPT.read_text()
    head, *reads = sound.splitlines(keepends=True)
    words = [word for word in head.split() if not word.startswith('measured_at=')]
    old = ' '.join(words) + ' measured_at=1000\n'
    for text in sound[:-1], old + ''.join(reads), sound.replace('machine=', 'machine=another'):
        KEPT.write_text(text)
        share()
        check(KEPT.read_text() != text and KEPT.read_text().count('\n') == sound.count('\n'), text)


@test
def a_ceiling_that_was_planted_is_the_one_that_counts():
    share()
    head, *_ = KEPT.read_text().splitlines(keepends=True)
    KEPT.write_text(head + 'read bytes=2048 bytes_per_s=1\n')
    check(share() > 1e9, 'a byte a second is beaten by everything')
    KEPT.write_text(head + 'read bytes=2048 bytes_per_s=1e30\n')
    check(share() < 1e-9)


@test
def where_it_cannot_be_kept_the_share_is_there_all_the_same():
    pathlib.Path('.assay').mkdir()
    pathlib.Path('.assay/fixtures').write_text('in the way')
    check(share() > 0)
    check(os.path.isfile('.assay/fixtures'))


main()
