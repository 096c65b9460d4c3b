"""Pages that people read: man pages and the report."""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import (FIXTURES, PROGRAM, RESULTS, SOURCE, SUMS, assay, check, contains, exits, main, need, run,
                 test, write)

COMMANDS = [line.split()[0] for line in assay('--help').out.splitlines()
            if line.startswith('  ') and not line.startswith('   ')]
PAGES = pathlib.Path(PROGRAM).parent / 'docs/man'
HTML5 = re.compile(r'Tag \w+ invalid')  # xmllint knows the elements of HTML 4


def source_of(*words):
    done = assay('help', '--man', *words)
    exits(done, 0)
    return done.out


def rendered(source, name):
    page = subprocess.run(['scdoc'], input=source, capture_output=True, text=True, check=False)
    check(page.returncode == 0, page.stderr)
    return write(name, page.stdout)


def undated(page):
    """Without the heading, which says on which day the page was made."""
    return [line for line in page.split('.nh')[1].splitlines() if not line.startswith('.TH ')]


@test
def every_command_has_a_man_page_that_mandoc_accepts():
    need('scdoc', 'scdoc')
    need('mandoc', 'mandoc')
    for words in [[]] + [[name] for name in COMMANDS]:
        page = rendered(source_of(*words), '-'.join(['assay', *words]) + '.1')
        lint = subprocess.run(['mandoc', '-T', 'lint', '-W', 'error', page], capture_output=True,
                              text=True, check=False)
        check(lint.returncode == 0, lint.stdout)
        if (PAGES / page.name).exists():
            built = (PAGES / page.name).read_text(encoding='utf-8')
            check(undated(built) == undated(page.read_text(encoding='utf-8')),
                  f'{page} is not what was built')


@test
def a_man_page_has_every_option_and_the_exit_codes():
    need('scdoc', 'scdoc')
    need('mandoc', 'mandoc')
    for name in COMMANDS:
        page = rendered(source_of(name), 'page.1')
        shown = subprocess.run(['mandoc', '-T', 'ascii', page], capture_output=True, text=True,
                               check=True).stdout
        text = re.sub('.\b', '', shown)
        for option in re.findall(r'^ +(?:-\w, )?(--[\w-]+)', assay(name, '--help').out,
                                 re.MULTILINE):
            contains(text, option)
        contains(text, f'assay-{name}', 'EXIT STATUS', 'ASSAY_STORE', 'assay(1)')


@test
def every_command_has_examples_of_options_that_it_has():
    for name in COMMANDS:
        text = assay(name, '--help').out
        examples = re.findall(r'^  assay (.*)', text.split('\nexamples:\n', 1)[1], re.MULTILINE)
        check(examples and all(line.split()[0] == name for line in examples), (name, examples))
        known = re.findall(r'(?<=[ ,])(--?[\w-]+)', text.split('\noptions:\n', 1)[1])
        for line in examples:
            words = re.sub("'[^']*'", 'quoted', line.split('   ')[0]).split()
            for word in words:
                check(not word.startswith('-') or word in known, (line, word))
        contains(source_of(name), '# EXAMPLES')


@test
def the_page_of_keys_is_what_the_table_of_keys_says():
    done = assay('help', '--keys')
    exits(done, 0)
    contains(done.out, '`launches`', '`faster_by`')
    page = pathlib.Path(SOURCE) / 'docs/config.md'
    check(page.read_text(encoding='utf-8') == done.out, "run 'assay help --keys > docs/config.md'")


@test
def a_man_page_of_no_command_is_refused():
    exits(assay('help', '--man', 'nothing'), 2, "unknown command 'nothing'")


def report_of(*words):
    run(*words)
    return next(RESULTS.glob('*/report.html'))


@test
def the_report_is_well_formed_and_asks_the_network_for_nothing():
    need('xmllint', 'libxml2-utils')
    write('text.so', 'no module')
    path = report_of('--label', '</title><script src="http://x">', './text.so', SUMS,
                     os.path.join(FIXTURES, 'misbehave.so'), 'misbehave/last_words', 'sums')
    html = subprocess.run(['xmllint', '--html', '--noout', path], capture_output=True, text=True,
                          check=False)
    wrong = [line for line in html.stderr.splitlines()
             if ' error ' in line and not HTML5.search(line)]
    check(wrong == [], wrong)
    if '<script' in path.read_text(encoding='utf-8'):
        return  # XML has no place for a script's '<'
    xml = subprocess.run(['xmllint', '--noout', path], capture_output=True, text=True, check=False)
    check(xml.returncode == 0, xml.stderr)


@test
def the_report_has_no_address():
    text = report_of(SUMS).read_text(encoding='utf-8')
    for part in ('http://', 'https://', 'src=', '<script src', '<link', '@import', 'url('):
        check(part not in text, part)
    contains(text, "content=\"default-src 'none'; ")
    if '<script' in text:
        contains(text, "script-src 'sha256-", "style-src 'sha256-", "base-uri 'none'")
        check('unsafe' not in text.split('</head>')[0], "what is inline is not named by its hash")
    contains(text, 'sums/bytes', 'sums/step', 'engine &quot;x&quot; is not installed')


main()
