// All benchmarks: filter, sort, one row each; a row opens into its charts and numbers.
//
// The first rows are made at once and the rest when nothing else is to do, so that a thousand of them hold nobody up.
import { barAxis, intervalBar, LogScale, scaleOver } from './charts/bars';
import { detail, spreadOf } from './detail';
import { breakable, clean, h, plural, short } from './dom';
import { change as changeText, DASH, factor, quantity } from './format';
import { mark, term } from './marks';
import { MEANINGS } from './meanings';
import { Bench, Run } from './model';
import { change, onChange, state } from './state';
import { suitePart } from './suite';

const FIRST = 30, STEP = 60;

const SORTS: [string, string, ((run: Run) => (bench: Bench) => number) | null][] = [
  ['', 'as measured', null],
  ['slow', 'slowest first', () => (bench) => -bench.median],
  ['fast', 'fastest first', () => (bench) => bench.median],
  ['moved', 'moved most', () => (bench) => -Math.abs(Math.log(bench.moved?.ratio ?? 1))],
  ['behind', 'furthest behind the fastest', (run) => (bench) => -run.versusFastest(bench)],
  ['unsure', 'least certain', () => (bench) => -(bench.time?.hasInterval ? bench.time.spread : -1)],
];

const SHOWS: [string, string, (bench: Bench) => boolean][] = [
  ['', 'all', () => true],
  ['attention', 'failed, skipped, warnings', (bench) => bench.needsAttention],
  ['moved', 'moved', (bench) => !!bench.moved && bench.moved.verdict !== 'same' && bench.moved.verdict !== 'undecided'],
  ['targets', 'with a target', (bench) => bench.targets.length > 0],
];

// Where it is not known, all of an old table goes at once.
const MAY_HIDE = CSS.supports('content-visibility', 'hidden');

const idle: (work: () => void) => void = 'requestIdleCallback' in window
  ? (work) => requestIdleCallback(work, { timeout: 200 }) : (work) => setTimeout(work, 20);

export class Results {
  readonly element: HTMLElement;
  private run: Run;
  private readonly body = h('div', { class: 'table-place' });
  private readonly count = h('output', { class: 'count soft', 'aria-live': 'polite' });
  private readonly suitePlace = h('div');
  private readonly search = h('input', { type: 'search', id: 'filter', placeholder: 'Filter by name or parameter', 'aria-label': 'Filter benchmarks', autocomplete: 'off', spellcheck: 'false' });
  private readonly suiteChoice = h('select', { 'aria-label': 'Suite' });
  private readonly sortChoice = h('select', { 'aria-label': 'Sort' });
  private readonly showChoice = h('select', { 'aria-label': 'Show' });
  private readonly details = new Map<string, HTMLElement>();
  private texts: string[] = [];
  private round = 0;
  private shownSuite: string | null = null;
  private hasMoved = false;
  private hasRate = false;
  private hasRoofline = false;

  constructor(run: Run, private readonly isServed: boolean) {
    this.run = run;
    this.element = h('main', { id: 'results', tabindex: -1 },
      h('div', { class: 'tools', role: 'search' }, this.search, h('label', null, h('span', null, 'Suite'), this.suiteChoice),
        h('label', null, h('span', null, 'Show'), this.showChoice), h('label', null, h('span', null, 'Sort'), this.sortChoice), this.count),
      this.suitePlace, this.body);
    this.search.addEventListener('input', () => change({ words: this.search.value.trim() }));
    this.suiteChoice.addEventListener('change', () => change({ suite: this.suiteChoice.value }));
    this.sortChoice.addEventListener('change', () => change({ sort: this.sortChoice.value }));
    this.showChoice.addEventListener('change', () => change({ show: this.showChoice.value }));
    onChange(() => this.update(true));
    addEventListener('beforeprint', () => this.renderRest());
    this.update(false, run);
  }

