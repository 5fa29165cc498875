// api.js - the one way to the server: /v1/… with the session's cookie, its CSRF value, and one client at a time.
import { signal } from '@preact/signals';

export const session = signal(null); // what GET /v1/session said
const PATIENCE = 20000;              // ms for an answer, behind which somebody is told

export class Problem extends Error {
    constructor(status, body) {
        super((body && (body.detail || body.title)) || `HTTP ${status}`);
        this.status = status;
        this.code = (body && body.code) || '';
        this.escalation = body && body.escalation;
    }
}

function address(path, parameters) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters || {})) if (value !== undefined && value !== null && value !== '') query.set(name, value);
    const text = query.toString();
    return text === '' ? path : `${path}?${text}`;
}

async function read(response) {
    const text = await response.text();
    try {
        return text === '' ? {} : JSON.parse(text);
    } catch {
        return {};
    }
}

export function toLogin() {
    location.assign('/login');
}

// What /health says when it is failing comes with 503, and is its answer.
async function ask(path, parameters, options) {
    let response;
    try {
        response = await fetch(address(path, parameters), { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE), ...options });
    } catch {
        throw new Problem(0, { code: 'unreachable' });
    }
    const body = await read(response);
    if (response.status === 401 && session.value !== null) toLogin();
    if (!response.ok && body.status !== 'failing') throw new Problem(response.status, body);
    return body;
}

export function get(path, parameters) {
    return ask(path, parameters, { method: 'GET' });
}

// One act: a key of its own, so that what is sent again (the answer was lost) is done once.
export function post(path, client, body, version) {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) };
    if (session.value && session.value.csrf) headers['Escal-CSRF'] = session.value.csrf;
    if (version) headers['If-Match'] = version;
    return ask(path, client ? { client } : {}, { method: 'POST', headers, body: JSON.stringify(body || {}) });
}

export async function loadSession() {
    session.value = await get('/v1/session');
    return session.value;
}

export function me(client) {
    const found = session.value && session.value.clients.find((one) => one.client === client);
    return found ? found.person : null;
}

export function may(client, scope) {
    const found = session.value && session.value.clients.find((one) => one.client === client);
    return Boolean(found && found.scopes.includes(scope));
}

export function clientTitle(client) {
    const found = session.value && session.value.clients.find((one) => one.client === client);
    return found ? found.title || client : client;
}
