// One front end for a report in a file and for the dashboard: a file holds its run, a server is asked.
import './style.css';
import { text } from './api';
import { Arriving } from './arriving';
import { h, short } from './dom';
import { calmly, listen, RunNews } from './live';
import { mark, note } from './marks';
import { readRun, Run } from './model';
import { overview } from './overview';
import { comparePage } from './pages/compare';
import { runsPage } from './pages/runs';
import { trendPage } from './pages/trend';
import { Results } from './results';
import { startTheme, themeButton } from './theme';

const REFRESH_MS = 700; // at most so often while a run goes on

const live = h('span', { id: 'live', class: 'soft', role: 'status' });

function frame(isServed: boolean): HTMLElement {
  const link = (href: string, words: string) => h('a', { href, 'aria-current': location.pathname === href ? 'page' : null }, words);
  return h('div', { class: 'top' }, h('a', { class: 'skip', href: '#results', click: (event) => {
    event.preventDefault();
    document.getElementById('results')?.focus();
  } }, 'Skip to the results'),
  h('span', { class: 'brand' }, 'assay'),
  isServed ? h('nav', { 'aria-label': 'Site' }, link('/', 'Runs'), link('/run/latest', 'Newest run'), link('/trend', 'Trends'), link('/compare', 'Compare')) : null,
  h('span', { class: 'right' }, live, themeButton()));
}

const reading: [string, string][] = [
  ['Launch', 'One fresh process. Samples of one launch resemble each other, so launches, not samples, are the evidence.'],
  ['Median', 'The median of the launch medians. Its interval says where it would lie, had other launches been drawn.'],
  ['Percentiles', 'Of all samples, each sample being the mean of its iterations. Insufficient: too few samples to bound it on both sides.'],
  ['vs fastest', 'Median divided by the least median on the same input. A ratio of two medians, not a verdict.'],
];

function footer(words: string): HTMLElement {
  return h('footer', null, h('details', { class: 'plain' }, h('summary', null, 'How to read this'),
    h('dl', null, ...reading.flatMap(([name, meaning]) => [h('dt', null, name), h('dd', null, meaning)]))), h('p', { class: 'soft small' }, words));
}

function showRun(app: HTMLElement, run: Run, isServed: boolean): (run: Run) => void {
  let top = overview(run);
  const results = new Results(run, isServed);
  app.append(top, results.element, footer(isServed ? 'Served by assay from its store; it only reads.' : 'Written by assay. This file is complete: it loads nothing.'));
  results.reveal();
  return (next) => {
    const wasOpen = top.querySelector<HTMLDetailsElement>('.environment')?.open ?? false;
    const fresh = overview(next);
    top.replaceWith(fresh);
    top = fresh;
    const environment = top.querySelector<HTMLDetailsElement>('.environment');
    if (environment) environment.open = wasOpen;
    results.update(false, next);
  };
}

/** "12 done" beside a run that goes on. */
function tellNews(news: RunNews): void {
  const done = news.ok + news.failed + news.skipped;
  live.replaceChildren(mark(news.status), ` ${short(news.id)}: ${done} ${done === 1 ? 'benchmark' : 'benchmarks'}`);
}

async function servedRun(app: HTMLElement, selector: string): Promise<void> {
  const path = `/api/v1/runs/${selector}/view`;
  const first = readRun(await text(path));
  document.title = `assay: ${first.head.label || first.head.id}`;
  const show = showRun(app, first, true);
  const arriving = new Arriving();
  app.querySelector('.overview')?.after(arriving.element);
  let shown = first.head.id;
  const refresh = calmly(async () => {
    const run = readRun(await text(path));
    shown = run.head.id;
    show(run);
  }, REFRESH_MS);
  listen({
    news(news) {
      if (news) tellNews(news);
      if (news && news.status !== 'running') arriving.hide();
      if (!news || news.id === shown || selector === 'latest') refresh();
    },
    progress: (at) => { if (at.run === shown || selector === 'latest') arriving.show(at); },
    link: (isOpen) => { live.replaceChildren(mark(isOpen ? 'running' : 'warning', isOpen ? 'live' : 'not connected')); },
  });
}

const pages: Record<string, (app: HTMLElement, ears: typeof live) => Promise<void>> = {
  '': runsPage, trend: trendPage, compare: comparePage,
};

async function start(): Promise<void> {
  startTheme();
  const app = document.getElementById('app');
  if (!app) return;
  document.getElementById('first')?.remove();
  const data = document.getElementById('data');
  // Seen where an answer takes long: a page without a word looks broken.
  const waiting = h('p', { class: 'waiting soft', role: 'status' }, 'Asking the server\u2026');
  app.append(frame(!data));
  if (!data) app.append(waiting);
  try {
    if (data) {
      showRun(app, readRun(data.textContent ?? ''), false);
      performance.mark('assay-rows');
      return;
    }
    const [first, second] = location.pathname.split('/').slice(1);
    if (first === 'run' && second) await servedRun(app, second);
    else await pages[first in pages ? first : ''](app, live);
  } catch (error) {
    app.append(h('main', { id: 'results', tabindex: -1 }, h('h1', null, 'Not shown'), note('bad', 'Failed', short(String((error as Error).message), 2000))));
  } finally {
    waiting.remove();
  }
}

void start();
