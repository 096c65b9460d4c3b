// Any two stored runs: verdicts, ratios with their intervals, filter.
import { CompareRow, json, RunRow } from '../api';
import { RATIO_REACH, ratioBar } from '../charts/bars';
import { breakable, clean, h, plural, short } from '../dom';
import { change, factor, NONE, quantity } from '../format';
import { mark, note } from '../marks';
import { when } from '../detail';

const ORDER = ['slower', 'faster', 'placement', 'undecided', 'same', 'none'];

function choice(name: string, label: string, rows: RunRow[], value: string): HTMLElement {
  const select = h('select', { name, id: `run-${name}` });
  if (value && !rows.some((row) => row.id === value)) select.append(h('option', { value }, value));
  for (const row of rows) {
    const words = [row.id, clean(row.label), clean(row.commit).slice(0, 10), clean(row.branch)].filter(Boolean).join(' \u00b7 ');
    select.append(h('option', { value: row.id }, short(words, 90)));
  }
  if (value) select.value = value;
  return h('label', { for: `run-${name}` }, h('span', null, label), select);
}

/** What most rows say is said once. */
function commonReason(rows: CompareRow[]): string {
  const reason = rows.find((row) => row.reason && row.verdict !== 'none')?.reason ?? '';
  return reason && rows.filter((row) => row.reason === reason).length > rows.length / 2 ? reason : '';
}

function rowElement(row: CompareRow, common: string): HTMLElement {
  const verdict = row.verdict ?? 'none';
  const unit = row.unit ?? 'ns';
  const isJudged = verdict !== 'none' && row.ratio !== null;
  return h('tr', { class: 'row', role: 'row' },
    h('th', { scope: 'row', role: 'rowheader' }, isJudged ? h('a', { href: `/trend?benchmark=${encodeURIComponent(row.benchmark)}&metric=${encodeURIComponent(row.metric ?? 'time_ns')}` }, h('code', null, breakable(clean(row.benchmark)))) : h('code', null, breakable(clean(row.benchmark))),
      row.reason && row.reason !== common ? h('small', null, short(clean(row.reason), 300)) : null),
    h('td', { role: 'cell' }, isJudged ? mark(verdict) : mark('skipped', 'no verdict')),
    h('td', { class: 'num', role: 'cell', 'data-label': 'old' }, row.old ? quantity(row.old, unit) : NONE),
    h('td', { class: 'num', role: 'cell', 'data-label': 'new' }, row.new ? quantity(row.new, unit) : NONE),
    h('td', { class: 'num', role: 'cell', 'data-label': 'change' }, isJudged ? h('b', null, change(row.ratio!)) : NONE,
      isJudged && row.low !== null && row.high !== null && h('small', null, `${change(row.low)} to ${change(row.high)}`)),
    h('td', { class: 'bar-cell', role: 'cell' }, isJudged && ratioBar(row.ratio!, row.low, row.high, verdict)));
}

function tiles(rows: CompareRow[]): HTMLElement {
  const kinds: Record<string, string> = { slower: 'bad', faster: 'good', undecided: 'open' };
  return h('ul', { class: 'tiles', 'aria-label': 'Counts' }, ...ORDER.map((verdict) => {
    const count = rows.filter((row) => (row.verdict ?? 'none') === verdict).length;
    return h('li', { class: count ? kinds[verdict] ?? '' : '' }, h('span', null, h('b', null, String(count)), ' ', verdict === 'none' ? 'without a verdict' : verdict));
  }));
}

function table(rows: CompareRow[], common: string): HTMLElement {
  const column = (text: string, kind = '') => h('th', { scope: 'col', role: 'columnheader', class: kind || null }, text);
  return h('table', { class: 'results', role: 'table' }, h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, column('Benchmark'), column('Verdict'),
    column('Old', 'num'), column('New', 'num'), column('Change', 'num'), column(`New / old, ${factor(1 / RATIO_REACH)} to ${factor(RATIO_REACH)}`, 'bar-cell'))),
  h('tbody', { role: 'rowgroup' }, ...rows.map((row) => rowElement(row, common))));
}

function showRows(main: HTMLElement, rows: CompareRow[]): void {
  rows.sort((a, b) => ORDER.indexOf(a.verdict ?? 'none') - ORDER.indexOf(b.verdict ?? 'none'));
  const search = h('input', { type: 'search', id: 'filter', placeholder: 'Filter by name or parameter', 'aria-label': 'Filter benchmarks' });
  const shown = h('output', { class: 'count soft' });
  const place = h('div');
  const common = commonReason(rows);
  const draw = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) => words.every((word) => `${row.benchmark} ${row.verdict}`.toLowerCase().includes(word)));
    shown.textContent = plural(found.length, 'benchmark');
    place.replaceChildren(found.length ? table(found, common) : h('p', { class: 'empty' }, 'No benchmark matches.'));
  };
  search.addEventListener('input', draw);
  draw();
  main.append(tiles(rows), h('p', { class: 'soft small' }, 'Stored runs were measured one after the other, so no verdict below 5 % is given. ',
    h('code', null, 'assay compare'), ' of modules or commits measures them paired.'),
  h('div', { class: 'tools', role: 'search' }, search, shown), place);
}

export async function comparePage(app: HTMLElement): Promise<void> {
  const asked = new URLSearchParams(location.search);
  const rows = (await json<{ runs: RunRow[] }>('/api/v1/runs?last=200')).runs;
  const oldRun = asked.get('old') ?? rows[1]?.id ?? rows[0]?.id ?? '', newRun = asked.get('new') ?? rows[0]?.id ?? '';
  const main = h('main', { id: 'results', tabindex: -1 });
  document.title = 'assay: compare two runs';
  const form = h('form', { action: '/compare', class: 'tools' }, choice('old', 'Old run', rows, oldRun), choice('new', 'New run', rows, newRun),
    h('button', { type: 'submit' }, 'Compare'));
  app.append(h('header', { class: 'overview' }, h('h1', null, 'Compare two runs'), form), main);
  if (!asked.get('old')) {
    main.append(h('p', { class: 'soft' }, rows.length ? 'Choose two runs.' : 'No run is stored yet.'));
    return;
  }
  const [a, b] = [oldRun, newRun].map((id) => rows.find((row) => row.id === id));
  if (a && b) main.append(h('p', { class: 'soft small' }, `${when(a.started_at)} against ${when(b.started_at)}.`));
  const query = new URLSearchParams({ old: oldRun, new: newRun });
  if (asked.get('across_machines')) query.set('across_machines', asked.get('across_machines')!);
  try {
    showRows(main, (await json<{ rows: CompareRow[] }>(`/api/v1/compare?${query}`)).rows);
  } catch (error) {
    main.append(note('bad', 'Not comparable', short(String((error as Error).message), 2000)));
  }
}
