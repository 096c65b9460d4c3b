"""The pages in docs: links lead somewhere, the tutorial's commands work, examples compile and are
right, pictures are what is drawn today, messages are messages of ours."""
import json
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from tap import MODULES, PROGRAM, SOURCE, assay, check, environment, exits, main, need, test

ROOT = pathlib.Path(SOURCE)
BUILD = pathlib.Path(PROGRAM).parent
LINK = re.compile(r'!?\[[^\]]*\]\(([^)\s]+)\)')
FENCE = re.compile(r'^ *```.*?^ *```', re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r'-?\d+(?:\.\d+)?')


def pages():
    listed = subprocess.run(['git', '-C', ROOT, 'ls-files', '-co', '--exclude-standard', '*.md'],
                            capture_output=True, text=True, check=False)
    names = listed.stdout.split('\n') if listed.returncode == 0 else \
        [str(path.relative_to(ROOT)) for path in ROOT.glob('*.md')] + \
        [str(path.relative_to(ROOT)) for path in (ROOT / 'docs').rglob('*.md')]
    return [ROOT / name for name in names if name and (ROOT / name).exists()]


def anchors(path):
    """What GitHub calls the headings of a page."""
    text = FENCE.sub('', path.read_text(encoding='utf-8'))
    found = re.findall(r'^#+ +(.*?) *$', text, re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in found}


@test
def every_relative_link_leads_somewhere():
    seen = 0
    for page in pages():
        text = re.sub(r'`[^`\n]*`', '', FENCE.sub('', page.read_text(encoding='utf-8')))
        for link in LINK.findall(text):
            if re.match(r'[a-z]+:', link):
                continue
            seen += 1
            path, _, anchor = link.partition('#')
            target = (page.parent / path).resolve() if path else page
            check(target.exists(), f'{page}: {link}')
            check(not anchor or anchor in anchors(target), f'{page}: {link}')
    check(seen > 50, seen)


@test
def every_page_can_be_reached_from_the_readme():
    reached, left = set(), [ROOT / 'README.md']
    while left:
        page = left.pop()
        if page in reached or page.suffix != '.md' or not page.exists():
            continue
        reached.add(page)
        for link in LINK.findall(page.read_text(encoding='utf-8')):
            left.append((page.parent / link.partition('#')[0]).resolve())
    lost = {page for page in pages() if page.parts[len(ROOT.parts)] == 'docs'} - reached
    check(lost == set(), sorted(map(str, lost)))


@test
def the_commands_of_the_tutorial_work_in_their_order():
    need('make', 'make')
    need('git', 'git')
    text = (ROOT / 'docs/tutorial.md').read_text(encoding='utf-8')
    blocks = re.findall(r'^```sh\n(.*?)^```', text, re.MULTILINE | re.DOTALL)
    check(len(blocks) >= 6, blocks)
    script = 'set -ex\n' + ''.join(blocks)
    env = environment(ASSAY='assay')
    env['PATH'] = f'{BUILD}:{env["PATH"]}'
    done = subprocess.run(['sh', '-c', script], env=env, text=True, capture_output=True,
                          timeout=280, check=False)
    check(done.returncode == 0, f'{done.stdout}\n{done.stderr}')
    for part in ('cart/total', 'n=4096', 'time per iteration, all samples', 'targets: ', 'gate '):
        check(part in done.stdout, f'no {part!r} in {done.stdout}')
    check(pathlib.Path('shop/PERFORMANCE.md').read_text(encoding='utf-8')
          .startswith('# Performance summary'))


def tips():
    return sorted(path.stem for path in (ROOT / 'docs/examples/optimising').glob('*.c'))


@test
def every_tip_is_right_before_and_after():
    for side in ('before', 'after'):
        modules = [f'{MODULES}/tip_{tip}_{side}.so' for tip in tips()]
        done = assay('run', '-l', '1', '-n', '1', '-i', '1', '--no-report', '--json', *modules)
        rows = {(row['benchmark'].partition(':')[0], row['status']) for row in json.loads(done.out)['results']}
        check(rows == {(f'tips/{tip}', 'ok') for tip in tips()}, done)
        exits(done, 0)


@test
def every_tip_stands_in_the_guide_with_what_was_measured():
    text = (ROOT / 'docs/optimising.md').read_text(encoding='utf-8')
    for tip in tips():
        block = re.search(f'<!-- {tip} -->(.*?)<!-- /{tip} -->', text, re.DOTALL)
        check(block is not None, f'no place for {tip}')
        check(re.search(rf'assay compare ./before/{tip}_bench.so ./after/{tip}_bench.so\n'
                        rf'verdict .*tips/{tip}\b', block.group(1), re.DOTALL), block.group(1))
        check(f'examples/optimising/{tip}.c' in text, tip)
    check(set(re.findall(r'<!-- (\w+) -->', text)) == set(tips()))


@test
def the_pictures_are_what_is_drawn_today():
    done = subprocess.run([BUILD / 'bench/pictures/reading-pictures', '.'], check=False)
    check(done.returncode == 0, done)
    drawn = sorted(path.name for path in pathlib.Path('.').glob('*.svg'))
    folder = ROOT / 'docs/pictures'
    check(drawn == sorted(path.name for path in folder.glob('*.svg')), drawn)
    reading = (ROOT / 'docs/reading.md').read_text(encoding='utf-8')
    for name in drawn:
        new, kept = pathlib.Path(name).read_text('utf-8'), (folder / name).read_text('utf-8')
        check(NUMBER.sub('', new) == NUMBER.sub('', kept), f'{name} is drawn otherwise')
        # Another mathematical library may differ in a last digit.
        far = [(a, b) for a, b in zip(NUMBER.findall(new), NUMBER.findall(kept))
               if abs(float(a) - float(b)) > 0.2]
        check(far == [], f'{name}: {far[:5]}')
        check(f'(pictures/{name})' in reading, f'{name} is shown nowhere')


@test
def every_message_of_the_troubleshooting_page_is_one_of_ours():
    files = [path for folder in ('src', 'lib', 'include')
             for path in sorted((ROOT / folder).rglob('*.[ch]'))]
    sources = ''.join(path.read_text(encoding='utf-8') for path in files)
    sources = re.sub(r'"\s*\n\s*"', '', sources)
    page = (ROOT / 'docs/troubleshooting.md').read_text(encoding='utf-8')
    messages = [message for line in page.splitlines() if line.startswith('| `')
                for message in re.findall(r'`([^`]+)`', line.split(' | ')[0])]
    check(len(messages) > 20, messages)
    for message in messages:
        check(message in sources, message)


@test
def every_command_has_a_word_in_the_documentation():
    commands = [line.split()[0] for line in assay('--help').out.splitlines()
                if line.startswith('  ') and not line.startswith('   ')]
    text = ''.join(page.read_text(encoding='utf-8') for page in pages())
    for command in commands:
        check(f'assay {command}' in text, command)


main()