  /** Shows the state, of another run when one is given: the same run later, for instance. */
  update(mayScroll: boolean, run?: Run): void {
    if (run) this.take(run);
    if (this.search.value.trim() !== state.words) this.search.value = state.words;
    this.suiteChoice.value = state.suite;
    this.sortChoice.value = state.sort;
    this.showChoice.value = state.show;
    // Whoever looks for certain benchmarks gets them at the top.
    const isWhole = !state.words && !state.show;
    const suite = !isWhole ? '' : state.suite || (this.run.suites.length === 1 ? this.run.suites[0] : '');
    if (run || suite !== this.shownSuite) {
      this.shownSuite = suite;
      this.suitePlace.replaceChildren(...[suite && suitePart(this.run, suite)].filter((part): part is HTMLElement => !!part));
    }
    this.render();
    if (mayScroll) this.reveal();
  }

  private take(run: Run): void {
    this.run = run;
    this.details.clear();
    this.texts = run.benches.map((bench) => `${bench.id} ${clean(bench.raw.tags)} ${clean(bench.raw.description)}`.toLowerCase());
    this.hasMoved = run.benches.some((bench) => bench.moved);
    this.hasRate = run.benches.some((bench) => bench.measured.has('bytes_per_s') || bench.measured.has('items_per_s'));
    this.hasRoofline = run.benches.some((bench) => bench.measured.has('roofline_percent'));
    const options = (select: HTMLSelectElement, rows: [string, string][]) =>
      select.replaceChildren(...rows.map(([value, text]) => h('option', { value }, text)));
    options(this.suiteChoice, [['', `all (${run.suites.length})`], ...run.suites.map((suite) => [suite, short(suite, 60) || '(no suite)'] as [string, string])]);
    options(this.sortChoice, SORTS.filter(([key]) => key !== 'moved' || this.hasMoved).map(([key, words]) => [key, words]));
    options(this.showChoice, SHOWS.filter(([key]) => key !== 'moved' || this.hasMoved).map(([key, words]) => [key, words]));
  }

  private chosen(): Bench[] {
    const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    const show = SHOWS.find(([key]) => key === state.show)?.[2] ?? SHOWS[0][2];
    const found = this.run.benches.filter((bench) => (!state.suite || bench.suite === state.suite) && show(bench) &&
      words.every((word) => this.texts[bench.index].includes(word)));
    const sort = SORTS.find(([key]) => key === state.sort)?.[2];
    if (!sort) return this.grouped(found);
    const key = sort(this.run);
    const keys = new Map(found.map((bench) => [bench, key(bench)]));
    const rank = (bench: Bench) => (Number.isNaN(keys.get(bench)!) ? Infinity : keys.get(bench)!);
    return found.sort((a, b) => (rank(a) === rank(b) ? a.index - b.index : rank(a) - rank(b)));
  }

  /** In the order of measuring, but the rows of one name together. */
  private grouped(benches: Bench[]): Bench[] {
    const groups = new Map<string, Bench[]>();
    for (const bench of benches) {
      const known = groups.get(bench.group);
      if (known) known.push(bench);
      else groups.set(bench.group, [bench]);
    }
    return [...groups.values()].flat();
  }

  private pending: (() => void) | null = null;

  private render(): void {
    const round = ++this.round;
    const benches = this.chosen();
    const isFlat = !!state.sort;
    this.count.textContent = benches.length === this.run.benches.length ? plural(benches.length, 'benchmark')
      : `${benches.length.toLocaleString('en')} of ${plural(this.run.benches.length, 'benchmark')}`;
    if (!benches.length) {
      this.pending = null;
      this.show(h('p', { class: 'empty' }, this.run.benches.length ? 'No benchmark matches.' : 'This run holds no benchmark.'));
      return;
    }
    const scales = this.scales(benches, isFlat);
    const table = h('table', { class: 'results bench', role: 'table' }, this.head());
    let at = 0;
    const more = (count: number) => {
      const body = h('tbody', { role: 'rowgroup' });
      for (const end = Math.min(at + count, benches.length); at < end; at++) this.addRow(body, benches, at, scales, isFlat);
      table.append(body);
    };
    more(FIRST);
    this.show(table);
    const rest = () => {
      if (round !== this.round || at >= benches.length) return;
      more(STEP);
      idle(rest);
    };
    this.pending = () => more(benches.length);
    idle(rest);
  }

