"""Benchmarks in Python and JavaScript: the clients of the host protocol, and a suite in each."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from urllib.parse import unquote

sys.dont_write_bytecode = True
from tap import SOURCE, assay, check, contains, environment, exits, main, need, run, test

CLIENTS = {'py': ('python3', 'python3', 'python/assay.py'), 'mjs': ('node', 'nodejs', 'node/assay.mjs')}
FOLDER = pathlib.Path(SOURCE, 'tests/cli/fixtures/clients')


def module(name, language):
    """Copies NAME_bench.LANGUAGE and its client into this folder; its path."""
    program, package, client = CLIENTS[language]
    need(program, package)
    shutil.copy(pathlib.Path(SOURCE, 'lib', client), '.')
    return shutil.copy(FOLDER / f'{name}_bench.{language}', f'./{name}_bench.{language}')


class Host:
    """A host that is driven by hand: commands on its descriptor 3, answers on its descriptor 4."""

    def __init__(self, path):
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        self.process = subprocess.Popen(
            ['sh', '-c', f'exec "$0" 3<&{commands} 4>&{answers}', path], env=environment(),
            pass_fds=(commands, answers), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        os.close(commands)
        os.close(answers)
        self.lines = os.fdopen(self.answers)

    def ask(self, command):
        """The answer to one command: its lines, the closing one last."""
        os.write(self.commands, command.encode() + b'\n')
        lines = [self.lines.readline().rstrip('\n')]
        while lines[-1].split(' ')[0] not in ('ok', 'skip', 'error', ''):
            lines.append(self.lines.readline().rstrip('\n'))
        return lines

    def end(self):
        """Ends its input; what it wrote to descriptor 2."""
        os.close(self.commands)
        said = self.process.communicate(timeout=60)[1]
        self.lines.close()
        check(self.process.returncode == 0, self.process.returncode)
        return said


def in_both(function):
    """One test a client."""
    for language in CLIENTS:
        def of_language(language=language):
            function(language)
        of_language.__name__ = f'{function.__name__}_{language}'
        test(of_language)


@in_both
def a_suite_is_listed_and_measured(language):
    path = module('json', language)
    document = json.loads(assay('list', path, '--json').out)
    listed = {row['benchmark']: row for row in document['benchmarks']}
    check(list(listed) == [f'json_bench/{name}:rows={rows}' for name in ('parse', 'write')
                           for rows in (10, 1000)], listed)
    check(listed['json_bench/parse:rows=10']['description'] == 'JSON text to objects', listed)
    done = run(path, '--json')
    exits(done, 0)
    rows = json.loads(done.out)['results']
    for name in listed:
        metrics = {row['metric']: row['median'] for row in rows if row['benchmark'] == name}
        check(metrics['time_ns'] > 0 and metrics['rss_bytes_peak'] > 1 << 20, metrics)
        per_row = metrics['bytes_per_s'] / metrics['items_per_s']
        check(30 < per_row < 120, (name, per_row))  # bytes of JSON for one row
    check(all(row['status'] == 'ok' for row in rows), rows)


@in_both
def whatever_goes_wrong_is_one_row_with_its_reason(language):
    done = run(module('odd', language), '--json', 'skips', 'refused', 'idle', 'tired', 'ends', 'draws')
    exits(done, 3)
    rows = {row['benchmark']: row for row in json.loads(done.out)['results']}
    check([row['status'] for row in rows.values()] == ['skipped'] + 4 * ['failed'] + 4 * ['ok'], rows)
    for name, words in {'skips': ['engine "x" is not installed'],
                        'refused': ['1 + 1 is not 3: 100 % = \u00e4\nsecond line'],
                        'idle': ['the body never called b.loop()'],
                        'tired': ['the body never called b.loop()'],
                        'ends': ['exit code 5', 'last words']}.items():
        contains(rows[f'odd/{name}']['reason'], *words)


def checks_of(language, *words):
    """How often the check of each row ran: it adds a line to a file."""
    pathlib.Path('checks').write_text('')
    exits(run(module('checked', language), '-l', '3', *words), 0)
    lines = pathlib.Path('checks').read_text().split()
    return {name: lines.count(name) for name in ('silent', 'telling')}


@in_both
def a_quick_run_checks_once_what_tells_nothing_and_others_check_in_each_launch(language):
    check(checks_of(language) == {'silent': 1, 'telling': 3})
    check(checks_of(language, '--profile', 'standard') == {'silent': 3, 'telling': 3})


@in_both
def a_host_answers_as_the_protocol_says(language):
    host = Host(module('odd', language))
    contains(host.ask('hello assay/1')[0], 'ok assay/1 compiler=', '%20' if language == 'py' else 'Node')
    *benchmarks, closing = host.ask('list')
    check(closing == 'ok' and len(benchmarks) == 7, benchmarks)
    check(benchmarks[6].startswith('benchmark name=draws '), benchmarks)
    contains(unquote(benchmarks[5]), ' kind=throughput', ' tags=quick random', ' samples=5')
    contains(unquote(benchmarks[6]), ' suite=odd', ' sweep=kind=a,b n=1,2',
             ' description=the same random numbers in every slot, said on descriptor 2')
    check('%0A' not in benchmarks[6], benchmarks)
    contains(host.ask('run iterations=1 slots=1')[0], 'error', 'no%20benchmark%20is%20open')
    contains(host.ask('open nothing seed=1 params=')[0], 'error', 'nothing')
    check(host.ask('open skips side=a seed=1 params=') ==
          ['skip engine%20%22x%22%20is%20not%20installed'])
    contains(host.ask('surprise')[0], 'error', 'unknown%20command')
    check(host.ask('open draws side=a params=kind%3Da,n%3d2 seed=5 fixtures=x new=1')[0][:2] == 'ok')
    slots = host.ask('run iterations=10 slots=3')
    check(len(slots) == 4 and slots[3] == 'ok bytes=0 items=7', slots)
    for slot in slots[:3]:
        ns, body_ns = map(int, re.fullmatch(r'slot ns=(\d+) body_ns=(\d+)', slot).groups())
        check(0 < ns <= body_ns, slot)
    check(int(host.ask('usage')[0].partition('rss_bytes_peak=')[2]) > 1 << 20)
    check(host.ask('close') == ['ok'])
    host.end()


@in_both
def metrics_of_its_own_stand_after_open_and_after_each_slot(language):
    host = Host(module('odd', language))
    opened = host.ask('open tells seed=1 params=')
    check(re.fullmatch(r'metric name=load unit= better=lower quality=0 value=3(\.0)?', opened[0]), opened)
    check(opened[1:] == ['ok bytes=0 items=0'], opened)
    slots = host.ask('run iterations=10 slots=2')
    check([line.split()[0] for line in slots] == ['slot', 'metric'] * 2 + ['ok'], slots)
    check(set(slots[1:4:2]) == {'metric name=recall unit=%25 better=higher quality=1 value=97.5'}, slots)
    host.end()


@in_both
def random_numbers_depend_on_the_seed_and_the_benchmark_alone(language):
    path = module('odd', language)
    said = []
    for command in ('open draws seed=5 params=kind%3Da,n%3D1', 'open draws seed=5 params=kind%3Da,n%3D1',
                    'open draws seed=6 params=kind%3Da,n%3D1', 'open draws seed=5 params=kind%3Db,n%3D1'):
        host = Host(path)
        host.ask(command)
        host.ask('run iterations=1 slots=3')
        lines = host.end().splitlines()
        check(len(lines) == 3 and len(set(lines)) == 1, lines)
        said.append(lines[0].partition(' ')[2])
    check(said[0] == said[1] and len(set(said)) == 3, said)


@in_both
def quit_ends_a_host(language):
    host = Host(module('odd', language))
    check(host.ask('quit') == ['ok'])
    check(host.process.wait(timeout=60) == 0)
    host.end()


main()
