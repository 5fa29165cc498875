// test_matrix.mjs - every view × light and dark × 390 and 1,280 px × empty, one, 2,000 rows, connection lost: axe finds nothing.
import { Mock } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

const VIEWS = { board: '/', escalation: '/e/acme/E-1', tasks: '/tasks', oncall: '/oncall', deliveries: '/deliveries' };
const STATES = { empty: 0, one: 1, many: 2000, lost: 3 };
const SIZES = [[1280, 860], [390, 844]];

async function check(page, what) {
    for (const [width, height] of SIZES)
        for (const colorScheme of ['light', 'dark']) {
            await page.setViewportSize({ width, height });
            await page.emulateMedia({ colorScheme });
            await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
            const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
            const wrong = found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join('\n')}`);
            if (wrong.length > 0) throw new Error(`${what}, ${width} px, ${colorScheme}: ${wrong.join('\n')}`);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (wide > 0) throw new Error(`${what}, ${width} px: ${wide} px wider than the screen`);
        }
}


for (const [state, rows] of Object.entries(STATES))
    for (const [view, path] of Object.entries(VIEWS))
        test(`matrix ${view} ${state}`, async () => {
            const mock = await new Mock({ files: setup.files, rows, language: view === 'tasks' ? 'de' : 'en' }).start();
            if (rows > 0) mock.ask(mock.rows.get('acme/E-1'), 'approval');
            const page = await open(mock.url + path, { axe: true });
            await page.waitForFunction(() => document.querySelector('main h1') !== null && document.querySelector('.top') !== null);
            await eventually(() => page.evaluate(() => document.querySelector('.connection.live') !== null), 'the stream');
            if (state === 'lost') {
                mock.cut();
                await page.waitForSelector('.lost-banner');
            }
            await page.waitForTimeout(100);
            await check(page, `${view}, ${state}`);
            await mock.stop();
        });

// What opens above a view is a view as well.
for (const [name, keys] of Object.entries({ help: ['?'], handoff: ['j', 'h'], answer: ['j', 'Enter', '1'], resolve: ['j', 'r'] }))
    test(`matrix dialog ${name}`, async () => {
        const mock = await new Mock({ files: setup.files, rows: 1 }).start();
        if (name === 'answer') mock.ask(mock.rows.get('acme/E-1'), 'question');
        const page = await open(mock.url, { axe: true });
        await page.waitForSelector('[data-row]');
        for (const key of keys) {
            await page.keyboard.press(key);
            await page.waitForTimeout(60);
        }
        await page.waitForSelector('dialog[open]');
        await check(page, name);
        await mock.stop();
    });
