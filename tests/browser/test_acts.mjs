// test_acts.mjs - what a person does: each act's request, its answer on the page, and what a second browser sees.
import assert from 'node:assert/strict';
import { Mock } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

async function scene({ rows = 1, question, path = '/' } = {}) {
    const mock = await new Mock({ files: setup.files, rows }).start();
    if (question) mock.ask(mock.rows.get('acme/E-1'), question);
    const page = await open(mock.url + path);
    await page.waitForSelector('.row, .escalation');
    return { mock, page };
}

const last = (mock) => mock.posts[mock.posts.length - 1];

test('take: one press, the answer is the new row, a second browser sees it', async () => {
    const { mock, page } = await scene();
    const other = await open(mock.url);
    await other.waitForSelector('.row');
    await page.click('[data-act=take]');
    await page.waitForSelector('[data-act=resolve]');
    await other.waitForSelector('[data-act=resolve]');
    const { path, client, body, headers } = last(mock);
    assert.deepEqual([path, client, body], ['/v1/escalations/E-1/ack', 'acme', {}]);
    assert.equal(headers['escal-csrf'], 'c5rf');
    assert.match(headers['idempotency-key'], /^[0-9a-f-]{36}$/);
    await page.waitForSelector('.toasts p');
    assert.match(await page.textContent('.toasts'), /E-1: you have it/);
    await mock.stop();
});

test('the row of the answer is shown though the stream says nothing', async () => {
    const { mock, page } = await scene();
    mock.tell = () => {};
    await page.click('[data-act=take]');
    await page.waitForSelector('[data-act=resolve]');
    await mock.stop();
});

test('answer from the board: the question, its guidance and its answers', async () => {
    const { mock, page } = await scene({ question: 'question' });
    await page.click('[data-act=answer]');
    const dialog = await page.waitForSelector('dialog[open]');
    assert.match(await dialog.textContent(), /Is it the new release\?.*Look at the graph/s);
    await page.click('dialog button:has-text("Yes, roll it back")');
    await eventually(async () => (await page.$('dialog')) === null, 'closed');
    assert.deepEqual([last(mock).path, last(mock).body], ['/v1/escalations/E-1/answer', { answer: 'yes' }]);
    await mock.stop();
});

test('approve, and reject only with a reason', async () => {
    const { mock, page } = await scene({ question: 'approval', path: '/e/acme/E-1' });
    await page.click('.question button:has-text("Reject")');
    await page.click('dialog button:has-text("Reject")');
    await page.waitForSelector('dialog [role=alert]');
    assert.equal(mock.posts.length, 0);
    await page.fill('dialog textarea', 'too much');
    await page.click('dialog button:has-text("Reject")');
    await eventually(() => mock.posts.length === 1, 'the request');
    assert.deepEqual([last(mock).path, last(mock).body], ['/v1/escalations/E-1/reject', { reason: 'too much' }]);
    await mock.stop();
});

test('hand over: to whom, why, and what by when are asked for', async () => {
    const { mock, page } = await scene({ path: '/e/acme/E-1' });
    await page.click('[data-act=handoff]');
    await page.click('dialog button:has-text("Hand over")');
    await page.waitForSelector('dialog [role=alert]');
    await page.check('dialog input[value=emeka]');
    await page.fill('dialog textarea', 'I am on a train');
    await page.selectOption('dialog select >> nth=1', '1h');
    assert.match(await page.textContent('dialog'), /Emeka Obi will be notified/);
    await page.click('dialog button:has-text("Hand over")');
    await eventually(async () => (await page.textContent('.chain .now').catch(() => '')).includes('Emeka') || (await page.textContent('.facts')).includes('emeka') || (await page.textContent('.facts')).includes('Emeka'), 'the new owner');
    assert.deepEqual([last(mock).path, last(mock).body], ['/v1/escalations/E-1/handoff', { to: 'emeka', reason: 'I am on a train', expect: 'acked', within: '1h' }]);
    await mock.stop();
});

test('an offer says until when it has to be accepted', async () => {
    const { mock, page } = await scene({ path: '/e/acme/E-1' });
    await page.click('[data-act=handoff]');
    await page.fill('dialog textarea', 'do you know this system?');
    await page.check('dialog input[type=checkbox]');
    await page.click('dialog button:has-text("Hand over")');
    await eventually(() => mock.posts.length === 1, 'the request');
    assert.equal(last(mock).body.offer, '10m');
    await page.waitForSelector('.facts dd:has-text("do you know this system?")');
    await mock.stop();
});

