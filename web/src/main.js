// main.js - puts the page together: session, stream, places, keys.
import { render } from 'preact';
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { loadSession, post, session, toLogin } from './api.js';
import { html } from './html.js';
import { connection, run } from './live.js';
import { Dialog, Toasts, openDialog, toast } from './parts.js';
import { Board, selected } from './board.js';
import { Help, onKey } from './keys.js';
import { place, go, follow } from './places.js';
import { startWorker } from './push.js';
import { arrange, mineCount, take } from './store.js';
import { useZone, clock } from './time.js';
import { language, t, useLanguage } from './words.js';

const problem = signal(null); // why there is no session

const VIEWS = [['/', 'board'], ['/tasks', 'tasks'], ['/oncall', 'oncall'], ['/deliveries', 'deliveries']];

function Lost() {
    const { is, since } = connection.value;
    return html`<div role="alert" class="lost-region">${is === 'lost' && html`<p class="lost-banner">${t('lost', { time: clock(since) })}</p>`}</div>`;
}

async function logOut() {
    try {
        await post('/v1/session/end', '', {});
    } catch (error) {
        toast(t('failed', { why: error.message }), true);
        return;
    }
    location.assign('/login');
}

function Top() {
    const mine = mineCount();
    return html`<header class="top"><a class="mark" href="/" aria-label="Escal: ${t('board')}"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M3 19h5v-5h5V9h5V4h3v3h0v5h-5v5h-5v5H3z" /></svg><b>Escal</b></a>
        <nav aria-label=${t('views')}>${VIEWS.map(([path, name]) => html`<a key=${name} href=${path} aria-current=${place.value.path === path ? 'page' : undefined}>${t(name)}${name === 'tasks' && mine > 0 && html` <span class="badge">${mine}</span>`}</a>`)}</nav>
        <span class=${`connection ${connection.value.is}`}><i aria-hidden="true" />${connection.value.is === 'live' ? t('live') : connection.value.is === 'lost' ? '' : t('connecting')}</span>
        <button type="button" class="quiet keys" aria-label=${t('help')} onClick=${() => openDialog(() => html`<${Help} />`)}>?</button>
        <span class="me">${session.value.title || session.value.principal}</span>
        ${session.value.csrf && html`<button type="button" class="quiet out" onClick=${logOut}>${t('log_out')}</button>`}</header>`;
}

// The other views come in pieces of their own, all of them as soon as the board stands: behind a lost connection they are there.
const PIECES = {
    escalation: () => import('./escalation.js').then((one) => one.Escalation),
    '/tasks': () => import('./tasks.js').then((one) => one.Tasks),
    '/oncall': () => import('./oncall.js').then((one) => one.OnCall),
    '/deliveries': () => import('./deliveries.js').then((one) => one.Deliveries),
};
const views = signal({ '/': Board });

async function load(name) {
    if (views.peek()[name] !== undefined) return;
    try {
        const view = await PIECES[name]();
        views.value = { ...views.peek(), [name]: view };
    } catch {
        views.value = { ...views.peek(), [name]: Stale }; // the daemon is another one by now, and has other pieces
    }
}

function Stale() {
    return html`<h1 tabindex="-1">Escal</h1><p class="failed" role="alert">${t('stale')} <button type="button" class="button" onClick=${() => location.reload()}>${t('reload')}</button></p>`;
}

function View() {
    const { path, client, id } = place.value;
    const name = client !== undefined ? 'escalation' : path;
    if (views.value[name] === undefined && PIECES[name] === undefined) return html`<h1 tabindex="-1">${t('not_found')}</h1><p><a href="/">${t('back')}</a></p>`;
    const Found = views.value[name];
    if (Found === undefined) {
        load(name);
        return html`<h1 tabindex="-1">${name === 'escalation' ? id : t(name.slice(1))}</h1><p class="empty">${t('connecting')}</p>`;
    }
    return html`<${Found} key=${path} client=${client} id=${id} />`;
}

// A new place says its name and takes the focus; back on the board that is the row one came from.
function useArrival() {
    const { path, client, isFirst, scroll } = place.value;
    const name = client !== undefined ? 'escalation' : path;
    useEffect(() => {
        const heading = document.querySelector('main h1');
        if (heading !== null) document.title = `${heading.textContent} · Escal`;
        if (isFirst) return;
        scrollTo(0, scroll || 0);
        const row = path === '/' && selected.peek() !== '' ? document.querySelector(`[data-key="${CSS.escape(selected.peek())}"] [data-row]`) : null;
        (row || heading)?.focus({ preventScroll: row === null });
    }, [path, views.value[name] === undefined]);
}

function Page() {
    useArrival();
    if (problem.value !== null) return html`<main><h1 tabindex="-1">Escal</h1><p class="failed" role="alert">${t('failed', { why: problem.value.message })} <button type="button" class="button" onClick=${start}>${t('retry')}</button></p></main>`;
    if (session.value === null) return html`<main aria-busy="true"><h1 tabindex="-1">Escal</h1><p class="empty">${t('connecting')}</p></main>`;
    return html`<a class="skip" href="#main">${t('skip')}</a><${Top} /><${Lost} /><main id="main" tabindex="-1"><${View} /></main><${Toasts} /><${Dialog} />`;
}

async function start() {
    problem.value = null;
    try {
        const said = await loadSession();
        useLanguage(said.language);
        useZone(said.time_zone);
        arrange(); // whose rows are mine is known now
    } catch (error) {
        if (error.status === 401) toLogin();
        else problem.value = error;
    }
}

effect(() => { document.documentElement.lang = language.value; });
addEventListener('click', follow);
addEventListener('keydown', onKey);
addEventListener('popstate', () => go(location.pathname, true));
render(html`<${Page} />`, document.getElementById('page'));
start();
run(take);
startWorker();
setTimeout(() => Object.keys(PIECES).forEach(load), 300);
