// Elements without markup: whatever a name holds, it becomes text or an attribute's value.
export type Child = Node | string | number | null | undefined | false;
type Handler = (event: Event) => void;
type Value = string | number | boolean | null | undefined | Handler | Record<string, string>;
export type Props = Record<string, Value>;

const SVG = 'http://www.w3.org/2000/svg';

function setProp(element: Element, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === 'function') element.addEventListener(name, value);
  else if (typeof value === 'object') {
    // By the object model: a policy without 'unsafe-inline' forbids the attribute.
    for (const [key, text] of Object.entries(value)) (element as HTMLElement).style.setProperty(key, text);
  } else element.setAttribute(name, value === true ? '' : String(value));
}

function fill<T extends Element>(element: T, props: Props | null, children: Child[]): T {
  for (const [name, value] of Object.entries(props ?? {})) setProp(element, name, value);
  for (const child of children)
    if (child !== null && child !== undefined && child !== false)
      element.append(typeof child === 'number' ? String(child) : child);
  return element;
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props?: Props | null,
  ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), props ?? null, children);
}

export function svg(tag: string, props?: Props | null, ...children: Child[]): SVGElement {
  return fill(document.createElementNS(SVG, tag) as SVGElement, props ?? null, children);
}

const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

/** Text from outside without characters that reorder or hide what stands around them. */
export function clean(text: string | null | undefined): string {
  return (text ?? '').replace(UNWANTED, '\ufffd');
}

export function short(text: string, most = 160): string {
  return text.length > most ? text.slice(0, most) + '\u2026' : text;
}

/** A name whose parts a line may break between. */
export function breakable(text: string, most = 160): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const part of short(text, most).split(/(?<=[,:/])/)) fragment.append(part, document.createElement('wbr'));
  return fragment;
}

export function plural(count: number, noun: string, many = noun + 's'): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : many}`;
}
