// The document "assay.view/1" and what pages read of it.  The packed samples of a benchmark are
// unpacked when somebody looks at it.
import { clean } from './dom';

export interface Metric {
  name: string;
  unit: string;
  label: string;
  better: 'higher' | 'lower';
  quality: boolean;
  meaning?: string;
}

export interface Packed {
  from: number;
  to: number;
  log: boolean;
  launches: number[];
  data: string;
}

/** Call stacks: [frames shared with the row before, the others with ';' between them, samples]. */
export interface Stacks {
  samples: number;
  lost: number;
  cut: number;
  cpu_seconds: number;
  rows: [number, string, number][];
}

interface RawResult {
  id?: string;
  suite?: string;
  name?: string;
  params?: string;
  description?: string;
  module?: string;
  tags?: string;
  status: 'ok' | 'failed' | 'skipped';
  reason?: string;
  warning?: string;
  bytes?: number;
  items?: number;
  measured: (number | null)[][];
  missing?: [string, string][];
  samples?: Packed;
  stacks?: Stacks;
}

export interface Interval {
  low: number | null;
  high: number | null;
}

export interface Target {
  benchmark: string;
  metric: string;
  versus: string | null;
  bound: number | null;
  source: string | null;
  status: 'met' | 'missed' | 'undecided' | 'not_run';
  measured: number | null;
  interval: Interval | null;
}

export interface Claim {
  benchmark: string;
  metric: string;
  stated: number | null;
  source: string | null;
}

export interface Fit {
  law: string;
  rms_residual: number | null;
  estimates: Record<string, { value: number | null }>;
}

export interface Scaling {
  benchmark: string;
  parameter: string;
  metric: string;
  points: { at: number; value: number | null; low: number | null; high: number | null }[];
  fits: Fit[];
  law: string;
}

export interface Moved {
  benchmark: string;
  metric?: string;
  unit: string;
  verdict: 'slower' | 'faster' | 'same' | 'undecided' | 'placement';
  ratio: number | null;
  low: number | null;
  high: number | null;
  old: number | null;
  new: number | null;
  reason?: string;
}

export interface History {
  benchmark: string;
  metric: string;
  points: [number | null, string, string][];
  changes: { index: number; worse: boolean; ratio: number | null; commit?: string }[];
  releases?: [number, string][]; // where each was first measured
}

export interface RunHead {
  id: string;
  started_at: string;
  duration_seconds: number | null;
  commit: string | null;
  branch: string | null;
  tag: string | null;
  label: string | null;
  interrupted: boolean;
  plan: Record<string, string | number | null>;
  environment: Record<string, string | number | null> & { facts?: Record<string, string> };
}

interface View {
  schema: string;
  run: RunHead;
  columns: string[];
  metrics: Metric[];
  results: RawResult[];
  targets: Target[];
  claims: Claim[];
  scaling: Scaling[];
  laws: string[];
  against?: { id: string; started_at?: string; commit?: string; label?: string };
  moved?: Moved[];
  history?: History[];
}

export class Stats {
  constructor(readonly metric: Metric, private readonly row: (number | null)[],
    private readonly columns: Map<string, number>) {}

  /** A number by its column; NaN where there is none. */
  get(column: string): number {
    const at = this.columns.get(column);
    return at === undefined ? NaN : this.row[at] ?? NaN;
  }

  get median(): number { return this.get('median'); }
  get low(): number { return this.get('low'); }
  get high(): number { return this.get('high'); }
  get hasInterval(): boolean { return Number.isFinite(this.low) && Number.isFinite(this.high); }

  /** Half the interval's width as a share of the median. */
  get spread(): number { return (this.high - this.low) / 2 / this.median; }
}

export interface Samples {
  values: Float64Array; // NaN where there is no usable time
  launches: Uint16Array;
  launchCount: number;
}

const STEP_MAX = 65534;

export function unpack(packed: Packed): Samples {
  const bytes = atob(packed.data);
  const count = bytes.length >> 1;
  const values = new Float64Array(count);
  const launches = new Uint16Array(count);
  const ratio = packed.log && packed.from > 0 ? Math.log(packed.to / packed.from) : 0;
  for (let i = 0; i < count; i++) {
    const step = bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8);
    const share = step / STEP_MAX;
    if (step > STEP_MAX) values[i] = NaN;
    else values[i] = packed.log ? packed.from * Math.exp(share * ratio) : packed.from + share * (packed.to - packed.from);
  }
  let at = 0;
  packed.launches.forEach((length, launch) => {
    launches.fill(launch, at, at + length);
    at += length;
  });
  return { values, launches, launchCount: packed.launches.length };
}

