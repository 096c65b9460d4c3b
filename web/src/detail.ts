// One benchmark, drawn when it is opened: charts on one side, numbers with their meaning on the other.
import { ratioBar } from './charts/bars';
import { bulkOf, densityChart } from './charts/density';
import { flameChart } from './charts/flame';
import { calmRange, Line, seriesChart } from './charts/series';
import { breakable, clean, h, plural, short } from './dom';
import { DASH, NONE, change, digits, factor, moment, percent, quantity } from './format';
import { mark, note, term } from './marks';
import { MEANINGS } from './meanings';
import { Bench, Fit, History, Run, Samples, Scaling, Stats } from './model';
import { linkTo } from './state';

const LAUNCH_COLORS = ['l0', 'l1', 'l2', 'l3', 'l4', 'l5'];

function interval(low: number, high: number, unit: string): string {
  return Number.isFinite(low) && Number.isFinite(high) ? `${quantity(low, unit)} ${DASH} ${quantity(high, unit)}` : NONE;
}

/** Values beyond the window go to its edge, where they are told apart by colour. */
function orderChart(bench: Bench, samples: Samples): HTMLElement | null {
  const time = bench.time;
  const [low, high] = bulkOf(Array.from(samples.values).filter(Number.isFinite).sort((a, b) => a - b), time);
  const x = Array.from(samples.values, (_, i) => i + 1);
  const isInside = (v: number) => v >= low && v <= high;
  const outside = Array.from(samples.values, (v) => (Number.isFinite(v) && !isInside(v) ? v : null));
  const count = outside.filter((v) => v !== null).length;
  const lines: Line[] = LAUNCH_COLORS.slice(0, samples.launchCount).map((color, k) => ({
    label: samples.launchCount > 6 ? `launches ${k + 1}, ${k + 7} \u2026` : `launch ${k + 1}`, color, kind: 'points',
    values: x.map((_, i) => (samples.launches[i] % 6 === k && isInside(samples.values[i]) ? samples.values[i] : null)),
  }));
  const said = outside.slice();
  if (count) lines.push({ label: 'beyond the edge', color: 'ink', kind: 'points', values: outside.map((v) => (v === null ? null : v > high ? high : low)) });
  if (!samples.values.some(Number.isFinite)) return null;
  const chart = seriesChart({
    title: `Samples of ${short(bench.id, 80)} in order of measuring`, x, xLabel: 'sample, in order of measuring',
    xText: (v) => `${Math.round(v)}`, yLabel: 'time per iteration', unit: 'ns', lines, yRange: [low, high], real: (i) => said[i],
    band: time?.hasInterval ? { low: time.low, high: time.high } : undefined,
    level: time && Number.isFinite(time.median) ? time.median : undefined,
  }, '');
  chart.querySelector('figcaption')!.append(h('b', null, 'Samples in order. '), 'A slope or a step is drift. Drag to zoom.' +
    (count ? ` ${plural(count, 'sample')} beyond the edges ${count === 1 ? 'is' : 'are'} drawn on them.` : ''));
  if (samples.launchCount > 1) {
    const keys = h('ul', { class: 'keys', 'aria-label': 'Colours of the launches' });
    for (let k = 0; k < Math.min(6, samples.launchCount); k++)
      keys.append(h('li', null, h('i', { class: `key l${k}` }), lines[k].label));
    chart.append(keys);
  }
  return chart;
}

function comparison(bench: Bench, run: Run): HTMLElement | null {
  const moved = bench.moved;
  if (!moved || !run.against) return null;
  return h('section', { class: 'part' }, h('h4', null, 'Compared with the run before'),
    h('p', null, mark(moved.verdict), ' ', h('b', null, moved.ratio === null ? NONE : change(moved.ratio)), ' ',
      h('span', { class: 'soft' }, `(${moved.low === null || moved.high === null ? 'no interval' : `${change(moved.low)} to ${change(moved.high)}`}) `),
      moved.ratio !== null && ratioBar(moved.ratio, moved.low, moved.high, moved.verdict)),
    h('p', { class: 'soft small' }, `${quantity(moved.old, moved.unit)} then, ${quantity(moved.new, moved.unit)} now; run `,
      h('code', null, clean(run.against.id)), '. Stored runs were measured one after the other: no verdict below 5 %.'));
}

function commitOf(text: string): string {
  return clean(text).slice(0, 10);
}

