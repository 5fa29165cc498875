// turns.js - the turns that a calendar file of /v1/oncall?ics= lists: { who, from, to } in order, in ms.

// Long lines are folded: what begins with a blank belongs to the line before.
function unfold(text) {
    return text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
}

function instant(value) {
    const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(value);
    return found === null ? NaN : Date.UTC(found[1], found[2] - 1, found[3], found[4] || 0, found[5] || 0, found[6] || 0);
}

const plain = (text) => text.replace(/\\n/gi, ' ').replace(/\\([,;\\])/g, '$1');

export function readTurns(text) {
    const turns = [];
    let one = null;
    for (const line of unfold(text)) {
        const colon = line.indexOf(':');
        const name = line.slice(0, colon).split(';')[0].toUpperCase(), value = line.slice(colon + 1);
        if (name === 'BEGIN' && value === 'VEVENT') one = {};
        else if (one === null) continue;
        else if (name === 'SUMMARY') one.who = plain(value);
        else if (name === 'DTSTART') one.from = instant(value);
        else if (name === 'DTEND') one.to = instant(value);
        else if (name === 'END' && value === 'VEVENT') {
            if (one.from < one.to) turns.push({ who: one.who || '', from: one.from, to: one.to });
            one = null;
        }
    }
    return turns.sort((a, b) => a.from - b.from);
}
