// escalation.js - one escalation: whose it is and until when, its question, what happened, what was sent, what it changed, why it began.
import { useEffect } from 'preact/hooks';
import { clientTitle, get, may, me } from './api.js';
import { html } from './html.js';
import { At, Button, Evidence, Severity, TimeLeft } from './parts.js';
import { act, mainAct, otherActs, press, pressCheck } from './acts.js';
import { askedPerson, deadline, isClosed, keyOf, putRow, rows, titleOf } from './store.js';
import { allOf, useFetched, Failed } from './fetched.js';
import { clock } from './time.js';
import { t, word } from './words.js';

// --- the chain ----------------------------------------------------------------------------------------

// Who has it, until when, and who comes then.
function links(row) {
    const found = [];
    const add = (person, title, role) => {
        if (person && !found.some((one) => one.person === person)) found.push({ person, title: title || titleOf(row.client, person), role });
    };
    add(row.primary, row.primary_title, 'primary');
    add(row.secondary, row.secondary_title, 'secondary');
    add(row.escalation_owner, row.escalation_owner_title, 'escalation');
    add(row.owner, row.owner_title, row.role);
    add(row.next_owner, row.next_owner_title, row.next_role);
    return found;
}

function Chain({ row }) {
    const all = links(row);
    if (all.length === 0) return null;
    return html`<section aria-labelledby="head-chain"><h2 id="head-chain">${t('chain')}</h2><ol class="chain">${all.map((one) => {
        const has = one.person === row.owner;
        return html`<li key=${one.person} class=${has ? 'now' : ''} aria-current=${has ? 'step' : undefined}><b>${one.title}</b><small>${word('r_', one.role)}</small>
            <small>${has ? (row.acked ? html`${t('acked_at', { time: clock(row.acked_at || row.opened_at) })}${row.holds_until ? html` · ${t('until_then', { time: clock(row.holds_until) })}` : ''}`
                : row.ack_due_at ? t('until_then', { time: clock(row.ack_due_at) }) : t('not_acked')) : one.person === row.next_owner ? t('next') : ''}</small></li>`;
    })}</ol></section>`;
}

// --- its question -------------------------------------------------------------------------------------

function Question({ row, detail }) {
    const question = row.question;
    if (!question || isClosed(row)) return null;
    const answers = question.answers && question.answers.length > 0 ? question.answers : (detail && detail.answers) || [];
    const isMine = askedPerson(row) === me(row.client);
    const kind = question.kind || 'question';
    return html`<section class=${`question ${isMine ? 'mine' : ''}`} aria-labelledby="head-question"><h2 id="head-question">${word('', kind)}${question.due_at && html` <small>${t('until', { time: clock(question.due_at) })}</small>`}</h2>
        <p class="asked">${question.text}</p>${question.guidance && html`<p class="guidance">${question.guidance}</p>`}
        <div class="answers">${kind === 'approval'
            ? html`<${Button} kind="main" act=${() => act(row, 'approve', {})}>${t('approve')}</${Button}><${Button} kind="danger" act=${() => press(row, 'reject')}>${t('reject')}</${Button}>`
            : kind === 'confirmation' ? html`<${Button} kind="main" act=${() => press(row, 'confirm')}>${t('confirm')}</${Button}>`
                : answers.map((one, i) => html`<${Button} key=${one.name} kind=${isMine ? 'main' : ''} data-answer=${i} act=${() => act(row, 'answer', { answer: one.name }, { answer: one.title || one.name })}>
                    <kbd aria-hidden="true">${i + 1}</kbd>${one.title || one.name}</${Button}>`)}</div></section>`;
}

// --- what happened ------------------------------------------------------------------------------------

function Timeline({ row }) {
    const id = encodeURIComponent(row.id), client = row.client;
    const { value, error, again } = useFetched(() => allOf(`/v1/escalations/${id}/timeline`, { client }), [client, row.id, row.version]);
    let inside;
    if (error !== null && value === null) inside = html`<${Failed} error=${error} again=${again} />`;
    else if (value !== null) inside = html`<ol class="timeline" reversed>${[...value].reverse().map((one) => html`<li key=${one.seq} class=${one.kind}><${At} time=${one.at} /><span>${one.text}</span></li>`)}</ol>`;
    return html`<section aria-labelledby="head-timeline"><h2 id="head-timeline">${t('timeline')}</h2>${inside}</section>`;
}

