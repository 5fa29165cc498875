// test_leads.mjs - walks docs/leads.md: each step has a marker, each marker a walk here, and they are walked in the page's order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Mock } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

const page_ = readFileSync(new URL('../../docs/leads.md', import.meta.url), 'utf8');

async function keys(page, ...all) {
    await eventually(async () => (await page.$('dialog')) === null, 'no dialog is open'); // it closes when the answer is there
    for (const key of all) {
        await page.keyboard.press(key);
        await page.waitForTimeout(40);
    }
}

async function done(mock, path, body) {
    await eventually(() => mock.posts.some((one) => one.path === path), path);
    const said = mock.posts.find((one) => one.path === path);
    for (const [name, value] of Object.entries(body)) assert.equal(said.body[name], value, `${path}: ${name}`);
}

const WALKS = {
    gaps: async (page) => {
        await keys(page, 'g', 'o');
        await page.waitForSelector('.band .gap');
        assert.match(await page.textContent('.bands'), /Night watch.*gaps in the next 7 days/s);
        assert.match(await page.textContent('main'), /Ben Falk absent until .*Ana Ruiz stands in/);
    },
    'test-message': async (page, mock) => {
        await page.click('.reach button');
        await done(mock, '/v1/people/ana/test', {});
        assert.match(await page.textContent('.reach'), /last success/);
    },
    deliveries: async (page, mock) => {
        await keys(page, 'g', 'd');
        await page.waitForSelector('table tbody');
        assert.match(await page.textContent('main'), /550 no such user/);
        assert.match(await page.textContent('main'), /held since/);
        await page.click('button:has-text("Send again")');
        await done(mock, '/v1/outbox/8/retry', {});
    },
    'nobody-yet': async (page) => {
        await keys(page, 'g', 'b');
        await page.waitForSelector('.nobody .row');
        assert.match(await page.textContent('.nobody .row'), /→ Dora Nilsson \d\d:\d\d/);
    },
    'hand-over': async (page, mock) => {
        await page.click('.nobody .row[aria-posinset="1"] [data-row]');
        await page.click('.acts [data-act=handoff]');
        assert.match(await page.textContent('dialog'), /Only offer it/);
        await page.fill('dialog textarea', 'she knows the customer');
        await page.click('dialog .foot .main');
        const id = new URL(page.url()).pathname.split('/')[3];
        await done(mock, `/v1/escalations/${id}/handoff`, { reason: 'she knows the customer', expect: 'acked', within: '30m' });
    },
    'take-over': async (page, mock) => {
        await keys(page, 'g', 'b');
        const row = await page.waitForSelector('.others .row:has([data-act=takeover])');
        const id = (await row.getAttribute('data-key')).split('/')[1];
        await row.$('[data-act=takeover]').then((button) => button.click());
        await page.fill('dialog textarea', 'he is on a plane');
        await page.click('dialog .foot .main');
        await done(mock, `/v1/escalations/${id}/handoff`, { to: 'ana', reason: 'he is on a plane' });
    },
    'call-off': async (page, mock) => {
        await page.click('.mine [data-row]');
        await page.click('.acts [data-act=call_off]');
        await page.fill('dialog textarea', 'a test alarm');
        await page.click('dialog .foot .danger');
        await eventually(() => mock.posts.some((one) => /\/call-off$/.test(one.path) && one.body.reason === 'a test alarm'), 'called off');
        await eventually(async () => /closed as called off/.test(await page.textContent('.facts')), 'it says so');
    },
    'roll-back': async (page, mock) => {
        await keys(page, 'g', 'b');
        await page.click('.others [data-row]');
        await page.waitForSelector('.changes li');
        assert.match(await page.textContent('.columns'), /goes back to open.*cannot be undone: leads/s);
        await page.click('.acts [data-act=rollback]');
        await page.fill('dialog textarea', 'the wrong queue');
        await page.click('dialog .foot .danger');
        await eventually(() => mock.posts.some((one) => /\/rollback$/.test(one.path)), 'rolled back');
    },
    tasks: async (page) => {
        await keys(page, 'g', 't');
        await page.waitForSelector('.task');
    },
    status: async (page) => {
        await keys(page, 'g', 'd');
        assert.equal(await page.getAttribute('a:has-text("Status page")', 'href'), '/status');
    },
};

test('the guide for leads, step by step', async () => {
    const steps = [...page_.matchAll(/<!-- walk: ([\w-]+) -->/g)].map((one) => one[1]);
    assert.deepEqual([...steps].sort(), Object.keys(WALKS).sort(), 'steps of the page and walks');
    const mock = await new Mock({ files: setup.files, rows: 40 }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    for (const step of steps) await WALKS[step](page, mock);
    await mock.stop();
});
