// keys.js - everything without a mouse: j k enter a r h 1-9 / ? g b g o. Not while somebody writes, nor with ctrl, alt or meta.
import { html } from './html.js';
import { Button, closeDialog, dialog, openDialog } from './parts.js';
import { mainAct, otherActs, press, pressAnswer } from './acts.js';
import { flat, move, selected, selectedRow, showNew } from './board.js';
import { go, place } from './places.js';
import { rows, setFilter } from './store.js';
import { t } from './words.js';

const KEYS = [['j  k', 'k_move'], ['enter', 'k_open'], ['a', 'k_take'], ['r', 'k_resolve'], ['h', 'k_handoff'], ['1 – 9', 'k_answer'], ['/', 'k_filter'], ['n', 'k_new'],
    ['g b', 'k_board'], ['g t', 'k_tasks'], ['g o', 'k_oncall'], ['g d', 'k_deliveries'], ['esc', 'k_escape'], ['?', 'k_help']];
const PLACES = { b: '/', t: '/tasks', o: '/oncall', d: '/deliveries' };
const WAIT = 1500; // ms for the second key behind g
let gAt = 0;

export function Help() {
    return html`<h2 id="dialog-title">${t('help')}</h2><dl class="keyhelp">${KEYS.map(([key, what]) => html`<div><dt>${key.split(/\s+/).map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${t(what)}</dd></div>`)}</dl>
        <div class="foot"><${Button} kind="main" data-first act=${closeDialog}>${t('close')}</${Button}></div>`;
}

// The row that keys act on: the open escalation, or the row of the board that has the focus.
function current() {
    const { client, id, path } = place.peek();
    if (client !== undefined) {
        const row = rows.get(`${client}/${id}`);
        return row === undefined ? null : row.peek();
    }
    return path === '/' ? selectedRow() : null;
}

function onRow(name) {
    const row = current();
    if (row === null) return;
    const main = mainAct(row);
    if (main === name || otherActs(row).includes(name)) press(row, name);
    else if (name === 'take' && (main === 'takeover' || main === 'accept')) press(row, main);
}

// The next row of the board; while an escalation is open, the next one in the same order.
function step(by) {
    const { path, client, id } = place.peek();
    if (path === '/') return move(by);
    const keys = flat.peek(), to = keys[keys.indexOf(`${client}/${id}`) + by];
    if (client === undefined || to === undefined) return undefined;
    selected.value = to;
    const at = to.lastIndexOf('/');
    return go(`/e/${encodeURIComponent(to.slice(0, at))}/${to.slice(at + 1)}`);
}

function escape() {
    const active = document.activeElement;
    if (active && active.id === 'filter') setFilter({ text: '' });
    if (active && active !== document.body) active.blur();
}

function focusFilter() {
    if (place.peek().path !== '/') go('/');
    requestAnimationFrame(() => document.getElementById('filter')?.focus());
}

const ACTIONS = {
    j: () => step(1), k: () => step(-1), a: () => onRow('take'), r: () => onRow('resolve'), h: () => onRow('handoff'), n: showNew,
    '/': focusFilter, '?': () => openDialog(() => html`<${Help} />`), g: () => { gAt = Date.now(); },
};

const writes = (element) => element.closest && element.closest('input, textarea, select, [contenteditable]') !== null;

export function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || dialog.peek() !== null) return;
    if (event.key === 'Escape') return escape();
    if (writes(event.target)) return;
    if (Date.now() - gAt < WAIT && PLACES[event.key] !== undefined) {
        gAt = 0;
        event.preventDefault();
        return go(PLACES[event.key]);
    }
    if (/^[1-9]$/.test(event.key)) {
        const row = current();
        if (row !== null) pressAnswer(row, Number(event.key) - 1);
        return undefined;
    }
    const action = ACTIONS[event.key];
    if (action === undefined) return undefined;
    event.preventDefault();
    return action();
}
