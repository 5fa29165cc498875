// push.js - notifications of this browser by Web Push. The service worker shows them and keeps nothing.
import { signal } from '@preact/signals';
import { clientTitle, get, post, session } from './api.js';
import { useFetched } from './fetched.js';
import { html } from './html.js';
import { Button, toast } from './parts.js';
import { t } from './words.js';

// The one address that may become a script: Trusted Types let nothing else through.
const policy = window.trustedTypes ? window.trustedTypes.createPolicy('escal', { createScriptURL: (url) => { if (url !== '/sw.js') throw new TypeError(url); return url; } }) : { createScriptURL: (url) => url };
const state = signal('unknown'); // unknown, off, on, denied, unable

export async function startWorker() {
    if (!('serviceWorker' in navigator)) {
        state.value = 'unable';
        return;
    }
    try {
        const worker = await navigator.serviceWorker.register(policy.createScriptURL('/sw.js'));
        if (!('pushManager' in worker)) state.value = 'unable';
        else if (Notification.permission === 'denied') state.value = 'denied';
        else state.value = (await worker.pushManager.getSubscription()) === null ? 'off' : 'on';
    } catch {
        state.value = 'unable'; // no secure context, or switched off
    }
}

function bytes(base64url) {
    const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const PATH = '/v1/push/subscriptions';

// What this browser is called in the list of one's own: enough to tell a phone from a desk.
function titleOfThis() {
    const data = navigator.userAgentData;
    return (data ? [data.brands.at(-1)?.brand, data.platform].filter(Boolean).join(' · ') : navigator.userAgent).slice(0, 80);
}

// A subscription that was made with another key can never be pushed to: it is made anew.
async function subscriptionFor(worker, key) {
    const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
    try {
        return await worker.pushManager.subscribe(options);
    } catch (error) {
        const old = await worker.pushManager.getSubscription();
        if (old === null) throw error;
        await old.unsubscribe();
        return worker.pushManager.subscribe(options);
    }
}

// All clients of the session are told, since one browser is for all of them.
async function turnOn() {
    if ((await Notification.requestPermission()) !== 'granted') {
        state.value = 'denied';
        return;
    }
    try {
        const worker = await navigator.serviceWorker.ready;
        let subscription = null, taken = 0, refusal = null;
        for (const { client } of session.value.clients) {
            const { key } = await get(PATH, { client });
            if (key === '') continue;
            subscription = subscription || await subscriptionFor(worker, key);
            try {
                await post(PATH, client, { ...subscription.toJSON(), title: titleOfThis() });
                taken += 1;
            } catch (error) {
                refusal = error; // a client whose directory reaches them in other ways
            }
        }
        if (taken === 0 && refusal !== null) throw refusal;
        state.value = taken === 0 ? 'unable' : 'on';
        round.value += 1;
    } catch (error) {
        toast(t('refused', { id: t('notifications'), why: error.message }), true);
    }
}

const round = signal(0); // of what is listed

async function end(client, one) {
    try {
        await post(`${PATH}/${one.id}/end`, client, {});
    } catch (error) {
        toast(t('refused', { id: one.title || t('browser'), why: error.message }), true);
    }
    round.value += 1;
}

function Browsers({ client }) {
    const { value } = useFetched(() => get(PATH, { client }), [client, round.value]);
    if (value === null || value.items.length === 0) return null;
    return html`<ul class="plain browsers">${value.items.map((one) => html`<li key=${one.id}>${one.title || t('browser')} <small>${clientTitle(client)}</small>
        <${Button} kind="quiet" aria-label=${`${t('browser_end')}: ${one.title || t('browser')}`} act=${() => end(client, one)}>${t('browser_end')}</${Button}></li>`)}</ul>`;
}

export function PushSwitch() {
    const all = session.value.clients.map((one) => html`<${Browsers} key=${one.client} client=${one.client} />`);
    if (state.value === 'denied') return html`<p class="empty">${t('notifications_denied')}</p>${all}`;
    if (state.value === 'unable' || state.value === 'unknown') return all;
    return html`<p>${t('notifications')} <${Button} act=${turnOn}>${t(state.value === 'on' ? 'notifications_again' : 'notifications_on')}</${Button}></p>${all}`;
}
