// mock.mjs - a server that answers as escald does (docs/api.md), with as many rows as a test wants, and that a test makes
// slow, hostile or silent. It serves the files that the build made.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types escal";

export const HOSTILE = [
    '<img src=x onerror="document.title=\'hit\'">', '"><script>document.title="hit"</script>', "javascript:alert(1)//'; DROP TABLE rows;--",
    '{{7*7}} ${7*7} <%= 7*7 %>', '\u202egnirts desrever\u202c', 'x'.repeat(4000), '𝕬𝖓\u0000 astral \u0007 bell', '<svg/onload=document.title="hit">', 'a\nb\nc\n'.repeat(200), '&lt;b&gt;&amp;amp;',
];
const TITLES = ['Checkout fails for all customers', 'Payment webhooks are late', 'Invoice export stopped', 'Login page answers 500', 'Search returns nothing', 'Import of price list hangs', 'CRM sync is 4 h behind', 'Refund was sent twice', 'Shipping labels cannot be printed', 'Certificate expires tomorrow', 'VIP customer waits for an answer', 'Report of yesterday is empty'];
const ACCOUNTS = ['Globex', 'Initech', 'Umbrella Logistics', 'Stark Retail', 'Wayne Foods', 'Hooli', 'Nordlicht Reisen', 'Vandelay'];
const SEVERITIES = ['critical', 'high', 'medium', 'low'];
const PEOPLE = [['ana', 'Ana Ruiz'], ['ben', 'Ben Falk'], ['chen', 'Chen Li'], ['dora', 'Dora Nilsson'], ['emeka', 'Emeka Obi']];
const STATES = ['queued', 'accepted', 'delivered', 'seen', 'acked'];
const title = (name) => (PEOPLE.find((one) => one[0] === name) || [name, name])[1];

export class Mock {
    constructor({ files, rows = 1, hostile = false, clients = ['acme', 'nordlicht'], language = 'en', now = Date.parse('2026-03-02T09:03:00Z') } = {}) {
        this.folder = files;
        this.files = new Map(JSON.parse(readFileSync(join(files, 'files.json'))).map((one) => [one.path, one]));
        Object.assign(this, { clients, language, hostile });
        this.started = Date.now();
        this.base = now;
        this.streams = new Set();
        this.posts = [];
        this.resumed = []; // Last-Event-ID of each stream
        this.sequence = Object.fromEntries(clients.map((one) => [one, 1]));
        this.version = 1;
        this.slow = 0;      // ms that answers wait
        this.refuse = null; // a status that acts get
        this.isOut = false; // no session
        this.rows = new Map();
        this.tasks = new Map();
        this.number = 0;
        for (let i = 0; i < rows; i++) this.add(this.make(i));
        this.server = createServer((request, response) => this.answer(request, response));
    }

    now(ahead = 0) {
        return new Date(this.base + Date.now() - this.started + ahead).toISOString();
    }

    async start(port = 0) {
        await new Promise((go, no) => this.server.once('error', no).listen(port, '127.0.0.1', go));
        this.port = this.server.address().port;
        this.url = `http://127.0.0.1:${this.port}`;
        return this;
    }

    async stop() {
        this.server.close();
        this.server.closeAllConnections();
        await new Promise((go) => setTimeout(go, 10));
    }

    // The network goes away: streams end, and nothing is answered until restore().
    cut() {
        this.isCut = true;
        this.server.closeAllConnections();
    }

    restore() {
        this.isCut = false;
    }

