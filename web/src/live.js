// live.js - the stream of /v1/live: read, watched (a line that says nothing for too long is dead), taken up again where it ended.
// Where no stream comes through (a proxy that keeps it back, a server that has none) the lists are asked for again and again.
import { signal } from '@preact/signals';
import { get, session, toLogin } from './api.js';
import { replaceTasks } from './store.js';
import { nowMs } from './time.js';

const SILENCE = 35000;               // ms; the server says something every 15 s
const ASK_AGAIN = 5000;              // ms between two looks at the lists, where there is no stream
const WAITS = [300, 700, 1500, 3000, 5000];

// { is: 'starting' | 'live' | 'lost', since: ms, by the server's clock }
export const connection = signal({ is: 'starting', since: nowMs() });

// Cuts a stream of text into events: { id, event, data }.
export function reader(take) {
    let rest = '', event = '', data = [], id;
    function line(text) {
        if (text === '') {
            if (data.length > 0) take({ id, event: event || 'message', data: data.join('\n') });
            event = '';
            data = [];
            return;
        }
        const colon = text.indexOf(':');
        const name = colon < 0 ? text : text.slice(0, colon);
        const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
        if (name === 'event') event = value;
        else if (name === 'data') data.push(value);
        else if (name === 'id' && !value.includes('\0')) id = value;
    }
    return (chunk) => {
        const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
        rest = lines.pop();
        lines.forEach(line);
    };
}

// False: it ended, or never began; null: the server has none.
async function once(last, take) {
    const control = new AbortController();
    let watch;
    const alive = () => {
        clearTimeout(watch);
        watch = setTimeout(() => control.abort(), SILENCE);
    };
    alive();
    try {
        const headers = { Accept: 'text/event-stream' };
        if (last.id !== undefined) headers['Last-Event-ID'] = last.id;
        const response = await fetch('/v1/live', { headers, credentials: 'same-origin', cache: 'no-store', signal: control.signal });
        if (response.status === 401) {
            toLogin();
            return false;
        }
        if ([404, 405, 501].includes(response.status)) return null;
        if (!response.ok || response.body === null) return false;
        const stream = response.body.getReader(), text = new TextDecoder();
        const feed = reader((event) => {
            last.id = event.id;
            try {
                take(event.event, JSON.parse(event.data));
            } catch (error) {
                console.error('live', error);
            }
        });
        for (;;) {
            const { done, value } = await stream.read();
            if (done) return true;
            alive();
            if (connection.value.is !== 'live') connection.value = { is: 'live', since: nowMs() };
            feed(text.decode(value, { stream: true }));
        }
    } catch {
        return false;
    } finally {
        clearTimeout(watch);
        control.abort();
    }
}

// --- without a stream ---------------------------------------------------------------------------------

async function all(path, parameters) {
    const items = [];
    let after;
    do {
        const page = await get(path, { ...parameters, limit: 1000, after });
        items.push(...page.items);
        after = page.next;
    } while (after !== undefined && after !== null);
    return items;
}

// What a server does not have is nothing.
const orNone = (promise) => promise.catch((error) => {
    if (error.status === 403 || error.status === 404) return [];
    throw error;
});

async function look(take) {
    for (const { client } of session.value === null ? [] : session.value.clients) {
        const duty = await get('/v1/oncall', { client });
        const escalations = await all('/v1/escalations', { client, state: 'unclosed' });
        const tasks = await orNone(all('/v1/tasks', { client, state: 'open' }));
        take('snapshot', { client, now: duty.now, escalations, tasks, oncall: duty.items });
    }
}

// Where the stream does not bring tasks they are asked for behind each change, at most once a second.
const asked = new Map(); // client -> timer
function askTasks(client) {
    if (asked.has(client)) return;
    asked.set(client, setTimeout(async () => {
        asked.delete(client);
        try {
            const open = await orNone(all('/v1/tasks', { client, state: 'open' }));
            replaceTasks(client, [...open, ...(await orNone(all('/v1/tasks', { client, state: 'claimed' })))]);
        } catch {
            // the next change asks again
        }
    }, 300 + Math.random() * 700));
}

function withTasks(take) {
    return (event, said) => {
        take(event, said);
        if ((event === 'snapshot' || event === 'changed') && said.tasks === undefined && said.tasks_gone === undefined) askTasks(said.client);
    };
}

async function lookAgain(take) {
    for (;;) {
        try {
            await look(take);
            if (connection.value.is !== 'live' && session.value !== null) connection.value = { is: 'live', since: nowMs() };
        } catch {
            if (connection.value.is !== 'lost') connection.value = { is: 'lost', since: nowMs() };
        }
        await new Promise((go) => setTimeout(go, session.value === null ? WAITS[0] : ASK_AGAIN));
    }
}

// Runs as long as the page does.
export async function run(take) {
    const last = { id: undefined };
    for (let failed = 0; ; failed++) {
        const began = Date.now();
        if ((await once(last, withTasks(take))) === null) return lookAgain(take);
        if (connection.value.is !== 'lost') connection.value = { is: 'lost', since: nowMs() };
        if (Date.now() - began > 10000) failed = 0;
        const wait = WAITS[Math.min(failed, WAITS.length - 1)] * (0.75 + Math.random() / 2);
        await Promise.race([new Promise((go) => setTimeout(go, wait)), new Promise((go) => addEventListener('online', go, { once: true }))]);
    }
}
