// test_order.mjs - the board as things happen: order, what holds it, what is new, the lost connection, 2,000 rows.
import assert from 'node:assert/strict';
import { Mock } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

const keys = (page, section = '') => page.$$eval(`${section} .row`, (rows) => rows.map((row) => row.dataset.key));
const place = (page, key) => page.$eval(`[data-key="${key}"]`, (row) => Math.round(row.getBoundingClientRect().top));

async function board(options) {
    const mock = await new Mock({ files: setup.files, ...options }).start();
    const page = await open(mock.url, options);
    await page.waitForSelector('.row');
    await page.mouse.move(5, 5); // among no rows
    return { mock, page };
}

test('sections: mine, nobody yet, others, each by the time that is left', async () => {
    const { mock, page } = await board({ rows: 60 });
    const sections = await page.$$eval('.rows', (all) => all.map((one) => [one.classList[1], one.querySelector('.count').textContent]));
    assert.deepEqual(sections.map(([name]) => name), ['mine', 'nobody', 'others']);
    assert.equal(sections.reduce((sum, [, n]) => sum + Number(n), 0), 60);
    assert.ok((await keys(page, '.mine')).every((key) => mock.rows.get(key).owner === 'ana'));
    assert.ok((await keys(page, '.others')).every((key) => mock.rows.get(key).acked && mock.rows.get(key).owner !== 'ana'));
    const due = (await keys(page, '.nobody')).map((key) => Date.parse(mock.rows.get(key).due_at));
    assert.deepEqual(due, [...due].sort((a, b) => a - b));
    await mock.stop();
});

test('a row that changes goes where it belongs when nobody is among the rows', async () => {
    const { mock, page } = await board({ rows: 30 });
    const [key] = await keys(page, '.nobody');
    mock.change(mock.rows.get(key), { acked: true, ack_due_at: null, owner_title: 'Someone Else' });
    await eventually(async () => (await keys(page, '.others')).includes(key) || (await page.$(`.others [data-key="${key}"]`)) !== null, 'the row among the others');
    assert.ok(!(await keys(page, '.nobody')).includes(key));
    await mock.stop();
});

test('rows do not move under the pointer; what is new is counted, and comes when asked for', async () => {
    const { mock, page } = await board({ rows: 30 });
    const [first, second] = await keys(page, '.nobody');
    await page.hover(`[data-key="${second}"]`);
    const before = await place(page, second);
    mock.change(mock.rows.get(first), { acked: true, ack_due_at: null, waiting_for: 'something else' });
    for (let i = 0; i < 3; i++) {
        const row = mock.add({ ...mock.make(1), ack_due_at: mock.now(1000), due_at: mock.now(1000) });
        mock.tell(row.client, { escalations: [row] });
    }
    await page.waitForSelector('.news button');
    await eventually(async () => (await page.textContent('.news button')) === '3 new: show', 'three new');
    assert.equal(await place(page, second), before);
    assert.ok((await page.textContent(`[data-key="${first}"]`)).includes('something else'), 'its content is the new one all the same');
    await page.click('.news button');
    await eventually(async () => (await page.$('.news button')) === null, 'nothing new any more');
    assert.equal(await page.textContent('.total'), '33 open');
    await mock.stop();
});

test('a row that ends under the pointer stays, marked, until one leaves', async () => {
    const { mock, page } = await board({ rows: 12 });
    const [key] = await keys(page, '.nobody');
    await page.hover(`[data-key="${key}"]`);
    mock.change(mock.rows.get(key), { state: 'closed', outcome: 'resolved' });
    await page.waitForSelector(`[data-key="${key}"].over`);
    assert.equal(await page.$(`[data-key="${key}"] .button`), null);
    await page.mouse.move(5, 5);
    await eventually(async () => (await page.$(`[data-key="${key}"]`)) === null, 'it goes');
    await mock.stop();
});

