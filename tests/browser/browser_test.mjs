// The pages in a real browser: a report in a file and the dashboard of `assay serve`.
//
//   browser_test.mjs ASSAY MODULES MADE_UP SOURCE [pages]     "pages": ASSAY was built with web/
//
// Reports in TAP.  Wherever a page is opened: no error on its console, no request that leaves it, nothing that axe calls
// serious.  Nothing here depends on speed: what takes time is waited for.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [ASSAY, MODULES, MADE_UP, SOURCE] = process.argv.slice(2, 6).map((path) => resolve(path));
const HAS_PAGES = process.argv[6] === 'pages';
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const PATIENCE = 60000; // ms; a machine may be busy

function skipAll(why) {
  console.log(`1..0 # SKIP ${why}`);
  process.exit(0);
}

const packages = join(SOURCE, 'web/package.json');
if (!existsSync(join(SOURCE, 'web/node_modules/playwright-core'))) skipAll("the packages of web/ are missing: run 'npm ci' there");
if (!CHROMIUM) skipAll('chromium is not installed');
if (!HAS_PAGES) skipAll('this assay was built without web/');
const load = createRequire(packages);
const { chromium } = load('playwright-core');
const AXE = load.resolve('axe-core/axe.min.js');

const folder = mkdtempSync(join(tmpdir(), 'assay-browser-'));
process.chdir(folder);
const environment = { ...process.env, ASSAY_HINTS: 'off', ASSAY_LOCK: 'off', GIT_CEILING_DIRECTORIES: folder };
for (const name of ['ASSAY_STORE', 'ASSAY_SUITES']) delete environment[name];

function check(condition, what) {
  if (!condition) throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}

function run(program, ...words) {
  const done = spawnSync(program, words, { env: environment, encoding: 'utf8', timeout: PATIENCE });
  check(done.status === 0, `${words.join(' ')}: ${done.status} ${done.stderr}`);
  return done.stdout;
}

const TINY = ['-l', '2', '-t', '5ms', '-w', '2ms'];
const SUMS = join(MODULES, 'sums_bench.so');
const measure = (...words) => run(ASSAY, 'run', ...TINY, ...words);

function madeUp(kind) {
  const path = join(folder, `${kind}.html`);
  run(MADE_UP, ...(kind === 'many' ? ['many', '200', '60'] : [kind]), path);
  return pathToFileURL(path).href;
}

/** A commit of the folder's own repository, with a tag where it is a release. */
function commit(message, release) {
  const git = (...words) => run('git', '-c', 'user.name=T', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false', ...words);
  if (!existsSync('.git')) git('init', '--quiet', '.');
  git('commit', '--quiet', '--allow-empty', '-m', message);
  if (release) git('tag', release);
}

/** The report of the run with this label; ids of one second do not tell which run came first. */
function reportOf(label) {
  const reports = readdirSync('benchmark-results').map((run) => resolve('benchmark-results', run, 'report.html'));
  return reports.find((report) => readFileSync(report, 'utf8').includes(`"label":"${label}"`));
}

let browser;

/** Runs `use` on a fresh page; afterwards nothing may have gone wrong on it. */
async function withPage(options, use, allowed = /^$/) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const wrong = [], origins = new Set();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type()) && !allowed.test(message.text())) wrong.push(message.text()); });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('request', (request) => origins.add(new URL(request.url()).protocol + new URL(request.url()).host));
  try {
    await use(page);
    check(wrong.length === 0, `on the console: ${wrong.join('; ')}`);
    check(origins.size <= 1, [...origins]);
  } finally {
    await context.close();
  }
}

async function checkAxe(page) {
  // By the debugger: the page's own policy would forbid the script.
  await page.evaluate(readFileSync(AXE, 'utf8') + ';undefined');
  const found = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')}`));
  check(found.length === 0, found.join('\n'));
}

async function checkFits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(over <= 0, `the page is ${over} px wider than the window`);
}

/** Waits until `test` holds on the page.  Not by waitForFunction, which needs the eval that our policy forbids. */
async function until(page, test, argument) {
  for (const end = Date.now() + PATIENCE; !await page.evaluate(test, argument);) {
    check(Date.now() < end, `never came: ${test}`);
    await page.waitForTimeout(50);
  }
}

const rows = (page) => page.locator('tr.row:visible');
async function rowsAre(page, count) {
  await until(page, (want) => document.querySelectorAll('tr.row').length === want, count);
}

