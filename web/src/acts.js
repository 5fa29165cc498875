// acts.js - what a person does to an escalation: one request, whose answer is the new row; and the dialogs that ask first.
//
// Asked first is what needs words (a reason, an answer) or calls somebody else. Taking needs one press.
import { useState } from 'preact/hooks';
import { me, post, may } from './api.js';
import { html } from './html.js';
import { Button, closeDialog, openDialog, toast } from './parts.js';
import { askedPerson, isOffered, keyOf, oncall, putRow, rows, titleOf } from './store.js';
import { t, word } from './words.js';

function tell(row, verb, answer, values) {
    const what = t(`done_${verb}`, values);
    if (answer.noop) toast(t('nothing_done', { id: row.id, why: answer.note || '' }), true);
    else toast(t('says_done', { id: row.id, what }));
}

function complain(row, error) {
    if (error.status === 412) {
        if (error.escalation) putRow({ ...error.escalation, client: row.client });
        toast(t('changed_since', { id: row.id }), true);
    } else if (error.status === 0) {
        toast(t('unreachable', { id: row.id }), true);
    } else {
        toast(t('refused', { id: row.id, why: error.message }), true);
    }
}

// True when it was done (or had been done before).
export async function act(row, verb, body, values) {
    const route = verb === 'offer' ? 'handoff' : verb;
    try {
        const answer = await post(`/v1/escalations/${encodeURIComponent(row.id)}/${route}`, row.client, body);
        if (answer.escalation) putRow({ ...answer.escalation, client: row.client });
        tell(row, verb, answer, values || {});
        return true;
    } catch (error) {
        complain(row, error);
        return false;
    }
}

// --- what fits a row ----------------------------------------------------------------------------------

const isOpen = (row) => row.state !== 'closed' && !row.gone;

// What the one main button of a row does; null: nothing for this person.
export function mainAct(row) {
    if (!isOpen(row) || !may(row.client, 'act')) return null;
    const person = me(row.client);
    if (isOffered(row, person)) return 'accept';
    const isOwner = row.owner === person;
    const asked = row.question && askedPerson(row) === person;
    if (asked && row.question.kind === 'approval') return 'approve';
    if (asked && row.question.kind === 'confirmation') return 'confirm';
    if (asked) return 'answer';
    if (!row.acked) return isOwner || isNamed(row, person) ? 'take' : 'takeover';
    if (isOwner) return row.state === 'closing' ? 'confirm' : 'resolve';
    return 'takeover';
}

// Who stands in some role of it may just take it; others take it over, with a reason.
function isNamed(row, person) {
    return [row.owner, row.primary, row.secondary, row.escalation_owner, row.next_owner].includes(person);
}

// Everything else that this person may try; the server has the last word.
export function otherActs(row) {
    if (!isOpen(row) || !may(row.client, 'act')) return [];
    const main = mainAct(row), isOwner = row.owner === me(row.client);
    const all = [];
    if (isOffered(row, me(row.client))) all.push('decline');
    if (row.question && row.question.kind === 'approval' && main === 'approve') all.push('reject');
    if (!row.acked && main !== 'take' && main !== 'takeover' && isNamed(row, me(row.client))) all.push('take');
    all.push('handoff');
    if (row.state !== 'closing') all.push('resolve');
    if (isOwner && row.acked) all.push('keep');
    all.push('call_off', 'rollback');
    return all.filter((one) => one !== main);
}

const PRESS = {
    take: (row) => act(row, 'ack', {}),
    accept: (row) => act(row, 'accept', {}),
    approve: (row) => openDialog(() => html`<${Approve} row=${row} />`),
    answer: (row) => openDialog(() => html`<${Answer} row=${row} />`),
    confirm: (row) => openDialog(() => html`<${Simple} row=${row} verb="confirm" says="confirm_says" />`),
    resolve: (row) => openDialog(() => html`<${Simple} row=${row} verb="resolve" says="resolve_says" />`),
    keep: (row) => openDialog(() => html`<${Simple} row=${row} verb="keep" />`),
    reject: (row) => openDialog(() => html`<${Simple} row=${row} verb="reject" needsReason />`),
    decline: (row) => openDialog(() => html`<${Simple} row=${row} verb="decline" needsReason />`),
    call_off: (row) => openDialog(() => html`<${Simple} row=${row} verb="call-off" says="call_off_says" needsReason />`),
    rollback: (row) => openDialog(() => html`<${Simple} row=${row} verb="rollback" says="rollback_says" needsReason />`),
    handoff: (row) => openDialog(() => html`<${Handoff} row=${row} />`),
    takeover: (row) => openDialog(() => html`<${Handoff} row=${row} to=${me(row.client)} />`),
};