export function historyChart(history: History, unit: string, label: string): HTMLElement {
  const x = history.points.map((_, i) => i + 1);
  const name = (v: number) => {
    const point = history.points[Math.round(v) - 1];
    return point ? commitOf(point[2]) || clean(point[1]).slice(4, 13) : '';
  };
  const figure = seriesChart({
    title: `History of ${short(clean(history.benchmark), 80)}, ${plural(history.points.length, 'value')}, ${plural(history.changes.length, 'step')}`,
    x, xLabel: `${history.points.some((point) => point[2]) ? 'commit' : 'run'}, oldest first`, xText: (v) => (Math.abs(v - Math.round(v)) < 0.01 ? name(v) : ''),
    yLabel: label, unit, isIndex: true, yRange: calmRange(history.points.map((point) => point[0])),
    lines: [{ label, color: 'mark', kind: history.points.length > 200 ? 'line' : 'both', values: history.points.map((point) => point[0]) }],
    marks: history.changes.map((step) => ({ at: step.index + 0.5, color: step.worse ? 'bad' : 'good', text: step.ratio === null ? '' : change(step.ratio) })),
    releases: (history.releases ?? []).map(([index, release]) => ({ at: index + 1, text: clean(release) })),
  }, '');
  figure.querySelector('figcaption')!.append(h('b', null, 'History. '),
    history.changes.length ? 'Dashed: a step that scatter does not explain.' : 'No step that scatter would not explain.',
    history.releases?.length ? ' Thin lines: where a release was first measured.' : '');
  return figure;
}

const TERMS: Record<string, (n: number) => number> = {
  'O(1)': () => 1, 'O(log n)': (n) => Math.log2(n), 'O(n)': (n) => n, 'O(n log n)': (n) => n * Math.log2(n),
  'O(n^2)': (n) => n * n, 'O(n^3)': (n) => n ** 3,
};

/** The believed law at `n`; NaN where this page does not know the law. */
function fitted(fit: Fit | undefined, n: number): number {
  const law = fit && TERMS[fit.law];
  if (!fit || !law) return NaN;
  const [scale, constant] = Object.values(fit.estimates).map((estimate) => estimate.value ?? NaN);
  return scale * law(n) + (constant ?? 0);
}

export function scalingChart(scaling: Scaling, unit: string, label: string): HTMLElement | null {
  const points = scaling.points.filter((point) => point.value !== null && point.at > 0);
  if (points.length < 2) return null;
  const between = points.flatMap((point, i) => {
    const next = points[i + 1];
    return next ? Array.from({ length: 12 }, (_, k) => point.at * (next.at / point.at) ** (k / 12)) : [point.at];
  });
  const isLog = points.every((point) => (point.value ?? 0) > 0);
  const parameter = clean(scaling.parameter);
  const known = new Map(points.map((point) => [point.at, point.value]));
  const fit = between.map((n) => fitted(scaling.fits[0], n));
  const lines: Line[] = [{ label: 'measured', color: 'mark', kind: 'points', values: between.map((n) => known.get(n) ?? null) }];
  if (fit.every(Number.isFinite)) lines.unshift({ label: 'fit', color: 'open', kind: 'line', dash: [6, 4], values: fit });
  const figure = seriesChart({
    title: `Growth of ${short(clean(scaling.benchmark), 80)} over ${parameter}`, x: between, xLabel: `${parameter}${isLog ? ', logarithmic' : ''}`,
    xText: (v) => (v >= 1 ? v.toLocaleString('en', { maximumFractionDigits: 0 }) : `${v}`), yLabel: label, unit, lines, logX: isLog, logY: isLog,
  }, '');
  figure.querySelector('figcaption')!.append(h('b', null, `Growth over ${short(parameter, 40)}. `), scaling.law);
  return figure;
}

/* Numbers. */

type Cell = (stats: Stats) => string;
const number = (column: string): Cell => (stats) => quantity(stats.get(column), stats.metric.unit);
const between = (low: string, high: string): Cell => (stats) => interval(stats.get(low), stats.get(high), stats.metric.unit);

function outliers(stats: Stats): string {
  if (!Number.isFinite(stats.get('low_mild'))) return NONE;
  const low = stats.get('low_mild') + stats.get('low_severe'), high = stats.get('high_mild') + stats.get('high_severe');
  const severe = stats.get('low_severe') + stats.get('high_severe');
  const words = [high || !low ? `${high} high` : '', low ? `${low} low` : '', severe ? `${severe} severe` : ''].filter(Boolean);
  return words.join(', ');
}

