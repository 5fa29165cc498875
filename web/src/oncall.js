// oncall.js - schedules as bands of a week with their gaps, who stands for which role, who is absent, and how one is reached.
import { clientTitle, get, may, me, post, session } from './api.js';
import { html } from './html.js';
import { At, Button, Evidence, toast } from './parts.js';
import { oncall } from './store.js';
import { useFetched } from './fetched.js';
import { clock, dayName, nowMs, DAY, HOUR } from './time.js';
import { readTurns } from './turns.js';
import { PushSwitch } from './push.js';
import { t, word } from './words.js';

const DAYS = 7;

// --- week bands ---------------------------------------------------------------------------------------

// The turns of a schedule within the days shown, and between them nobody.
function bands(turns, from, to) {
    const made = [];
    let at = from;
    for (const turn of turns) {
        if (turn.to <= from || turn.from >= to) continue;
        if (turn.from > at) made.push({ who: null, from: at, to: turn.from });
        made.push({ who: turn.who, from: Math.max(turn.from, from), to: Math.min(turn.to, to) });
        at = Math.max(at, turn.to);
    }
    if (at < to) made.push({ who: null, from: at, to });
    return made;
}

// A quiet colour for each person, always the same one.
function hue(name) {
    let sum = 0;
    for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
    return sum % 8;
}

function Band({ duty, client }) {
    const from = Math.floor(nowMs() / HOUR) * HOUR, to = from + DAYS * DAY;
    const { value } = useFetched(() => get('/v1/oncall', { client, ics: duty.schedule }), [client, duty.schedule, duty.person, duty.until]);
    const all = value === null ? [] : bands(readTurns(value.calendar || ''), from, to);
    const gaps = all.filter((one) => one.who === null).length;
    const title = duty.title || duty.schedule;
    return html`<li class="band"><div class="name"><b>${title}</b><small>${clientTitle(client)}</small></div>
        <div class="now"><b class=${duty.person ? '' : 'bad'}>${duty.person ? duty.name || duty.person : t('nobody_on_duty')}</b>${duty.until && html`<small>${t('until', { time: clock(duty.until) })}${duty.next && `, ${t('then', { who: duty.next_name || duty.next })}`}</small>`}</div>
        <ol class="week" aria-label=${title}>${all.map((one) => html`<li class=${one.who === null ? 'gap' : `hue-${hue(one.who)}`} style=${{ flexGrow: String((one.to - one.from) / HOUR) }}
            title=${t(one.who === null ? 'gap_label' : 'turn_label', { name: title, who: one.who, from: clock(one.from), to: clock(one.to) })}><span>${one.who === null ? t('gap') : one.who}</span></li>`)}</ol>
        <small class=${gaps > 0 ? 'bad' : 'fine'}>${value === null ? '' : gaps > 0 ? t('gaps', { n: gaps }) : t('no_gap')}</small></li>`;
}

function Days() {
    const start = Math.floor(nowMs() / HOUR) * HOUR;
    return html`<li class="days" aria-hidden="true"><div></div><div></div><ol class="week">${Array.from({ length: DAYS }, (_, i) => html`<li style=${{ flexGrow: '24' }}>${dayName(start + i * DAY)}</li>`)}</ol></li>`;
}

// --- roles, absences ----------------------------------------------------------------------------------

function Roles({ list }) {
    const roles = list.filter((duty) => duty.template);
    if (roles.length === 0) return null;
    return html`<div class="wide" tabindex="0" role="group" aria-label=${t('roles_now')}><table><caption>${t('roles_now')}</caption><thead><tr><th scope="col">${t('template')}</th><th scope="col">${t('role')}</th><th scope="col">${t('owner')}</th></tr></thead>
        <tbody>${roles.map((duty) => html`<tr><th scope="row">${duty.template_title || duty.template}</th><td>${word('r_', duty.role)}</td>
            <td>${duty.depends_on_ticket ? t('depends') : duty.turns ? `${t('takes_turns')}: ${duty.name || duty.person || t('nobody_on_duty')}` : duty.name || duty.person || html`<b class="bad">${t('nobody_on_duty')}</b>`}</td></tr>`)}</tbody></table></div>`;
}

