// suite.mjs - registers tests, runs them one after the other with a browser, prints a line for each, and closes with
// `N passed, N failed`. Errors of a page, and what its policy refused, fail the test that opened it.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 30000; // ms; only a test that fails waits so long
const tests = [];
export const setup = { modules: '', files: '', bin: '', chromium: '', build: '' };

export function test(name, run) {
    tests.push({ name, run });
}

// The first true answer of ask(); throws what it last said.
export async function eventually(ask, what) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const answer = await ask();
        if (answer) return answer;
        if (Date.now() > end) throw new Error(`not within ${PATIENCE} ms: ${what || ask}; last answer ${JSON.stringify(answer)}`);
        await sleep(20);
    }
}

let browser = null;
let faults = [];
let contexts = [];

// A page at an address, in a browser context of its own.
export async function open(url, { width = 1280, height = 860, scheme = 'light', phone = false, axe = false, locale = 'en-GB', headers, script = true, allow = [] } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, hasTouch: phone, isMobile: phone, locale, reducedMotion: 'reduce', extraHTTPHeaders: headers, javaScriptEnabled: script });
    contexts.push(context);
    if (axe) await context.addInitScript({ path: createRequire(`${setup.modules}/x.js`).resolve('axe-core/axe.min.js') });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => faults.push(`error in the page: ${error.stack}`));
    page.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(text) && !allow.some((one) => one.test(text))) faults.push(`console: ${text}`);
    });
    if (url !== null) await page.goto(url);
    return page;
}

async function one({ name, run }) {
    const began = Date.now();
    faults = [];
    let wrong = null;
    try {
        await run();
    } catch (error) {
        wrong = error;
    }
    for (const context of contexts) await context.close().catch(() => {});
    contexts = [];
    if (wrong === null && faults.length > 0) wrong = new Error(faults.join('\n'));
    console.log(`${wrong === null ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    if (wrong !== null) console.log(`     ${String(wrong.stack || wrong).split('\n').slice(0, 25).join('\n     ')}`);
    return wrong === null;
}

export async function runAll(pattern) {
    const { chromium } = createRequire(`${setup.modules}/x.js`)('playwright-core');
    browser = await chromium.launch({ executablePath: setup.chromium, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
    let passed = 0, failed = 0;
    for (const each of tests) {
        if (pattern && (pattern.startsWith('!') ? each.name.includes(pattern.slice(1)) : !each.name.includes(pattern))) continue;
        if (await one(each)) passed++;
        else failed++;
    }
    await browser.close();
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
