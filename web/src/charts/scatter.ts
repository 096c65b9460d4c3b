// Two metrics against each other: which benchmarks no other one beats in both (Pareto's front).
import { breakable, h, short, svg } from '../dom';
import { quantity, scaleOf, ticks, tickLabels } from '../format';
import { Bench, Metric } from '../model';

const WIDTH = 720, HEIGHT = 330, LEFT = 64, RIGHT = 24, TOP = 14, BOTTOM = 46;

interface Dot {
  bench: Bench;
  x: number;
  y: number;
  isBest: boolean;
}

function front(dots: Dot[], higher: boolean): void {
  let best = higher ? -Infinity : Infinity;
  for (const dot of [...dots].sort((a, b) => a.x - b.x || (higher ? b.y - a.y : a.y - b.y)))
    if (higher ? dot.y > best : dot.y < best) {
      dot.isBest = true;
      best = dot.y;
    }
}

function decades(low: number, high: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const m of high / low > 300 ? [1] : [1, 2, 5]) {
      const value = m * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
    }
  return found.length > 1 ? found : [low, high];
}

function range(values: number[]): [number, number] {
  const low = Math.min(...values), high = Math.max(...values);
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [low - pad, high + pad];
}

function dotElement(dot: Dot, x: number, y: number, metric: Metric): SVGElement {
  const name = `${short(dot.bench.name, 60)} ${short(dot.bench.params, 80)}: ${quantity(dot.x, 'ns')}, ${quantity(dot.y, metric.unit)}`;
  return svg('a', { href: `#open=${encodeURIComponent(dot.bench.id)}`, 'aria-label': name },
    svg('circle', { class: dot.isBest ? 'dot best' : 'dot', cx: x, cy: y, r: dot.isBest ? 6 : 4.5 }, svg('title', null, name)));
}

/** Labels beside the dots of the front, as long as they do not cover each other. */
function labels(placed: { dot: Dot; x: number; y: number }[]): SVGElement[] {
  const taken: [number, number][] = [];
  return placed.filter(({ dot }) => dot.isBest).flatMap(({ dot, x, y }) => {
    if (taken.some(([a, b]) => Math.abs(a - x) < 110 && Math.abs(b - y) < 15)) return [];
    taken.push([x, y]);
    const text = [...dot.bench.values.values()].filter((v) => !Number.isFinite(Number(v))).join(' ') || dot.bench.name;
    const isRight = x > WIDTH - 140;
    return [svg('text', { class: 'label', x: x + (isRight ? -10 : 10), y: y + 4, 'text-anchor': isRight ? 'end' : 'start' }, short(text, 24))];
  });
}

export function scatterChart(benches: Bench[], metric: Metric): HTMLElement | null {
  const dots: Dot[] = benches.map((bench) => ({ bench, x: bench.median, y: bench.measured.get(metric.name)?.median ?? NaN, isBest: false }))
    .filter((dot) => dot.x > 0 && Number.isFinite(dot.y));
  if (dots.length < 2) return null;
  front(dots, metric.better === 'higher');
  const xs = dots.map((dot) => dot.x);
  const low = Math.min(...xs) * 0.85, high = Math.max(...xs) * 1.18;
  const [bottom, top] = range(dots.map((dot) => dot.y));
  const px = (v: number) => LEFT + (Math.log(v / low) / Math.log(high / low)) * (WIDTH - LEFT - RIGHT);
  const py = (v: number) => HEIGHT - BOTTOM - ((v - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const scale = scaleOf(top, metric.unit);
  const yTicks = ticks(bottom, top, 5), yLabels = tickLabels(yTicks, scale.divisor);
  const placed = dots.map((dot) => ({ dot, x: px(dot.x), y: py(dot.y) }));
  const best = placed.filter(({ dot }) => dot.isBest).sort((a, b) => a.x - b.x);
  const line = best.map(({ x, y }, i) => `${i ? `H${x.toFixed(1)}V` : `M${x.toFixed(1)} `}${y.toFixed(1)}`).join('');
  return h('figure', null,
    h('figcaption', null, h('b', null, 'Trade-off. '),
      `Time against ${metric.label} (${metric.better} is better). Filled: no other benchmark is better in both.`),
    svg('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'group', 'aria-label': `Time against ${metric.label} of ${dots.length} benchmarks` },
      ...yTicks.flatMap((v, i) => [svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: py(v), y2: py(v) }),
        svg('text', { x: LEFT - 8, y: py(v) + 4, 'text-anchor': 'end' }, yLabels[i])]),
      ...decades(low, high).flatMap((v) => [svg('line', { class: 'grid', x1: px(v), x2: px(v), y1: TOP, y2: HEIGHT - BOTTOM }),
        svg('text', { x: px(v), y: HEIGHT - BOTTOM + 17, 'text-anchor': 'middle' }, quantity(v, 'ns').replace(/\.0+(?=\D)/, ''))]),
      svg('text', { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, 'text-anchor': 'middle' }, 'time per iteration, logarithmic'),
      svg('text', { x: -(HEIGHT - BOTTOM + TOP) / 2, y: 13, transform: 'rotate(-90)', 'text-anchor': 'middle' },
        `${short(metric.label, 40)}${scale.unit ? ` [${scale.unit}]` : ''}`),
      svg('path', { class: 'front', d: line || 'M0 0' }),
      ...placed.sort((a, b) => Number(a.dot.isBest) - Number(b.dot.isBest)).map(({ dot, x, y }) => dotElement(dot, x, y, metric)),
      ...labels(best)) as unknown as HTMLElement,
    h('details', { class: 'plain' }, h('summary', null, 'As a list'), h('ul', null, ...best.map(({ dot }) =>
      h('li', null, h('code', null, breakable(dot.bench.id)), ` ${quantity(dot.x, 'ns')}, ${quantity(dot.y, metric.unit)}`)))));
}
