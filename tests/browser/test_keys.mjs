// test_keys.mjs - everything without a mouse: one journey by keys alone, and what keys do not do.
import assert from 'node:assert/strict';
import { Mock } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

async function press(page, ...keys) {
    for (const key of keys) {
        await page.keyboard.press(key);
        await page.waitForTimeout(50);
    }
}

const focused = (page) => page.evaluate(() => document.activeElement.closest('.row')?.dataset.key ?? document.activeElement.tagName);

test('a journey by keys: find, open, take, hand over, answer, go about, leave', async () => {
    const mock = await new Mock({ files: setup.files, rows: 24 }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    await press(page, 'j');
    const first = await focused(page);
    assert.equal(mock.rows.get(first).owner, 'ana');
    await press(page, 'a');
    await eventually(() => mock.posts.length === 1, 'taken');
    assert.equal(mock.posts[0].path, `/v1/escalations/${first.split('/')[1]}/ack`);
    await press(page, 'j', 'k');
    assert.equal(await focused(page), first);
    await press(page, 'Enter');
    await page.waitForSelector('.escalation');
    assert.equal(new URL(page.url()).pathname, `/e/${first}`);
    await press(page, 'h');
    await page.waitForSelector('dialog[open]');
    assert.equal(await page.evaluate(() => document.activeElement.type), 'radio');
    await press(page, 'ArrowDown', 'Tab', 'Tab');
    await page.keyboard.type('I go home');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually(() => mock.posts.length === 2, 'handed over');
    assert.equal(mock.posts[1].body.reason, 'I go home');
    await eventually(async () => (await page.$('dialog')) === null, 'the dialog is closed');
    await press(page, 'g', 'b');
    await page.waitForSelector('.list');
    await press(page, '/');
    await page.waitForFunction(() => document.activeElement.id === 'filter');
    await page.keyboard.type('E-11');
    await press(page, 'Escape');
    assert.equal(await page.inputValue('#filter'), '');
    await press(page, 'g', 'o');
    await page.waitForSelector('.bands');
    await press(page, '?');
    await page.waitForSelector('dialog[open]');
    await press(page, 'Escape');
    await eventually(async () => (await page.$('dialog')) === null, 'help is closed');
    await mock.stop();
});

test('a question is answered by its number, and asked once more on the board', async () => {
    const mock = await new Mock({ files: setup.files, rows: 1 }).start();
    mock.ask(mock.rows.get('acme/E-1'), 'question');
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    await press(page, 'j', '2');
    await page.waitForSelector('dialog[open]');
    assert.equal(mock.posts.length, 0);
    await press(page, 'Enter');
    await eventually(() => mock.posts.length === 1, 'answered');
    assert.deepEqual(mock.posts[0].body, { answer: 'no' });
    await mock.stop();
});

test('keys do nothing while somebody writes, nor with ctrl', async () => {
    const mock = await new Mock({ files: setup.files, rows: 3 }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    await page.focus('#filter');
    await page.keyboard.type('a');
    await press(page, 'Escape', 'j', 'Control+a', 'Alt+a');
    assert.equal(mock.posts.length, 0);
    await mock.stop();
});

test('the focus comes back: behind a dialog, and on the board to the row one came from', async () => {
    const mock = await new Mock({ files: setup.files, rows: 40 }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    await press(page, 'j', 'j', 'j');
    const key = await focused(page);
    await press(page, 'h');
    await page.waitForSelector('dialog[open]');
    await press(page, 'Escape');
    await eventually(async () => (await focused(page)) === key, 'back from the dialog');
    await press(page, 'Enter');
    await page.waitForSelector('.escalation');
    await press(page, 'j');
    await eventually(() => new URL(page.url()).pathname !== `/e/${key}`, 'the next one');
    await page.goBack();
    await page.goBack();
    await page.waitForSelector('.list');
    await eventually(async () => (await focused(page)) !== 'BODY', 'a row has the focus');
    await mock.stop();
});

test('what can be pressed can be reached by tab, in the order that is seen', async () => {
    const mock = await new Mock({ files: setup.files, rows: 6 }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    const seen = [];
    for (let i = 0; i < 24; i++) {
        await page.keyboard.press('Tab');
        seen.push(await page.evaluate(() => document.activeElement.className || document.activeElement.id || document.activeElement.tagName));
    }
    assert.equal(seen[0], 'skip');
    assert.ok(seen.includes('filter') && seen.some((one) => /button main/.test(one)), seen.join(' '));
    await mock.stop();
});