// Does it, or asks what it needs first. Names the row, never a place: what moved meanwhile is not hit.
export function press(row, name) {
    const now = rows.get(keyOf(row));
    return PRESS[name](now === undefined ? row : now.peek());
}

// Confirms or overrides one check, named by its text.
export function pressCheck(row, verb, check) {
    openDialog(() => html`<${Simple} row=${row} verb=${verb} says=${verb === 'confirm' ? 'confirm_says' : undefined} more=${{ check }} needsReason=${verb === 'override'} />`);
}

// The n-th answer of a row's question, chosen by a key: asked once more, with the words beside.
export function pressAnswer(row, n) {
    const answers = (row.question && row.question.answers) || [];
    if (n >= answers.length || !isOpen(row)) return;
    openDialog(() => html`<${Answer} row=${row} chosen=${n} />`);
}

// --- dialogs ------------------------------------------------------------------------------------------

function Head({ row, title }) {
    return html`<h2 id="dialog-title">${title} <span class="id">${row.id}</span></h2><p class="about">${row.ticket_title || row.ticket}</p>`;
}

function Foot({ children }) {
    return html`<div class="foot"><${Button} kind="plain" act=${closeDialog}>${t('cancel')}</${Button}>${children}</div>`;
}

function Reason({ value, set, wrong, needed, first }) {
    return html`<label class="field"><span>${t('reason')} <small>${needed ? t('required') : t('optional')}</small></span>
        <textarea rows="2" maxlength="2000" data-first=${first || undefined} value=${value} onInput=${(event) => set(event.target.value)}
            aria-invalid=${wrong ? 'true' : undefined} aria-describedby=${wrong ? 'wrong' : undefined} />
        ${wrong && html`<em id="wrong" role="alert">${wrong}</em>`}</label>`;
}

async function done(promise) {
    if (await promise) closeDialog();
}

const BUTTON_OF = { 'call-off': 'call_off' };

function Simple({ row, verb, says, needsReason, more }) {
    const [reason, setReason] = useState('');
    const [wrong, setWrong] = useState('');
    const label = t(BUTTON_OF[verb] || verb);
    function send(event) {
        if (event) event.preventDefault();
        if (needsReason && reason.trim() === '') {
            setWrong(t('reason_needed'));
            return undefined;
        }
        return done(act(row, verb, { ...more, ...(reason.trim() && { reason: reason.trim() }) }));
    }
    return html`<form onSubmit=${send}><${Head} row=${row} title=${label} />
        ${says && html`<p>${t(says)}</p>`}
        <${Reason} value=${reason} set=${setReason} wrong=${wrong} needed=${needsReason} first />
        <${Foot}><${Button} kind=${verb === 'call-off' || verb === 'rollback' || verb === 'reject' ? 'danger' : 'main'} act=${() => send()}>${label}</${Button}></${Foot}></form>`;
}

function Answer({ row, chosen }) {
    const [reason, setReason] = useState('');
    const answers = row.question.answers || [];
    const send = (one) => done(act(row, 'answer', { answer: one.name, ...(reason.trim() && { reason: reason.trim() }) }, { answer: one.title || one.name }));
    return html`<${Head} row=${row} title=${t('answer')} />
        <p class="asked">${row.question.text}</p>${row.question.guidance && html`<p class="guidance">${row.question.guidance}</p>`}
        <div class="answers">${answers.map((one, i) => html`<${Button} key=${one.name} kind=${chosen === undefined || chosen === i ? 'main' : ''}
            data-first=${i === (chosen || 0) || undefined} act=${() => send(one)}>${one.title || one.name}</${Button}>`)}</div>
        <${Reason} value=${reason} set=${setReason} /><${Foot} />`;
}

function Approve({ row }) {
    const [reason, setReason] = useState('');
    const [wrong, setWrong] = useState('');
    function send(verb) {
        if (verb === 'reject' && reason.trim() === '') {
            setWrong(t('reason_needed'));
            return undefined;
        }
        return done(act(row, verb, reason.trim() === '' ? {} : { reason: reason.trim() }));
    }
    return html`<${Head} row=${row} title=${t('approval')} /><p class="asked">${row.question.text}</p>
        ${row.question.guidance && html`<p class="guidance">${row.question.guidance}</p>`}
        <${Reason} value=${reason} set=${setReason} wrong=${wrong} />
        <${Foot}><${Button} kind="danger" act=${() => send('reject')}>${t('reject')}</${Button}>
            <${Button} kind="main" data-first act=${() => send('approve')}>${t('approve')}</${Button}></${Foot}>`;
}

