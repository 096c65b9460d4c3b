// The top of a run: one sentence that says how it went, counts, what needs a look, the machine.
import { breakable, clean, h, plural, short } from './dom';
import { change as changeText, DASH, factor, percent, quantity, seconds } from './format';
import { ratioBar } from './charts/bars';
import { mark, note } from './marks';
import { Bench, Run, Target } from './model';
import { change, linkTo } from './state';
import { when } from './detail';

const LIST_MAX = 8, GROUP_MAX = 100, SUITES_MAX = 60;

interface Counts {
  ok: number;
  failed: number;
  skipped: number;
  warnings: number;
  met: number;
  missed: number;
  undecided: number;
  slower: number;
  faster: number;
}

/** Of the whole run, or of one suite of it. */
function countsOf(run: Run, suite?: string): Counts {
  const isIn = (id: string) => suite === undefined || run.find(id)?.suite === suite;
  const count = (test: (bench: Bench) => boolean) => run.benches.filter((bench) => (suite === undefined || bench.suite === suite) && test(bench)).length;
  const target = (status: string) => run.targets.filter((row) => row.status === status && isIn(row.benchmark)).length;
  return {
    ok: count((b) => b.raw.status === 'ok'), failed: count((b) => b.raw.status === 'failed'),
    skipped: count((b) => b.raw.status === 'skipped'), warnings: count((b) => !!b.raw.warning),
    met: target('met'), missed: target('missed'), undecided: target('undecided'),
    slower: run.moved.filter((row) => row.verdict === 'slower' && isIn(row.benchmark)).length,
    faster: run.moved.filter((row) => row.verdict === 'faster' && isIn(row.benchmark)).length,
  };
}

function sentences(run: Run, counts: Counts): string[] {
  const total = run.benches.length;
  const said: string[] = [];
  if (total === 0) return ['This run holds no benchmark.'];
  if (counts.ok === 0) said.push(`Nothing was measured: none of ${plural(total, 'benchmark')} succeeded.`);
  else said.push(counts.ok === total ? `${total === 1 ? 'The benchmark was' : `All ${total.toLocaleString('en')} benchmarks were`} measured.`
    : `${counts.ok.toLocaleString('en')} of ${plural(total, 'benchmark')} measured${counts.failed ? `, ${counts.failed} failed` : ''}${counts.skipped ? `, ${counts.skipped} skipped` : ''}.`);
  const judged = counts.met + counts.missed + counts.undecided;
  if (judged) said.push(counts.met === judged ? `${judged === 1 ? 'The target was' : `All ${judged} targets were`} met.`
    : `${counts.missed} of ${plural(judged, 'target')} missed${counts.undecided ? `, ${counts.undecided} undecided` : ''}.`);
  if (run.against) said.push(counts.slower || counts.faster ? `Against the run before: ${counts.slower} slower, ${counts.faster} faster.`
    : 'Nothing moved against the run before.');
  if (run.head.interrupted) said.push('The run was stopped before all benchmarks were measured.');
  return said;
}

function tone(run: Run, counts: Counts): string {
  if (counts.failed || counts.missed || (run.benches.length > 0 && counts.ok === 0)) return 'bad';
  if (counts.slower || counts.undecided || counts.warnings || run.head.interrupted || run.benches.length === 0) return 'open';
  return 'good';
}

function tile(value: number, words: string, kind: string, show?: string): HTMLElement {
  const inside = [h('b', null, value.toLocaleString('en')), ' ', words];
  return h('li', { class: value ? kind : '' }, show && value
    ? h('button', { type: 'button', click: () => {
      change({ show, suite: '', words: '' });
      document.getElementById('results')?.scrollIntoView();
    } }, ...inside) : h('span', null, ...inside));
}

function tiles(run: Run, counts: Counts): HTMLElement {
  const list = h('ul', { class: 'tiles', 'aria-label': 'Counts' }, tile(counts.ok, 'measured', ''), tile(counts.failed, 'failed', 'bad', 'attention'),
    tile(counts.skipped, 'skipped', '', 'attention'), tile(counts.warnings, counts.warnings === 1 ? 'warning' : 'warnings', 'open', 'attention'));
  if (counts.met + counts.missed + counts.undecided)
    list.append(tile(counts.met, 'targets met', 'good', 'targets'), tile(counts.missed, 'targets missed', 'bad', 'targets'),
      tile(counts.undecided, 'targets undecided', 'open', 'targets'));
  if (run.against) list.append(tile(counts.slower, 'slower', 'bad', 'moved'), tile(counts.faster, 'faster', 'good', 'moved'));
  return list;
}

export function benchLink(run: Run, id: string): HTMLElement {
  const bench = run.find(id);
  const code = h('code', null, breakable(clean(id)));
  return bench ? h('a', { href: linkTo(bench.id) }, code) : code;
}

function panel(title: string, rows: HTMLElement[], total: number, more?: string): HTMLElement | null {
  if (!total) return null;
  return h('section', { class: 'panel' }, h('h2', null, title), h('ul', { class: 'rows' }, ...rows),
    total > rows.length && more ? h('p', { class: 'small' }, h('button', { type: 'button', class: 'link', click: () => {
      change({ show: more, suite: '', words: '' });
      document.getElementById('results')?.scrollIntoView();
    } }, `Show all ${total.toLocaleString('en')}`)) : null);
}

