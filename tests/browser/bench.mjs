// bench.mjs - node bench.mjs MODULES FILES CHROMIUM: what the page costs, in figures as JSON; tests/bench prints them.
//
// The server is mock.mjs on the loopback, so these are the page's own times: from the navigation to the frame in which the
// first row stands, to the one in which its button works, and the main thread's work for one row that is added.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Mock } from './mock.mjs';

const [modules, files, executablePath] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/x.js`)('playwright-core');
const ROUNDS = 9, ADDED = 40;

const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

// Notes the frame behind the one in which a thing is there.
function watch() {
    const seen = (globalThis.seen = {});
    const look = () => {
        if (seen.row === undefined && document.querySelector('.row [data-row]') !== null) seen.row = performance.now();
        if (seen.button === undefined && document.querySelector('.row .button') !== null && document.querySelector('.connection.live') !== null) seen.button = performance.now();
        if (seen.row === undefined || seen.button === undefined) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}

async function cold(browser, url) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    await page.addInitScript(watch);
    await page.goto(url);
    await page.waitForFunction(() => globalThis.seen.button !== undefined);
    const seen = await page.evaluate(() => globalThis.seen);
    await context.close();
    return seen;
}

async function added(browser, mock) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    await page.goto(mock.url);
    await page.waitForFunction(() => document.querySelectorAll('.row').length > 10);
    await page.waitForTimeout(1000);
    const control = await page.context().newCDPSession(page);
    await control.send('Performance.enable', { timeDomain: 'threadTicks' }); // processor time, whatever else the machine does
    const work = async () => (await control.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration').value * 1000;
    const idleFrom = await work();
    await page.waitForTimeout(2000);
    const idle = (await work()) - idleFrom; // what counts down, in two seconds
    const before = await work(), began = Date.now();
    for (let i = 0; i < ADDED; i++) {
        const row = mock.add(mock.make(i));
        mock.tell(row.client, { escalations: [row] });
        await page.waitForTimeout(50);
    }
    await page.waitForTimeout(200);
    const all = (await work()) - before;
    const rows = await page.textContent('.total');
    await page.close();
    return { ms: (all - (idle * (Date.now() - began)) / 2000) / ADDED, idle: idle / 2, rows };
}

const sizes = JSON.parse(readFileSync(join(files, 'files.json'))).filter((one) => one.isFirst).reduce((sum, one) => ({ brotli: sum.brotli + one.sizes.brotli, gzip: sum.gzip + one.sizes.gzip, files: sum.files + 1 }), { brotli: 0, gzip: 0, files: 0 });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const figures = { sizes, cold: {}, added: {} };
for (const rows of [20, 200, 2000]) {
    const mock = await new Mock({ files, rows }).start();
    const all = [];
    for (let i = 0; i < ROUNDS; i++) all.push(await cold(browser, mock.url));
    figures.cold[rows] = { row: middle(all.map((one) => one.row)), button: middle(all.map((one) => one.button)), least: Math.min(...all.map((one) => one.row)) };
    figures.added[rows] = await added(browser, mock);
    await mock.stop();
}
await browser.close();
console.log(JSON.stringify(figures));
process.exit(0);