const ROWS: [string, string, Cell][] = [
  ['median', MEANINGS.median, number('median')],
  ['interval', MEANINGS.interval, between('low', 'high')],
  ['mean', MEANINGS.mean, number('mean')],
  ['standard deviation', MEANINGS.sd, number('sd')],
  ['MAD', MEANINGS.mad, number('mad')],
  ['minimum', MEANINGS.min, number('min')],
  ['maximum', MEANINGS.max, number('max')],
  ...['50', '90', '95', '99', '99.9'].map((rank): [string, string, Cell] => [`P${rank}`, `${rank} % of the samples are below`,
    (stats) => (Number.isFinite(stats.get(`p${rank}`)) ? quantity(stats.get(`p${rank}`), stats.metric.unit) : 'insufficient')]),
  ['outliers', MEANINGS.outliers, outliers],
  ['autocorrelation', MEANINGS.autocorrelation, (stats) => (Number.isFinite(stats.get('autocorrelation')) ? stats.get('autocorrelation').toFixed(2) : NONE)],
  ['effective samples', MEANINGS.effective, (stats) => (Number.isFinite(stats.get('effective_samples')) ? `${digits(stats.get('effective_samples'), 3)} of ${stats.get('samples')}` : NONE)],
  ['bootstrap, median', MEANINGS.bootstrap_median, between('bootstrap_median_low', 'bootstrap_median_high')],
  ['bootstrap, mean', MEANINGS.bootstrap_mean, between('bootstrap_mean_low', 'bootstrap_mean_high')],
  ['samples', MEANINGS.samples, (stats) => stats.get('samples').toLocaleString('en')],
  ['launches', MEANINGS.launches, (stats) => `${stats.get('launches')}`],
];

/** A column of statistics is for what has samples; rates are the time in other words, and peaks come once a launch. */
function isSampled(stats: Stats): boolean {
  if (stats.metric.name === 'time_ns') return true;
  return stats.get('samples') > stats.get('launches') && !stats.metric.meaning && !['B/s', '1/s'].includes(stats.metric.unit);
}

function statistics(bench: Bench): HTMLElement | null {
  const columns = [...bench.measured.values()].filter(isSampled);
  if (!columns.length) return null;
  const body = h('tbody');
  for (const [name, meaning, cell] of ROWS) {
    const cells = columns.map(cell);
    if (cells.every((text) => text === NONE)) continue;
    body.append(h('tr', name === 'median' ? { class: 'lead' } : null, h('th', { scope: 'row' }, term(name, meaning)),
      ...cells.map((text) => h('td', { class: text === 'insufficient' ? 'num soft' : 'num',
        title: text === 'insufficient' ? MEANINGS.insufficient : null }, text))));
  }
  return h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Statistics' }, h('table', { class: 'numbers' },
    h('caption', null, 'Statistics'),
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, h('span', { class: 'hidden' }, 'statistic')),
      ...columns.map((stats) => h('th', { scope: 'col', class: 'num' }, short(stats.metric.label, 40))))), body));
}

/** What was measured beside time and has one number. */
function resources(bench: Bench): HTMLElement | null {
  const rows = [...bench.measured.values()].filter((stats) => !isSampled(stats));
  const missing = bench.raw.missing ?? [];
  if (!rows.length && !missing.length) return null;
  return h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Rates, resources, qualities' }, h('table', { class: 'numbers' },
    h('caption', null, 'Rates, resources, qualities'),
    h('tbody', null,
      ...rows.map((stats) => h('tr', null, h('th', { scope: 'row' }, term(short(stats.metric.label, 60), stats.metric.meaning)),
        h('td', { class: 'num' }, quantity(stats.median, stats.metric.unit),
          stats.hasInterval && stats.high > stats.low && h('small', null, interval(stats.low, stats.high, stats.metric.unit))))),
      ...missing.map(([metric, reason]) => h('tr', null, h('th', { scope: 'row' }, short(clean(metric), 60)),
        h('td', { class: 'soft' }, `missing: ${short(clean(reason), 400)}`))))));
}

function targetList(bench: Bench): HTMLElement | null {
  if (!bench.targets.length) return null;
  return h('section', { class: 'part' }, h('h4', null, 'Targets'), h('ul', { class: 'plain' },
    ...bench.targets.map((target) => {
      const metric = bench.measured.get(target.metric)?.metric;
      const bound = target.versus ? `at least ${factor(target.bound)} faster than ${short(clean(target.versus), 120)}`
        : `${metric?.better === 'higher' ? 'at least' : 'at most'} ${quantity(target.bound, metric?.unit ?? '')}`;
      return h('li', null, mark(target.status), ` ${bound}`, target.source ? h('span', { class: 'soft' }, ` \u00b7 ${short(clean(target.source), 200)}`) : null);
    })));
}

