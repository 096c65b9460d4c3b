// Values in order, zoomable: drag, or the keys + - and arrows, or the buttons.  uPlot draws it.
import uPlot from 'uplot';
import { h } from '../dom';
import { quantity, scaleOf } from '../format';
import { color, onTheme } from '../theme';

export interface Line {
  label: string;
  values: (number | null)[];
  color: string; // a custom property's name
  kind: 'points' | 'line' | 'both';
  dash?: number[];
}

export interface Mark {
  at: number; // on the x axis
  color: string;
  text: string;
}

export interface Series {
  title: string; // what a screen reader hears
  x: number[];
  xLabel: string;
  xText?: (x: number) => string;
  yLabel: string;
  unit: string;
  lines: Line[];
  band?: { low: number; high: number };
  level?: number;
  marks?: Mark[];
  releases?: { at: number; text: string }[]; // in order
  yRange?: [number, number]; // else what the values need
  real?: (index: number) => number | null; // the value of a point that is drawn elsewhere
  isIndex?: boolean; // x counts: ticks are whole
  logX?: boolean;
  logY?: boolean;
  height?: number;
  onPick?: (x: number) => void;
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

function limits(series: Series): [number, number] {
  const all = series.lines.flatMap((line) => line.values).filter((v): v is number => v !== null && Number.isFinite(v));
  return [all.reduce((a, b) => Math.min(a, b), Infinity), all.reduce((a, b) => Math.max(a, b), -Infinity)];
}

/** A range in which scatter looks as small as it is: 5 % around the middle at least. */
export function calmRange(values: (number | null)[]): [number, number] | undefined {
  const known = values.filter((v): v is number => v !== null && Number.isFinite(v));
  if (!known.length) return undefined;
  const low = known.reduce((a, b) => Math.min(a, b)), high = known.reduce((a, b) => Math.max(a, b));
  const middle = (low + high) / 2, half = Math.max((high - low) * 0.6, Math.abs(middle) * 0.05) || 1;
  return [low >= 0 ? Math.max(0, middle - half) : middle - half, middle + half];
}

function drawMarks(plot: uPlot, series: Series): void {
  const { ctx, bbox } = plot;
  ctx.save();
  if (series.band) {
    const top = plot.valToPos(series.band.high, 'y', true);
    const bottom = plot.valToPos(series.band.low, 'y', true);
    ctx.globalAlpha = 0.16;
    ctx.fillStyle = color('ink');
    const from = Math.max(bbox.top, top);
    ctx.fillRect(bbox.left, from, bbox.width, Math.max(1, Math.min(bbox.top + bbox.height, bottom) - from));
    ctx.globalAlpha = 1;
  }
  if (series.level !== undefined) {
    const y = Math.round(plot.valToPos(series.level, 'y', true)) + 0.5;
    ctx.strokeStyle = color('ink');
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    if (y > bbox.top && y < bbox.top + bbox.height) ctx.stroke();
  }
  for (const mark of series.marks ?? []) drawMark(plot, mark);
  ctx.restore();
}

const RELEASE_GAP = 7; // px between lines, and between a label and the next line

/** A thin line where each release was first measured, its name at the foot; the newest have room first. */
function drawReleases(plot: uPlot, releases: { at: number; text: string }[]): string[] {
  const { ctx, bbox } = plot;
  const gap = RELEASE_GAP * devicePixelRatio, right = bbox.left + bbox.width;
  const named: string[] = [];
  let line = Infinity, label = right + gap + 1;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = color('soft');
  ctx.lineWidth = 1;
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  for (const { at, text } of [...releases].reverse()) {
    const x = Math.round(plot.valToPos(at, 'x', true)) + 0.5, shown = text.length > 18 ? text.slice(0, 17) + '\u2026' : text;
    if (x < bbox.left - 1 || x > right + 1 || x > line - gap) continue;
    line = x;
    ctx.globalAlpha = 0.45;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    const width = ctx.measureText(shown).width, beside = 4 * devicePixelRatio;
    const from = x + beside + width > right ? x - beside - width : x + beside;
    if (from + width > label - gap || from < bbox.left) continue;
    label = Math.min(x, from);
    named.unshift(text);
    const foot = bbox.top + bbox.height - 5 * devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = color('paper');
    ctx.lineWidth = 4 * devicePixelRatio;
    ctx.strokeText(shown, from, foot);
    ctx.restore();
    ctx.fillText(shown, from, foot);
  }
  ctx.restore();
  return named;
}

function drawMark(plot: uPlot, mark: Mark): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(mark.at, 'x', true)) + 0.5;
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.strokeStyle = ctx.fillStyle = color(mark.color);
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = `600 ${12 * devicePixelRatio}px system-ui, sans-serif`;
  const isRight = x > bbox.left + bbox.width * 0.8;
  ctx.textAlign = isRight ? 'right' : 'left';
  ctx.fillText(mark.text, x + (isRight ? -5 : 5) * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
}

