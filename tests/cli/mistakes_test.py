"""Mistakes of the user: said with place and suggestion, exit code 2, nothing run, nothing written."""
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
from tap import SUMS, assay, check, exits, main, run, test, untouched, write

TARGETS = '''targets:
  - benchmark: sums/step
    metric: time_ns
    at_most: 1 s
'''


def refused(done, *parts):
    exits(done, 2, *parts)
    check(done.out == '', done)
    check(done.err.startswith('assay: ') and done.err.count('\n') == 1, done)
    untouched()


@test
def a_typo_in_the_project_file_names_file_line_word_and_suggestion():
    write('assay.yaml', '# mine\nsuites: []\nlaunchs: 3\n')
    for words in (['run', SUMS], ['list', SUMS], ['show'], ['history']):
        refused(assay(*words), 'assay.yaml:3:1:', "'launchs'", "'launches'")


@test
def a_wrong_value_in_the_project_file_is_named():
    write('assay.yaml', 'launches: many\n')
    refused(run(SUMS), 'assay.yaml:1:11:', "'launches'", 'many')
    write('assay.yaml', 'measure: 50\n')
    refused(run(SUMS), 'assay.yaml:1:10:', 'a duration (number and unit)')
    write('assay.yaml', 'suites: [\n')
    refused(run(SUMS), 'assay.yaml:')
    write('assay.yaml', 'suites: [nowhere]\n')
    refused(run(), 'assay.yaml', "no such suite: 'nowhere'")


@test
def a_typo_in_targets_names_file_line_word_and_suggestion():
    os.mkdir('modules')
    shutil.copy(SUMS, 'modules')
    write('assay.yaml', 'suites: [modules]\n')
    path = write('modules/targets.yaml', TARGETS.replace('at_most', 'at_mots'))
    refused(run(), 'modules/targets.yaml:4:5:', "'at_mots'", "'at_most'")
    path.write_text(TARGETS.replace('time_ns', 'tine_ns'), encoding='utf-8')
    refused(run(), 'modules/targets.yaml:3:13:', "'tine_ns'", "'time_ns'")
    path.write_text(TARGETS.replace('1 s', '1 GiB'), encoding='utf-8')
    refused(run(), 'modules/targets.yaml:4:14:', '1 GiB')
    write('assay.yaml', 'suites: [modules]\ntargets: [gone.yaml]\n')
    path.unlink()
    done = run()
    exits(done, 3, 'gone.yaml')
    untouched()


@test
def an_unknown_pattern_or_module_is_named():
    refused(run(SUMS, 'nothing'), "no benchmark matches 'nothing'", 'assay list')
    refused(run(SUMS, 'step', 'sums/stpe'), "no benchmark matches 'sums/stpe'")
    refused(run('./gone.so'), "cannot open module './gone.so': No such file or directory")
    refused(run('gone.so'), "cannot open module 'gone.so'")
    refused(assay('list', '/no/such/bench.so'), '/no/such/bench.so')
    os.mkdir('empty')
    refused(run('./empty'), 'no benchmarks found')


@test
def a_source_is_no_module_and_is_not_measured():
    for name in ('x_bench.c', 'x_bench.cpp'):
        write(name, 'int x;')
        refused(run('./' + name), f"'./{name}' is source code; compile it", 'assay --cflags')


@test
def an_unknown_option_or_command_gets_a_suggestion():
    refused(assay('run', '--launchs', '3', SUMS), "'--launchs' (did you mean '--launches'?)")
    refused(assay('run', SUMS, '--jso'), "'--jso' (did you mean '--json'?)")
    refused(assay('list', '-q'), "unknown option '-q'; see --help")
    refused(assay('runn', SUMS), "unknown command 'runn' (did you mean 'run'?)")
    refused(assay('hisotry'), "unknown command 'hisotry' (did you mean 'history'?)")
    refused(assay('frobnicate'), "unknown command 'frobnicate'; see assay --help")
    refused(assay('help', 'shwo'), "unknown command 'shwo' (did you mean 'show'?)")
    refused(assay('lsit'), "unknown command 'lsit' (did you mean 'list'?)")
    refused(assay('report'), "unknown command 'report' (did you mean 'show'?)")
    refused(assay('version'), "unknown command 'version' (did you mean '--version'?)")
    refused(assay('bench', SUMS), "unknown command 'bench' (did you mean 'run'?)")


@test
def a_folder_without_its_dot_is_told():
    os.mkdir('mine')
    shutil.copy(SUMS, 'mine')
    refused(assay('list', 'mine'), "no benchmark matches 'mine'", "'./mine' is what is there by that name")
    check("'./" not in assay('list', 'yours').err)
    exits(assay('list', './mine'), 0)


@test
def a_project_with_suites_of_its_own_means_those_alone():
    shutil.copy(SUMS, 'only_bench.so')
    write('assay.yaml', 'suites: [only_bench.so]\n')
    listed = json.loads(assay('list', '--json').out)['benchmarks']
    check(listed and {row['suite'] for row in listed} == {'sums'}, listed)


@test
def a_bad_value_of_an_option_is_named():
    refused(run('-l', '0', SUMS), "option '--launches' wants a whole number", "not '0'")
    refused(run('-t', '50', SUMS), "option '--time' wants a duration such as 50 ms, not '50'")
    refused(run('-p', 'fast', SUMS), "unknown profile 'fast'", 'quick')
    refused(assay('run', SUMS, '-l'), "option '--launches' wants a value")
    refused(assay('run', SUMS, '--json=1'), "option '--json' takes no value")


@test
def operands_that_are_too_many_or_too_few_are_told():
    exits(run(SUMS), 0)
    exits(assay('show', 'latest', 'more'), 2, "no benchmark of run '", "matches 'more'")
    for words in (['bench'], ['suite'], ['suit', 'x'], ['bench', 'a', 'b']):
        exits(assay('init', *words), 2, 'usage: assay init [bench NAME|suite NAME]')
    for name in ('1st', 'a-b', '', 'a b', '../x', 'x' * 64):
        exits(assay('init', 'bench', name), 2, 'is no C name')
        exits(assay('init', 'suite', name), 2, 'is no C name')


@test
def a_store_that_is_no_file_is_refused():
    write('assay.yaml', 'store: mysql://team@db/assay\n')
    refused(run(SUMS), 'mysql://...', 'SQLite')


@test
def an_unknown_run_is_answered_with_what_was_tried():
    refused(assay('show'), "no store '.assay/history.db' yet: 'assay run' creates it")
    refused(assay('history'), "no store '.assay/history.db' yet")
    exits(run(SUMS), 0)
    done = assay('show', 'v9')
    exits(done, 2, "no run is called 'v9'", 'tried: id, time, ', 'label, commit, tag, branch')
    exits(assay('history', 'nothing'), 2, "no stored benchmark matches 'nothing'")
    exits(assay('history', 'step', '-m', 'bytes_per_s'), 2, "metric 'bytes_per_s'")


@test
def no_command_is_answered_with_the_help():
    done = assay()
    exits(done, 2)
    check(done.out == assay('--help').out, done)


main()
