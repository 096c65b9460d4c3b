// The JSON API of `assay serve` (docs/serve.md), version 1.
import { Moved } from './model';

export interface RunRow {
  id: string;
  started_at: string;
  commit: string | null;
  branch: string | null;
  label: string | null;
  profile: string | null;
  status: string;
  duration_seconds: number | null;
  ok: number;
  failed: number;
  skipped: number;
  met: number;
  missed: number;
  undecided: number;
}

export interface TrendPoint {
  at: string;
  run: string;
  commit: string;
  value: number | null;
  release?: string;
}

export interface TrendSeries {
  name: string;
  metric: string;
  unit: string;
  scale: 'ratio' | 'difference';
  left_out: number;
  points: TrendPoint[];
  change_points: { index: number; ratio: number | null; low: number | null; high: number | null; direction: string; good_commit: string; bad_commit: string }[];
  drifts: { first: number; count: number; ratio: number | null; direction: string }[];
}

export interface CompareRow extends Omit<Moved, 'verdict' | 'old' | 'new' | 'unit'> {
  verdict: Moved['verdict'] | 'none' | null;
  old: number | null;
  new: number | null;
  unit: string;
}

export async function text(path: string): Promise<string> {
  const answer = await fetch(path);
  const body = await answer.text();
  if (answer.ok) return body;
  let why = `${answer.status} ${answer.statusText}`;
  try {
    const document = JSON.parse(body) as { error?: { message?: string } | string; message?: string };
    why = (typeof document.error === 'string' ? document.error : document.error?.message) ?? document.message ?? why;
  } catch {
    // Not a document; the status has to do.
  }
  throw new Error(why);
}

export async function json<T>(path: string): Promise<T> {
  return JSON.parse(await text(path)) as T;
}
