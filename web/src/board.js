// board.js - all that is open at all clients: who is on call, mine, nobody yet, others. Rows of one height, of which only
// those in sight are in the document (and the one that has the focus).
import { computed, signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { clientTitle, session } from './api.js';
import { html } from './html.js';
import { Button, Evidence, Severity, TimeLeft } from './parts.js';
import { mainAct, press } from './acts.js';
import { arrange, count, deadline, filter, hold, isClosed, isLoaded, oncall, order, release, rows, setFilter, titleOf, waiting } from './store.js';
import { clock } from './time.js';
import { t } from './words.js';

const AROUND = 8;          // rows above and below what is seen
const TOUCH_HOLDS = 3000;  // ms that a touch keeps the order
const narrow = matchMedia('(max-width: 719px)');
const isNarrow = signal(narrow.matches);
narrow.addEventListener('change', () => { isNarrow.value = narrow.matches; });
const view = signal({ top: 0, bottom: 1200 }); // what is seen of the page, in px, in steps
export const selected = signal('');            // key of the row that had the focus last

export const flat = computed(() => [...order.value.mine, ...order.value.nobody, ...order.value.others]);

const heightOf = () => (isNarrow.value ? 120 : 50);

function look() {
    const step = heightOf() * 4;
    const top = Math.floor(scrollY / step) * step, bottom = Math.ceil((scrollY + innerHeight) / step) * step;
    if (view.peek().top !== top || view.peek().bottom !== bottom) view.value = { top, bottom };
}
addEventListener('scroll', look, { passive: true });
addEventListener('resize', look);

// --- who is on call now -------------------------------------------------------------------------------

function onDuty() {
    const found = [];
    for (const [client, list] of oncall.value)
        for (const duty of list) if (duty.schedule) found.push({ ...duty, client });
    return found;
}

export function OnCallNow() {
    const several = session.value && session.value.clients.length > 1;
    const duties = onDuty();
    if (duties.length === 0) return null;
    return html`<section class="strip" aria-labelledby="oncall-now"><h2 id="oncall-now">${t('oncall_now')}</h2><ul tabindex="0" aria-labelledby="oncall-now">
        ${duties.map((duty) => html`<li key=${`${duty.client}/${duty.schedule}`} class=${duty.person ? '' : 'gap'}><small>${several ? `${clientTitle(duty.client)} · ` : ''}${duty.title || duty.schedule}</small>
            <b>${duty.person ? duty.name || duty.person : t('nobody_on_duty')}</b>${duty.until && html`<small>${t('until', { time: clock(duty.until) })}${duty.next && html`<span class="then">, ${t('then', { who: duty.next_name || duty.next })}</span>`}</small>`}</li>`)}
        </ul></section>`;
}

// --- one row ------------------------------------------------------------------------------------------

function Waits({ row }) {
    if (row.gone || isClosed(row)) return html`<span class="waits">${t('ended')}</span>`;
    if (row.state === 'parked') return html`<span class="waits bad">${t('parked')}</span>`;
    if (row.alarm) return html`<span class="waits bad">${t('alarm')}</span>`;
    return html`<span class="waits">${row.question ? row.question.text : row.waiting_for}</span>`;
}

function Who({ row }) {
    return html`<span class="who"><b class=${row.owner ? '' : 'bad'}>${row.owner ? row.owner_title || row.owner : t('unowned')}</b>
        ${row.next_owner && html`<small>→ ${titleOf(row.client, row.next_owner)}${!row.acked && row.ack_due_at ? ` ${clock(row.ack_due_at)}` : ''}</small>`}</span>`;
}

function Row({ item, top, place, size }) {
    const row = item.value, key = `${row.client}/${row.id}`, main = mainAct(row);
    const href = `/e/${encodeURIComponent(row.client)}/${row.id}`;
    const isOver = row.gone || isClosed(row);
    return html`<li class=${`row ${isOver ? 'over' : ''} ${row.acked ? '' : 'untaken'} ${row.alarm ? 'alarm' : ''}`} style=${{ top: `${top}px` }} data-key=${key}
            aria-posinset=${place} aria-setsize=${size} onFocusIn=${() => { selected.value = key; }}>
        <${Severity} value=${row.severity} />
        <${TimeLeft} due=${isOver ? null : deadline(row)} />
        <span class="what"><a href=${href} data-row>${row.ticket_title || row.ticket}</a>
            <small><span class="id">${row.id}</span> · ${session.value.clients.length > 1 ? `${clientTitle(row.client)} · ` : ''}${row.account ? `${row.account} · ` : ''}${row.ticket}</small></span>
        <${Who} row=${row} /><${Waits} row=${row} /><${Evidence} message=${row.last_message} />
        <span class="act">${main !== null && html`<${Button} kind=${main === 'takeover' ? 'quiet' : 'main'} data-act=${main} aria-label=${`${t(main)} ${row.id}`} act=${() => press(row, main)}>${t(main)}</${Button}>`}</span></li>`;
}

// --- a section ----------------------------------------------------------------------------------------

function Section({ name, keys, empty }) {
    const box = useRef(null), start = useRef(0);
    useLayoutEffect(() => { start.current = box.current === null ? 0 : box.current.getBoundingClientRect().top + scrollY; });
    const height = heightOf();
    const first = Math.max(0, Math.floor((view.value.top - start.current) / height) - AROUND);
    const last = Math.min(keys.length, Math.ceil((view.value.bottom - start.current) / height) + AROUND);
    const shown = [];
    for (let i = first; i < last; i++) shown.push(i);
    const focus = keys.indexOf(selected.value);
    if (focus >= 0 && (focus < first || focus >= last)) shown.push(focus);
    shown.sort((a, b) => a - b);
    return html`<section class=${`rows ${name}`} aria-labelledby=${`head-${name}`}><h2 id=${`head-${name}`}>${t(name)} <span class="count">${keys.length}</span></h2>
        ${keys.length === 0 ? empty && html`<p class="empty">${empty}</p>`
            : html`<ul ref=${box} style=${{ height: `${keys.length * height}px` }}>${shown.map((i) => rows.get(keys[i]) && html`<${Row} key=${keys[i]} item=${rows.get(keys[i])} top=${i * height} place=${i + 1} size=${keys.length} />`)}</ul>`}</section>`;
}

// --- the board ----------------------------------------------------------------------------------------

function Filter() {
    const clients = session.value.clients;
    return html`<div class="filter" role="search"><input type="search" id="filter" aria-label=${t('filter')} placeholder=${t('filter_hint')} value=${filter.value.text} onInput=${(event) => setFilter({ text: event.target.value })} />
        ${clients.length > 1 && html`<select aria-label=${t('client')} value=${filter.value.client} onChange=${(event) => setFilter({ client: event.target.value })}>
            <option value="">${t('all_clients')}</option>${clients.map((one) => html`<option value=${one.client}>${one.title || one.client}</option>`)}</select>`}
        <span class="total">${t('open_count', { n: count.value })}</span></div>`;
}

// Keeps the order while somebody points, touches or has the focus among the rows.
function holders() {
    let timer;
    const touched = () => {
        hold('touch');
        clearTimeout(timer);
        timer = setTimeout(() => release('touch'), TOUCH_HOLDS);
    };
    return {
        onPointerEnter: (event) => { if (event.pointerType === 'mouse') hold('pointer'); },
        onPointerLeave: (event) => { if (event.pointerType === 'mouse') release('pointer'); },
        onTouchStart: touched, onTouchMove: touched,
        onFocusIn: () => hold('focus'),
        onFocusOut: (event) => { if (!event.currentTarget.contains(event.relatedTarget)) release('focus'); },
    };
}

export function showNew() {
    arrange();
    selectedIntoView();
}

function selectedIntoView() {
    const element = document.querySelector(`[data-key="${CSS.escape(selected.value)}"]`);
    if (element !== null) element.scrollIntoView({ block: 'nearest' });
}

export function Board() {
    const holding = useRef(null);
    if (holding.current === null) holding.current = holders();
    useEffect(() => () => ['pointer', 'touch', 'focus'].forEach(release), []);
    useEffect(look);
    const { mine, nobody, others } = order.value;
    const isFiltered = filter.value.text !== '' || filter.value.client !== '';
    const all = mine.length + nobody.length + others.length;
    return html`<h1 tabindex="-1" class="unseen">${t('board')}</h1><${OnCallNow} /><${Filter} />
        <div class="list" ...${holding.current}>
        <div class="news" aria-live="polite">${waiting.value > 0 && html`<button type="button" onClick=${showNew}>${t('new_rows', { n: waiting.value })}</button>`}</div>
        ${!isLoaded.value ? html`<p class="empty">${t('connecting')}</p>`
            : all === 0 ? html`<p class="empty big">${t(isFiltered ? 'empty_filter' : 'empty_board')}</p>`
                : html`<${Section} name="mine" keys=${mine} empty=${t('empty_mine')} />
            <${Section} name="nobody" keys=${nobody} /><${Section} name="others" keys=${others} />`}</div>`;
}

// --- keys ---------------------------------------------------------------------------------------------

export function selectedRow() {
    const row = rows.get(selected.value);
    return row === undefined ? null : row.peek();
}

// Moves the focus to the next row (or the previous one), wherever it is.
export function move(by) {
    const keys = flat.peek();
    if (keys.length === 0) return;
    const at = keys.indexOf(selected.peek());
    const to = at < 0 ? (by > 0 ? 0 : keys.length - 1) : Math.max(0, Math.min(keys.length - 1, at + by));
    selected.value = keys[to];
    requestAnimationFrame(() => {
        const element = document.querySelector(`[data-key="${CSS.escape(keys[to])}"]`);
        if (element === null) return;
        element.querySelector('[data-row]').focus({ preventScroll: true });
        element.scrollIntoView({ block: 'nearest' });
    });
}

