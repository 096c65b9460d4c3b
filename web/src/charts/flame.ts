// Where CPU time went: a flame graph, callers above what they call.  Click or Enter zooms, arrows walk, Escape shows all.
import { clean, h, plural, short } from '../dom';
import { percent } from '../format';
import { Stacks } from '../model';

interface Frame {
  name: string;
  samples: number;
  self: number;
  depth: number;
  parent: Frame | null;
  children: Frame[];
  from: number; // samples to its left
}

const ROW = 22; // px
const NARROWEST = 2; // px; what is narrower is left out
const HOTTEST = 12;

function childOf(parent: Frame, name: string): Frame {
  let child = parent.children.find((one) => one.name === name);
  if (!child) {
    child = { name, samples: 0, self: 0, depth: parent.depth + 1, parent, children: [], from: 0 };
    parent.children.push(child);
  }
  return child;
}

/** Rows share their outermost frames with the row before, which is the path that is open. */
function treeOf(stacks: Stacks): Frame {
  const root: Frame = { name: 'all samples', samples: 0, self: 0, depth: 0, parent: null, children: [], from: 0 };
  let path: Frame[] = [root];
  for (const [shared, frames, samples] of stacks.rows) {
    path = path.slice(0, shared + 1);
    for (const name of frames ? frames.split(';') : []) path.push(childOf(path[path.length - 1], clean(name)));
    for (const frame of path) frame.samples += samples;
    path[path.length - 1].self += samples;
  }
  place(root);
  return root;
}

/** The widest first, so that the way to the hottest function is on the left. */
function place(frame: Frame): void {
  let from = frame.from;
  frame.children.sort((a, b) => b.samples - a.samples || (a.name < b.name ? -1 : 1));
  for (const child of frame.children) {
    child.from = from;
    from += child.samples;
    place(child);
  }
}

function walk(frame: Frame, visit: (frame: Frame) => boolean): void {
  if (visit(frame)) for (const child of frame.children) walk(child, visit);
}

/** A shade that a name keeps; what has no name of its own is grey. */
function shade(name: string): string {
  if (/^\[.*\]$|\+0x[0-9a-f]+$/.test(name)) return 'other';
  let hash = 7;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)!) >>> 0;
  return `f${hash % 4}`;
}

interface Hot {
  name: string;
  self: number;
  total: number; // with what it called, recursion counted once
}

function hottest(root: Frame): Hot[] {
  const found = new Map<string, Hot>();
  const open = new Map<string, number>();
  const visit = (frame: Frame): void => {
    const hot = found.get(frame.name) ?? { name: frame.name, self: 0, total: 0 };
    const depth = open.get(frame.name) ?? 0;
    hot.self += frame.self;
    if (!depth) hot.total += frame.samples;
    found.set(frame.name, hot);
    open.set(frame.name, depth + 1);
    frame.children.forEach(visit);
    open.set(frame.name, depth);
  };
  root.children.forEach(visit);
  return [...found.values()].sort((a, b) => b.self - a.self || b.total - a.total).slice(0, HOTTEST);
}

/** Samples with a frame that is looked for, each once. */
function matched(root: Frame, isWanted: (name: string) => boolean): number {
  let samples = 0;
  walk(root, (frame) => {
    if (frame.depth === 0 || !isWanted(frame.name)) return true;
    samples += frame.samples;
    return false;
  });
  return samples;
}

class Flame {
  private readonly root: Frame;
  private zoomed: Frame;
  private wanted = '';
  private current: Frame;
  private drawn = new Map<Frame, HTMLElement>();
  private readonly area: HTMLElement;
  private readonly hint = h('span', { class: 'hint', 'aria-live': 'off' });
  private readonly found = h('span', { class: 'soft small', role: 'status' });

  constructor(private readonly id: string, private readonly stacks: Stacks) {
    this.root = this.zoomed = this.current = treeOf(stacks);
    this.area = h('div', { class: 'flame', role: 'tree', 'aria-label': `Call stacks of ${short(id, 80)}. Enter zooms, arrows move, Escape shows all.`,
      keydown: (event) => this.onKey(event as KeyboardEvent), mouseleave: () => this.tell(this.zoomed) });
    new ResizeObserver(() => this.draw()).observe(this.area);
  }

  private share(samples: number): string {
    return percent(samples / this.root.samples, 1);
  }

  private isWanted(name: string): boolean {
    return this.wanted !== '' && name.toLowerCase().includes(this.wanted);
  }

  private tell(frame: Frame): void {
    const of = `${this.share(frame.samples)}, ${frame.samples.toLocaleString('en')} of ${plural(this.root.samples, 'sample')}`;
    this.hint.replaceChildren(h('code', null, short(frame.name, 300)), ` ${of}` + (frame.depth && frame.self ? `; ${this.share(frame.self)} in itself` : ''));
  }

