// All runs, newest first, kept fresh; any two of them can be set against each other.
import { json, RunRow } from '../api';
import { clean, h, plural, short } from '../dom';
import { seconds } from '../format';
import { standing } from '../arriving';
import { calmly, listen } from '../live';
import { mark } from '../marks';
import { when } from '../detail';

const REFRESH_MS = 700;

function count(value: number, kind: string, label: string): HTMLElement {
  return h('td', { class: 'num', role: 'cell', 'data-label': label }, value ? h('span', { class: kind }, String(value)) : h('span', { class: 'soft' }, '0'));
}

export async function runsPage(app: HTMLElement, live: HTMLElement): Promise<void> {
  const chosen: string[] = [];
  const body = h('tbody', { role: 'rowgroup' });
  const search = h('input', { type: 'search', id: 'filter', placeholder: 'Filter by label, commit, branch', 'aria-label': 'Filter runs' });
  const button = h('a', { class: 'button', href: '/compare', 'aria-disabled': 'true' }, 'Compare two');
  const shown = h('output', { class: 'count soft' });
  let rows: RunRow[] = [];

  const tellChoice = () => {
    const [a, b] = [...chosen].sort();
    button.textContent = chosen.length === 2 ? 'Compare these two' : `Compare two (${chosen.length} chosen)`;
    button.setAttribute('aria-disabled', String(chosen.length !== 2));
    button.setAttribute('href', chosen.length === 2 ? `/compare?old=${encodeURIComponent(a)}&new=${encodeURIComponent(b)}` : '/compare');
  };
  const choose = (id: string, box: HTMLInputElement) => {
    if (box.checked) chosen.push(id);
    else chosen.splice(chosen.indexOf(id), 1);
    if (chosen.length > 2) {
      const dropped = chosen.shift();
      const old = [...body.querySelectorAll<HTMLInputElement>('input')].find((one) => one.value === dropped);
      if (old) old.checked = false;
    }
    tellChoice();
  };
  const rowOf = (row: RunRow) => {
    const box = h('input', { type: 'checkbox', value: row.id, 'aria-label': `Choose ${short(row.id)} for a comparison`, checked: chosen.includes(row.id) });
    box.addEventListener('change', () => choose(row.id, box));
    return h('tr', { class: 'row', role: 'row' },
      h('td', { role: 'cell', class: 'box' }, box),
      h('th', { scope: 'row', role: 'rowheader' }, h('a', { href: `/run/${encodeURIComponent(row.id)}` }, row.label ? short(clean(row.label)) : h('code', null, clean(row.id))),
        h('small', null, row.label ? h('code', null, clean(row.id), ' ') : null, when(row.started_at))),
      h('td', { role: 'cell' }, mark(row.status), h('small', null, `${short(clean(row.profile), 40)}, ${seconds(Number(row.duration_seconds))}`)),
      h('td', { role: 'cell', class: 'version' }, h('code', { title: clean(row.commit) }, clean(row.commit).slice(0, 10)), h('small', null, short(clean(row.branch), 60))),
      count(row.ok, '', 'ok'), count(row.failed, 'bad', 'failed'), count(row.skipped, '', 'skipped'),
      count(row.met, 'good', 'targets met'), count(row.missed, 'bad', 'missed'));
  };
  const draw = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) => {
      const text = [row.id, row.label, row.commit, row.branch, row.profile, row.status].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
    shown.textContent = plural(found.length, 'run');
    body.replaceChildren(...found.map(rowOf));
    if (!found.length) body.append(h('tr', null, h('td', { colspan: 9, class: 'empty' }, rows.length ? 'No run matches.' : 'No run is stored yet.')));
  };
  const load = async () => {
    rows = (await json<{ runs: RunRow[] }>('/api/v1/runs?last=200')).runs;
    draw();
  };
  search.addEventListener('input', draw);
  const column = (text: string, kind = '') => h('th', { scope: 'col', role: 'columnheader', class: kind || null }, text);
  document.title = 'assay: runs';
  app.append(h('header', { class: 'overview' }, h('h1', null, 'Runs')), h('main', { id: 'results', tabindex: -1 },
    h('div', { class: 'tools', role: 'search' }, search, button, shown),
    h('table', { class: 'results runs', role: 'table' }, h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' },
      h('th', { scope: 'col', role: 'columnheader' }, h('span', { class: 'hidden' }, 'chosen')), column('Run'), column('Status'), column('Version'),
      column('Ok', 'num'), column('Failed', 'num'), column('Skipped', 'num'), column('Targets met', 'num'), column('Missed', 'num'))), body)));
  tellChoice();
  await load();
  const refresh = calmly(load, REFRESH_MS);
  listen({
    news: () => refresh(),
    progress: (at) => { live.replaceChildren(mark('running'), ` ${short(at.run)}: ${standing(at)}`); },
    link: (isOpen) => { live.replaceChildren(mark(isOpen ? 'running' : 'warning', isOpen ? 'live' : 'not connected')); },
  });
}
