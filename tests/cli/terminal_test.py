"""What a terminal gets and what a log gets: width, characters, colours, progress."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True
from tap import (PROGRAM, SUMS, TINY, assay, check, contains, environment, exits, main, run, test, write)

ESCAPE = re.compile(r'\x1b\[[0-9]*m')


def on_terminal(*words, columns=80, **more):
    """What `assay` writes to stdout and stderr when both are one terminal, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 40, columns, 0, 0))
    env = environment(**{'TERM': 'xterm', **more})
    with subprocess.Popen([PROGRAM, *map(str, words)], env=env, stdin=subprocess.DEVNULL,
                          stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        text = b''
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # EIO: nobody has the other end any more
                break
            if not part:
                break
            text += part
    os.close(ours)
    return process.returncode, text.decode().replace('\r\n', '\n')


def lacks(text, *parts):
    for part in parts:
        check(part not in text, f'{part!r} in:\n{text}')


def widest(text):
    return max(len(ESCAPE.sub('', line)) for line in text.splitlines())


def failing_run():
    """A run with a failed row, stored."""
    with open('text.so', 'w', encoding='utf-8') as file:
        file.write('no module')
    exits(run(SUMS, './text.so'), 3)


@test
def colours_are_for_terminals():
    failing_run()
    code, text = on_terminal('show')
    check(code == 0 and '\x1b[31mfailed\x1b[0m' in text, text)
    lacks(assay('show').out, '\x1b')
    for how in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}):
        code, text = on_terminal('show', **how)
        check(code == 0 and '\x1b' not in text and 'failed' in text, text)


@test
def color_decides_before_everything_else():
    failing_run()
    contains(assay('show', '--color', 'always', env={'NO_COLOR': '1'}).out, '\x1b[31mfailed')
    check('\x1b' not in on_terminal('show', '--color=never')[1])
    check('\x1b' in on_terminal('show', '--color=always', NO_COLOR='1')[1])
    exits(assay('show', '--color', 'sometimes'), 2)


@test
def an_empty_no_color_switches_nothing_off():
    failing_run()
    check('\x1b[31m' in on_terminal('show', NO_COLOR='')[1])


@test
def nothing_is_wider_than_the_terminal():
    exits(run(SUMS), 0)
    for columns in (80, 100, 200):
        for words in (['show'], ['show', 'latest', 'sums'], ['show', 'sums/step']):
            text = on_terminal(*words, columns=columns)[1]
            check(widest(text) <= columns, (columns, words, widest(text), text))


@test
def columns_say_the_width_where_there_is_no_terminal():
    exits(run(SUMS), 0)
    narrow, wide = (assay('show', 'sums', env={'COLUMNS': str(columns)}).out
                    for columns in (60, 200))
    check(widest(narrow) <= 80, narrow)  # what tables need is not given up
    histograms = [max(len(line) for line in text.splitlines() if '█' in line)
                  for text in (narrow, wide)]
    check(histograms[0] <= 80 and histograms[1] <= 200, histograms)
    for nonsense in ('0', '-5', 'wide', '99999999999999999999', ''):
        exits(assay('show', env={'COLUMNS': nonsense}), 0)


@test
def a_benchmark_is_shown_with_a_histogram():
    exits(run(SUMS), 0)
    by_run = assay('show', 'latest', 'sums/step')
    exits(by_run, 0)
    contains(by_run.out, 'time per iteration, all samples', 'launch 1', 'launch 2', '█')
    alone = assay('show', 'sums/step')
    exits(alone, 0)
    check(alone.out == by_run.out, alone)


@test
def without_utf8_the_histogram_is_ascii():
    exits(run(SUMS), 0)
    for locale in ({'LC_ALL': 'C'}, {'LC_ALL': '', 'LC_CTYPE': 'POSIX', 'LANG': 'de_DE.UTF-8'}):
        done = assay('show', 'sums/step', env=locale)
        exits(done, 0)
        contains(done.out, 'time per iteration, all samples', '#')
        check(done.out.isascii(), done.out)
    done = assay('show', 'sums/step', env={'LC_ALL': '', 'LC_CTYPE': '', 'LANG': 'de_DE.utf8'})
    contains(done.out, '█')


@test
def a_word_that_is_neither_run_nor_benchmark_is_told_as_before():
    exits(run(SUMS), 0)
    done = assay('show', 'nonsense')
    exits(done, 2, "no run is called 'nonsense'")


@test
def progress_leaves_no_control_character_in_a_log():
    done = assay('run', '-l', '2', '-t', '400ms', '-w', '2ms', SUMS)
    exits(done, 0)
    lacks(done.err, '\r', '\x1b')


@test
def progress_on_a_terminal_is_wiped():
    code, text = on_terminal('run', '-l', '2', '-t', '700ms', '-w', '2ms', SUMS)
    check(code == 0, text)
    wiped = text.rpartition('\r\x1b[K')
    check(wiped[1] and re.search(r'\[\d+/\d+\] sums/', wiped[0]), text)
    lacks(wiped[2], '\r')


def imported(label, nanoseconds):
    """A run with made-up times of five launches, stored."""
    lines = [{'suite': 'm', 'name': name, 'unit': 'ns', 'value': base + launch * base / 1000}
             for name, base in (('moved', nanoseconds), ('stayed', 1000))
             for launch in range(5)]
    write(f'{label}.jsonl', ''.join(json.dumps(line) + '\n' for line in lines))
    exits(assay('import', '--label', label, f'{label}.jsonl'), 0)


@test
def what_moved_since_the_last_run_like_it_leads():
    imported('before', 1000)
    lacks(assay('show').out, 'moved since')
    time.sleep(1.1)  # runs are told apart by their second
    imported('after', 3000)
    done = assay('show')
    exits(done, 0)
    head = done.out.partition('benchmark  ')[0]
    contains(head, 'moved since run ', 'slower', '+200.0 %', 'm/moved')
    lacks(head, 'm/stayed')
    lacks(assay('show', 'before').out, 'moved since')


main()
