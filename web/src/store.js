// store.js - what the page knows: a signal for each row, tasks, who is on call; and the order in which rows are shown.
//
// The order is made anew when something changes, but never while a pointer or the focus is among the rows (`hold`): what is
// new is counted then, and comes when somebody asks for it or goes away. A row that ended stays where it was, marked.
import { signal, batch } from '@preact/signals';
import { me } from './api.js';
import { serverSays } from './time.js';

export const rows = new Map();               // "acme/E-12" -> signal of its row
export const tasks = signal(new Map());      // "acme/E-12-3" -> task
export const oncall = signal(new Map());     // client -> rows of /v1/oncall
export const health = signal(null);
export const order = signal({ mine: [], nobody: [], others: [] });
export const waiting = signal(0);            // rows that are not in the order yet
export const count = signal(0);
export const filter = signal({ text: '', client: '' });
export const isLoaded = signal(false);

const SEVERITIES = { critical: 0, urgent: 0, high: 1, major: 1, medium: 2, normal: 2, minor: 3, low: 3 };
const SNAPSHOT_TAKES = 3000; // ms in which the rest of a long snapshot follows
const held = new Set();
const unseen = new Map();  // key -> version: rows that a snapshot did not have, until the rest of it is there
const titles = new Map();  // "acme/ana" -> "Ana Ruiz", of whom anything has said so
let isPlanned = false;
let serial = 0; // of the planned arrangement

export const keyOf = (row) => `${row.client}/${row.id}`;
export const severityRank = (word) => SEVERITIES[word] ?? 4;

// The name of a person as people write it, where anything has said so.
export const titleOf = (client, person) => titles.get(`${client}/${person}`) || person;

function learn(client, person, title) {
    if (person && title) titles.set(`${client}/${person}`, title);
}

export function isClosed(row) {
    return row.state === 'closed';
}

// Whether it is offered to that person, who has not declined.
export const isOffered = (row, person) => Boolean(row.offer && row.offer.asked.includes(person));

// The deadline that counts for who looks at it, and what it is for.
export function deadline(row) {
    if (isOffered(row, me(row.client))) return { at: row.offer.until, what: 'accept' };
    const found = [
        { at: row.acked ? null : row.ack_due_at, what: 'take' },
        { at: row.holds_until, what: 'holds' },
        { at: row.question && row.question.due_at, what: 'answer' },
        { at: row.wait_due_at, what: 'wait' },
        { at: row.due_at, what: 'due' },
    ].filter((one) => one.at);
    if (found.length === 0) return null;
    return found.reduce((least, one) => (Date.parse(one.at) < Date.parse(least.at) ? one : least));
}

// Whom a row's question waits for: its task says so, else it is the owner.
export function askedPerson(row) {
    const task = row.question && row.question.task && tasks.value.get(`${row.client}/${row.question.task}`);
    return (task && task.assignee) || row.owner || null;
}

export function isMine(row) {
    const person = me(row.client);
    if (person === null) return false;
    return row.owner === person || isOffered(row, person) || Boolean(row.question && askedPerson(row) === person);
}

// Tasks that wait for whoever looks at this.
export function mineCount() {
    let n = 0;
    for (const task of tasks.value.values()) if (task.assignee && task.assignee === me(task.client)) n++;
    return n;
}

function sectionOf(row) {
    if (isMine(row)) return 'mine';
    return row.acked && !row.alarm && row.state !== 'parked' ? 'others' : 'nobody';
}

function words(row) {
    return [row.client, row.id, row.ticket, row.ticket_title, row.account, row.severity, row.template, row.template_title, row.owner, row.owner_title, row.state].join(' ').toLowerCase();
}

