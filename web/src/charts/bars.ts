// A median and its interval on a logarithmic scale that neighbouring rows share.
import { h, svg } from '../dom';
import { quantity } from '../format';
import { Bench } from '../model';

export interface LogScale {
  low: number;
  high: number;
}

/** A scale over the benchmarks' intervals; a factor of 1.5 at least, lest noise look like more. */
export function scaleOver(benches: Bench[]): LogScale | null {
  let low = Infinity, high = 0;
  for (const bench of benches) {
    if (!(bench.median > 0)) continue;
    const time = bench.time;
    low = Math.min(low, bench.median, time && time.low > 0 ? time.low : Infinity);
    high = Math.max(high, bench.median, time && Number.isFinite(time.high) ? time.high : 0);
  }
  if (!(high > 0)) return null;
  if (high / low < 1.5) {
    const middle = Math.sqrt(low * high);
    return { low: middle / Math.sqrt(1.5), high: middle * Math.sqrt(1.5) };
  }
  return { low, high };
}

function place(scale: LogScale, value: number): number {
  const share = Math.log(value / scale.low) / Math.log(scale.high / scale.low);
  return 3 + 94 * Math.min(1, Math.max(0, share));
}

export function intervalBar(bench: Bench, scale: LogScale): HTMLElement {
  const time = bench.time!;
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
  if (time.hasInterval && time.low > 0) {
    const left = place(scale, time.low);
    bar.append(h('i', { class: 'span', style: { left: `${left}%`, width: `${Math.max(0.4, place(scale, time.high) - left)}%` } }));
  }
  bar.append(h('i', { class: 'dot', style: { left: `${place(scale, bench.median)}%` } }));
  return bar;
}

/** Where a bar's ends lie. */
export function barAxis(scale: LogScale): HTMLElement {
  return h('span', { class: 'bar-axis', 'aria-hidden': 'true' },
    h('span', null, quantity(scale.low, 'ns')), h('span', null, quantity(scale.high, 'ns')));
}

/** The ends of a ratio's scale. */
export const RATIO_REACH = 1.5;

/** The ratio new / old with its interval around 1; what lies beyond the scale points there. */
export function ratioBar(ratio: number, low: number | null, high: number | null, verdict: string): SVGElement {
  const reach = Math.log(RATIO_REACH);
  const x = (value: number) => 60 + 56 * Math.max(-1, Math.min(1, Math.log(value) / reach));
  const parts = [svg('line', { class: 'axis', x1: 60, x2: 60, y1: 1, y2: 19 })];
  if (low !== null && high !== null && low > 0 && high > 0)
    parts.push(svg('rect', { class: `span ${verdict}`, x: x(low), y: 7, width: Math.max(1, x(high) - x(low)), height: 6, rx: 3 }));
  if (Math.abs(Math.log(ratio)) <= reach) parts.push(svg('circle', { class: `point ${verdict}`, cx: x(ratio), cy: 10, r: 4 }));
  else parts.push(svg('path', { class: `point ${verdict}`, d: ratio > 1 ? 'M112 4l7 6-7 6z' : 'M8 4l-7 6 7 6z' }));
  return svg('svg', { class: 'ratio', viewBox: '0 0 120 20', 'aria-hidden': 'true' }, ...parts);
}
