"""assay summary: a stored run as Markdown and as JSON, of measured rows alone."""
import json
import os
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
from tap import FIXTURES, MODULES, SOURCE, SUMS, assay, check, contains, exits, main, run, test, write

try:
    import jsonschema
except ImportError:
    jsonschema = None

TARGETS = '''targets:
  - {benchmark: sums/step, metric: time_ns, at_most: 1 s, source: "page 7"}
  - {benchmark: sums/gone, metric: time_ns, at_most: 1 s}
claims:
  - {benchmark: sums/step, metric: time_ns, value: 5 ns, source: a paper}
'''


def document():
    done = assay('summary', '--json')
    exits(done, 0)
    found = json.loads(done.out)
    if jsonschema is not None:
        path = pathlib.Path(SOURCE, 'docs/schema/summary.schema.json')
        schema = json.loads(path.read_text(encoding='utf-8'))
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(found, schema)
    return found


@test
def a_run_says_where_it_comes_from_and_what_it_promised():
    os.mkdir('modules')
    shutil.copy(SUMS, 'modules')
    write('assay.yaml', 'suites: [modules]\n')
    write('modules/targets.yaml', TARGETS)
    exits(run('--label', 'first', 'sums'), 0)
    done = assay('summary')
    exits(done, 0)
    identity = document()['run']['run']['id']
    contains(done.out, '# Performance summary', f'| run | {identity} |', '| label | first |',
             'page 7', '| a paper |',
             '## Grade: ', 'It is the first of these that holds:', '## Results', '| sums/step | ')
    check(done.err == '', done)


@test
def the_same_run_gives_the_same_text():
    exits(run('--label', 'kept', SUMS), 0)
    once = assay('summary', 'kept').out
    exits(run(SUMS), 0)
    check(assay('summary', 'kept').out == once, once)


@test
def a_run_whose_every_benchmark_failed_has_the_grade_f():
    exits(run(os.path.join(FIXTURES, 'misbehave.so'), 'misbehave/exits'), 3)
    found = document()
    check(found['grade']['name'] == 'F' and found['ok'] == 0 and found['failed'] > 0, found)
    contains(assay('summary').out, '## Grade: F', '## Failed')


@test
def qualities_are_set_beside_costs():
    exits(run(os.path.join(MODULES, 'stated_good.so'), 'search'), 0)
    trades = document()['trades']
    check([line['quality_metric'] for line in trades] == ['recall'], trades)
    contains(assay('summary').out, '## Trade-offs', 'on the front')


@test
def what_is_asked_wrongly_is_told():
    exits(assay('summary'), 2)
    exits(run(SUMS), 0)
    exits(assay('summary', 'nonsense'), 2, "no run is called 'nonsense'")
    exits(assay('summary', 'latest', 'sums'), 2, "unexpected operand 'sums'")


main()