    // The i-th row: every kind is among the first twenty.
    make(i) {
        const client = this.clients[i % this.clients.length], id = `E-${++this.number}`;
        const owner = i % 10 === 0 ? 'ana' : PEOPLE[1 + (i % 4)][0];
        const acked = i % 10 === 0 ? i % 20 === 10 : i % 3 === 0;
        const name = this.hostile ? HOSTILE[i % HOSTILE.length] : TITLES[i % TITLES.length];
        const row = { client, id, version: 1, ticket: `INC-${1000 + i}`, ticket_title: name, account: this.hostile ? HOSTILE[(i + 3) % HOSTILE.length] : ACCOUNTS[i % ACCOUNTS.length], severity: SEVERITIES[(i * 7) % 4], template: 'outage', template_title: 'A customer is down', bundle: '9f3c2b1a',
            state: 'open', outcome: '', owner, owner_title: title(owner), role: 'primary', acked, acked_at: acked ? this.now(-9 * MINUTE) : null, opened_at: this.now(-(12 + i % 90) * MINUTE), closed_at: null, resolved_at: null,
            due_at: this.now((i % 41) * MINUTE + 4.5 * MINUTE), ack_due_at: acked ? null : this.now((i % 41) * MINUTE + 4.5 * MINUTE), wait_due_at: acked ? this.now((i % 300) * MINUTE + 2 * HOUR) : null, holds_until: null,
            next_owner: acked ? null : 'dora', next_role: acked ? null : 'escalation', primary: owner, secondary: 'emeka', escalation_owner: 'dora',
            waiting_for: acked ? 'the resolution' : 'acknowledgement', question: null, alarm: false, handoffs: 0, last_message: { to: owner, medium: 'chat', state: STATES[i % 5], at: this.now(-MINUTE), detail: '' }, tasks_open: 0, offer: null };
        if (i % 17 === 4) Object.assign(row, { due_at: this.now(-3 * MINUTE), ack_due_at: acked ? null : this.now(-3 * MINUTE) });
        if (i % 29 === 7) row.last_message = { to: owner, medium: 'mail', state: 'dead', at: this.now(), detail: '550 no such user' };
        if (i % 10 === 0 && i % 20 === 10) this.ask(row, 'question');
        return row;
    }

    ask(row, kind) {
        const id = `${row.id}-1`;
        row.question = { text: this.hostile ? HOSTILE[0] : kind === 'approval' ? 'May we give a refund of 480 €?' : 'Is it the new release?', guidance: 'Look at the graph of errors first: when it began at 09:58 it is.', kind,
            answers: kind === 'question' ? [{ name: 'yes', title: 'Yes, roll it back' }, { name: 'no', title: 'No' }] : [], due_at: this.now(12 * MINUTE), task: id };
        row.waiting_for = 'an answer';
        row.tasks_open = 1;
        this.tasks.set(`${row.client}/${id}`, { client: row.client, id, kind, escalation: row.id, ticket: row.ticket, ticket_title: row.ticket_title, account: row.account, severity: row.severity, title: row.question.text, guidance: row.question.guidance, answers: row.question.answers, form: [],
            assignee: row.owner, candidates: ['ben'], state: 'open', created_at: this.now(-MINUTE), due_at: row.question.due_at, overdue: false });
    }

    add(row) {
        this.rows.set(`${row.client}/${row.id}`, row);
        return row;
    }

    // Changes a row and tells all boards.
    change(row, members) {
        Object.assign(row, members, { version: row.version + 1 });
        this.tell(row.client, { escalations: [row] });
        return row;
    }

    tell(client, said) {
        this.sequence[client]++;
        for (const stream of this.streams) this.event(stream, 'changed', { client, seq: this.sequence[client], now: this.now(), ...said });
    }

    event(stream, name, said) {
        const ids = this.clients.map((one) => `${one}=${this.sequence[one]}`).join(';');
        stream.write(`id: ${ids}\nevent: ${name}\ndata: ${JSON.stringify(said)}\n\n`);
    }

    // --- answers ------------------------------------------------------------------------------------------

    json(response, status, body) {
        response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', 'Cache-Control': 'no-store' });
        response.end(JSON.stringify(body));
    }

    async answer(request, response) {
        if (this.isCut) return request.destroy();
        const url = new URL(request.url, this.url);
        let body = '';
        for await (const chunk of request) body += chunk;
        if (!url.pathname.startsWith('/v1/') && url.pathname !== '/health') return this.file(url.pathname, response);
        if (this.slow > 0) await new Promise((go) => setTimeout(go, this.slow));
        if (this.isOut) return this.json(response, 401, { status: 401, code: 'unauthenticated', title: 'Log in' });
        const client = url.searchParams.get('client') || this.clients[0];
        if (request.method === 'POST') return this.act(request, response, url, client, body === '' ? {} : JSON.parse(body));
        return this.read(request, response, url, client);
    }

