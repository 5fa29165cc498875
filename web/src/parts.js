// parts.js - the small pieces that every view is made of: severity, time left, buttons, links, dialogs, toasts.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from './html.js';
import { t, word } from './words.js';
import { clock, fullTime, length, tick, MINUTE } from './time.js';
import { severityRank } from './store.js';

// A shape for each rank, so that severity is seen without colour: octagon, triangle, diamond, bar, ring.
const SHAPES = [
    'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
    'M8 1.5 15.5 14.5H.5z',
    'M8 1l7 7-7 7-7-7z',
    'M1.5 6h13v4h-13z',
    'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 2.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z',
];

export function Shape({ rank }) {
    return html`<svg class="shape" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true"><path d=${SHAPES[rank]} fill-rule="evenodd" /></svg>`;
}

export function Severity({ value }) {
    if (!value) return html`<span class="severity rank-4"></span>`;
    const rank = severityRank(value);
    return html`<span class=${`severity rank-${rank}`}><${Shape} rank=${rank} />${value}</span>`;
}

// Counts down; says what for. Below five minutes and behind the deadline it is loud.
export function TimeLeft({ due }) {
    if (due === null) return html`<span class="left none"><b>–</b><small>${t('no_deadline')}</small></span>`;
    const at = Date.parse(due.at), rest = at - tick.value;
    const how = rest < 0 ? 'late' : rest < 5 * MINUTE ? 'soon' : '';
    return html`<time class=${`left ${how}`} dateTime=${due.at} title=${fullTime(due.at)}>
        <b>${rest < 0 ? `−${length(rest)}` : length(rest)}</b><small>${rest < 0 ? t('late') : t(`due_${due.what}`)}</small></time>`;
}

export function At({ time }) {
    return time ? html`<time dateTime=${time} title=${fullTime(time)}>${clock(time)}</time>` : null;
}

const STEPS = ['queued', 'accepted', 'delivered', 'seen', 'acked'];

// How far a message has come, as words and as steps of a ladder.
export function Evidence({ message }) {
    if (!message) return html`<span class="evidence none">${t('m_none')}</span>`;
    const step = STEPS.indexOf(message.state);
    return html`<span class=${`evidence ${message.state === 'dead' ? 'dead' : ''}`} title=${[message.to, message.medium, message.detail].filter(Boolean).join(', ')}>
        <span class="ladder" aria-hidden="true">${STEPS.map((_, i) => html`<i class=${i <= step ? 'on' : ''} />`)}</span>${word('m_', message.state)}</span>`;
}

export function Button({ act, kind, children, ...rest }) {
    const [busy, setBusy] = useState(false);
    async function press(event) {
        event.stopPropagation();
        if (busy) return;
        setBusy(true);
        try {
            await act(event);
        } finally {
            setBusy(false);
        }
    }
    return html`<button type="button" class=${`button ${kind || ''}`} aria-disabled=${busy ? 'true' : undefined} onClick=${press} ...${rest}>${children}</button>`;
}

// --- toasts -----------------------------------------------------------------------------------------

const toasts = signal([]);
let toastNumber = 0;

export function toast(text, isBad = false) {
    const one = { number: ++toastNumber, text, isBad };
    toasts.value = [...toasts.value.slice(-2), one];
    setTimeout(() => dismiss(one), isBad ? 15000 : 6000);
}

function dismiss(one) {
    toasts.value = toasts.value.filter((other) => other !== one);
}

export function Toasts() {
    return html`<div class="toasts" role="status" aria-live="polite">
        ${toasts.value.map((one) => html`<p key=${one.number} class=${one.isBad ? 'bad' : ''}>${one.text}
            <button type="button" class="quiet" aria-label=${t('close')} onClick=${() => dismiss(one)}>×</button></p>`)}</div>`;
}

// --- dialogs ----------------------------------------------------------------------------------------

export const dialog = signal(null); // a function that gives what stands in it

export function openDialog(content) {
    dialog.value = content;
}

export function closeDialog() {
    dialog.value = null;
}

export function Dialog() {
    const box = useRef(null);
    const content = dialog.value;
    useEffect(() => {
        if (content === null) return undefined;
        const from = document.activeElement;
        box.current.showModal();
        const first = box.current.querySelector('[data-first]');
        if (first) first.focus();
        return () => {
            if (from && from.isConnected) from.focus({ preventScroll: true });
        };
    }, [content]);
    if (content === null) return null;
    const outside = (event) => { if (event.target === box.current) closeDialog(); };
    return html`<dialog ref=${box} aria-labelledby="dialog-title" onClose=${closeDialog} onClick=${outside}><div class="dialog">${content()}</div></dialog>`;
}
