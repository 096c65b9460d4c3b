// What a reader chose, kept behind the '#' of the address: a link shows the same to somebody else.
export interface State {
  words: string;
  suite: string;
  sort: string;
  show: string;
  open: Set<string>;
}

type Listener = () => void;
const listeners: Listener[] = [];

function read(): State {
  const from = new URLSearchParams(location.hash.slice(1));
  return { words: from.get('q') ?? '', suite: from.get('suite') ?? '', sort: from.get('sort') ?? '',
    show: from.get('show') ?? '', open: new Set(from.getAll('open')) };
}

export let state: State = read();

function write(): string {
  const to = new URLSearchParams();
  if (state.words) to.set('q', state.words);
  if (state.suite) to.set('suite', state.suite);
  if (state.sort) to.set('sort', state.sort);
  if (state.show) to.set('show', state.show);
  for (const id of state.open) to.append('open', id);
  return to.toString();
}

/** Changes the state; `isQuiet` when the page shows it already. */
export function change(part: Partial<State>, isQuiet = false): void {
  Object.assign(state, part);
  const hash = write();
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  if (!isQuiet) for (const listener of listeners) listener();
}

export function onChange(listener: Listener): void {
  listeners.push(listener);
}

/** The address of one benchmark alone. */
export function linkTo(id: string): string {
  return `#open=${encodeURIComponent(id)}`;
}

addEventListener('hashchange', () => {
  state = read();
  for (const listener of listeners) listener();
});