const tests = [];
const test = (name, body, isServed = false) => tests.push({ name, body, isServed });

test('a report opens from a file, filters, sorts, opens and zooms', () => withPage({}, async (page) => {
  await page.goto(madeUp('many'));
  await rowsAre(page, 200);
  await page.fill('#filter', 'avx512 work');
  await rowsAre(page, 50);
  check(decodeURIComponent(page.url()).includes('q=avx512'), page.url());
  await page.selectOption('select[aria-label=Sort]', 'slow');
  await rowsAre(page, 50);
  const medians = await page.locator('td.median').allTextContents();
  check(medians[0].includes('\u00b5s') && medians[49].includes('ns'), medians);
  await rows(page).first().locator('button').click();
  await page.locator('.detail svg.chart').waitFor();
  const plot = page.locator('.detail .plot').first();
  await plot.locator('canvas').waitFor();
  const before = await plot.locator('canvas').evaluate((canvas) => canvas.toDataURL());
  await plot.focus();
  await page.keyboard.press('+');
  await until(page, (old) => document.querySelector('.detail .plot canvas').toDataURL() !== old, before);
  await checkAxe(page);
}));

for (const [name, options] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['a phone', { viewport: { width: 360, height: 700 } }]])
  test(`a flame graph zooms, finds and tells in ${name}`, () => withPage(options, async (page) => {
    await page.goto(`${madeUp('many')}#open=${encodeURIComponent('made_up/work_00:engine=scalar,n=10')}`);
    const frames = page.locator('.flame .frame'), hint = page.locator('.flame-figure .hint');
    const text = async (one) => (await one.textContent()).replace(/\s/g, ' ');
    const frame = (label) => page.locator(`.flame .frame[aria-label^="${label},"]`);
    await frame('read_word').waitFor();
    check(await frames.count() === 12, await frames.count());
    await frame('hash').hover();
    check(await text(hint) === 'hash 25.0 %, 250 of 1,000 samples; 25.0 % in itself', await hint.textContent());
    await frame('parse').click();
    check(await frame('sum').count() === 0 && await frame('work').evaluate((one) => one.classList.contains('above')));
    await page.keyboard.press('Escape');
    await frame('sum').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    check(await frame('sum').evaluate((one) => one === document.activeElement), await hint.textContent());
    await page.keyboard.press('Enter');
    check(await frame('parse').count() === 0);
    await page.locator('.flame-figure button').click();
    await page.locator('.flame-figure input').fill('PARSE');
    check(await text(page.locator('.flame-figure [role=status]')) === 'in 75.0 % of the samples');
    check(await page.locator('.flame .wanted').count() === 1);
    await page.locator('.flame-figure summary').click();
    check(await text(page.locator('.flame-figure tbody tr').first()) === 'read_word40.0 %40.0 %');
    await checkFits(page);
    await checkAxe(page);
  }));

test('a link shows what its sender saw', () => withPage({}, async (page) => {
  await page.goto(madeUp('many'));
  await page.goto(`${madeUp('many')}#sort=fast&q=work_01&open=${encodeURIComponent('made_up/work_01:engine=avx2,n=10')}`);
  await page.reload();
  await page.locator('.detail h3').waitFor();
  check((await page.locator('.detail h3').textContent()).includes('work_01:engine=avx2,n=10'));
  check(await page.inputValue('#filter') === 'work_01' && await page.inputValue('select[aria-label=Sort]') === 'fast');
}));

test('a tip tells what a statistic means, by mouse and by keyboard', () => withPage({}, async (page) => {
  await page.goto(madeUp('many'));
  const term = page.locator('thead .term').first();
  await term.hover();
  check(await term.locator('.tip').isVisible());
  await page.mouse.move(0, 0);
  await term.focus();
  check(await term.locator('.tip').isVisible());
  check((await term.locator('.tip').textContent()).includes('number to quote'));
}));

