// Words that judge, with a sign beside the colour; terms that say what they mean.
import { h } from './dom';

const SIGNS: Record<string, [string, string]> = {
  ok: ['good', '\u2713'], met: ['good', '\u2713'], faster: ['good', '\u25bc'], done: ['good', '\u2713'],
  failed: ['bad', '\u2715'], missed: ['bad', '\u2715'], slower: ['bad', '\u25b2'],
  undecided: ['open', '?'], warning: ['open', '!'], interrupted: ['open', '!'], running: ['live', '\u25cf'],
  skipped: ['soft', '\u2013'], same: ['soft', '='], placement: ['soft', '\u2248'], not_run: ['soft', '\u2013'],
};

export function mark(word: string, text = word.replace('_', ' ')): HTMLElement {
  const [kind, sign] = SIGNS[word] ?? ['soft', ''];
  return h('span', { class: `mark ${kind}` }, h('span', { 'aria-hidden': 'true' }, sign), ' ', text);
}

let count = 0;

/** A term whose meaning shows on hover and focus, and is told to a screen reader. */
export function term(text: string, meaning: string | undefined): HTMLElement {
  if (!meaning) return h('span', null, text);
  const id = `t${++count}`;
  return h('span', { class: 'term', tabindex: 0, 'aria-describedby': id }, text,
    h('span', { class: 'tip', role: 'tooltip', id }, meaning));
}

export function note(kind: string, word: string, text: string): HTMLElement {
  return h('p', { class: `note ${kind}` }, h('b', null, `${word}: `), text);
}
