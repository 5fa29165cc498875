// tasks.js - what people have to do: for me, to be taken, with others; each with its due, its guidance and its form.
import { useState } from 'preact/hooks';
import { clientTitle, me, post, session } from './api.js';
import { html } from './html.js';
import { Button, closeDialog, openDialog, Severity, TimeLeft, toast } from './parts.js';
import { act } from './acts.js';
import { keyOf, putRow, rows, severityRank, tasks, titleOf } from './store.js';
import { t, word } from './words.js';

const DECIDED = { approval: true, confirmation: true };

async function taskAct(task, verb, body) {
    try {
        const answer = await post(`/v1/tasks/${encodeURIComponent(task.id)}/${verb}`, task.client, body);
        if (answer.escalation && typeof answer.escalation === 'object') putRow({ ...answer.escalation, client: task.client });
        const made = new Map(tasks.value), key = keyOf(task);
        if (verb === 'complete') made.delete(key);
        else made.set(key, { ...task, ...(answer.task || { assignee: verb === 'claim' ? me(task.client) : null, state: verb === 'claim' ? 'claimed' : 'open' }) });
        tasks.value = made;
        toast(answer.noop ? t('nothing_done', { id: task.id, why: answer.note || '' }) : t('says_done', { id: task.id, what: t(`done_${verb}`) }), Boolean(answer.noop));
        return true;
    } catch (error) {
        toast(error.status === 0 ? t('unreachable', { id: task.id }) : t('refused', { id: task.id, why: error.message }), true);
        return false;
    }
}

const kindOfInput = (type) => (/number|count|money/.test(type) ? 'number' : /bool|truth|yes/.test(type) ? 'checkbox' : 'text');

function Complete({ task }) {
    const [answer, setAnswer] = useState(task.answers && task.answers.length > 0 ? task.answers[0].name : '');
    const [form, setForm] = useState({});
    const [reason, setReason] = useState('');
    async function send(event) {
        if (event) event.preventDefault();
        const body = { ...(answer && { answer }), ...(reason.trim() && { reason: reason.trim() }), ...(task.form && task.form.length > 0 && { form }) };
        if (await taskAct(task, 'complete', body)) closeDialog();
    }
    return html`<form onSubmit=${send}><h2 id="dialog-title">${t('complete')} <span class="id">${task.id}</span></h2><p class="asked">${task.title}</p>${task.guidance && html`<p class="guidance">${task.guidance}</p>`}
        ${task.answers && task.answers.length > 0 && html`<fieldset class="choices"><legend>${t('answer')}</legend>${task.answers.map((one, i) => html`<label><input type="radio" name="answer" data-first=${i === 0 || undefined} checked=${answer === one.name} onChange=${() => setAnswer(one.name)} /><span>${one.title || one.name}</span></label>`)}</fieldset>`}
        ${(task.form || []).map((field) => html`<label class="field"><span>${field.title || field.name} <small>${field.required ? t('required') : t('optional')}</small></span>
            <input type=${kindOfInput(field.type)} required=${field.required} maxlength="4000" onInput=${(event) => setForm({ ...form, [field.name]: kindOfInput(field.type) === 'checkbox' ? event.target.checked : event.target.value })} /></label>`)}
        <label class="field"><span>${t('reason')} <small>${t('optional')}</small></span><textarea rows="2" maxlength="2000" data-first value=${reason} onInput=${(event) => setReason(event.target.value)} /></label>
        <div class="foot"><${Button} kind="plain" act=${closeDialog}>${t('cancel')}</${Button}><${Button} kind="main" act=${() => send()}>${t('complete')}</${Button}></div></form>`;
}

// Approvals and confirmations are decided where their escalation is; the others are completed here.
function TaskActs({ task }) {
    const person = me(task.client), isMine = task.assignee === person;
    const item = rows.get(`${task.client}/${task.escalation}`);
    if (isMine && task.kind === 'approval' && item !== undefined)
        return html`<${Button} kind="main" act=${() => act(item.peek(), 'approve', {})}>${t('approve')}</${Button}>`;
    if (isMine && DECIDED[task.kind]) return html`<a class="button main" href=${`/e/${encodeURIComponent(task.client)}/${task.escalation}`}>${t('open')}</a>`;
    if (isMine) return html`<${Button} kind="main" act=${() => openDialog(() => html`<${Complete} task=${task} />`)}>${t(task.answers && task.answers.length > 0 ? 'answer' : 'complete')}</${Button}>
        ${task.state === 'claimed' && html`<${Button} act=${() => taskAct(task, 'release', {})}>${t('unclaim')}</${Button}>`}`;
    if (!task.assignee || (task.candidates || []).includes(person)) return html`<${Button} kind="main" act=${() => taskAct(task, 'claim', {})}>${t('claim')}</${Button}>`;
    return null;
}

function Task({ task }) {
    return html`<li class=${`task ${task.overdue ? 'late' : ''}`}><${Severity} value=${task.severity} /><${TimeLeft} due=${task.due_at ? { at: task.due_at, what: 'due' } : null} />
        <span class="what"><b>${task.title}</b><small>${word('', task.kind)} · <a href=${`/e/${encodeURIComponent(task.client)}/${task.escalation}`}>${t('of_escalation', { id: task.escalation })}</a>${' · '}${session.value.clients.length > 1 ? `${clientTitle(task.client)} · ` : ''}${task.account ? `${task.account} · ` : ''}${task.ticket_title || task.ticket}</small>
            ${task.guidance && html`<p class="guidance">${task.guidance}</p>`}</span>
        <span class="who">${task.assignee ? html`<b>${task.assignee === me(task.client) ? t('you') : titleOf(task.client, task.assignee)}</b>` : html`<small>${(task.candidates || []).map((one) => titleOf(task.client, one)).join(', ')}</small>`}</span>
        <span class="act"><${TaskActs} task=${task} /></span></li>`;
}

function before(a, b) {
    const due = (task) => (task.due_at ? Date.parse(task.due_at) : Infinity);
    return due(a) - due(b) || severityRank(a.severity) - severityRank(b.severity) || a.id.localeCompare(b.id, 'en', { numeric: true });
}

export function Tasks() {
    const all = [...tasks.value.values()].sort(before);
    const isMine = (task) => Boolean(task.assignee) && task.assignee === me(task.client);
    const isFree = (task) => !isMine(task) && (!task.assignee || (task.candidates || []).includes(me(task.client)));
    const groups = [['tasks_mine', all.filter(isMine)], ['tasks_open', all.filter(isFree)], ['tasks_others', all.filter((task) => !isMine(task) && !isFree(task))]];
    return html`<h1 tabindex="-1">${t('tasks')}</h1>${all.length === 0 && html`<p class="empty big">${t('tasks_none')}</p>`}
        ${groups.filter(([, list]) => list.length > 0).map(([name, list]) => html`<section key=${name} aria-labelledby=${`head-${name}`}><h2 id=${`head-${name}`}>${t(name)} <span class="count">${list.length}</span></h2>
            <ul class="tasks">${list.map((task) => html`<${Task} key=${keyOf(task)} task=${task} />`)}</ul></section>`)}`;
}