    file(path, response) {
        if (path === '/login') return response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><title>Log in</title><h1>Log in</h1>');
        const page = path === '/' || /^\/(e\/|tasks$|oncall$|deliveries$|nothing$)/.test(path);
        const found = this.files.get(page ? '/' : path);
        if (found === undefined) return response.writeHead(404).end();
        response.writeHead(200, { 'Content-Type': found.type, 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': found.isKept ? 'max-age=31536000, immutable' : 'no-store' });
        return response.end(readFileSync(join(this.folder, found.file)));
    }

    live(request, response) {
        this.resumed.push(request.headers['last-event-id']);
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        this.streams.add(response);
        response.on('close', () => this.streams.delete(response));
        for (const client of this.clients)
            this.event(response, 'snapshot', { client, seq: this.sequence[client], now: this.now(), escalations: [...this.rows.values()].filter((row) => row.client === client && row.state !== 'closed'), tasks: [...this.tasks.values()].filter((task) => task.client === client), oncall: this.duties(client) });
        this.event(response, 'health', { status: 'ok', reasons: [] });
    }

    duties(client) {
        if (client === 'nordlicht') return [{ schedule: 'care', title: 'Customer care', person: 'chen', name: 'Chen Li', until: this.now(7 * HOUR), next: 'emeka', next_name: 'Emeka Obi', absent: [{ person: 'ben', name: 'Ben Falk', until: this.now(2 * DAY), deputy: 'ana', deputy_name: 'Ana Ruiz' }] }];
        return [{ schedule: 'support', title: 'Support', person: 'ana', name: 'Ana Ruiz', until: this.now(8 * HOUR), next: 'ben', next_name: 'Ben Falk' }, { schedule: 'night', title: 'Night watch', until: this.now(11 * HOUR), next: 'emeka', next_name: 'Emeka Obi' },
            { template: 'outage', role: 'primary', who: 'support', person: 'ana', name: 'Ana Ruiz' }, { template: 'outage', role: 'escalation', who: 'dora', person: 'dora', name: 'Dora Nilsson' }, { template: 'refund', role: 'primary', depends_on_ticket: true }];
    }

    calendar(name) {
        const day = (n, h) => new Date(Math.floor(this.base / DAY) * DAY + n * DAY + h * HOUR).toISOString().replace(/[-:]/g, '').replace('.000', '');
        const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0'];
        for (let i = 0; i < 9; i++) if (name !== 'night' || i % 3 !== 2) lines.push('BEGIN:VEVENT', `SUMMARY:${PEOPLE[(i + name.length) % 5][1]}`, `DTSTART:${day(i, name === 'night' ? 20 : 6)}`, `DTEND:${day(i + 1, 6)}`, 'END:VEVENT');
        return [...lines, 'END:VCALENDAR', ''].join('\r\n');
    }

    read(request, response, url, client) {
        const path = url.pathname;
        if (path === '/v1/session') return this.json(response, 200, { principal: 'ana@agency.example', title: 'Ana Ruiz', language: this.language, time_zone: 'Europe/Berlin', csrf: 'c5rf', expires_at: this.now(DAY),
            clients: this.clients.map((one) => ({ client: one, title: one === 'acme' ? 'Acme' : 'Nordlicht', person: 'ana', scopes: ['read', 'act', 'audit', 'people'] })) });
        if (path === '/v1/live' && !this.hasNoStream) return this.live(request, response);
        if (path === '/v1/escalations') return this.json(response, 200, { items: [...this.rows.values()].filter((row) => row.client === client && row.state !== 'closed'), now: this.now() });
        if (path === '/v1/tasks') return this.json(response, 200, { items: [...this.tasks.values()].filter((task) => task.client === client) });
        if (path === '/health') return this.json(response, 200, { status: 'degraded', alarms: 1, gaps: 2, queue: { inputs: 0, longest: 0 }, clock: { now: this.now(), engine: this.now(), up_s: 86520 }, causes: [{ code: 'delivery_dead', client: 'acme', sentence: 'messages do not arrive: the last one was given up', since: this.now() }] });
        if (path === '/v1/oncall') return this.json(response, 200, url.searchParams.has('ics') ? { calendar: this.calendar(url.searchParams.get('ics')) } : { items: this.duties(client), now: this.now() });
        if (path === '/v1/outbox') return this.json(response, 200, { items: this.rows.size === 0 ? [] : this.outbox(url.searchParams.get('state')) });
        if (path === '/v1/endpoints') return this.json(response, 200, { items: this.rows.size === 0 ? [] : [{ endpoint: 'mail', queued: 0, sent: 40, dead: 2, held_since: null, held_until: null, last_success_at: this.now(-MINUTE), last_error_at: this.now(-5 * MINUTE), last_error: '550 no such user' }, { endpoint: 'system crm', queued: 3, sent: 0, dead: 0, held_since: this.now(-20 * MINUTE), held_until: this.now(MINUTE), last_success_at: null, last_error_at: this.now(-MINUTE), last_error: 'HTTP status 503: down for maintenance' }] });
        if (path === '/v1/push/subscriptions') return this.json(response, 200, { items: this.rows.size === 0 ? [] : [{ id: 'b1', title: this.hostile ? HOSTILE[0] : 'Chromium · Linux', since: this.now(-DAY) }], key: 'BBBB' });
        const found = /^\/v1\/escalations\/([^/]+)(\/timeline)?$/.exec(path);
        const row = found && this.rows.get(`${client}/${decodeURIComponent(found[1])}`);
        if (row && found[2]) return this.json(response, 200, { items: this.trail(row) });
        if (row) return this.json(response, 200, { ...row, answers: [], checks: [{ check: 'acknowledged', text: '', result: 'passed' }, { check: 'condition', text: 'the queue is empty', result: 'failed' }, { check: 'confirmed', text: 'the customer sees it', result: 'pending' }],
            changes: [{ kind: 'field', name: 'status', before: 'open', after: 'escalated' }, { kind: 'added', name: 'tags', item: 'paged' }, { kind: 'ticket', name: 'incident', ticket: 'escal:T-1' }, { kind: 'call', name: 'crm.requeue', no_undo: 'leads are re-routed by hand' }], now: this.now() });
        const ticket = /^\/v1\/tickets\/([^/]+)$/.exec(path);
        if (ticket) return this.json(response, 200, { id: decodeURIComponent(ticket[1]), fields: { severity: 'critical', 'account.name': this.hostile ? HOSTILE[1] : 'Globex', 'account.tier': 'enterprise', channel: 'phone', tags: ['paged', 'checkout'] } });
        return this.json(response, 404, { status: 404, code: 'not_found', title: 'There is nothing at this address' });
    }

    outbox(state) {
        const all = [{ id: 7, escalation: 'E-1', kind: 'message', target: 'ana', medium: 'chat', state: 'delivered', created_at: this.now(-4 * MINUTE), body: { text: 'Please take INC-1000' } }, { id: 8, escalation: 'E-1', kind: 'message', target: 'ben', medium: 'mail', state: 'dead', created_at: this.now(-3 * MINUTE), detail: '550 no such user', body: { text: this.hostile ? HOSTILE[0] : 'Please take INC-1000' } }, { id: 9, kind: 'call', target: 'crm.requeue', state: 'queued', created_at: this.now(-MINUTE), detail: 'HTTP status 503', escalation: 'E-1' }];
        return state === null ? all : all.filter((one) => one.state === state);
    }

    trail(row) {
        return [{ seq: 1, at: row.opened_at, kind: 'started', text: `"A customer is down" started on ${row.ticket}` }, { seq: 2, at: row.opened_at, kind: 'owner', text: `${row.owner_title} is accountable as primary` }, { seq: 3, at: this.now(-4 * MINUTE), kind: 'sent', text: `${row.owner_title} was paged by chat` },
            ...(row.acked ? [{ seq: 4, at: row.acked_at, kind: 'acked', text: `${row.owner_title} took it` }] : []), ...(this.hostile ? [{ seq: 5, at: this.now(), kind: 'note', text: HOSTILE[0] }] : [])];
    }

    // --- acts ---------------------------------------------------------------------------------------------

    act(request, response, url, client, body) {
        this.posts.push({ path: url.pathname, client, body, headers: request.headers });
        if (this.refuse !== null) return this.json(response, this.refuse, { status: this.refuse, code: 'forbidden', title: 'Refused', detail: 'ben has it, and only the lead may take it from him' });
        if (request.headers['escal-csrf'] !== 'c5rf') return this.json(response, 403, { status: 403, code: 'forbidden', title: 'The CSRF value is missing' });
        if (url.pathname === '/v1/session/end') {
            this.isOut = true;
            return this.json(response, 200, {});
        }
        const task = /^\/v1\/tasks\/([^/]+)\/(\w+)$/.exec(url.pathname);
        if (task) return this.task(response, this.tasks.get(`${client}/${task[1]}`), task[2], body);
        const found = /^\/v1\/escalations\/([^/]+)\/([\w-]+)$/.exec(url.pathname);
        if (!found) return this.json(response, 200, { noop: false });
        const row = this.rows.get(`${client}/${found[1]}`);
        this.change(row, this.effect(row, found[2], body));
        return this.json(response, 200, { escalations: [row.id], ticket: row.ticket, noop: false, escalation: row });
    }

    effect(row, verb, body) {
        const ended = { state: 'closed', closed_at: this.now(), question: null };
        if (row.question && ['answer', 'approve', 'reject', 'confirm'].includes(verb)) this.withdraw(row);
        if (verb === 'ack') return { owner: 'ana', owner_title: 'Ana Ruiz', acked: true, acked_at: this.now(), ack_due_at: null, next_owner: null, wait_due_at: this.now(4 * HOUR), due_at: this.now(4 * HOUR), waiting_for: 'the resolution' };
        if (verb === 'resolve') return { ...ended, outcome: 'resolved' };
        if (verb === 'call-off') return { ...ended, outcome: 'called_off' };
        if (verb === 'handoff') return body.offer ? { offer: { to: body.to, by: 'ana', until: this.now(10 * MINUTE) } } : { owner: body.to, owner_title: title(body.to), acked: false, ack_due_at: this.now(30 * MINUTE), due_at: this.now(30 * MINUTE), handoffs: row.handoffs + 1, waiting_for: 'acknowledgement' };
        if (verb === 'answer' || verb === 'approve' || verb === 'reject') return { question: null, acked: true, ack_due_at: null, waiting_for: 'the resolution', tasks_open: 0 };
        return {};
    }

    withdraw(row) {
        const id = row.question.task;
        this.tasks.delete(`${row.client}/${id}`);
        this.tell(row.client, { tasks_gone: [id] });
    }

    task(response, task, verb, body) {
        if (task === undefined) return this.json(response, 404, { status: 404, title: 'There is no such task' });
        if (verb === 'claim') Object.assign(task, { assignee: 'ana', state: 'claimed' });
        if (verb === 'release') Object.assign(task, { assignee: null, state: 'open' });
        if (verb === 'complete') Object.assign(task, { state: 'done', outcome: body.answer || '' });
        this.tell(task.client, { tasks: [task] });
        return this.json(response, 200, { noop: false, task });
    }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const mock = await new Mock({ files: process.argv[2], rows: Number(process.argv[3] || 12), language: process.argv[4] || 'en' }).start(Number(process.argv[5] || 8099));
    mock.ask(mock.rows.get('acme/E-1'), 'approval');
    setInterval(() => { for (const stream of mock.streams) stream.write(': alive\n\n'); }, 15000);
    console.log(mock.url);
}
