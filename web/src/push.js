// push.js - notifications of this browser by Web Push. The service worker shows them and keeps nothing.
import { signal } from '@preact/signals';
import { get, post, session } from './api.js';
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

async function turnOn(client) {
    if ((await Notification.requestPermission()) !== 'granted') {
        state.value = 'denied';
        return;
    }
    try {
        const worker = await navigator.serviceWorker.ready;
        const { key } = await get('/v1/push', { client });
        const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
        await post('/v1/push', client, { subscription: subscription.toJSON() });
        state.value = 'on';
    } catch (error) {
        toast(t('refused', { id: t('notifications'), why: error.message }), true);
    }
}

export function PushSwitch() {
    if (state.value === 'denied') return html`<p class="empty">${t('notifications_denied')}</p>`;
    if (state.value !== 'off') return null;
    return html`<p>${t('notifications')} <${Button} act=${() => turnOn(session.value.clients[0].client)}>${t('notifications_on')}</${Button}></p>`;
}
