// What pages gain with scripts: a filter, and news as they happen.  All content stays the server's:
// after news the page is fetched again and its parts are put in place of the old ones.
'use strict';
(() => {
  const PARTS = ['header', 'main'];
  const REFRESH_MS = 1500;  // at most so often
  const live = document.getElementById('live');
  let words = '';
  let due = 0;

  const filtered = () => document.querySelectorAll('tbody tr.row, section[data-benchmark], section[data-series]');

  function apply() {
    for (const item of filtered()) {
      const text = item.dataset.benchmark || item.dataset.series || item.textContent;
      item.hidden = words !== '' && !words.split(' ').every((word) => text.toLowerCase().includes(word));
    }
  }

  function addFilter() {
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'search';
    input.id = 'filter';
    label.append('Filter', input);
    input.addEventListener('input', () => {
      words = input.value.trim().toLowerCase().replace(/\s+/g, ' ');
      apply();
    });
    live.before(label);
  }

  function keepOpen(from, to) {
    for (const details of from.querySelectorAll('section[id] > details')) {
      const same = to.querySelector(`#${CSS.escape(details.parentElement.id)} > details`);
      if (same) same.open = details.open;
    }
  }

  async function refresh() {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of PARTS) {
      const before = document.querySelector(part);
      const after = fresh.querySelector(part);
      if (!before || !after) continue;
      keepOpen(before, after);
      before.replaceWith(document.adoptNode(after));
    }
    apply();
  }

  function refreshSoon() {
    if (due) return;
    due = setTimeout(() => {
      due = 0;
      // What a reader types into a form of the page is not taken away.
      if (document.querySelector('main :focus')) refreshSoon();
      else refresh().catch(() => {});
    }, REFRESH_MS);
  }

  function listen() {
    const events = new EventSource('/events');
    let isFirst = true;
    events.addEventListener('open', () => {
      live.textContent = 'live';
      if (!isFirst) refreshSoon();
      isFirst = false;
    });
    events.addEventListener('error', () => {
      live.textContent = 'not connected';
    });
    events.addEventListener('run', (event) => {
      const run = JSON.parse(event.data);
      live.textContent = `${run.id}: ${run.status}, ${run.ok + run.failed + run.skipped} benchmarks`;
      refreshSoon();
    });
    events.addEventListener('progress', (event) => {
      const at = JSON.parse(event.data);
      live.textContent = `${at.run}: benchmark ${at.index + 1} of ${at.count}, launch ${at.launch} of ${at.launches}`;
    });
    events.addEventListener('change', refreshSoon);
  }

  addFilter();
  if (document.querySelector('main[data-live]') || location.pathname.startsWith('/run/')) listen();
})();
