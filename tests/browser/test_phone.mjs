// test_phone.mjs - at 390 px, from a cold page: mine, its deadline and its button lie on the first screen, and the act takes at
// most two taps; the other three tasks of a telephone; targets of 44 px.
import assert from 'node:assert/strict';
import { Mock } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

const SCREEN = { width: 390, height: 844, phone: true };

async function onScreen(page, selector) {
    const box = await page.$eval(selector, (element) => element.getBoundingClientRect().toJSON());
    const bar = await page.$eval('.top nav', (element) => element.getBoundingClientRect().top);
    assert.ok(box.top >= 0 && box.bottom <= bar && box.left >= 0 && box.right <= SCREEN.width, `${selector} is at ${JSON.stringify(box)}, the bar at ${bar}`);
    const hit = await page.evaluate(({ x, y, wanted }) => document.elementFromPoint(x, y)?.closest(wanted) !== null, { x: box.left + box.width / 2, y: box.top + box.height / 2, wanted: selector });
    assert.ok(hit, `${selector} is covered`);
    return box;
}

test('phone: mine, its deadline and its button on the first screen; taken by one tap', async () => {
    const mock = await new Mock({ files: setup.files, rows: 2000 }).start();
    const page = await open(mock.url, SCREEN);
    await page.waitForSelector('.mine .row');
    assert.equal(await page.evaluate(() => scrollY), 0);
    const row = '.mine .row[aria-posinset="1"]';
    await onScreen(page, `${row} [data-row]`);
    await onScreen(page, `${row} .left b`);
    const button = await onScreen(page, `${row} .button.main`);
    await page.touchscreen.tap(button.left + button.width / 2, button.top + button.height / 2);
    await eventually(() => mock.posts.length === 1, 'the act');
    assert.match(mock.posts[0].path, /\/ack$/);
    await mock.stop();
});

test('phone: an answer takes two taps, both without scrolling', async () => {
    const mock = await new Mock({ files: setup.files, rows: 1 }).start();
    mock.ask(mock.rows.get('acme/E-1'), 'question');
    const page = await open(mock.url, SCREEN);
    await page.waitForSelector('.mine .row');
    const first = await onScreen(page, '.mine .button.main');
    await page.touchscreen.tap(first.left + 10, first.top + 10);
    await page.waitForSelector('dialog[open]');
    const box = await page.$eval('dialog .answers .button', (element) => element.getBoundingClientRect().toJSON());
    assert.ok(box.bottom <= SCREEN.height && box.top >= 0);
    await page.touchscreen.tap(box.left + 20, box.top + 10);
    await eventually(() => mock.posts.length === 1, 'the answer');
    assert.deepEqual(mock.posts[0].body, { answer: 'yes' });
    await mock.stop();
});

test('phone: who is on call is on the first screen, handing over one tap below the row', async () => {
    const mock = await new Mock({ files: setup.files, rows: 5 }).start();
    const page = await open(mock.url, SCREEN);
    await page.waitForSelector('.mine .row');
    await onScreen(page, '.strip li');
    assert.match(await page.textContent('.strip li'), /Ana Ruiz/);
    await page.tap('.mine .row [data-row]');
    await page.waitForSelector('.escalation');
    await onScreen(page, '[data-act=handoff]');
    await mock.stop();
});

for (const path of ['/', '/e/acme/E-1', '/tasks', '/oncall', '/deliveries'])
    test(`phone: targets of 44 px at ${path}`, async () => {
        const mock = await new Mock({ files: setup.files, rows: 12 }).start();
        mock.ask(mock.rows.get('acme/E-1'), 'approval');
        const page = await open(mock.url + path, SCREEN);
        await page.waitForSelector('main h1');
        await page.waitForSelector('.connection.live');
        await page.waitForTimeout(200);
        const small = await page.$$eval('button, .top a, select, input:not([type=radio]):not([type=checkbox]), .button', (all) => all.filter((one) => one.offsetParent !== null || getComputedStyle(one).position === 'fixed')
            .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()]).filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 44)).map(([html, box]) => `${html}: ${box.width} × ${box.height}`));
        assert.deepEqual(small, []);
        await mock.stop();
    });
