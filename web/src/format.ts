// Numbers with their units, as the command line prints them (src/base/quantity.c).
const TIMES: [number, string][] = [[1e9, 's'], [1e6, 'ms'], [1e3, '\u00b5s'], [1, 'ns']];
const BYTES: [number, string][] = [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [1024, 'KiB'], [1, 'B']];
const RATES: [number, string][] = [[1e12, 'TB/s'], [1e9, 'GB/s'], [1e6, 'MB/s'], [1e3, 'kB/s'], [1, 'B/s']];
const COUNTS: [number, string][] = [[1e9, 'G/s'], [1e6, 'M/s'], [1e3, 'k/s'], [1, '/s']];
const FAMILIES: Record<string, [number, string][]> = { ns: TIMES, B: BYTES, 'B/s': RATES, '1/s': COUNTS };

export const DASH = '\u2013';
export const NONE = '\u2014';

export interface Scale {
  divisor: number;
  unit: string;
}

/** The unit of the family that leaves at least 1 before the point. */
export function scaleOf(value: number, unit: string): Scale {
  const family = FAMILIES[unit];
  if (!family) return { divisor: 1, unit };
  const size = Math.abs(value);
  const found = family.find(([divisor]) => size >= divisor) ?? family[family.length - 1];
  return { divisor: found[0], unit: found[1] };
}

/** `value` with so many significant digits, none lost before the point. */
export function digits(value: number, count: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(Math.max(0, count - 2));
  const before = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  return value.toFixed(Math.max(0, count - before));
}

export function quantity(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const scale = scaleOf(value, unit);
  const shown = value / scale.divisor;
  if (!(unit in FAMILIES) && Number.isInteger(value) && Math.abs(value) < 1e7)
    return `${value.toLocaleString('en')}${unit ? ' ' + unit : ''}`;
  return `${digits(shown, unit === 'ns' ? 4 : 3)}${scale.unit ? '\u00a0' + scale.unit : ''}`;
}

export function percent(share: number | null | undefined, decimals = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  return `${(share * 100).toFixed(decimals)}\u00a0%`;
}

/** A change as people say it: "+5.2 %", from a ratio. */
export function change(ratio: number): string {
  if (!Number.isFinite(ratio) || ratio <= 0) return NONE;
  if (ratio > 3) return `${digits(ratio, 3)}\u00d7`;
  const share = (ratio - 1) * 100;
  return `${share >= 0 ? '+' : '\u2212'}${Math.abs(share).toFixed(1)}\u00a0%`;
}

export function factor(ratio: number | null | undefined): string {
  return ratio === null || ratio === undefined || !Number.isFinite(ratio) || ratio < 0
    ? NONE : `${digits(ratio, 3)}\u00d7`;
}

export function seconds(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  if (value < 60) return `${digits(value, value < 10 ? 2 : 3)} s`;
  const whole = Math.round(value);
  const hours = Math.floor(whole / 3600);
  return `${hours ? hours + ' h ' : ''}${Math.floor(whole / 60) % 60} min ${whole % 60} s`;
}

/** "21 Nov 2026, 17:41 UTC" of an ISO time; other text as it is. */
export function moment(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  return `${day}, ${at.toISOString().slice(11, 16)} UTC`;
}

/** Round values between low and high, at most `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) ?? raw;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

/** Labels for ticks, with as many decimals as tell them apart. */
export function tickLabels(values: number[], divisor: number): string[] {
  const step = values.length > 1 ? Math.abs(values[1] - values[0]) / divisor : Math.abs(values[0] ?? 1) / divisor;
  const decimals = step > 0 ? Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))) : 0;
  return values.map((value) => (value / divisor).toFixed(decimals));
}