test('what is offered to me, or to a team of mine, is mine to accept or decline', async () => {
    const offer = (mock) => ({ to: 'platform', asked: ['ana', 'ben'], by: 'ben', reason: 'lunch', until: mock.now(9 * 60000), expect: 'acked', within: '5m' });
    const { mock, page } = await scene({ rows: 4 });
    mock.change(mock.rows.get('nordlicht/E-4'), { offer: offer(mock) });
    await page.waitForSelector('[data-key="nordlicht/E-4"] [data-act=accept]');
    await page.click('[data-key="nordlicht/E-4"] [data-act=accept]');
    await eventually(() => mock.posts.length === 1, 'the request');
    assert.deepEqual([last(mock).client, last(mock).path], ['nordlicht', '/v1/escalations/E-4/accept']);
    await page.waitForSelector('[data-key="nordlicht/E-4"] [data-act=accept]', { state: 'detached' });
    mock.change(mock.rows.get('acme/E-1'), { offer: offer(mock) });
    await page.goto(`${mock.url}/e/acme/E-1`);
    await page.click('[data-act=decline]');
    await page.click('dialog button:has-text("Decline")');
    await page.waitForSelector('dialog [role=alert]');
    await page.fill('dialog textarea', 'asleep');
    await page.click('dialog button:has-text("Decline")');
    await eventually(() => mock.posts.length === 2, 'the request');
    assert.deepEqual([last(mock).path, last(mock).body], ['/v1/escalations/E-1/decline', { reason: 'asleep' }]);
    await mock.stop();
});

test('what others have taken is taken over with a reason; call off and roll back ask why', async () => {
    const { mock, page } = await scene({ rows: 4 });
    await page.click('[data-key="nordlicht/E-4"] [data-act=takeover]');
    await page.click('dialog button:has-text("Take over")');
    await page.waitForSelector('dialog [role=alert]');
    await page.fill('dialog textarea', 'she asked me');
    await page.click('dialog button:has-text("Take over")');
    await eventually(() => mock.posts.length === 1, 'the request');
    assert.deepEqual([last(mock).client, last(mock).body.to, last(mock).body.reason], ['nordlicht', 'ana', 'she asked me']);
    for (const [act, verb] of [['call_off', 'call-off'], ['rollback', 'rollback']]) {
        await page.goto(`${mock.url}/e/acme/E-1`);
        const before = mock.posts.length;
        await page.click(`.acts [data-act=${act}]`);
        await page.fill('dialog textarea', 'a mistake');
        await page.click('dialog .foot .danger');
        await eventually(() => mock.posts.length === before + 1, verb);
        assert.deepEqual([last(mock).path, last(mock).body], [`/v1/escalations/E-1/${verb}`, { reason: 'a mistake' }]);
        Object.assign(mock.rows.get('acme/E-1'), { state: 'open', outcome: '' });
        mock.change(mock.rows.get('acme/E-1'), {});
    }
    await mock.stop();
});

test('a refusal is said in the words of the server, and the row stays as it is', async () => {
    const { mock, page } = await scene();
    mock.refuse = 403;
    await page.click('[data-act=take]');
    await page.waitForSelector('.toasts .bad');
    assert.match(await page.textContent('.toasts'), /E-1: refused\. ben has it, and only the lead may/);
    assert.ok(await page.$('[data-act=take]'));
    await mock.stop();
});

test('two presses while the answer is on its way are one act', async () => {
    const { mock, page } = await scene();
    mock.slow = 400;
    await page.dblclick('[data-act=take]');
    await page.waitForSelector('[data-act=resolve]');
    assert.equal(mock.posts.length, 1);
    await mock.stop();
});

test('no answer is said as no answer', async () => {
    const { mock, page } = await scene();
    mock.cut();
    await page.click('[data-act=take]');
    await page.waitForSelector('.toasts .bad');
    assert.match(await page.textContent('.toasts'), /no answer from the server/);
    await mock.stop();
});

test('tasks: claimed, completed with an answer', async () => {
    const { mock, page } = await scene({ question: 'question', path: '/' });
    mock.tasks.get('acme/E-1-1').assignee = null;
    await page.goto(`${mock.url}/tasks`);
    await page.click('.task button:has-text("Claim")');
    await page.waitForSelector('section[aria-labelledby=head-tasks_mine] .task');
    await page.click('.task button:has-text("Answer")');
    await page.click('dialog label:has-text("No")');
    await page.click('dialog button:has-text("Complete")');
    await eventually(async () => (await page.$('.task')) === null, 'it is done');
    assert.deepEqual([last(mock).path, last(mock).body], ['/v1/tasks/E-1-1/complete', { answer: 'no' }]);
    await mock.stop();
});

test('logging out ends the session', async () => {
    const { mock, page } = await scene();
    await page.click('.out');
    await page.waitForURL((url) => url.pathname === '/login');
    assert.equal(mock.posts[0].path, '/v1/session/end');
    await mock.stop();
});
