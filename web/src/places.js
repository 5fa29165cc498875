// places.js - the address of the page: /, /tasks, /oncall, /deliveries, /e/CLIENT/E-12. Links within the page do not load it anew.
import { signal } from '@preact/signals';

const scrolls = new Map(); // path -> where one was

function read(path) {
    const found = /^\/e\/([^/]+)\/([^/]+)$/.exec(path);
    if (found === null) return { path };
    try {
        return { path, client: decodeURIComponent(found[1]), id: decodeURIComponent(found[2]) };
    } catch {
        return { path: '/?' };
    }
}

export const place = signal({ ...read(location.pathname), isFirst: true });

export function go(path, isBack = false) {
    scrolls.set(place.peek().path, scrollY);
    if (!isBack) history.pushState(null, '', path);
    place.value = { ...read(path), isFirst: false, scroll: path === '/' ? scrolls.get('/') : 0 };
}

const OWN = /^\/($|tasks$|oncall$|deliveries$|e\/)/;

export function follow(event) {
    const link = event.target.closest && event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.hash !== '' || !OWN.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname);
}