  /** Taking a thousand rows out of a page lasts several frames: they are hidden now, and go when nothing else is to do. */
  private show(what: HTMLElement): void {
    for (const old of [...this.body.children]) {
      if (!MAY_HIDE || !old.querySelector('tbody + tbody')) old.remove();
      else if (!old.classList.contains('gone')) {
        old.classList.add('gone');
        idle(() => this.clear(old));
      }
    }
    this.body.prepend(h('div', null, what));
  }

  private clear(old: Element): void {
    const last = old.querySelector('tbody:last-of-type');
    (last?.previousElementSibling?.matches('tbody') ? last : old).remove();
    if (old.isConnected) idle(() => this.clear(old));
  }

  private renderRest(): void {
    for (const old of this.body.querySelectorAll(':scope > .gone')) old.remove();
    this.pending?.();
  }

  private scales(benches: Bench[], isFlat: boolean): Map<string, LogScale | null> {
    if (isFlat) return new Map([['', scaleOver(benches)]]);
    const groups = new Map<string, Bench[]>();
    for (const bench of benches) groups.set(bench.group, [...(groups.get(bench.group) ?? []), bench]);
    return new Map([...groups].map(([group, rows]) => [group, rows.length > 1 ? scaleOver(rows) : null]));
  }

  private head(): HTMLElement {
    const column = (text: string | HTMLElement, kind = '') => h('th', { scope: 'col', role: 'columnheader', class: kind || null }, text);
    return h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, column('Benchmark'), column(term('Median time', MEANINGS.median), 'num time'),
      column(term('\u00b1', MEANINGS.spread), 'num spread'), column('Compared, logarithmic', 'bar-cell'), column(term('vs fastest', MEANINGS.fastest), 'num factor'),
      this.hasMoved && column(term('vs before', 'against the run before, on the same machine; stored runs support no verdict below 5 %'), 'num factor'),
      this.hasRate && column('Throughput', 'num rate'), this.hasRoofline && column(term('of the roofline', MEANINGS.roofline), 'num factor')));
  }

  private get columnCount(): number {
    return 5 + Number(this.hasMoved) + Number(this.hasRate) + Number(this.hasRoofline);
  }

  private addRow(body: HTMLElement, benches: Bench[], at: number, scales: Map<string, LogScale | null>, isFlat: boolean): void {
    const bench = benches[at];
    const isGroup = !isFlat && (scales.get(bench.group) ?? null) !== null;
    if (isGroup && benches[at - 1]?.group !== bench.group) body.append(this.groupRow(bench, scales.get(bench.group)!));
    else if (!isFlat && !isGroup && this.run.suites.length > 1 && benches[at - 1]?.suite !== bench.suite)
      body.append(h('tr', { class: 'suite-row', role: 'row' }, h('th', { scope: 'rowgroup', role: 'rowheader', colspan: this.columnCount }, short(bench.suite, 80))));
    const isOpen = state.open.has(bench.id);
    const row = this.row(bench, scales.get(isFlat ? '' : bench.group) ?? null, isGroup, isOpen);
    body.append(row);
    if (isOpen) row.after(this.detailRow(bench));
  }

  private groupRow(bench: Bench, scale: LogScale): HTMLElement {
    return h('tr', { class: 'group', role: 'row' }, h('th', { scope: 'rowgroup', role: 'rowheader', colspan: 3 },
      this.run.suites.length > 1 ? h('span', { class: 'soft' }, `${short(bench.suite, 60)}/`) : null, breakable(bench.name),
      bench.raw.description ? h('small', null, short(clean(bench.raw.description), 200)) : null),
      h('td', { class: 'bar-cell', role: 'cell' }, barAxis(scale)), h('td', { role: 'cell', colspan: this.columnCount - 4 }));
  }

  private row(bench: Bench, scale: LogScale | null, isGroup: boolean, isOpen: boolean): HTMLElement {
    const name = isGroup ? bench.params || '(no parameter)' : `${this.run.suites.length > 1 ? bench.suite + '/' : ''}${bench.name}${bench.params ? ':' + bench.params : ''}`;
    const button = h('button', { type: 'button', class: 'row-name', 'aria-expanded': isOpen ? 'true' : 'false', title: short(bench.id, 400) },
      h('i', { class: 'twist', 'aria-hidden': 'true' }), h('code', null, breakable(name)));
    const row = h('tr', { class: isGroup ? 'row in-group' : 'row', role: 'row', 'data-benchmark': short(bench.id, 400) },
      h('th', { scope: 'row', role: 'rowheader' }, button,
        ...bench.targets.filter((target) => target.status !== 'not_run').map((target) => mark(target.status, `target ${target.status}`)),
        bench.raw.warning ? mark('warning') : null));
    button.addEventListener('click', () => this.toggle(bench, row, button));
    if (bench.median >= 0 && bench.time) this.addNumbers(row, bench, scale);
    else
      row.append(h('td', { class: 'why', role: 'cell', colspan: this.columnCount - 1 }, mark(bench.raw.status), ' ',
        h('span', { class: 'soft' }, short(clean(bench.raw.reason) || (bench.raw.status === 'ok' ? 'no time was measured' : 'no reason given'), 200))));
    return row;
  }

  private addNumbers(row: HTMLElement, bench: Bench, scale: LogScale | null): void {
    const fastest = this.run.versusFastest(bench);
    const rate = bench.measured.get('bytes_per_s') ?? bench.measured.get('items_per_s');
    row.append(
      h('td', { class: 'num median', role: 'cell' }, quantity(bench.median, 'ns')),
      h('td', { class: 'num spread soft', role: 'cell' }, spreadOf(bench.time)),
      h('td', { class: 'bar-cell', role: 'cell' }, scale && bench.median > 0 && intervalBar(bench, scale)),
      h('td', { class: 'num', role: 'cell', 'data-label': 'vs fastest' }, Number.isNaN(fastest) ? '' : fastest <= 1 ? h('b', null, 'fastest') : factor(fastest)));
    if (this.hasMoved) row.append(h('td', { class: 'num', role: 'cell', 'data-label': 'vs before' }, this.movedCell(bench)));
    if (this.hasRate) row.append(h('td', { class: 'num', role: 'cell' }, rate ? quantity(rate.median, rate.metric.unit) : ''));
    const share = bench.measured.get('roofline_percent');
    if (this.hasRoofline) row.append(h('td', { class: 'num', role: 'cell', 'data-label': 'of the roofline' }, share ? `${share.median.toFixed(share.median < 9.95 ? 1 : 0)} %` : ''));
  }

  private movedCell(bench: Bench): HTMLElement | string {
    const moved = bench.moved;
    if (!moved || moved.ratio === null) return DASH;
    const isSure = moved.verdict === 'slower' || moved.verdict === 'faster';
    return isSure ? mark(moved.verdict, changeText(moved.ratio)) : h('span', { class: 'soft', title: moved.verdict }, changeText(moved.ratio));
  }

  private toggle(bench: Bench, row: HTMLElement, button: HTMLElement): void {
    const isOpen = !state.open.has(bench.id);
    if (isOpen) state.open.add(bench.id);
    else state.open.delete(bench.id);
    button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) row.after(this.detailRow(bench));
    else if (row.nextElementSibling?.classList.contains('detail-row')) row.nextElementSibling.remove();
    change({}, true);
  }

  private detailRow(bench: Bench): HTMLElement {
    let known = this.details.get(bench.id);
    if (!known) {
      known = h('tr', { class: 'detail-row', role: 'row' }, h('td', { role: 'cell', colspan: this.columnCount }, detail(bench, this.run, this.isServed)));
      this.details.set(bench.id, known);
    }
    return known;
  }

  /** Brings what a link names into view. */
  reveal(): void {
    if (state.open.size !== 1) return;
    const id = short([...state.open][0], 400);
    const isAsked = location.hash === '' || location.hash.includes('open=');
    if (!isAsked) return;
    this.renderUntil(id);
    const row = [...this.body.querySelectorAll<HTMLElement>(':scope > :not(.gone) tr.row')].find((one) => one.dataset.benchmark === id);
    row?.scrollIntoView({ block: 'start' });
  }

  private renderUntil(id: string): void {
    if (![...this.body.querySelectorAll<HTMLElement>(':scope > :not(.gone) tr.row')].some((row) => row.dataset.benchmark === id)) this.renderRest();
  }
}
