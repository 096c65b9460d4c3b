"""bench/decide: its arithmetic against known values, its files of rows, and one short round of it.

Nothing here asks how good the numbers are.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import PROGRAM, SOURCE, Skip, check, contains, environment, main, test

BENCH = os.path.join(SOURCE, 'bench', 'decide')
sys.path.insert(0, BENCH)
from harness import document, engine, numbers, rows, settings
from harness.sections import SECTIONS, aa, others, peers

BUILD = os.path.dirname(PROGRAM)
VERDICTS = os.path.join(BUILD, 'bench', 'decide', 'decide-verdicts')
ROW = {'section': 'aa', 'case': 'A/A', 'task': 'cpu', 'body': 'cpu', 'round': 0, 'noisy': False,
       'date': '2026-01-31', 'load': 0.5, 'steal': 0.0, 'tool': 'assay', 'truth': 1.0, 'wall': 1.0,
       'words': '-l 8', 'ratio': 1.0, 'low': 0.999, 'high': 1.001, 'level': 0.99, 'gate': 'pass',
       'verdict': 'same', 'kind': 'one_process', 'discovery': False, 'launches': 8, 'pairs': 8,
       'launch_ratios': [1.0] * 8, 'reason': ''}


def near(value, expected, apart=1e-9):
    check(abs(value - expected) <= apart, f'{value} is not {expected}')


def bench(*words, program='run', code=0):
    done = subprocess.run([os.path.join(BENCH, program), *map(str, words)], env=environment(),
                          capture_output=True, text=True, check=False, timeout=100)
    check(done.returncode == code, done)
    return done


def verdicts(*words, text, code=0):
    done = subprocess.run([VERDICTS, *map(str, words)], input=text, capture_output=True, text=True,
                          check=False, timeout=60)
    check(done.returncode == code, done)
    return done.stdout.splitlines() if code == 0 else done.stderr


# ---- arithmetic ----

# No hit of n: the bound solves (1 - share)^n = 0.05, the rule of three; all hits: share^n = 0.05.
# 5 of 10, both tails 2.5 %: 0.1871 and 0.8129 (Clopper and Pearson's table).
@test
def bounds_of_shares_match_known_ones():
    near(numbers.upper_bound(0, 1000), 1 - 0.05 ** (1 / 1000))
    near(numbers.upper_bound(0, 3000), 0.000998, 1e-6)
    near(numbers.lower_bound(20, 20), 0.05 ** (1 / 20))
    near(numbers.lower_bound(5, 10, tail=0.025), 0.1871, 5e-5)
    near(numbers.upper_bound(5, 10, tail=0.025), 0.8129, 5e-5)
    check(numbers.upper_bound(3, 3) == 1 and numbers.lower_bound(0, 3) == 0)


# binomial(4, 1/2): 1, 4, 6 ... of 16.
@test
def binomial_shares_match_hand_worked_ones():
    near(numbers.binomial_cdf(0, 4, 0.5), 1 / 16)
    near(numbers.binomial_cdf(2, 4, 0.5), 11 / 16)
    check(numbers.binomial_cdf(4, 4, 0.5) == 1 and numbers.binomial_cdf(-1, 4, 0.5) == 0)


@test
def of_1000_at_one_percent_21_are_no_surprise():
    check(numbers.most_hits(1000, 0.01) == 21, numbers.most_hits(1000, 0.01))
    check(numbers.most_hits(1, 0.01) == 1)


@test
def quantiles_are_values_that_were_there():
    values = [10, 1, 9, 2, 8, 3, 7, 4, 6, 5]
    check([numbers.quantile(values, share) for share in (0, .1, .5, .95, .99, 1)]
          == [1, 1, 5, 10, 10, 10])
    check(numbers.median(values) == 5.5 and numbers.median([3, 1, 2]) == 2)


# 1 2 3 against 4 5 6: U = 0, mean 4.5, variance 5.25, z = (4.5 - 0.5) / sqrt(5.25) = 1.7457.
@test
def the_rank_sum_test_matches_a_hand_worked_one():
    near(numbers.rank_sum_p([1, 2, 3], [4, 5, 6]), 0.0809, 1e-4)
    near(numbers.rank_sum_p([4, 5, 6], [1, 2, 3]), 0.0809, 1e-4)
    check(numbers.rank_sum_p([1, 2], [1, 2]) == 1 and numbers.rank_sum_p([1, 1], [1, 1]) == 1)


# Equal variances and counts: Welch's is Student's t with 8 degrees; 1.8595 is its 95 % quantile and
# 2.3060 its 97.5 % quantile, in any table.
@test
def welch_matches_the_table_of_t():
    base = [-2, -1, 0, 1, 2]
    error = (2.5 / 5 * 2) ** 0.5
    for deviation, tails in ((1.8595, 0.10), (2.3060, 0.05), (0, 1)):
        near(numbers.welch_p(base, [x + deviation * error for x in base]), tails, 1e-4)
    check(numbers.welch_p([1, 1], [1, 1]) == 1 and numbers.welch_p([1, 1], [2, 2]) == 0)


# ---- rows ----

@test
def a_file_of_rows_is_resumed_at_its_last_whole_line():
    path = pathlib.Path('deep/rows.jsonl')
    first = rows.RowFile(path)
    first.add([ROW, {**ROW, 'body': 'other'}])
    first.add([{**ROW, 'round': 1, 'skipped': 'no such option'}])
    with open(path, 'a', encoding='utf-8') as file:
        file.write('{"section": "aa", "case": "cut')
    again = rows.RowFile(path)
    check(again.rows == first.rows, again.rows)
    check(again.has(('aa', 'A/A', 'cpu', 0)) and not again.has(('aa', 'A/A', 'other', 0)))
    check(not again.has(('aa', 'A/A', 'cpu', 1)), 'what was skipped is tried again')
    again.add([{**ROW, 'round': 2}])
    check(len(rows.read([path, path])) == 8 and len(path.read_text('utf-8').splitlines()) == 4)


def lines_of(section, *changes):
    return {line.what: line for line in SECTIONS[section].lines([{**ROW, **change}
                                                                 for change in changes])}


@test
def alarms_are_missed_demands_and_too_few_rows_say_so():
    what = 'A/A, one process: alarms at the 1 % gate'
    line = lines_of('aa', {}, {})[what]
    check(line.met and line.word() == 'met so far, 2 of 3000', line)
    check(line.word('--quick') == 'not judged: --quick')
    line = lines_of('aa', *[{}] * 2999, {'low': 1.011, 'high': 1.012})[what]
    check(not line.met and line.word() == 'missed' and line.measured.startswith('1 of 3000'), line)
    line = lines_of('aa', *[{}] * 2999, {'low': 0.98, 'high': 0.99})[what]
    check(not line.met, 'an alarm is one in either direction')


@test
def an_interval_without_ends_covers_everything_and_finds_nothing():
    open_row = {**ROW, 'low': None, 'high': None, 'truth': 1.01, 'verdict': 'undecided'}
    check(aa.covered([open_row]) == 1 and not document.is_found(open_row))
    check(document.half_width(open_row) == float('inf') and not document.is_above(open_row, 0))


@test
def found_is_in_the_right_direction_and_of_a_difference_only():
    slower, faster = ({**ROW, 'ratio': ratio, 'low': ratio - .001, 'high': ratio + .001}
                      for ratio in (1.01, 0.99))
    check(not document.is_found(slower) and not document.is_wrong_sign(faster))
    slower['truth'] = faster['truth'] = 1.01
    check(document.is_found(slower) and not document.is_wrong_sign(slower))
    check(document.is_wrong_sign(faster) and not document.is_found(faster))


@test
def a_row_without_a_verdict_is_named_and_not_counted():
    failed = {**ROW, 'verdict': 'none', 'ratio': None, 'reason': 'signal 6'}
    check(lines_of('aa', {}, failed)['99 % interval covers +0 %'].measured.startswith('1 of 1'))
    contains(engine.report([ROW, failed], 'x'), '1 could not be measured: signal 6.')


@test
def peers_stand_beside_assay_with_the_best_of_them_named():
    peer = peers.said('a peer', 'cpu', 0, 1.03, True)
    common = {**ROW, 'section': 'peers'}
    found = list(peers.lines([common, {**common, **peer}, {**common, **peer, 'tool': 'another',
                                                           'changed': False}]))
    check(found[0].peers == 'another: 0 of 1' and found[0].met, found[0])
    contains('\n'.join(peers.tables([common, {**common, **peer}])), '| a peer | cpu | quiet | 1 |',
             '1 / 1 / 0')


@test
def rows_of_other_programs_become_hits():
    row = {'case': 'planted a.c', 'benchmark': 'a/b', 'moved': 'slower', 'ratio': 1.1,
           'verdict': 'placement'}
    check(others.placement_row(row)['hit'] and others.placement_row(row)['case'] == 'planted')
    check(not others.placement_row({**row, 'verdict': 'slower'})['hit'])
    check(others.placement_row({**row, 'ratio': 1.004}) is None)
    check(others.placement_row({**row, 'moved': 'same'}) is None)
    timed = {'tool': 'assay time', 'amount': 1.5, 'kind': '+1 %', 'low': 1.001, 'high': 1.02}
    found = others.command_row(timed)
    check(found['hit'] and found['case'] == '+1 % in 1.5 s', found)
    check(not others.command_row({**timed, 'kind': 'A/A'})['hit'], 'below the gate')
    check(others.command_row({**timed, 'kind': 'A/A', 'high': 0.98, 'low': 0.97})['hit'])


@test
def every_section_has_settings_and_the_time_is_shared_by_launches():
    check(set(SECTIONS) == set(settings.SETTINGS), settings.SETTINGS)
    way = settings.Way(8, 2, ('--lockstep',))
    check(settings.compare_words(way)
          == ['-l', '8', '-t', f'{250 - settings.LAUNCH_COST_MS}ms', '--budget', '2s', '--lockstep'])
    check(settings.compare_words(settings.Way(1, 2), 0.5) == ['--budget', '0.5s'])
    check(settings.missing_options(way, {'--budget'}) == ['--lockstep'])


# ---- suites drawn from recorded launches ----

STEADY = 'a 0.001 -0.001 0.002 -0.002 0.001 -0.001 0.002 -0.002\n'


@test
def a_drawn_suite_of_steady_benchmarks_fails_no_gate_and_lists_nothing():
    check(verdicts('suites', 3, 50, 8, 24, 0, 0, 1, text=STEADY) == ['0 0 0 0'] * 3)


@test
def planted_changes_are_listed_and_are_no_false_failures():
    for line in verdicts('suites', 3, 50, 8, 24, 1, 0.2, 1, text=STEADY):
        failed, undecided, listed, wrong = map(int, line.split())
        check(failed == wrong == undecided == 0 and listed == 50, line)


@test
def a_group_that_is_slower_on_the_whole_is_centered():
    text = 'b ' + ' '.join(f'{0.2 + x:g}' for x in (.001, -.001, .002, -.002)) + '\n'
    check(verdicts('suites', 2, 20, 8, 24, 0, 0, 1, text=text) == ['0 0 0 0'] * 2)


@test
def what_cannot_be_drawn_from_is_refused():
    contains(verdicts('suites', 1, 1, 8, 24, 0, 0, 1, text='a 1 two\n', code=2), 'LOG_RATIO')
    contains(verdicts('suites', 1, 1, 8, 24, 0, 0, 1, text='', code=2), 'no recorded comparison')
    contains(verdicts('suites', 1, 1, 1, 24, 0, 0, 1, text=STEADY, code=2), "'1' is not from 2")
    contains(verdicts('suites', text=STEADY, code=2), 'usage')
    check(len(verdicts('analysis', 9, 20, text=STEADY * 2)) == 2)


# ---- a short round ----

@test
def a_short_round_measures_resumes_and_reports():
    if shutil.which('cc') is None:
        raise Skip('cc is not installed (package gcc)')
    words = ('aa', '--quick', '--seconds', '0.01', '--build', BUILD, '--resume', 'rows.jsonl')
    done = bench(*words)
    contains(done.stdout, '# Deciding', 'not judged: --quick',
             '| A/A | memory | quiet | 1 |')
    contains(done.stderr, f'{2 * len(aa.BODIES)} tasks, 0 failed')
    before = pathlib.Path('rows.jsonl').read_text('utf-8')
    check(all(len(row['launch_ratios']) == row['launches']
              for row in map(json.loads, before.splitlines())), before)
    contains(bench(*words).stderr, '0 tasks, 0 failed')
    check(pathlib.Path('rows.jsonl').read_text('utf-8') == before)
    contains(bench('rows.jsonl', program='report').stdout, '| A/A | memory | quiet | 1 |')


@test
def a_section_or_a_program_that_is_not_there_is_named():
    contains(bench('bb', code=2).stderr, "no section 'bb'")
    contains(bench('aa', '--build', 'nowhere', code=1).stderr, 'run ./dev build first')


main()
