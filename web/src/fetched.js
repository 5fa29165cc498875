// fetched.js - what a view asks for beside the stream: asked at its start and again when something it depends on has changed.
import { useEffect, useState } from 'preact/hooks';
import { get } from './api.js';
import { connection } from './live.js';
import { html } from './html.js';
import { Button } from './parts.js';
import { t } from './words.js';

// { value, error, again }. `ask` gives a promise; `on` lists what it depends on. An older answer never replaces a newer one.
export function useFetched(ask, on) {
    const [state, setState] = useState({ value: null, error: null });
    const [round, setRound] = useState(0);
    const isLive = connection.value.is === 'live';
    useEffect(() => {
        let isOver = false;
        ask().then(
            (value) => { if (!isOver) setState({ value, error: null }); },
            (error) => { if (!isOver) setState((known) => ({ value: known.value, error })); },
        );
        return () => { isOver = true; };
    }, [...on, round, isLive]);
    return { ...state, again: () => setRound((n) => n + 1) };
}

const PAGE = 1000, PAGES_MAX = 20;

// All items of a list that is paged by key.
export async function allOf(path, parameters) {
    const items = [];
    for (let i = 0, after; i < PAGES_MAX && (i === 0 || after); i++) {
        const page = await get(path, { ...parameters, after, limit: PAGE });
        items.push(...page.items);
        after = page.next;
    }
    return items;
}

export function Failed({ error, again }) {
    return html`<p class="failed" role="alert">${t('failed', { why: error.message })} <${Button} kind="quiet" act=${again}>${t('retry')}</${Button}></p>`;
}