  private element(frame: Frame, width: number): HTMLElement {
    const from = Math.max(0, (frame.from - this.zoomed.from) / this.zoomed.samples);
    const share = Math.min(1, frame.samples / this.zoomed.samples);
    const isAbove = frame.depth < this.zoomed.depth;
    const kind = this.isWanted(frame.name) ? 'wanted' : frame.depth ? shade(frame.name) : 'other';
    return h('div', { class: `frame ${kind}${isAbove ? ' above' : ''}`, role: 'treeitem', tabindex: frame === this.current ? 0 : -1,
      'aria-level': frame.depth + 1, 'aria-expanded': frame.children.length ? 'true' : null,
      'aria-label': `${short(frame.name, 200)}, ${this.share(frame.samples)}, ${plural(frame.samples, 'sample')}`,
      style: { left: `${(isAbove ? 0 : from) * 100}%`, width: `${(isAbove ? 1 : share) * 100}%`, top: `${frame.depth * ROW}px` },
      mouseenter: () => this.tell(frame), focus: () => this.tell(frame), click: () => this.zoom(frame) },
    (isAbove ? 1 : share) * width > 28 ? short(frame.name, 200) : '');
  }

  /** Those above the zoomed frame, itself, and what is wide enough below it. */
  private draw(): void {
    const width = this.area.clientWidth;
    const hadFocus = this.area.contains(document.activeElement);
    let depth = 0;
    if (!width) return;
    this.drawn.clear();
    for (let above = this.zoomed.parent; above; above = above.parent) this.drawn.set(above, this.element(above, width));
    this.drawn = new Map([...this.drawn].reverse());
    walk(this.zoomed, (frame) => {
      if ((frame.samples / this.zoomed.samples) * width < NARROWEST) return false;
      this.drawn.set(frame, this.element(frame, width));
      depth = Math.max(depth, frame.depth);
      return true;
    });
    if (!this.drawn.has(this.current)) {
      this.current = this.zoomed;
      this.drawn.get(this.current)!.tabIndex = 0;
    }
    this.area.replaceChildren(h('div', { class: 'frames', role: 'presentation', style: { height: `${(depth + 1) * ROW}px` } }, ...this.drawn.values()));
    if (hadFocus) this.drawn.get(this.current)!.focus({ preventScroll: true });
  }

  private zoom(frame: Frame): void {
    this.zoomed = this.current = frame;
    this.draw();
    this.tell(frame);
  }

  private go(frame: Frame | null | undefined): void {
    const element = frame && this.drawn.get(frame);
    if (!frame || !element) return;
    const before = this.drawn.get(this.current);
    if (before) before.tabIndex = -1;
    this.current = frame;
    element.tabIndex = 0;
    element.focus();
  }

  private beside(step: number): Frame | undefined {
    const all = this.current.parent?.children ?? [];
    return all[all.indexOf(this.current) + step];
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Record<string, () => void> = {
      Enter: () => this.zoom(this.current), ' ': () => this.zoom(this.current), Escape: () => this.zoom(this.root),
      ArrowUp: () => this.go(this.current.parent), ArrowDown: () => this.go(this.current.children[0]),
      ArrowLeft: () => this.go(this.beside(-1)), ArrowRight: () => this.go(this.beside(1)), Home: () => this.go(this.root),
    };
    if (!steps[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    steps[event.key]();
  }

  private search(text: string): void {
    this.wanted = text.trim().toLowerCase();
    const samples = matched(this.root, (name) => this.isWanted(name));
    this.found.textContent = this.wanted ? `in ${this.share(samples)} of the samples` : '';
    this.draw();
  }

  private table(): HTMLElement {
    return h('details', { class: 'plain' }, h('summary', null, 'Hottest functions'),
      h('div', { class: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Hottest functions' }, h('table', { class: 'numbers' },
        h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'function'), h('th', { scope: 'col', class: 'num' }, 'in itself'),
          h('th', { scope: 'col', class: 'num' }, 'with calls'))),
        h('tbody', null, ...hottest(this.root).map((hot) => h('tr', null, h('th', { scope: 'row' }, h('code', null, short(hot.name, 120))),
          h('td', { class: 'num' }, this.share(hot.self)), h('td', { class: 'num' }, this.share(hot.total))))))));
  }

  figure(): HTMLElement {
    const { samples, cut, lost, cpu_seconds: seconds } = this.stacks;
    const label = `Search the call stacks of ${short(this.id, 80)}`;
    const said = [cut ? ` ${plural(cut, 'stack')} deeper than 128 frames lack their callers.` : '', lost ? ` ${plural(lost, 'sample')} found no room.` : ''];
    this.tell(this.root);
    return h('figure', { class: 'flame-figure' },
      h('div', { class: 'figure-head' },
        h('figcaption', null, h('b', null, 'Flame graph. '),
          `Share of CPU time, callers above what they call: ${plural(samples, 'sample')} in ${seconds.toPrecision(3)} s of CPU time, in a launch that was not timed.` + said.join('')),
        h('span', { class: 'zoom' }, this.found,
          h('input', { type: 'search', placeholder: 'Search functions', 'aria-label': label, input: (event) => this.search((event.target as HTMLInputElement).value) }),
          h('button', { type: 'button', class: 'quiet', title: 'Show all', 'aria-label': `Show all: call stacks of ${short(this.id, 80)}`, click: () => this.zoom(this.root) }, 'All'))),
      this.area, this.hint, this.table());
  }
}

export function flameChart(id: string, stacks: Stacks): HTMLElement | null {
  return stacks.rows.length ? new Flame(id, stacks).figure() : null;
}