test('an update never takes the focus away', async () => {
    const { mock, page } = await board({ rows: 12 });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement.dataset.row !== undefined);
    const key = await page.evaluate(() => document.activeElement.closest('.row').dataset.key);
    const top = await place(page, key);
    for (const row of mock.rows.values()) mock.change(row, { waiting_for: 'changed' });
    await eventually(async () => (await page.textContent(`[data-key="${key}"]`)).includes('changed') || (await page.textContent(`[data-key="${key}"]`)).includes('new release'), 'the change');
    assert.equal(await page.evaluate(() => document.activeElement.closest('.row')?.dataset.key), key);
    assert.equal(await place(page, key), top);
    await mock.stop();
});

test('a lost connection is loud, says since when, and is taken up again where it ended', async () => {
    const { mock, page } = await board({ rows: 5 });
    mock.cut();
    await page.waitForSelector('.lost-banner');
    assert.match(await page.textContent('.lost-banner'), /^Connection lost since \d\d:\d\d\./);
    assert.equal(await page.getAttribute('.lost-region', 'role'), 'alert');
    const row = mock.rows.get('acme/E-3');
    Object.assign(row, { version: row.version + 1, ticket_title: 'Said while nobody heard' });
    mock.restore();
    await eventually(async () => (await page.$('.lost-banner')) === null, 'it is back');
    await eventually(async () => (await page.textContent('main')).includes('Said while nobody heard'), 'what was missed');
    assert.ok(mock.resumed.some((id) => /acme=\d+/.test(id || '')), 'it said where it had been');
    await mock.stop();
});

test('2,000 rows: few are in the document, all can be reached, the end by scrolling', async () => {
    const { mock, page } = await board({ rows: 2000 });
    await eventually(async () => (await page.textContent('.total')) === '2000 open', 'all are there');
    assert.ok((await page.$$('.row')).length < 120, 'only what is in sight');
    const places = await page.$$eval('.mine .row', (rows) => rows.map((row) => row.getAttribute('aria-setsize')));
    assert.equal(places[0], await page.textContent('.mine .count'));
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const last = await page.textContent('.others .count');
    await page.waitForSelector(`.others .row[aria-posinset="${last}"]`);
    assert.ok((await page.$$('.row')).length < 120);
    await mock.stop();
});

test('without a stream the lists are asked for again and again', async () => {
    const mock = await new Mock({ files: setup.files, rows: 6 }).start();
    mock.hasNoStream = true;
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    await page.waitForSelector('.connection.live');
    Object.assign(mock.rows.get('acme/E-3'), { version: 9, ticket_title: 'Seen by asking' });
    await eventually(async () => (await page.textContent('main')).includes('Seen by asking'), 'the change');
    mock.cut();
    await page.waitForSelector('.lost-banner');
    await mock.stop();
});

test('the filter: words of customer, title, person, client; and only one client', async () => {
    const { mock, page } = await board({ rows: 80 });
    await page.fill('#filter', 'umbrella ana');
    await eventually(async () => (await page.$$('.row')).length < 20, 'fewer rows');
    for (const text of await page.$$eval('.row', (rows) => rows.map((row) => row.textContent))) assert.match(text, /Umbrella/);
    await page.fill('#filter', 'zzzz');
    await page.waitForSelector('.empty.big');
    await page.fill('#filter', '');
    await page.selectOption('.filter select', 'nordlicht');
    await eventually(async () => (await keys(page)).every((key) => key.startsWith('nordlicht/')), 'one client');
    await mock.stop();
});

test('times count down by the clock of the server', async () => {
    const { mock, page } = await board({ rows: 1, now: Date.parse('2031-01-01T00:00:00Z') });
    const first = await page.textContent('.left b');
    assert.match(first, /^4:[0-3]\d$/);
    await eventually(async () => (await page.textContent('.left b')) !== first, 'it counts');
    await mock.stop();
});

test('without a session the page goes to the login', async () => {
    const mock = await new Mock({ files: setup.files }).start();
    mock.isOut = true;
    const page = await open(`${mock.url}/oncall`);
    await page.waitForURL((url) => url.pathname === '/login');
    await mock.stop();
});