function movedPanel(run: Run): HTMLElement | null {
  const rows = run.moved.filter((row) => row.verdict === 'slower' || row.verdict === 'faster' || row.verdict === 'placement')
    .sort((a, b) => Math.abs(Math.log(b.ratio ?? 1)) - Math.abs(Math.log(a.ratio ?? 1)));
  return panel('What moved', rows.slice(0, LIST_MAX).map((row) => h('li', { class: 'moved' }, mark(row.verdict),
    benchLink(run, row.benchmark), row.ratio !== null && ratioBar(row.ratio, row.low, row.high, row.verdict),
    h('b', { class: 'num' }, row.ratio === null ? '' : changeText(row.ratio)))), rows.length, 'moved');
}

function targetValue(run: Run, target: Target): string {
  if (target.status === 'not_run') return DASH;
  const unit = run.find(target.benchmark)?.measured.get(target.metric)?.metric.unit ?? '';
  return target.versus ? factor(target.measured) : quantity(target.measured, unit);
}

function targetBound(run: Run, target: Target): string {
  const metric = run.find(target.benchmark)?.measured.get(target.metric)?.metric;
  if (target.versus) return `\u2265 ${factor(target.bound)} faster than ${short(clean(target.versus), 80)}`;
  return `${metric?.better === 'higher' ? '\u2265' : '\u2264'} ${quantity(target.bound, metric?.unit ?? '')}`;
}

function targetPanel(run: Run): HTMLElement | null {
  const order = ['missed', 'undecided', 'met', 'not_run'];
  const rows = [...run.targets].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return panel('Targets', rows.slice(0, LIST_MAX).map((row) => h('li', { class: 'target' }, mark(row.status),
    h('span', null, benchLink(run, row.benchmark), h('small', null, targetBound(run, row))),
    h('b', { class: 'num' }, targetValue(run, row)))), rows.length, 'targets');
}

const NUMBER = /\d+(?:\.\d+)?/g;

function reasonOf(bench: Bench): string {
  return short(clean(bench.raw.reason || bench.raw.warning) || 'no reason given', 240);
}

/** One reason out of several that differ in their numbers alone: "7 %" and "52 %" are "7 to 52 %". */
function common(reasons: string[]): string {
  const numbers = reasons.map((reason) => (reason.match(NUMBER) ?? []).map(Number));
  let at = 0;
  return reasons[0].replace(NUMBER, (text) => {
    const all = numbers.map((row) => row[at]);
    const low = Math.min(...all), high = Math.max(...all);
    at++;
    return low === high ? text : `${low} to ${high}`;
  });
}

/** What has one reason stands together: a missing package skips dozens. */
function attentionRow(run: Run, benches: Bench[]): HTMLElement {
  const [first] = benches;
  const sign = mark(first.raw.status === 'ok' ? 'warning' : first.raw.status);
  if (benches.length === 1) return h('li', { class: 'attention' }, sign, benchLink(run, first.id), h('span', { class: 'why soft' }, reasonOf(first)));
  const inside = new Set(benches.map((bench) => bench.suite));
  return h('li', { class: 'attention' }, sign, h('details', { class: 'plain' },
    h('summary', null, h('b', null, plural(benches.length, 'benchmark')), inside.size === 1 ? ` of ${short(first.suite, 60)}` : ` of ${inside.size} suites`),
    h('ul', { class: 'plain' }, ...benches.slice(0, GROUP_MAX).map((bench) => h('li', null, benchLink(run, bench.id))),
      benches.length > GROUP_MAX && h('li', { class: 'soft' }, `and ${benches.length - GROUP_MAX} more`))),
  h('span', { class: 'why soft' }, common(benches.map(reasonOf))));
}

function attentionPanel(run: Run): HTMLElement | null {
  const order = ['failed', 'ok', 'skipped'];
  const groups = new Map<string, Bench[]>();
  const benches = run.benches.filter((bench) => bench.needsAttention)
    .sort((a, b) => order.indexOf(a.raw.status) - order.indexOf(b.raw.status));
  for (const bench of benches) {
    const key = `${bench.raw.status} ${reasonOf(bench).replace(NUMBER, '#')}`;
    groups.set(key, [...(groups.get(key) ?? []), bench]);
  }
  return panel('Needs attention', [...groups.values()].slice(0, LIST_MAX).map((group) => attentionRow(run, group)), benches.length, 'attention');
}

/** A number of a suite that says something; 0 says nothing. */
function suiteCount(value: number, kind: string): HTMLElement {
  return h('td', { class: value ? `num ${kind}` : 'num soft' }, value ? value.toLocaleString('en') : '\u00b7');
}

