// test_daemon.mjs - the page on a real escald with the example clients: the day lived through it (take, answer, hand over,
// approve, roll back, do a task), each act seen by a second browser; a daemon that is killed and comes back, survived without a reload.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, open, setup, test } from './suite.mjs';

const AGENCY = fileURLToPath(new URL('../../examples/agency/', import.meta.url));
const START = '2026-03-02T09:00:00Z'; // Monday, 10:00 in Berlin: chen is on call
const SCOPES = 'events,read,act,start,people,audit,act-as';
let number = 0;

class Daemon {
    constructor(workspace, people) {
        Object.assign(this, { workspace, folder: mkdtempSync(join(tmpdir(), 'escal-browser-')), tokens: {}, port: 0 });
        const lines = ['helpdesk', ...people].map((principal) => {
            const made = JSON.parse(execFileSync(join(setup.bin, 'escalctl'), ['token', 'new', '--id', principal, '--workspace', workspace, '--principal', principal, '--scopes', SCOPES, '--format', 'json']));
            this.tokens[principal] = made.token;
            return made.line;
        });
        writeFileSync(join(this.folder, 'tokens'), `${lines.join('\n')}\n`, { mode: 0o600 });
    }

    // On the same port again, when it had one.
    async start() {
        writeFileSync(join(this.folder, 'escald.json'), JSON.stringify({ listen: `127.0.0.1:${this.port}`, token_file: join(this.folder, 'tokens'), unbound: 'file' }));
        rmSync(join(this.folder, 'port'), { force: true });
        const log = openSync(join(this.folder, 'log'), 'a');
        this.process = spawn(join(setup.bin, 'escald'), ['--data', this.folder, '--workspace', join(AGENCY, this.workspace), '--start-time', START, '--port-file', join(this.folder, 'port')], { stdio: ['ignore', log, log] });
        await eventually(() => existsSync(join(this.folder, 'port')) && readFileSync(join(this.folder, 'port'), 'utf8').trim() !== '', `escald starts: ${readFileSync(join(this.folder, 'log'), 'utf8').slice(-400)}`);
        this.port = Number(readFileSync(join(this.folder, 'port'), 'utf8'));
        this.url = `http://127.0.0.1:${this.port}`;
        return this;
    }

    async end(signal) {
        const over = new Promise((go) => this.process.once('exit', go));
        this.process.kill(signal);
        await over;
    }

    async remove() {
        await this.end('SIGTERM');
        rmSync(this.folder, { recursive: true });
    }

    // A page as that person has it.
    browse(person, path = '/') {
        return open(this.url + path, { headers: { Authorization: `Bearer ${this.tokens[person]}` } });
    }

    async ask(method, path, body, person = 'helpdesk') {
        const answer = await fetch(this.url + path, { method, headers: { Authorization: `Bearer ${this.tokens[person]}`, ...(body && { 'Content-Type': 'application/json' }) }, body: body && JSON.stringify(body) });
        return answer.json();
    }

    async event(type, subject, data) {
        const said = await this.ask('POST', '/v1/events', { specversion: '1.0', id: `b-${++number}`, source: '/browser', type, subject, data });
        return said.events[0].escalations[0];
    }

    escalation(id) {
        return this.ask('GET', `/v1/escalations/${id}`);
    }
}

const has = (page, selector, text) => eventually(async () => (await page.$$eval(selector, (all) => all.map((one) => one.textContent).join(' '))).includes(text), `${text} in ${selector}`);

test('daemon: an outage is taken and handed over, and a second browser sees each act', async () => {
    const daemon = await new Daemon('acme', ['chen', 'ana', 'ben']).start();
    const chen = await daemon.browse('chen'), ben = await daemon.browse('ben');
    await chen.waitForSelector('.connection.live');
    await ben.waitForSelector('.connection.live');
    const id = await daemon.event('ticket.created', 'ACME-1', { title: 'Checkout answers 502', severity: 'critical', priority: 'urgent', account: { id: 'c1', name: 'Globex', tier: 'enterprise' }, region: 'emea' });
    const owner = (await daemon.escalation(id)).owner;
    assert.equal(owner, 'chen');
    await has(chen, '.mine .row', 'Checkout answers 502');
    await has(ben, '.row', 'Checkout answers 502');
    await chen.click(`.mine [data-act=take]`);
    await eventually(async () => (await daemon.escalation(id)).acked, 'taken');
    await has(ben, '.others .row', 'Checkout answers 502');
    await chen.click('.mine [data-row]');
    await has(chen, '.timeline', 'acknowledged');
    await chen.click('.acts [data-act=handoff]');
    await chen.fill('dialog input[type=text]', 'ben');
    await chen.fill('dialog textarea', 'I am on a plane');
    await chen.click('dialog .foot .main');
    await eventually(async () => (await daemon.escalation(id)).owner === 'ben', 'handed over');
    await has(ben, '.mine .row', 'Checkout answers 502');
    await daemon.remove();
});