function fits(row) {
    const { text, client } = filter.value;
    if (client !== '' && row.client !== client) return false;
    if (text === '') return true;
    const all = words(row);
    return text.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

function before(a, b) {
    return a.urgent - b.urgent || a.due - b.due || a.rank - b.rank || a.opened - b.opened || a.serial - b.serial;
}

// Shows all that is there, in order.
export function arrange() {
    const made = { mine: [], nobody: [], others: [] };
    for (const [key, row] of rows) {
        const value = row.peek();
        if (isClosed(value) || value.gone) {
            rows.delete(key);
            continue;
        }
        if (!fits(value)) continue;
        const due = deadline(value);
        made[sectionOf(value)].push({
            key, serial: Number(value.id.slice(2)),
            urgent: value.alarm || value.state === 'parked' ? 0 : 1,
            due: due === null ? Infinity : Date.parse(due.at),
            rank: severityRank(value.severity), opened: Date.parse(value.opened_at) || 0,
        });
    }
    batch(() => {
        order.value = { mine: made.mine.sort(before).map((one) => one.key), nobody: made.nobody.sort(before).map((one) => one.key), others: made.others.sort(before).map((one) => one.key) };
        waiting.value = 0;
        count.value = rows.size;
    });
}

function countWaiting() {
    const shown = new Set([...order.value.mine, ...order.value.nobody, ...order.value.others]);
    let more = 0, open = 0;
    for (const [key, row] of rows) {
        if (isClosed(row.peek()) || row.peek().gone) continue;
        open++;
        if (!shown.has(key) && fits(row.peek())) more++;
    }
    batch(() => {
        waiting.value = more;
        count.value = open;
    });
}

function plan() {
    if (isPlanned) return;
    isPlanned = true;
    const mine = ++serial;
    queueMicrotask(() => {
        isPlanned = false;
        if (mine !== serial) return;
        if (held.size === 0) arrange();
        else countWaiting();
    });
}

// Somebody's pointer or focus is among the rows (`why` names which); rows stay where they are.
export function hold(why) {
    held.add(why);
}

export function release(why) {
    if (held.delete(why) && held.size === 0) plan();
}

export function setFilter(change) {
    filter.value = { ...filter.value, ...change };
    arrange(); // who filters wants to see it
}

// A row as the server has it now. An older one that comes later (an act's answer beside the stream) changes nothing.
export function putRow(row) {
    const key = keyOf(row), known = rows.get(key);
    unseen.delete(key);
    learn(row.client, row.owner, row.owner_title);
    if (known === undefined) {
        if (!isClosed(row)) rows.set(key, signal(row));
    } else if (!(known.peek().version > row.version)) {
        known.value = row;
    }
    plan();
}

function gone(client, id) {
    const known = rows.get(`${client}/${id}`);
    if (known !== undefined) known.value = { ...known.peek(), gone: true };
}

function putTasks(client, list, lost) {
    if (list.length === 0 && lost.length === 0) return;
    const made = new Map(tasks.value);
    for (const task of list) {
        const key = `${client}/${task.id}`;
        if (task.state === 'open' || task.state === 'claimed') made.set(key, { ...task, client });
        else made.delete(key);
    }
    for (const id of lost) made.delete(`${client}/${id}`);
    tasks.value = made;
}

// All tasks of a client, as they were asked for.
export function replaceTasks(client, list) {
    tasks.value = new Map([...tasks.value].filter(([, task]) => task.client !== client));
    putTasks(client, list, []);
    plan();
}

function putDuties(client, list) {
    for (const duty of list) {
        learn(client, duty.person, duty.name);
        learn(client, duty.next, duty.next_name);
    }
    oncall.value = new Map(oncall.value).set(client, list);
}

// What the whole snapshot did not have has ended while nobody heard.
function endUnseen(client) {
    for (const [key, version] of unseen) {
        if (!key.startsWith(`${client}/`)) continue;
        unseen.delete(key);
        const row = rows.get(key);
        if (row !== undefined && row.peek().version === version) row.value = { ...row.peek(), gone: true };
    }
    plan();
}

function takeSnapshot(said) {
    const seen = new Set((said.escalations || []).map((row) => row.id));
    for (const [key, row] of rows) if (row.peek().client === said.client && !seen.has(row.peek().id)) unseen.set(key, row.peek().version);
    setTimeout(endUnseen, SNAPSHOT_TAKES, said.client);
    if (said.tasks !== undefined) replaceTasks(said.client, said.tasks);
    for (const row of said.escalations || []) putRow({ ...row, client: said.client });
    putDuties(said.client, said.oncall || []);
    if (!isLoaded.value) arrange();
    isLoaded.value = true;
}

// One event of the stream.
export function take(event, said) {
    batch(() => {
        if (said.now) serverSays(said.now);
        if (event === 'snapshot') takeSnapshot(said);
        if (event === 'changed') {
            for (const row of said.escalations || []) putRow({ ...row, client: said.client });
            for (const id of said.gone || []) gone(said.client, id);
            putTasks(said.client, said.tasks || [], said.tasks_gone || []);
        }
        if (event === 'oncall') putDuties(said.client, said.oncall || []);
        if (event === 'health') health.value = said;
        if (event === 'snapshot' || event === 'changed') plan();
    });
}
