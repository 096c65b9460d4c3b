// Histories: a zoomable chart for each benchmark that a word names, its steps and drifts.
import { json, text, TrendPoint, TrendSeries } from '../api';
import { calmRange, seriesChart } from '../charts/series';
import { breakable, clean, h, plural, short } from '../dom';
import { change, quantity } from '../format';
import { mark, note } from '../marks';
import { readRun } from '../model';
import { when } from '../detail';

const CHARTS_MAX = 24;

function amount(series: TrendSeries, ratio: number | null): string {
  if (ratio === null) return 'moved';
  return series.scale === 'ratio' ? change(ratio) : `${ratio >= 0 ? '+' : '\u2212'}${quantity(Math.abs(ratio), series.unit)}`;
}

function commit(words: string): HTMLElement {
  return h('code', { title: clean(words) }, clean(words).slice(0, 10) || 'unknown');
}

function steps(series: TrendSeries): HTMLElement | null {
  if (!series.change_points.length && !series.drifts.length) return null;
  return h('ul', { class: 'plain steps' },
    ...[...series.change_points].reverse().map((step) => h('li', null, mark(step.direction === 'worse' ? 'slower' : 'faster', amount(series, step.ratio)), ' ',
      h('span', { class: 'soft' }, `since ${when(series.points[step.index]?.at ?? '')}, after `), commit(step.good_commit), h('span', { class: 'soft' }, ' and by '), commit(step.bad_commit))),
    ...series.drifts.map((drift) => h('li', null, mark(drift.direction === 'worse' ? 'slower' : 'faster', amount(series, drift.ratio)),
      h('span', { class: 'soft' }, ` drift over ${plural(drift.count, 'value')}`))));
}

/** Of several values of a release the first one carries its name. */
function releases(points: TrendPoint[]): { at: number; text: string }[] {
  const named = points.flatMap((point, i) => (point.release ? [{ at: i + 1, text: clean(point.release) }] : []));
  return named.filter((one, i) => !i || one.text !== named[i - 1].text);
}

function chart(series: TrendSeries): HTMLElement {
  const points = series.points;
  const name = (x: number) => {
    const point = points[Math.round(x) - 1];
    return point && Math.abs(x - Math.round(x)) < 0.01 ? clean(point.commit).slice(0, 8) || clean(point.at).slice(5, 16).replace('T', ' ') : '';
  };
  const last = points[points.length - 1];
  const figure = seriesChart({
    title: `Trend of ${short(clean(series.name), 80)}, ${plural(points.length, 'value')}, ${plural(series.change_points.length, 'step')}`,
    x: points.map((_, i) => i + 1), xLabel: `${points.some((point) => point.commit) ? 'commit' : 'run'}, oldest first`, xText: name, yLabel: clean(series.metric), unit: clean(series.unit), height: 260,
    isIndex: true, yRange: calmRange(points.map((point) => point.value)),
    lines: [{ label: clean(series.metric), color: 'mark', kind: points.length > 200 ? 'line' : 'both', values: points.map((point) => point.value) }],
    marks: series.change_points.map((step) => ({ at: step.index + 0.5, color: step.direction === 'worse' ? 'bad' : 'good', text: amount(series, step.ratio) })),
    releases: releases(points),
  }, '');
  figure.querySelector('figcaption')!.append(`${plural(points.length, 'value')}, newest ${quantity(last?.value, clean(series.unit))}. Drag to zoom.`,
    points.some((point) => point.release) ? ' Thin lines: where a release was first measured.' : '',
    series.left_out ? ` ${plural(series.left_out, 'value')} of other machines or compilers left out.` : '');
  return h('section', { class: 'trend', 'data-series': short(series.name, 400) }, h('h2', null, h('code', null, breakable(clean(series.name)))), figure, steps(series));
}

async function known(): Promise<{ ids: string[]; metrics: string[] }> {
  try {
    const run = readRun(await text('/api/v1/runs/latest/view'));
    return { ids: run.benches.map((bench) => bench.id), metrics: run.metrics.map((metric) => metric.name) };
  } catch {
    return { ids: [], metrics: [] };
  }
}

export async function trendPage(app: HTMLElement): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const { ids, metrics } = await known();
  const benchmark = asked.get('benchmark') ?? '', metric = asked.get('metric') ?? 'time_ns';
  const list = h('datalist', { id: 'benchmarks' }, ...ids.slice(0, 1000).map((id) => h('option', { value: id })));
  const select = h('select', { name: 'metric', id: 'metric' }, ...[...new Set(['time_ns', metric, ...metrics])].map((name) => h('option', { value: name }, short(name, 60))));
  select.value = metric;
  document.title = 'assay: trends';
  const main = h('main', { id: 'results', tabindex: -1 });
  app.append(h('header', { class: 'overview' }, h('h1', null, 'Trends'), h('form', { action: '/trend', class: 'tools' },
    h('label', { for: 'benchmark' }, h('span', null, 'Benchmark, a part of its name, or %TAG'), h('input', { id: 'benchmark', name: 'benchmark', list: 'benchmarks', required: true, value: benchmark, autocomplete: 'off' })), list,
    h('label', { for: 'metric' }, h('span', null, 'Metric'), select), h('button', { type: 'submit' }, 'Show'))), main);
  if (!benchmark) {
    main.append(h('p', { class: 'soft' }, ids.length ? 'Name a benchmark, or a suite for all of its benchmarks.' : 'No run is stored yet.'));
    return;
  }
  const query = new URLSearchParams({ benchmark, metric });
  if (asked.get('last')) query.set('last', asked.get('last')!);
  try {
    const series = (await json<{ series: TrendSeries[] }>(`/api/v1/trend?${query}`)).series.filter((one) => one.points.length);
    main.append(h('p', { class: 'soft small' }, `${plural(series.length, 'series', 'series')}; what became worse last comes first.`), ...series.slice(0, CHARTS_MAX).map(chart));
    if (series.length > CHARTS_MAX) main.append(h('p', { class: 'soft' }, `${series.length - CHARTS_MAX} more match; a longer word names fewer.`));
  } catch (error) {
    main.append(note('bad', 'No trend', short(String((error as Error).message), 2000)));
  }
}
