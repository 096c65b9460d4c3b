// Light and dark: what the system prefers, unless the reader chose.
import { h } from './dom';

const KEY = 'assay-theme';
const listeners = new Set<() => void>();

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a file may have no storage
  }
}

function systemIsDark(): boolean {
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : systemIsDark();
}

/** Calls `redraw` whenever colours change; what draws on a canvas needs it. */
export function onTheme(redraw: () => void): () => void {
  listeners.add(redraw);
  return () => listeners.delete(redraw);
}

export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function tell(): void {
  for (const redraw of listeners) redraw();
}

export function themeButton(): HTMLElement {
  const button = h('button', { type: 'button', class: 'quiet theme', click: () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, document.documentElement.dataset.theme);
    } catch {
      // It holds for this page alone.
    }
    name();
    tell();
  } });
  const name = () => {
    button.textContent = isDark() ? '\u2600' : '\u263e';
    button.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
    button.title = isDark() ? 'Light colours' : 'Dark colours';
  };
  name();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    name();
    tell();
  });
  return button;
}

export function startTheme(): void {
  const chosen = stored();
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}