function options(series: Series, width: number, legend: HTMLElement): uPlot.Options {
  const most = series.yRange?.[1] ?? limits(series)[1];
  const scale = scaleOf(most, series.unit);
  const axis = { stroke: color('soft'), font: FONT, labelFont: FONT, labelSize: 18, labelGap: 2,
    grid: { stroke: color('rule'), width: 1 }, ticks: { stroke: color('rule'), width: 1, size: 4 } };
  const number = (value: number) => `${+(value / scale.divisor).toPrecision(5)}`;
  return {
    width,
    height: series.height ?? 220,
    padding: [10, series.isIndex ? 40 : 22, 0, 0],
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: true, y: false, setScale: true }, y: false },
    scales: {
      x: { time: false, distr: series.logX ? 3 : 1 },
      y: { distr: series.logY ? 3 : 1, range: series.yRange },
    },
    axes: [
      { ...axis, size: 30, space: series.isIndex ? 90 : 60, label: series.xLabel,
        incrs: series.isIndex ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000] : undefined,
        values: (_, all) => all.map((v) => (v === null ? '' : series.xText?.(v) ?? `${+v.toPrecision(6)}`)) },
      { ...axis, size: 58, label: `${series.yLabel}${scale.unit ? ` [${scale.unit}]` : ''}`,
        values: (_, all) => all.map((v) => (v === null ? '' : number(v))) },
    ],
    series: [{}, ...series.lines.map((line) => ({
      label: line.label,
      stroke: color(line.color),
      width: line.kind === 'points' ? 0 : 1.5,
      dash: line.dash,
      spanGaps: line.kind === 'line',
      paths: line.kind === 'points' ? () => null : undefined,
      points: { show: line.kind !== 'line', size: line.kind === 'points' ? 4 : 5,
        fill: color(line.color), stroke: color(line.color) },
    }))],
    hooks: {
      draw: [(plot) => {
        if (series.releases?.length) plot.root.parentElement!.dataset.releases = drawReleases(plot, series.releases).join(' ');
        drawMarks(plot, series);
      }],
      setCursor: [(plot) => {
        const at = plot.cursor.idx;
        legend.textContent = at === null || at === undefined ? '' : hint(series, at);
      }],
    },
  };
}

function hint(series: Series, at: number): string {
  const shown = series.lines.filter((line) => line.values[at] !== null && Number.isFinite(line.values[at]))
    .map((line) => `${series.lines.length > 1 ? line.label + ' ' : ''}${quantity(series.real?.(at) ?? line.values[at], series.unit)}`);
  const release = series.releases?.find((one) => one.at === series.x[at]);
  if (release) shown.push(`release ${release.text}`);
  return shown.length ? `${series.xText?.(series.x[at]) ?? series.x[at]}: ${shown.join(', ')}` : '';
}

function zoom(plot: uPlot, series: Series, share: number, shift: number): void {
  const { min, max } = plot.scales.x;
  if (min === undefined || max === undefined || min === null || max === null) return;
  const first = series.x[0], last = series.x[series.x.length - 1];
  const to = series.logX ? Math.log : (v: number) => v;
  const back = series.logX ? Math.exp : (v: number) => v;
  const a = to(min), b = to(max), middle = (a + b) / 2 + shift * (b - a), half = ((b - a) / 2) * share;
  plot.setScale('x', { min: Math.max(back(middle - half), first), max: Math.min(back(middle + half), last) });
}

/** A figure that draws itself once it is on the page, and anew when width or colours change. */
export function seriesChart(series: Series, caption: string): HTMLElement {
  const legend = h('span', { class: 'hint', 'aria-live': 'off' });
  const area = h('div', { class: 'plot', role: 'img', tabindex: 0, 'aria-label':
    `${series.title}${series.releases?.length ? `, releases ${series.releases.slice(-8).map((one) => one.text).join(", ")}` : ""}. Plus and minus zoom, left and right move, 0 shows all.` });
  area.style.height = `${series.height ?? 220}px`;
  let plot: uPlot | null = null;
  const all = () => plot?.setScale('x', { min: series.x[0], max: series.x[series.x.length - 1] });
  const steps: Record<string, () => void> = {
    '+': () => plot && zoom(plot, series, 0.5, 0),
    '-': () => plot && zoom(plot, series, 2, 0),
    ArrowLeft: () => plot && zoom(plot, series, 1, -0.25),
    ArrowRight: () => plot && zoom(plot, series, 1, 0.25),
    '0': all,
  };
  area.addEventListener('keydown', (event) => {
    const step = steps[event.key === '=' ? '+' : event.key];
    if (!step) return;
    event.preventDefault();
    step();
  });
  const draw = () => {
    const width = area.clientWidth;
    if (!area.isConnected || width < 40) return;
    const window = plot && plot.width > 0 ? { ...plot.scales.x } : null;
    plot?.destroy();
    const data = [series.x, ...series.lines.map((line) => line.values)] as uPlot.AlignedData;
    plot = new uPlot(options(series, width, legend), data, area);
    area.dataset.drawn = String(width);
    if (window && window.min !== undefined && window.max !== undefined && window.min !== null && window.max !== null)
      plot.setScale('x', { min: window.min, max: window.max });
    if (series.onPick)
      plot.over.addEventListener('click', () => {
        const at = plot?.cursor.idx;
        if (at !== null && at !== undefined) series.onPick?.(series.x[at]);
      });
  };
  new ResizeObserver(() => {
    if (area.dataset.drawn !== String(area.clientWidth)) draw();
  }).observe(area);
  onTheme(draw);
  const button = (text: string, label: string, key: string) =>
    h('button', { type: 'button', class: 'quiet', 'aria-label': `${label}: ${series.title}`, title: label,
      click: () => steps[key]() }, text);
  return h('figure', { class: 'series' },
    h('div', { class: 'figure-head' }, h('figcaption', null, caption), h('span', { class: 'zoom' },
      button('\u2212', 'Zoom out', '-'), button('+', 'Zoom in', '+'), button('All', 'Show all', '0'))),
    area, legend);
}