for (const [name, options] of [['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }],
  ['a phone', { viewport: { width: 360, height: 700 } }]])
  test(`a real report is usable in ${name}`, () => withPage(options, async (page) => {
    const [run] = readdirSync('benchmark-results').sort();
    await page.goto(pathToFileURL(resolve('benchmark-results', run, 'report.html')).href);
    await rows(page).first().locator('button').click();
    await page.locator('.detail svg.chart').waitFor();
    await checkFits(page);
    await checkAxe(page);
  }));

test('releases stand on the history of a benchmark', () => withPage({}, async (page) => {
  await page.goto(`${pathToFileURL(reportOf('third')).href}#open=sums%2Fstep`);
  const plot = page.locator('.plot[data-releases]');
  await plot.waitFor();
  check(await plot.getAttribute('data-releases') === 'v1.0.0 v1.1.0', await plot.getAttribute('data-releases'));
  check((await plot.getAttribute('aria-label')).includes('releases v1.0.0, v1.1.0'));
  await page.setViewportSize({ width: 280, height: 700 });
  await until(page, () => document.querySelector('.plot[data-releases]').dataset.drawn === String(document.querySelector('.plot[data-releases]').clientWidth));
  check((await plot.getAttribute('data-releases')).endsWith('v1.1.0'), await plot.getAttribute('data-releases'));
  await checkAxe(page);
}));

test('colours change by the button', () => withPage({ colorScheme: 'light' }, async (page) => {
  await page.goto(madeUp('many'));
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.locator('.theme').click();
  check(await paper() !== light);
  await checkAxe(page);
}));

test('without scripts the tables and charts stand', () => withPage({ javaScriptEnabled: false }, async (page) => {
  const [run] = readdirSync('benchmark-results').sort();
  await page.goto(pathToFileURL(resolve('benchmark-results', run, 'report.html')).href);
  check(await page.locator('#results table').isVisible());
  check(await page.locator('svg.chart').first().isVisible());
}));

test('without scripts a flame graph stands', () => withPage({ javaScriptEnabled: false }, async (page) => {
  await page.goto(madeUp('many'));
  const section = page.locator('details', { has: page.locator('svg.still') }).first();
  await section.locator('summary').click();
  await section.locator('svg.still').scrollIntoViewIfNeeded();
  const frame = section.locator('svg.still svg', { has: page.locator('title', { hasText: 'read_word: 40.0 %' }) });
  const all = section.locator('svg.still svg').first();
  const widths = [await frame.boundingBox(), await all.boundingBox()].map((box) => box.width);
  check(Math.abs(widths[0] / widths[1] - 0.4) < 0.01, widths);
}));

test('what has one reason stands together, and suites lead to their benchmarks', () => withPage({}, async (page) => {
  await page.goto(madeUp('failed'));
  const group = page.locator('.attention details').first();
  await group.locator('summary').click();
  check(await group.locator('li a').count() === 5);
  check((await page.locator('.attention .why').first().textContent()).includes('signal 11'));
  await page.locator('.suites a', { hasText: 'other' }).click();
  await rowsAre(page, 2);
  check(await page.locator('select[aria-label=Suite]').inputValue() === 'other');
  await checkFits(page);
  await checkAxe(page);
}));

test('paper gets all rows', () => withPage({}, async (page) => {
  await page.goto(madeUp('many'));
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await rowsAre(page, 200);
  check(!await page.locator('.tools').first().isVisible());
}));

test('names that mean harm are text', () => withPage({}, async (page) => {
  await page.goto(madeUp('hostile'));
  await rowsAre(page, 7);
  for (const button of await page.locator('.row-name').all()) await button.click();
  await page.locator('.detail').nth(6).waitFor();
  check(await page.locator('#app img').count() === 0 && !(await page.title()).includes('broken'), await page.title());
  check(!/[\u202a-\u202e\u2066-\u2069]/.test(await page.locator('body').innerText()), 'text is reordered');
  await checkFits(page);
  await checkAxe(page);
}));

for (const [kind, words] of [['empty', 'holds no benchmark'], ['failed', 'Nothing was measured']])
  test(`the run '${kind}' says what it is`, () => withPage({}, async (page) => {
    await page.goto(madeUp(kind));
    await page.locator('.verdict').waitFor();
    check((await page.locator('.verdict').textContent()).includes(words));
    await checkAxe(page);
  }));

/* The dashboard. */

let server, address;

async function serve() {
  server = spawn(ASSAY, ['serve', '--port', '0', '--json'], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for await (const line of createInterface({ input: server.stdout })) {
    text += line;
    if (line.endsWith('}')) break;
  }
  if (!text) return false;
  address = JSON.parse(text).url;
  return true;
}

const servedTest = (name, use, allowed) => test(name, () => withPage({}, use, allowed), true);

servedTest('runs can be filtered, chosen and compared', async (page) => {
  await page.goto(address);
  await rowsAre(page, 3);
  await checkAxe(page);
  await page.fill('#filter', 'first');
  check(await rows(page).count() === 1);
  await page.fill('#filter', '');
  await rows(page).nth(0).locator('input').check();
  await rows(page).nth(1).locator('input').check();
  await page.locator('a.button').click();
  await page.waitForURL(/\/compare\?old=.+new=/);
  await page.locator('main tr.row').first().waitFor();
  const all = await rows(page).count();
  check(all >= 3, all);
  await page.fill('#filter', 'step');
  check(await rows(page).count() === 1);
  await checkAxe(page);
});

servedTest('a trend can be zoomed', async (page) => {
  await page.goto(`${address}trend?benchmark=sums%2Fstep`);
  const plot = page.locator('.trend .plot');
  await plot.locator('canvas').waitFor();
  check(await plot.getAttribute('data-releases') === 'v1.0.0 v1.1.0', await plot.getAttribute('data-releases'));
  const before = await plot.locator('canvas').evaluate((canvas) => canvas.toDataURL());
  await page.locator('button[title="Zoom in"]').click();
  await until(page, (old) => document.querySelector('.trend .plot canvas').toDataURL() !== old, before);
  await checkAxe(page);
});

servedTest('a run is followed while it is measured', async (page) => {
  await page.goto(`${address}run/latest`);
  await page.locator('tr.row').first().waitFor();
  await page.locator('#live .live').waitFor();
  const before = await page.locator('.facts code').first().textContent();
  const measuring = spawn(ASSAY, ['run', ...TINY, '--no-report', join(MODULES, 'many_bench.so')], { env: environment, stdio: 'ignore' });
  const ended = new Promise((done) => measuring.on('exit', done));
  await until(page, (old) => document.querySelector('.facts code').textContent !== old, before);
  check(await ended === 0);
  await until(page, () => document.getElementById('live').textContent.includes('done'));
  const text = await page.locator('#live').textContent();
  const count = Number(/(\d+) benchmark/.exec(text)[1]);
  await until(page, (want) => document.querySelectorAll('tr.row').length === want, count);
  await checkAxe(page);
});

servedTest('samples are seen as they are taken', async (page) => {
  await page.goto(`${address}run/latest`);
  await page.locator('#live .live').waitFor();
  // So many launches that it surely goes on until it has been seen.
  const measuring = spawn(ASSAY, ['run', '-l', '1000', '-t', '50ms', '-w', '2ms', '--no-report', SUMS, 'sums/step'], { env: environment, stdio: 'ignore' });
  const ended = new Promise((done) => measuring.on('exit', done));
  const samples = () => Number(/([\d,]+) samples? so far/.exec(document.querySelector('.arriving')?.textContent ?? '')?.[1].replace(/,/g, '') ?? 0);
  try {
    await until(page, `(${samples})() > 0`);
    const before = await page.evaluate(samples);
    await until(page, `(${samples})() > ${before}`);
    check((await page.locator('.arriving h2').textContent()).includes('sums/step'));
    check(await page.locator('.arriving svg .ticks').count() > 0);
    await checkFits(page);
    await checkAxe(page);
  } finally {
    measuring.kill('SIGINT');
  }
  await ended;
  await until(page, () => document.querySelector('.arriving').hidden);
});

servedTest('what is not there is said', async (page) => {
  const answer = await page.goto(`${address}trend?benchmark=nothing_like_this`);
  check(answer.status() === 404 && (await page.locator('main').textContent()).includes('no stored benchmark'));
  await checkAxe(page);
}, /404/);

async function main() {
  for (const [label, release] of [['first', 'v1.0.0'], ['second', ''], ['third', 'v1.1.0']]) {
    commit(label, release);
    measure(SUMS, '--label', label);
  }
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: PATIENCE });
  const isServing = await serve();
  console.log(`1..${tests.length}`);
  let failures = 0, number = 0;
  for (const { name, body, isServed } of tests) {
    number++;
    if (isServed && !isServing) {
      console.log(`ok ${number} - ${name} # SKIP built without libmicrohttpd`);
      continue;
    }
    try {
      await body();
      console.log(`ok ${number} - ${name}`);
    } catch (error) {
      failures++;
      console.log(`# ${String(error.stack ?? error).split('\n').join('\n# ')}\nnot ok ${number} - ${name}`);
    }
  }
  return failures;
}

let failures = 1;
try {
  failures = await main();
} finally {
  await browser?.close();
  server?.kill('SIGINT');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures ? 1 : 0);