test('daemon: a question is answered, and what was changed is rolled back', async () => {
    const daemon = await new Daemon('acme', ['fay', 'ben']).start();
    const id = await daemon.event('content.violation', 'CMS-7', { slug: 'spring-offer', rule: 'quotes', confidence: 0.6 });
    await daemon.ask('POST', '/v1/tickets/CMS-7/ack', { as: 'fay' });
    const owner = (await daemon.escalation(id)).owner;
    const fay = await daemon.browse(owner, `/e/acme/${id}`), ben = await daemon.browse('ben', `/e/acme/${id}`);
    await fay.waitForSelector('.question', { timeout: 90000 }); // the call before it ends by its own time
    await fay.click('.question button:has-text("Yes, keep it locked")');
    await has(fay, '.timeline', 'hold');
    await fay.waitForSelector('.changes li');
    await has(fay, '.changes', 'made the ticket');
    await has(ben, '.changes', 'made the ticket');
    await fay.click('.acts [data-act=rollback]');
    await fay.fill('dialog textarea', 'the wrong article');
    await fay.click('dialog .foot .danger');
    await eventually(async () => (await daemon.escalation(id)).changes.length === 0, 'rolled back');
    await has(ben, '.timeline', 'the wrong article');
    await eventually(async () => (await ben.$('.changes')) === null, 'nothing is left to be taken back');
    await daemon.remove();
});

test('daemon: what there is to do is claimed in one browser and answered, and a second one sees it', async () => {
    const daemon = await new Daemon('nordlicht', ['otto', 'liv']).start();
    const otto = await daemon.browse('otto', '/tasks'), liv = await daemon.browse('liv', '/tasks');
    await otto.waitForSelector('.connection.live');
    await daemon.event('refund.requested', 'N-1', { order: '55012', amount: 900, customer: 'K. Dahl' });
    const task = await eventually(async () => (await daemon.ask('GET', '/v1/tasks')).items[0], 'a task');
    for (const page of [otto, liv]) await has(page, '.task', task.title);
    await otto.click('.task button:has-text("Claim")');
    await has(otto, 'section[aria-labelledby=head-tasks_mine] .task', task.title);
    await has(liv, '.task .who', 'Otto');
    await otto.click('section[aria-labelledby=head-tasks_mine] .task button:has-text("Approve")');
    await eventually(async () => (await daemon.ask('GET', `/v1/tasks/${task.id}`)).history.some((one) => one.kind === 'approved' && one.actor === 'otto'), 'the first of two has approved');
    await daemon.ask('POST', `/v1/tasks/${task.id}/complete`, { as: 'liv', answer: 'approve' });
    for (const page of [otto, liv]) await eventually(async () => !(await page.$$eval('.task', (all) => all.map((one) => one.textContent).join(' '))).includes(task.title), 'it is done');
    await daemon.remove();
});

test('daemon: a refund is approved by two, each in their own browser', async () => {
    const daemon = await new Daemon('nordlicht', ['otto', 'liv']).start();
    const otto = await daemon.browse('otto'), liv = await daemon.browse('liv');
    await otto.waitForSelector('.connection.live');
    const id = await daemon.event('refund.requested', 'N-1', { order: '55012', amount: 900, customer: 'K. Dahl' });
    await has(otto, '.row', 'N-1');
    for (const page of [otto, liv]) {
        await page.goto(`${daemon.url}/e/nordlicht/${id}`);
        await page.waitForSelector('.question button:has-text("Approve")');
        await page.click('.question button:has-text("Approve")');
        await page.waitForSelector('.toasts p');
    }
    await eventually(async () => (await daemon.escalation(id)).question === null || (await daemon.escalation(id)).question === '', 'approved by both');
    await has(otto, '.timeline', 'approved');
    await daemon.remove();
});

test('daemon: killed and started again, survived without a reload', async () => {
    const daemon = await new Daemon('nordlicht', ['otto']).start();
    const otto = await daemon.browse('otto');
    await otto.waitForSelector('.connection.live');
    await otto.evaluate(() => { globalThis.stillHere = true; });
    await daemon.event('refund.requested', 'N-1', { order: '1', amount: 900, customer: 'K. Dahl' });
    await has(otto, '.row', 'N-1');
    await daemon.end('SIGKILL');
    await otto.waitForSelector('.lost-banner');
    await daemon.start();
    await eventually(async () => (await otto.$('.lost-banner')) === null, 'it is back');
    await daemon.event('refund.requested', 'N-2', { order: '2', amount: 950, customer: 'P. Holm' });
    await has(otto, '.row', 'N-2');
    await has(otto, '.row', 'N-1');
    assert.equal(await otto.evaluate(() => globalThis.stillHere), true);
    await daemon.remove();
});

test('daemon: the status page is plain, whole without a script, and fit to print', async () => {
    const daemon = await new Daemon('nordlicht', ['otto']).start();
    await daemon.event('refund.requested', 'N-1', { order: '1', amount: 900, customer: '<script>document.title="hit"</script>' });
    const page = await open(null, { headers: { Authorization: `Bearer ${daemon.tokens.otto}` }, script: false });
    await page.goto(`${daemon.url}/status`);
    assert.equal(new URL(page.url()).pathname, '/status/open');
    await page.waitForSelector('table');
    assert.match(await page.textContent('main'), /On call now.*E-1 · Refund requested.*Otto Winther → liv.*asked, not taken yet/s);
    assert.ok((await page.content()).includes('&lt;script&gt;'), 'a hostile text is a text');
    const other = await fetch(`${daemon.url}/status`, { redirect: 'manual' });
    assert.deepEqual([other.status, other.headers.get('location')], [303, '/login']);
    await daemon.remove();
});