function suiteRow(run: Run, suite: string): HTMLElement {
  const counts = countsOf(run, suite);
  return h('tr', null, h('th', { scope: 'row' }, h('a', { href: `#suite=${encodeURIComponent(suite)}`, click: (event: Event) => {
    event.preventDefault();
    change({ suite, show: '', words: '' });
    document.getElementById('results')?.scrollIntoView();
  } }, short(suite, 60) || '(no suite)')),
  suiteCount(counts.ok, ''), suiteCount(counts.failed, 'bad'), suiteCount(counts.skipped, ''), suiteCount(counts.warnings, 'open'),
  ...(run.targets.length ? [suiteCount(counts.met, 'good'), suiteCount(counts.missed, 'bad'), suiteCount(counts.undecided, 'open')] : []),
  ...(run.against ? [suiteCount(counts.slower, 'bad'), suiteCount(counts.faster, 'good')] : []));
}

/** Where in many benchmarks to look: each suite with what became of it. */
function suitesPanel(run: Run): HTMLElement | null {
  if (run.suites.length < 2) return null;
  const column = (words: string) => h('th', { scope: 'col', class: 'num' }, words);
  return h('section', { class: 'panel suites' }, h('h2', null, 'Suites'),
    h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Suites' }, h('table', { class: 'numbers' },
      h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Suite'), column('measured'), column('failed'), column('skipped'), column('warnings'),
        ...(run.targets.length ? [column('targets met'), column('missed'), column('undecided')] : []),
        ...(run.against ? [column('slower'), column('faster')] : []))),
      h('tbody', null, ...run.suites.slice(0, SUITES_MAX).map((suite) => suiteRow(run, suite))))));
}

function fact(list: HTMLElement, name: string, ...values: (string | HTMLElement | null | undefined | false)[]): void {
  if (values.every((value) => !value)) return;
  list.append(h('dt', null, name), h('dd', null, ...values));
}

function methodText(run: Run): string {
  const plan = run.head.plan;
  const length = plan.sample_count ? plural(Number(plan.sample_count), 'sample') : seconds(Number(plan.measure_seconds));
  return `${clean(String(plan.profile))}: ${plural(Number(plan.launches), 'launch', 'launches')} (fresh processes) of ${length} for each benchmark, after a warm-up of at most ${seconds(Number(plan.warmup_seconds))}; seed ${plan.seed}`;
}

function noiseText(run: Run): string {
  const environment = run.head.environment;
  const load = environment.load_1min, steal = environment.steal_ratio;
  return `load ${load === null ? 'not known' : Number(load).toFixed(2)} before the run, CPU time stolen ${steal === null ? 'not known' : percent(Number(steal), 2)}, reading the clock ${quantity(Number(environment.clock_ns), 'ns')}`;
}

function environment(run: Run): HTMLElement {
  const e = run.head.environment;
  const list = h('dl');
  const machine = `${clean(String(e.cpu ?? ''))}, ${plural(Number(e.cores), 'core')}, ${quantity(Number(e.memory_bytes), 'B')}`;
  fact(list, 'Method', methodText(run));
  fact(list, 'Machine', machine, e.hostname ? `, host ${clean(String(e.hostname))}` : '');
  fact(list, 'System', `${clean(String(e.kernel ?? ''))}${e.os ? ', ' + clean(String(e.os)) : ''}, governor ${clean(String(e.governor ?? '')) || 'not known'}`);
  fact(list, 'Compiler', clean(String(e.compiler ?? '')));
  fact(list, 'Noise', noiseText(run));
  for (const [name, value] of Object.entries(e.facts ?? {})) fact(list, short(clean(name), 80), short(clean(String(value)), 600));
  return h('details', { class: 'plain environment' }, h('summary', null, h('span', null, 'Machine and noise'),
    h('span', { class: 'soft' }, ` ${machine}; ${noiseText(run)}`)), list);
}

function subtitle(run: Run): HTMLElement {
  const head = run.head;
  const items: (HTMLElement | string)[] = [h('code', null, clean(head.id)), when(head.started_at), `took ${seconds(Number(head.duration_seconds))}`];
  if (head.commit) items.push(h('span', null, 'commit ', h('code', { title: clean(head.commit) }, clean(head.commit).slice(0, 10)), head.branch ? ` on ${short(clean(head.branch), 80)}` : ''));
  if (head.tag) items.push(h('span', null, `tag ${short(clean(head.tag), 80)}`));
  return h('ul', { class: 'facts' }, ...items.map((item) => h('li', null, item)));
}

export function overview(run: Run): HTMLElement {
  const counts = countsOf(run);
  const [first, ...rest] = sentences(run, counts);
  const panels = [targetPanel(run), movedPanel(run), attentionPanel(run)].filter((part): part is HTMLElement => part !== null);
  return h('header', { class: run.benches.length ? 'overview' : 'overview empty-run' },
    h('h1', null, short(clean(run.head.label) || 'Performance report', 200)), subtitle(run),
    h('div', { class: `verdict ${tone(run, counts)}`, role: 'status' }, h('p', null, h('b', null, first), ' ', rest.join(' '))),
    run.benches.length ? tiles(run, counts) : note('open', 'Empty', 'no benchmark was run.'),
    panels.length ? h('div', { class: 'panels' }, ...panels) : null, suitesPanel(run), environment(run));
}