// People that a handoff may go to: who is in its chain, then who is on call at this client.
function candidates(row, self) {
    const found = new Map();
    const add = (name, title, why) => { if (name && name !== self && !found.has(name)) found.set(name, { name, title: title || titleOf(row.client, name), why }); };
    add(row.next_owner, row.next_owner_title, t('next'));
    add(row.primary, row.primary_title, t('r_primary'));
    add(row.secondary, row.secondary_title, t('r_secondary'));
    add(row.escalation_owner, row.escalation_owner_title, t('r_escalation'));
    for (const duty of oncall.value.get(row.client) || []) add(duty.person, duty.name, duty.title || word('r_', duty.role));
    found.delete(row.owner);
    return [...found.values()].slice(0, 8);
}

const WITHIN = ['15m', '30m', '1h', '4h', '1d'];

function Handoff({ row, to: fixed }) {
    const people = fixed ? [] : candidates(row, null);
    const [form, setForm] = useState({ to: fixed || (people[0] && people[0].name) || '', other: '', reason: '', expect: 'acked', within: '30m', offer: false });
    const [wrong, setWrong] = useState({});
    const set = (name) => (event) => setForm({ ...form, [name]: event.target.type === 'checkbox' ? event.target.checked : event.target.value });
    const to = form.other.trim() || form.to;
    function send(event) {
        if (event) event.preventDefault();
        const found = { ...(to === '' && { to: t('to_needed') }), ...(form.reason.trim() === '' && { reason: t('reason_needed') }) };
        setWrong(found);
        if (Object.keys(found).length > 0) return undefined;
        const body = { to, reason: form.reason.trim(), expect: form.expect, within: form.within, ...(form.offer && { offer: '10m' }) };
        return done(act(row, form.offer ? 'offer' : 'handoff', body, { to }));
    }
    return html`<form onSubmit=${send}><${Head} row=${row} title=${t(fixed ? 'takeover' : 'handoff')} />
        ${fixed && row.owner && html`<p>${t('takeover_says', { who: row.owner_title || row.owner })}</p>`}
        ${!fixed && html`<fieldset class="choices"><legend>${t('to_whom')}</legend>
            ${people.map((one, i) => html`<label key=${one.name}><input type="radio" name="to" value=${one.name} data-first=${i === 0 || undefined}
                checked=${form.to === one.name && form.other === ''} onChange=${() => setForm({ ...form, to: one.name, other: '' })} />
                <span>${one.title}<small>${one.why}</small></span></label>`)}
            <label class="field"><span>${t('someone_else')}</span><input type="text" maxlength="200" autocomplete="off" spellcheck="false" value=${form.other} onInput=${set('other')}
                data-first=${people.length === 0 || undefined} aria-invalid=${wrong.to ? 'true' : undefined} aria-describedby=${wrong.to ? 'wrong-to' : undefined} />
                ${wrong.to && html`<em id="wrong-to" role="alert">${wrong.to}</em>`}</label></fieldset>`}
        <${Reason} value=${form.reason} set=${(reason) => setForm({ ...form, reason })} wrong=${wrong.reason} needed first=${fixed} />
        <div class="pair"><label class="field"><span>${t('expect')}</span><select value=${form.expect} onChange=${set('expect')}>
            <option value="acked">${t('expect_acked')}</option><option value="resolved">${t('expect_resolved')}</option></select></label>
        <label class="field"><span>${t('within')}</span><select value=${form.within} onChange=${set('within')}>${WITHIN.map((one) => html`<option value=${one}>${one.replace(/(\d+)(\w)/, '$1 $2')}</option>`)}</select></label></div>
        ${!fixed && html`<label class="check"><input type="checkbox" checked=${form.offer} onChange=${set('offer')} /><span>${t('offer')}</span></label>`}
        ${!fixed && to && html`<p class="about">${t('pages_them', { who: (people.find((one) => one.name === to) || { title: to }).title })}</p>`}
        <${Foot}><${Button} kind="main" act=${() => send()}>${t(fixed ? 'takeover' : 'handoff')}</${Button}></${Foot}></form>`;
}
