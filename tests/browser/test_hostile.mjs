// test_hostile.mjs - hostile texts do nothing, the policy holds, the worker keeps nothing, both languages are whole.
import assert from 'node:assert/strict';
import { Mock, HOSTILE } from './mock.mjs';
import { eventually, open, setup, test } from './suite.mjs';

for (const path of ['/', '/e/acme/E-1', '/tasks', '/oncall', '/deliveries'])
    test(`hostile texts at ${path} are texts`, async () => {
        const mock = await new Mock({ files: setup.files, rows: 20, hostile: true }).start();
        mock.ask(mock.rows.get('acme/E-1'), 'question');
        const page = await open(mock.url + path);
        page.on('dialog', () => assert.fail('a dialog of the browser'));
        await page.waitForSelector('.connection.live');
        await page.waitForTimeout(300);
        assert.match(await page.title(), / · Escal$/);
        assert.equal(await page.$('img, iframe, main script, main svg[onload], object, embed'), null);
        if (path === '/') assert.ok((await page.textContent('main')).includes(HOSTILE[0]), 'it is shown as it was written');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px wider than the screen`);
        await mock.stop();
    });

test('nothing becomes markup or a script, whoever tries', async () => {
    const mock = await new Mock({ files: setup.files }).start();
    const page = await open(mock.url, { allow: [/Content Security Policy|Trusted ?(HTML|Script|Type)/i] });
    await page.waitForSelector('.row');
    const tried = await page.evaluate(async () => {
        const said = [];
        const attempt = async (name, run) => {
            try {
                await run();
                said.push(name);
            } catch {
                // refused
            }
        };
        await attempt('innerHTML', () => { document.body.innerHTML = '<b>x</b>'; });
        await attempt('policy', () => trustedTypes.createPolicy('other', {}));
        await attempt('worker', () => navigator.serviceWorker.register('/evil.js'));
        const script = document.createElement('script');
        await attempt('script', () => { script.text = 'document.title = "hit"'; });
        return said;
    });
    assert.deepEqual(tried, []);
    const inline = await page.evaluate(() => {
        const element = document.createElement('p');
        element.setAttribute('style', 'position: fixed');
        document.body.append(element);
        return getComputedStyle(element).position;
    });
    assert.equal(inline, 'static');
    await mock.stop();
});

test('the worker answers no request and keeps nothing', async () => {
    const mock = await new Mock({ files: setup.files }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    await eventually(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active != null), 'the worker');
    await page.reload();
    await page.waitForSelector('.row');
    assert.deepEqual(await page.evaluate(() => caches.keys()), []);
    assert.equal(await page.evaluate(() => performance.getEntriesByType('navigation')[0].workerStart), 0, 'the page does not come by the worker');
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    await mock.stop();
});

test('German: every view is German, from the same table', async () => {
    const mock = await new Mock({ files: setup.files, rows: 8, language: 'de' }).start();
    const page = await open(mock.url);
    await page.waitForSelector('.row');
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    assert.match(await page.textContent('main'), /Jetzt in Bereitschaft.*Meine.*Noch niemand.*Andere/s);
    assert.match(await page.textContent('.mine .row'), /Übernehmen/);
    for (const [key, text] of [['t', 'Aufgaben'], ['o', 'Bereitschaft'], ['d', 'Zustellung']]) {
        await page.keyboard.press('g');
        await page.keyboard.press(key);
        await eventually(async () => (await page.textContent('main h1')) === text, text);
    }
    await mock.stop();
});

test('times are in the zone of the session', async () => {
    const mock = await new Mock({ files: setup.files, rows: 1 }).start();
    const page = await open(`${mock.url}/e/acme/E-1`);
    await page.waitForSelector('.facts');
    assert.match(await page.textContent('.facts'), /Opened09:51/); // 08:51 UTC in Berlin
    await mock.stop();
});
