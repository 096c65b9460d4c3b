// The distribution of samples: a density curve over a row of dots for each launch.
import { h, plural, svg } from '../dom';
import { quantity, scaleOf, tickLabels, ticks } from '../format';
import { Samples, Stats } from '../model';

const WIDTH = 560, LEFT = 8, RIGHT = 8, CURVE = 110, ROW = 11, ROWS_MAX = 12, GRID = 160;

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))];
}

/** The stretch that holds the bulk: what lies far beyond the quartiles would flatten the rest. */
export function bulkOf(sorted: number[], stats: Stats | undefined): [number, number] {
  if (!sorted.length) return [0, 1];
  const q1 = quantile(sorted, 0.25), q3 = quantile(sorted, 0.75);
  const reach = Math.max(q3 - q1, Math.abs(q3) * 1e-4) * 3;
  let low = Math.max(sorted[0], q1 - reach), high = Math.min(sorted[sorted.length - 1], q3 + reach);
  if (stats && Number.isFinite(stats.median)) {
    low = Math.min(low, stats.hasInterval ? Math.max(stats.low, low - 2 * reach) : stats.median, stats.median);
    high = Math.max(high, stats.hasInterval ? Math.min(stats.high, high + 2 * reach) : stats.median, stats.median);
  }
  const pad = Math.max((high - low) * 0.04, Math.abs(high) * 1e-6) || 1;
  return [low - pad, high + pad];
}

/** A Gaussian kernel over bins, its width by Silverman (1986), eq. 3.31. */
function densityOf(sorted: number[], low: number, high: number): number[] {
  const inside = sorted.filter((v) => v >= low && v <= high);
  const bins = new Array<number>(GRID).fill(0);
  const step = (high - low) / (GRID - 1);
  for (const v of inside) bins[Math.round((v - low) / step)]++;
  const mean = inside.reduce((a, b) => a + b, 0) / inside.length;
  const sd = Math.sqrt(inside.reduce((a, b) => a + (b - mean) ** 2, 0) / inside.length);
  const iqr = (quantile(inside, 0.75) - quantile(inside, 0.25)) / 1.34;
  const spread = Math.min(sd, iqr > 0 ? iqr : sd) || sd || step;
  const width = Math.max(0.9 * spread * inside.length ** -0.2, step) / step;
  return bins.map((_, i) => {
    let sum = 0;
    for (let k = Math.max(0, Math.floor(i - 4 * width)); k <= Math.min(GRID - 1, Math.ceil(i + 4 * width)); k++)
      if (bins[k]) sum += bins[k] * Math.exp(-0.5 * ((i - k) / width) ** 2);
    return sum;
  });
}

function dots(samples: Samples, place: (v: number) => number, low: number, high: number, rows: number): SVGElement[] {
  const paths = Array.from({ length: 6 }, () => '');
  const every = Math.max(1, Math.ceil(samples.values.length / 3000));
  for (let i = 0; i < samples.values.length; i += every) {
    const value = samples.values[i];
    if (!(value >= low && value <= high)) continue;
    const launch = samples.launches[i];
    const y = CURVE + 10 + (launch % rows) * ROW;
    paths[launch % 6] += `M${place(value).toFixed(1)} ${y - 3}v6`;
  }
  return paths.map((d, i) => svg('path', { class: `ticks l${i}`, d: d || 'M0 0' }));
}

function axis(low: number, high: number, place: (v: number) => number, unit: string, top: number): SVGElement[] {
  const scale = scaleOf(Math.max(Math.abs(low), Math.abs(high)), unit);
  const at = ticks(low, high, 6);
  const labels = tickLabels(at, scale.divisor);
  return [
    svg('line', { class: 'axis', x1: LEFT, x2: WIDTH - RIGHT, y1: top, y2: top }),
    ...at.flatMap((value, i) => {
      const x = place(value);
      return [svg('line', { class: 'axis', x1: x, x2: x, y1: top, y2: top + 4 }),
        svg('text', { x, y: top + 17, 'text-anchor': x < 30 ? 'start' : x > WIDTH - 30 ? 'end' : 'middle' }, labels[i])];
    }),
    svg('text', { x: WIDTH / 2, y: top + 33, 'text-anchor': 'middle' }, `time per iteration [${scale.unit}]`),
  ];
}

function beyond(sorted: number[], low: number, high: number, unit: string): string {
  const below = sorted.filter((v) => v < low).length, above = sorted.filter((v) => v > high).length;
  return (above ? ` ${above} slower ${above === 1 ? 'one lies' : 'ones lie'} beyond, up to ${quantity(sorted[sorted.length - 1], unit)}.` : '') +
    (below ? ` ${below} faster ${below === 1 ? 'one lies' : 'ones lie'} before, down to ${quantity(sorted[0], unit)}.` : '');
}

export function densityChart(samples: Samples, stats: Stats | undefined): HTMLElement {
  const sorted = Array.from(samples.values).filter(Number.isFinite).sort((a, b) => a - b);
  const unusable = samples.values.length - sorted.length;
  if (!sorted.length)
    return h('p', { class: 'soft' }, `None of ${plural(samples.values.length, 'sample')} has a usable time.`);
  const unit = 'ns';
  const [low, high] = bulkOf(sorted, stats);
  const place = (v: number) => LEFT + ((Math.min(Math.max(v, low), high) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const rows = Math.min(samples.launchCount, ROWS_MAX) || 1;
  const top = CURVE + 14 + rows * ROW;
  const curve = densityOf(sorted, low, high);
  const most = Math.max(...curve) || 1;
  const line = curve.map((v, i) => `${i ? 'L' : 'M'}${(LEFT + (i / (GRID - 1)) * (WIDTH - LEFT - RIGHT)).toFixed(1)} ${(CURVE - (v / most) * (CURVE - 12)).toFixed(1)}`).join('');
  const parts: SVGElement[] = [
    svg('path', { class: 'density', d: `${line}L${WIDTH - RIGHT} ${CURVE}L${LEFT} ${CURVE}Z` }),
    svg('path', { class: 'density-line', d: line }),
  ];
  if (stats?.hasInterval)
    parts.push(svg('rect', { class: 'band', x: place(stats.low), y: 0, height: top,
      width: Math.max(1, place(stats.high) - place(stats.low)) }));
  if (stats && Number.isFinite(stats.median))
    parts.push(svg('line', { class: 'middle', x1: place(stats.median), x2: place(stats.median), y1: 0, y2: top }));
  const title = `Distribution of ${plural(sorted.length, 'sample')} of ${plural(samples.launchCount, 'launch', 'launches')}, median ${quantity(stats?.median, unit)}`;
  return h('figure', null,
    h('figcaption', null, h('b', null, 'Distribution. '),
      `${plural(sorted.length, 'sample')}, below a row of marks for each launch.` + (stats ? ' Line: median; band: its interval.' : '') +
      beyond(sorted, low, high, unit) + (unusable ? ` ${plural(unusable, 'sample')} without a usable time left out.` : '')),
    svg('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${top + 38}`, role: 'img', 'aria-label': title },
      ...parts, ...dots(samples, place, low, high, rows), ...axis(low, high, place, unit, top)) as unknown as HTMLElement);
}