export class Bench {
  readonly id: string;
  readonly suite: string;
  readonly name: string;
  readonly params: string;
  readonly values: Map<string, string>;
  readonly measured = new Map<string, Stats>();
  moved?: Moved;
  targets: Target[] = [];

  constructor(readonly raw: RawResult, readonly index: number, metrics: Metric[], columns: Map<string, number>) {
    this.id = clean(raw.id);
    this.suite = clean(raw.suite);
    this.name = clean(raw.name) || this.id;
    this.params = clean(raw.params);
    this.values = new Map(this.params ? this.params.split(',').map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] as [string, string] : [pair.slice(0, at), pair.slice(at + 1)] as [string, string];
    }) : []);
    for (const row of raw.measured) {
      const metric = metrics[row[0] ?? 0];
      this.measured.set(metric.name, new Stats(metric, row, columns));
    }
  }

  get time(): Stats | undefined { return this.measured.get('time_ns'); }
  get median(): number { return this.raw.status === 'ok' ? this.time?.median ?? NaN : NaN; }
  get needsAttention(): boolean { return this.raw.status !== 'ok' || !!this.raw.warning; }
  get samples(): Samples | null { return this.raw.samples ? unpack(this.raw.samples) : null; }
  get group(): string { return `${this.suite}/${this.name}`; }

  /** What rows must have in common to be compared: numbers say the input, words the engine. */
  get input(): string {
    const numbers = [...this.values].filter(([, value]) => value !== '' && Number.isFinite(Number(value)));
    return `${this.group}:${numbers.map((pair) => pair.join('=')).join(',')}`;
  }
}

export class Run {
  readonly head: RunHead;
  readonly benches: Bench[];
  readonly metrics: Metric[];
  readonly targets: Target[];
  readonly claims: Claim[];
  readonly scaling: Scaling[];
  readonly against: View['against'];
  readonly moved: Moved[];
  readonly history: History[];
  readonly suites: string[];
  private readonly byId = new Map<string, Bench>();
  private readonly fastest = new Map<string, { best: number; rows: number }>();

  constructor(view: View) {
    const columns = new Map(view.columns.map((name, i) => [name, i] as [string, number]));
    this.head = view.run;
    this.metrics = view.metrics.map((metric) =>
      ({ ...metric, name: clean(metric.name), unit: clean(metric.unit), label: clean(metric.label) }));
    this.benches = view.results.map((raw, i) => new Bench(raw, i, this.metrics, columns));
    this.claims = view.claims ?? [];
    this.scaling = (view.scaling ?? []).map((row, i) => ({ ...row, law: clean(view.laws?.[i]) }));
    this.against = view.against;
    this.moved = view.moved ?? [];
    this.history = view.history ?? [];
    this.suites = [...new Set(this.benches.map((bench) => bench.suite))];
    for (const bench of this.benches) this.enter(bench);
    this.targets = (view.targets ?? []).filter((target) => target.status !== 'not_run' || this.find(target.benchmark));
    for (const target of this.targets) this.find(target.benchmark)?.targets.push(target);
    for (const moved of this.moved) {
      const bench = this.find(moved.benchmark);
      if (bench && (moved.metric ?? 'time_ns') === 'time_ns') bench.moved = moved;
    }
  }

  private enter(bench: Bench): void {
    this.byId.set(bench.id, bench);
    if (!(bench.median > 0)) return;
    const known = this.fastest.get(bench.input) ?? { best: Infinity, rows: 0 };
    this.fastest.set(bench.input, { best: Math.min(known.best, bench.median), rows: known.rows + 1 });
  }

  find(id: string): Bench | undefined {
    return this.byId.get(clean(id));
  }

  /** Median by the least one on the same input; NaN where there is nothing to compare with. */
  versusFastest(bench: Bench): number {
    const known = this.fastest.get(bench.input);
    return known && known.rows > 1 && bench.median > 0 ? bench.median / known.best : NaN;
  }
}

export function readRun(text: string): Run {
  const view = JSON.parse(text) as View;
  if (view.schema !== 'assay.view/1') throw new Error(`a document "${view.schema}" is not known to this page`);
  return new Run(view);
}