function claimList(bench: Bench, run: Run): HTMLElement | null {
  const claims = run.claims.filter((claim) => clean(claim.benchmark) === bench.id && bench.measured.has(claim.metric));
  if (!claims.length) return null;
  return h('section', { class: 'part' }, h('h4', null, 'Claims of the sources'), h('ul', { class: 'plain' },
    ...claims.map((claim) => {
      const ours = bench.measured.get(claim.metric)!;
      return h('li', null, `stated ${quantity(claim.stated, ours.metric.unit)}, measured here ${quantity(ours.median, ours.metric.unit)}`,
        claim.stated ? ` (${factor(ours.median / claim.stated)})` : '', h('span', { class: 'soft' }, ` \u00b7 ${short(clean(claim.source), 200)}`));
    })), h('p', { class: 'soft small' }, 'Another machine, often other data: the ratio is a hint, not a verdict.'));
}

function sweepsOf(bench: Bench, run: Run): Scaling[] {
  const others = (text: string, parameter: string) => text.split(',').filter((pair) => !pair.startsWith(`${parameter}=`)).join(',');
  return run.scaling.filter((row) => bench.values.has(clean(row.parameter)) &&
    clean(row.benchmark) === bench.group + (others(bench.params, clean(row.parameter)) ? ':' + others(bench.params, clean(row.parameter)) : ''));
}

function charts(bench: Bench, run: Run): HTMLElement {
  const samples = bench.samples;
  const parts: (HTMLElement | null)[] = [];
  if (samples) parts.push(densityChart(samples, bench.time), orderChart(bench, samples));
  for (const row of sweepsOf(bench, run)) {
    const metric = bench.measured.get(row.metric)?.metric;
    parts.push(scalingChart(row, metric?.unit ?? 'ns', metric?.label ?? row.metric));
  }
  for (const history of run.history.filter((row) => clean(row.benchmark) === bench.id && row.points.length > 1)) {
    const metric = bench.measured.get(history.metric)?.metric;
    parts.push(historyChart(history, metric?.unit ?? 'ns', metric?.label ?? history.metric));
  }
  return h('div', { class: 'charts' }, ...parts, !samples && h('p', { class: 'soft' }, 'No samples.'));
}

export function detail(bench: Bench, run: Run, isServed: boolean): HTMLElement {
  const raw = bench.raw;
  const facts = [raw.module ? `Measured in ${short(clean(raw.module).replace(/.*\//, ''), 300)}` : '', raw.bytes ? `${quantity(raw.bytes, 'B')} per iteration` : '',
    raw.items ? `${quantity(raw.items, '')} ${raw.items === 1 ? 'item' : 'items'} per iteration` : '', raw.tags ? `tags: ${short(clean(raw.tags), 200)}` : ''].filter(Boolean);
  return h('div', { class: 'detail' },
    h('h3', null, h('code', null, breakable(bench.id, 12000)), ' ',
      h('a', { class: 'permalink', href: linkTo(bench.id), 'aria-label': 'Link to this benchmark' }, '#')),
    raw.description ? h('p', null, short(clean(raw.description), 2000)) : null,
    facts.length ? h('p', { class: 'soft small', title: raw.module ? short(clean(raw.module), 1000) : null }, facts.join(' \u00b7 ')) : null,
    isServed && h('p', { class: 'small' }, h('a', { href: `/trend?benchmark=${encodeURIComponent(bench.id)}` }, 'Trend of this benchmark')),
    raw.status === 'failed' && note('bad', 'Failed', short(clean(raw.reason) || 'no reason given', 8000)),
    raw.status === 'skipped' && note('soft', 'Skipped', short(clean(raw.reason) || 'no reason given', 8000)),
    raw.warning ? note('open', 'Warning', short(clean(raw.warning), 8000)) : null,
    h('div', { class: 'columns' }, charts(bench, run),
      h('div', { class: 'side' }, comparison(bench, run), targetList(bench), claimList(bench, run), statistics(bench), resources(bench))),
    raw.stacks ? flameChart(bench.id, raw.stacks) : null);
}

export function when(text: string): string {
  return moment(clean(text));
}

export function spreadOf(stats: Stats | undefined): string {
  return stats?.hasInterval && stats.median > 0 ? `\u00b1\u2009${percent(stats.spread, stats.spread < 0.1 ? 1 : 0)}` : '';
}