function textOf(body) {
    return body && typeof body === 'object' ? body.text || body.subject || '' : '';
}

function Messages({ row }) {
    const { value, error, again } = useFetched(() => get('/v1/outbox', { client: row.client, escalation: row.id, limit: 200 }), [row.client, row.id, row.version]);
    return html`<section aria-labelledby="head-messages"><h2 id="head-messages">${t('messages')}</h2>
        ${error !== null && value === null && html`<${Failed} error=${error} again=${again} />`}
        ${value !== null && value.items.length === 0 && html`<p class="empty">${t('messages_none')}</p>`}
        ${value !== null && value.items.length > 0 && html`<ul class="messages">${value.items.map((one) => html`<li key=${one.id}><${At} time=${one.created_at} />
            <span><b>${[one.target, one.medium].filter(Boolean).join(' · ')}</b> ${textOf(one.body) && html`<q>${textOf(one.body)}</q>`}${one.detail && html`<small class="detail">${one.detail}</small>`}</span>
            <${Evidence} message=${{ state: one.state, to: one.target, medium: one.medium, detail: one.detail }} /></li>`)}</ul>`}</section>`;
}

// --- what it changed, its checks, why it began --------------------------------------------------------

const shown = (value) => (value === null || value === undefined || value === '' ? '–' : Array.isArray(value) ? value.join(', ') : String(value));

// What one recorded change did, and what rolling back would do about it.
function said(change) {
    const { kind, name, item, ticket, no_undo } = change;
    const values = { name, item, ticket, why: no_undo, before: shown(change.before), after: shown(change.after) };
    const what = t(`change_${kind}`, values);
    return { what: what.startsWith('change_') ? t('change_call', values) : what, undo: no_undo ? t('undo_none', values) : t(`undo_${kind}`, values) };
}

function Changes({ row, detail }) {
    const all = ((detail && detail.changes) || []).map(said);
    return html`<section aria-labelledby="head-changes"><h2 id="head-changes">${t('changes')}</h2>${all.length === 0 ? html`<p class="empty">${t('changes_none')}</p>`
        : html`<ul class="changes">${all.map((one) => html`<li>${one.what}<small>${one.undo}</small></li>`)}</ul>
        ${!isClosed(row) && html`<${Button} act=${() => press(row, 'rollback')}>${t('rollback')}</${Button}>`}`}</section>`;
}

// A check that asks for somebody's word can be given it here, or overridden by who may.
function Check({ row, one }) {
    const isPending = one.result === 'pending' && !isClosed(row) && may(row.client, 'act');
    return html`<li class=${one.result}><span>${one.text || word('check_', one.check)}</span>
        ${one.check === 'confirmed' && isPending ? html`<${Button} kind="quiet" act=${() => pressCheck(row, 'confirm', one.text)}>${t('confirm')}</${Button}>`
            : one.result === 'failed' && !isClosed(row) && may(row.client, 'act') ? html`<${Button} kind="quiet" act=${() => pressCheck(row, 'override', one.text)}>${t('override')}</${Button}>` : null}<b>${word('result_', one.result)}</b></li>`;
}

function Checks({ row, detail }) {
    const all = (detail && detail.checks) || [];
    if (all.length === 0) return null;
    return html`<section aria-labelledby="head-checks"><h2 id="head-checks">${t('checks')}</h2><ul class="checks">${all.map((one) => html`<${Check} row=${row} one=${one} />`)}</ul></section>`;
}

