// deliveries.js - what did not go out and why, by endpoint and one by one; and how the daemon is.
import { clientTitle, get, may, post, session } from './api.js';
import { html } from './html.js';
import { At, Button, Evidence, toast } from './parts.js';
import { useFetched, Failed } from './fetched.js';
import { connection } from './live.js';
import { health } from './store.js';
import { length, fullTime } from './time.js';
import { t } from './words.js';

function Health() {
    const { value, error, again } = useFetched(() => get('/health'), [health.value]);
    if (value === null) return error === null ? null : html`<${Failed} error=${error} again=${again} />`;
    const isOk = value.status === 'ok';
    const reasons = (value.causes || []).map((one) => ([one.client && clientTitle(one.client), one.sentence].filter(Boolean).join(': ')));
    const facts = [[t('alarms'), value.alarms], [t('gaps_word'), value.gaps], [t('queue'), value.queue && value.queue.inputs], [t('uptime'), value.clock && length(value.clock.up_s * 1000)],
        [t('engine_clock'), value.clock && fullTime(value.clock.engine)]];
    return html`<p class=${`health ${isOk ? 'ok' : 'bad'}`}><b>${isOk ? t('health_ok') : value.status === 'degraded' ? t('health_degraded') : value.status}</b></p>
        ${reasons.length > 0 && html`<ul class="plain reasons">${reasons.map((one) => html`<li>${one}</li>`)}</ul>`}
        <dl class="facts flat">${facts.filter(([, v]) => v !== undefined && v !== null).map(([name, v]) => html`<div key=${name}><dt>${name}</dt><dd>${v}</dd></div>`)}</dl>`;
}

function Endpoints({ client }) {
    const { value } = useFetched(() => get('/v1/endpoints', { client }), [client, health.value]);
    if (value === null || value.items.length === 0) return null;
    const time = (one) => (one ? html`<${At} time=${one} />` : '–');
    return html`<div class="wide" tabindex="0" role="group" aria-label=${t('endpoints')}><table><caption>${t('endpoints')}</caption><thead><tr><th scope="col">${t('endpoint')}</th><th scope="col" class="number">${t('queued')}</th><th scope="col" class="number">${t('sent')}</th><th scope="col" class="number">${t('dead')}</th><th scope="col">${t('state')}</th><th scope="col">${t('succeeded_last')}</th><th scope="col">${t('last_error')}</th><th scope="col">${t('their_words')}</th></tr></thead>
        <tbody>${value.items.map((one) => html`<tr key=${one.endpoint} class=${one.held_since ? 'bad' : ''}><th scope="row">${one.endpoint}</th><td class="number">${one.queued}</td><td class="number">${one.sent}</td><td class="number">${one.dead}</td>
            <td>${one.held_since ? t('held', { time: fullTime(one.held_since) }) : t('health_ok')}</td><td>${time(one.last_success_at)}</td><td>${time(one.last_error_at)}</td><td>${one.last_error}</td></tr>`)}</tbody></table></div>`;
}

async function retry(client, one, again) {
    try {
        await post(`/v1/outbox/${one.id}/retry`, client, {});
        toast(t('says_done', { id: one.target, what: t('done_retry') }));
        again();
    } catch (error) {
        toast(t('refused', { id: one.target || String(one.id), why: error.message }), true);
    }
}

function Rows({ client, state, none, title }) {
    const { value, error, again } = useFetched(() => get('/v1/outbox', { client, state, limit: 100 }), [client, state, health.value]);
    if (value === null) return error === null ? null : html`<${Failed} error=${error} again=${again} />`;
    if (value.items.length === 0) return html`<p class="empty">${title}: ${none}</p>`;
    return html`<div class="wide" tabindex="0" role="group" aria-label=${title}><table><caption>${title}</caption><thead><tr><th scope="col">${t('at')}</th><th scope="col">${t('target')}</th><th scope="col">${t('escalation')}</th><th scope="col">${t('state')}</th><th scope="col">${t('their_words')}</th><th scope="col">${t('retry_send')}</th></tr></thead>
        <tbody>${value.items.map((one) => html`<tr key=${one.id}><td><${At} time=${one.created_at} /></td><th scope="row">${[one.target, one.medium].filter(Boolean).join(' · ')}</th>
            <td>${one.escalation ? html`<a href=${`/e/${encodeURIComponent(client)}/${one.escalation}`}>${one.escalation}</a>` : ''}</td><td><${Evidence} message=${{ ...one, to: one.target }} /></td><td>${one.detail || ''}</td>
            <td>${state === 'dead' && may(client, 'act') ? html`<${Button} kind="quiet" aria-label=${`${t('retry_send')}: ${one.target}`} act=${() => retry(client, one, again)}>${t('retry_send')}</${Button}>` : '–'}</td></tr>`)}</tbody></table></div>`;
}

export function Deliveries() {
    const isLost = connection.value.is === 'lost';
    return html`<h1 tabindex="-1">${t('deliveries')}</h1><section aria-labelledby="head-health"><h2 id="head-health">${t('health')}</h2>${!isLost && html`<${Health} />`}<p><a href="/status">${t('status_page')}</a></p></section>
        ${session.value.clients.map((one) => html`<section key=${one.client} aria-labelledby=${`head-${one.client}`}><h2 id=${`head-${one.client}`}>${one.title || one.client}</h2><${Endpoints} client=${one.client} />
            <${Rows} client=${one.client} state="dead" title=${t('dead')} none=${t('dead_none')} /><${Rows} client=${one.client} state="queued" title=${t('queued')} none=${t('nothing_waits')} /></section>`)}`;
}
