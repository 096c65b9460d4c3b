// Times of a report in headless Chromium, as JSON:   paint.mjs ROOT REPORT
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [root, report] = process.argv.slice(2).map((path) => resolve(path));
const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
const PAGES = 5;

/** Milliseconds from `act` until the frame after it was drawn. */
function untilFrame(page, act) {
  return page.evaluate((name) => new Promise((done) => {
    const acts = {
      filter() {
        const input = document.getElementById('filter');
        input.value = 'avx512 n=10';
        input.dispatchEvent(new Event('input', { bubbles: true }));
      },
      sort() {
        const select = document.querySelector('select[aria-label=Sort]');
        select.value = 'slow';
        select.dispatchEvent(new Event('change', { bubbles: true }));
      },
      open() {
        document.querySelector('.row-name').click();
      },
    };
    requestAnimationFrame(() => {
      const begin = performance.now();
      acts[name]();
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - begin);
        channel.port2.postMessage(0);
      });
    });
  }), act);
}

async function look(browser) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(pathToFileURL(report).href);
  await page.locator('tr.row').first().waitFor();
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
  const rows = await page.evaluate(() => performance.getEntriesByName('assay-rows')[0]?.startTime ?? NaN);
  await page.waitForTimeout(1000);
  const times = { paint, rows };
  for (const act of ['sort', 'filter', 'open']) {
    times[act] = await untilFrame(page, act);
    await page.waitForTimeout(300);
  }
  await page.close();
  return times;
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const all = [];
for (let i = 0; i < PAGES; i++) all.push(await look(browser));
await browser.close();
const median = (name) => all.map((one) => one[name]).sort((a, b) => a - b)[PAGES >> 1];
console.log(JSON.stringify(Object.fromEntries(Object.keys(all[0]).map((name) => [name, median(name)]))));