function Why({ row }) {
    const { value } = useFetched(() => get(`/v1/tickets/${encodeURIComponent(row.ticket)}`, { client: row.client }), [row.client, row.ticket, row.version]);
    const fields = value === null ? [] : Object.entries(value.fields || {}).filter(([, v]) => v !== null && v !== '' && !(Array.isArray(v) && v.length === 0));
    return html`<section aria-labelledby="head-why"><h2 id="head-why">${t('why')}</h2>
        <p>${row.why || html`${row.template_title || row.template}`}${row.bundle && html` <small>${t('version', { hash: row.bundle })}</small>`}</p>
        ${fields.length > 0 && html`<dl class="fields">${fields.map(([name, v]) => html`<div key=${name}><dt>${name}</dt><dd>${Array.isArray(v) ? v.join(', ') : String(v)}</dd></div>`)}</dl>`}</section>`;
}

// --- head ---------------------------------------------------------------------------------------------

function Facts({ row }) {
    const facts = [
        [t('customer'), row.account], [t('ticket'), row.ticket], [t('client'), clientTitle(row.client)], [t('opened'), html`<${At} time=${row.opened_at} />`],
        [t('state'), isClosed(row) ? t('closed_as', { outcome: String(row.outcome || '').replace(/_/g, ' ') }) : word('s_', row.state)],
        [t('owner'), row.owner && html`${row.owner_title || row.owner} <small>${word('r_', row.role)}</small>`],
        [t('offered'), row.offer && t('offered_says', { to: titleOf(row.client, row.offer.to), by: titleOf(row.client, row.offer.by), time: clock(row.offer.until), why: row.offer.reason })],
        [t('waits_for'), row.waiting_for], [t('last_message'), row.last_message && html`<${Evidence} message=${row.last_message} />`],
    ];
    return html`<dl class="facts">${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const KEY_OF = { take: 'a', resolve: 'r', handoff: 'h' };

function Acts({ row }) {
    const main = mainAct(row), more = otherActs(row);
    if (main === null && more.length === 0) return null;
    const button = (name, kind) => html`<${Button} key=${name} kind=${kind} data-act=${name} aria-keyshortcuts=${KEY_OF[name]} act=${() => press(row, name)}>${t(name)}</${Button}>`;
    return html`<div class="acts">${main !== null && button(main, 'main')}${more.map((name) => button(name, ''))}</div>`;
}

function useRow(client, id) {
    const key = `${client}/${id}`;
    const known = rows.get(key);
    const { value, error, again } = useFetched(() => get(`/v1/escalations/${encodeURIComponent(id)}`, { client }), [key, known === undefined ? 0 : known.value.version, known !== undefined && Boolean(known.value.gone)]);
    useEffect(() => { if (value !== null) putRow({ ...value, client }); }, [value]);
    const isStale = known !== undefined && known.value.gone && value !== null && value.state === 'closed';
    const row = known !== undefined && !isStale ? known.value : value === null ? null : { ...value, client };
    return { row, detail: value, error, again };
}

export function Escalation({ client, id }) {
    const { row, detail, error, again } = useRow(client, id);
    if (row === null)
        return html`<h1 tabindex="-1">${id}</h1>${error !== null && (error.status === 404 ? html`<p class="empty big">${t('not_found')}</p>` : html`<${Failed} error=${error} again=${again} />`)}`;
    const shown = detail === null ? row : { ...detail, ...row };
    return html`<article class="escalation" data-key=${keyOf(row)}><header><p class="crumb"><a href="/">${t('board')}</a> <span aria-hidden="true">/</span> <span class="id">${row.id}</span></p>
        <h1 tabindex="-1">${row.ticket_title || row.ticket}</h1>
        <div class="line"><${Severity} value=${row.severity} /><${TimeLeft} due=${isClosed(row) ? null : deadline(row)} />${row.room && html`<a href=${row.room} rel="noreferrer">${t('room')}</a>`}</div>
        <${Acts} row=${shown} /></header>
        <div class="columns"><div><${Question} row=${shown} detail=${detail} /><${Chain} row=${shown} /><${Timeline} row=${row} /><${Messages} row=${row} /></div>
        <aside aria-label=${t('escalation')}><${Facts} row=${shown} /><${Checks} row=${shown} detail=${detail} /><${Changes} row=${shown} detail=${detail} /><${Why} row=${shown} /></aside></div></article>`;
}
