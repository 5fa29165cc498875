// time.js - instants as people read them. The server's clock counts, not the browser's: its `now` comes with each message.
import { signal } from '@preact/signals';
import { t, language } from './words.js';

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const RATE_AFTER = 2000; // ms between two of the server's instants before its speed is judged
const zone = signal(undefined);
let base = null; // the server's instant and the browser's, taken together
let rate = 1;    // the server's ms for one of ours: 1, but where its clock is sped up (a demonstration)

// The time of the page: moves once a second, so that what counts down is drawn once a second.
export const tick = signal(Date.now());

export function serverSays(now) {
    const server = Date.parse(now), local = performance.now();
    if (Number.isNaN(server)) return;
    if (base !== null && local - base.local > RATE_AFTER) {
        const seen = (server - base.server) / (local - base.local);
        rate = seen > 0.9 && seen < 1.1 ? 1 : Math.max(0, Math.min(seen, 10000));
    }
    base = { server, local };
    tick.value = nowMs();
}

export function nowMs() {
    return base === null ? Date.now() : base.server + (performance.now() - base.local) * rate;
}

setInterval(() => { tick.value = nowMs(); }, 1000);

export function useZone(name) {
    try {
        new Intl.DateTimeFormat('en', { timeZone: name });
        zone.value = name || undefined;
    } catch {
        zone.value = undefined; // a zone that this browser does not know: the browser's own
    }
}

const formats = new Map();
function format(options) {
    const key = JSON.stringify(options) + language.value + zone.value;
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language.value, { ...options, timeZone: zone.value }));
    return formats.get(key);
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

// "10:08" today, "Tue 10:08" within six days, else with the date.
export function clock(instant) {
    const ms = typeof instant === 'number' ? instant : Date.parse(instant);
    if (Number.isNaN(ms)) return '';
    const day = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
    if (day.format(ms) === day.format(nowMs())) return format(CLOCK).format(ms);
    const isNear = Math.abs(ms - nowMs()) < 6 * DAY;
    return format(isNear ? { weekday: 'short', ...CLOCK } : { day: 'numeric', month: 'short', ...CLOCK }).format(ms);
}

export function fullTime(instant) {
    const ms = Date.parse(instant);
    return Number.isNaN(ms) ? '' : format({ dateStyle: 'full', timeStyle: 'long' }).format(ms);
}

// The day of an instant in the reader's zone: 2026-03-02.
export function dayOf(ms) {
    const parts = Object.fromEntries(format({ year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms).map((p) => [p.type, p.value]));
    return `${parts.year}-${parts.month}-${parts.day}`;
}

export function dayName(ms) {
    return format({ weekday: 'short', day: 'numeric', month: 'short' }).format(ms);
}

// A length as a person says it: "4:32" below an hour, "2 h 05", "3 d 4 h".
export function length(ms) {
    const all = Math.floor(Math.abs(ms) / 1000);
    const two = (n) => String(n).padStart(2, '0');
    if (all < 3600) return `${Math.floor(all / 60)}:${two(all % 60)}`;
    if (all < 2 * 86400) return `${Math.floor(all / 3600)} h ${two(Math.floor((all % 3600) / 60))}`;
    return `${Math.floor(all / 86400)} ${t('day_short')} ${Math.floor((all % 86400) / 3600)} h`;
}

export function ago(instant) {
    const ms = tick.value - Date.parse(instant);
    if (Number.isNaN(ms)) return '';
    if (ms < MINUTE) return t('just_now');
    const [n, unit] = ms < HOUR ? [ms / MINUTE, 'min'] : ms < 2 * DAY ? [ms / HOUR, 'h'] : [ms / DAY, t('day_short')];
    return t('ago', { what: `${Math.floor(n)} ${unit}` });
}

export { MINUTE, HOUR, DAY };
