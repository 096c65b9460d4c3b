// One suite as a whole: its engines side by side on each input, and time against other qualities.
import { scatterChart } from './charts/scatter';
import { breakable, h, short } from './dom';
import { NONE, factor, quantity } from './format';
import { term } from './marks';
import { MEANINGS } from './meanings';
import { Bench, Metric, Run } from './model';
import { linkTo } from './state';

const KEYS = ['engine', 'variant', 'backend', 'implementation', 'algorithm'];
const COLUMNS_MAX = 16, ROWS_MAX = 200;

/** The parameter whose words tell engines apart. */
function engineKey(benches: Bench[]): string | null {
  return KEYS.find((key) => new Set(benches.map((bench) => bench.values.get(key)).filter(Boolean)).size > 1) ?? null;
}

function inputName(bench: Bench, key: string): string {
  return [...bench.values].filter(([name]) => name !== key).map((pair) => pair.join('=')).join(',') || 'its only input';
}

function cell(bench: Bench | undefined, best: number): HTMLElement {
  if (!bench) return h('td', { class: 'num soft' }, '');
  if (!(bench.median > 0)) return h('td', { class: 'num soft', title: bench.raw.status }, NONE);
  const isBest = bench.median <= best;
  return h('td', { class: isBest ? 'num best' : 'num' }, h('a', { href: linkTo(bench.id) },
    isBest ? 'fastest' : factor(bench.median / best)), h('small', null, quantity(bench.median, 'ns')));
}

/** One benchmark's inputs against its engines: what has other engines has a table of its own. */
function engineTable(benches: Bench[], key: string): HTMLElement | null {
  const isTimed = (bench: Bench) => bench.median > 0;
  const rows = new Map<string, Map<string, Bench>>();
  for (const bench of benches) {
    const engine = bench.values.get(key);
    if (!engine) continue;
    const name = inputName(bench, key);
    rows.set(name, (rows.get(name) ?? new Map()).set(engine, bench));
  }
  const worth = [...rows].filter(([, row]) => [...row.values()].filter(isTimed).length > 1).slice(0, ROWS_MAX);
  const engines = [...new Set(worth.flatMap(([, row]) => [...row].filter(([, bench]) => isTimed(bench)).map(([engine]) => engine)))];
  if (!worth.length || engines.length > COLUMNS_MAX) return null;
  const [{ name: title }] = benches;
  return h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': `Engines of ${short(title, 80)} side by side` }, h('table', { class: 'engines' },
    h('thead', null, h('tr', null, h('th', { scope: 'col', class: 'name' }, short(title, 80)),
      ...engines.map((engine) => h('th', { scope: 'col', class: 'num' }, short(engine, 40))))),
    h('tbody', null, ...worth.map(([name, row]) => {
      const best = Math.min(...[...row.values()].map((bench) => bench.median).filter((v) => v > 0));
      return h('tr', null, h('th', { scope: 'row' }, h('code', null, breakable(name, 120))),
        ...engines.map((engine) => cell(row.get(engine), best)));
    }))));
}

function engineTables(benches: Bench[]): HTMLElement | null {
  const names = [...new Set(benches.map((bench) => bench.name))];
  const tables = names.map((name) => {
    const rows = benches.filter((bench) => bench.name === name);
    const key = engineKey(rows);
    return key && engineTable(rows, key);
  }).filter((table): table is HTMLElement => !!table);
  if (!tables.length) return null;
  return h('div', { class: 'engine-tables' }, h('p', { class: 'caption' }, h('b', null, 'Engines side by side. '),
    'Time of an iteration, as a multiple of ', term('the fastest', MEANINGS.fastest), ' of the row.'), ...tables);
}

/** What a quicker benchmark may pay with: qualities that benchmarks state, then their memory. */
function tradeMetrics(run: Run, benches: Bench[]): Metric[] {
  const counts = (metric: Metric) => benches.filter((bench) => bench.measured.has(metric.name) && bench.median > 0).length;
  const differs = (metric: Metric) => new Set(benches.map((bench) => bench.measured.get(metric.name)?.median).filter((v) => v !== undefined)).size > 1;
  const stated = run.metrics.filter((metric) => !metric.meaning && !['time_ns', 'bytes_per_s', 'items_per_s', 'instructions', 'roofline_percent'].includes(metric.name));
  const order = (metric: Metric) => (metric.quality ? 0 : metric.name === 'rss_bytes_peak' ? 2 : 1);
  return stated.filter((metric) => counts(metric) > 1 && differs(metric)).sort((a, b) => order(a) - order(b));
}

function tradeOffs(run: Run, benches: Bench[]): HTMLElement | null {
  const metrics = tradeMetrics(run, benches);
  if (!metrics.length) return null;
  const inputs = [...new Set(benches.map((bench) => bench.input))];
  const dots = (metric: Metric, input: string) => benches.filter((bench) => bench.input === input && bench.median > 0 && bench.measured.has(metric.name)).length;
  const comparable = (metric: Metric) => inputs.filter((input) => dots(metric, input) > 1);
  const place = h('div');
  const metricChoice = h('select', { 'aria-label': 'Metric of the trade-off' }, ...metrics.map((metric) => h('option', { value: metric.name }, short(metric.label, 60))));
  const inputChoice = h('select', { 'aria-label': 'Input of the trade-off' });
  const chosenMetric = () => metrics.find((one) => one.name === metricChoice.value) ?? metrics[0];
  const offerInputs = () => {
    const groups = comparable(chosenMetric());
    inputChoice.replaceChildren(h('option', { value: '' }, 'all benchmarks'), ...groups.slice(0, 200).map((input) => h('option', { value: input }, short(input, 80))));
    if (groups.length && groups.length < 40)
      inputChoice.value = groups.reduce((most, input) => (dots(chosenMetric(), input) > dots(chosenMetric(), most) ? input : most));
  };
  const draw = () => {
    const metric = chosenMetric();
    const chosen = inputChoice.value ? benches.filter((bench) => bench.input === inputChoice.value) : benches;
    place.replaceChildren(scatterChart(chosen, metric) ?? h('p', { class: 'soft' }, `Fewer than two of these have a time and a value of ${metric.label}.`));
  };
  metricChoice.addEventListener('change', () => { offerInputs(); draw(); });
  inputChoice.addEventListener('change', draw);
  offerInputs();
  draw();
  return h('details', { class: 'plain trade', open: metrics[0].quality }, h('summary', null, h('b', null, 'Trade-offs'), h('span', { class: 'soft' }, ` time against ${metrics.map((metric) => short(metric.label, 40)).slice(0, 4).join(', ')}`)), h('p', { class: 'choices' }, h('label', null, 'Time against ', metricChoice), h('label', null, 'of ', inputChoice)), place);
}

/** The part above a suite's rows; null when it would say nothing. */
export function suitePart(run: Run, suite: string): HTMLElement | null {
  const benches = run.benches.filter((bench) => bench.suite === suite);
  const parts = [engineTables(benches), tradeOffs(run, benches)].filter((part): part is HTMLElement => !!part);
  return parts.length ? h('section', { class: 'suite', 'aria-label': `Suite ${short(suite, 80)}` },
    h('h2', null, `Suite ${short(suite, 80)}`), ...parts) : null;
}