function absentOf(list) {
    const found = new Map();
    for (const duty of list) for (const one of duty.absent || []) found.set(one.person || one, typeof one === 'string' ? { person: one } : one);
    return [...found.values()];
}

// --- how I am reached ---------------------------------------------------------------------------------

async function sendTest(client, again) {
    try {
        await post(`/v1/people/${encodeURIComponent(me(client))}/test`, client, {});
        toast(t('says_done', { id: clientTitle(client), what: t('done_test') }));
        again();
    } catch (error) {
        toast(t('refused', { id: clientTitle(client), why: error.message }), true);
    }
}

const REACHED = ['delivered', 'seen', 'acked'];

// The last message by each way that reached somebody, from what was sent.
function lastByWay(items, person) {
    const ways = new Map();
    for (const one of items) {
        if (one.target !== person || !one.medium) continue;
        if (!ways.has(one.medium)) ways.set(one.medium, { medium: one.medium, last: one, success: null });
        const way = ways.get(one.medium);
        if (way.success === null && REACHED.includes(one.state)) way.success = one;
    }
    return [...ways.values()];
}

function Reach({ client }) {
    const person = me(client);
    const { value, again } = useFetched(() => get('/v1/outbox', { client, limit: 1000 }), [client]);
    const ways = value === null ? [] : lastByWay(value.items, person);
    return html`<li class="reach"><b>${clientTitle(client)}</b><span>${ways.length === 0 ? html`<small>${t('last_success')}: ${t('never')}</small>` : ways.map((way) => html`<span class="way"><b>${way.medium}</b> <${Evidence} message=${{ ...way.last, to: person }} />
        <small>${t('last_success')}: ${way.success === null ? t('never') : html`<${At} time=${way.success.created_at} />`}</small></span>`)}</span>
        ${may(client, 'people') && html`<${Button} act=${() => sendTest(client, again)}>${t('test_me')}</${Button}>`}</li>`;
}

export function OnCall() {
    const all = [...oncall.value];
    const schedules = all.flatMap(([client, list]) => list.filter((duty) => duty.schedule).map((duty) => ({ client, duty })));
    const absent = all.flatMap(([client, list]) => absentOf(list).map((one) => ({ client, ...one })));
    return html`<h1 tabindex="-1">${t('oncall')}</h1>
        <section aria-labelledby="head-schedules"><h2 id="head-schedules">${t('schedules')}</h2>${schedules.length === 0 ? html`<p class="empty">${t('no_schedule')}</p>`
            : html`<ul class="bands"><${Days} />${schedules.map(({ client, duty }) => html`<${Band} key=${`${client}/${duty.schedule}`} client=${client} duty=${duty} />`)}</ul>`}</section>
        ${absent.length > 0 && html`<section aria-labelledby="head-absent"><h2 id="head-absent">${t('absences')}</h2><ul class="plain">${absent.map((one) => html`<li>${one.until ? t('absent_until', { who: one.name || one.person, until: clock(one.until) }) : one.name || one.person}${one.deputy && html`, ${t('absent_deputy', { deputy: one.deputy_name || one.deputy })}`} <small>${clientTitle(one.client)}</small></li>`)}</ul></section>`}
        <section aria-labelledby="head-reach"><h2 id="head-reach">${t('reachability')}</h2><ul class="reaches">${session.value.clients.map((one) => html`<${Reach} key=${one.client} client=${one.client} />`)}</ul><${PushSwitch} /></section>
        ${all.filter(([, list]) => list.some((duty) => duty.template)).map(([client, list]) => html`<section key=${client} aria-label=${`${t('people')}: ${clientTitle(client)}`}><h2>${clientTitle(client)}</h2><${Roles} list=${list} /></section>`)}`;
}
