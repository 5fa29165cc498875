// sw.js - shows what is pushed to this browser. It answers no request and keeps nothing: an old page must never be shown.
'use strict';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

function read(event) {
    try {
        return event.data === null ? {} : event.data.json();
    } catch {
        return {};
    }
}

self.addEventListener('push', (event) => {
    const said = read(event);
    const title = String(said.title || said.subject || 'Escal').slice(0, 200);
    event.waitUntil(self.registration.showNotification(title, { body: String(said.text || said.body || '').slice(0, 1000), tag: said.escalation || said.key || undefined, renotify: Boolean(said.escalation || said.key), requireInteraction: true, icon: '{{icon.svg}}', data: { url: said.url } }));
});

// Only addresses of this server are opened.
self.addEventListener('notificationclick', (event) => {
    event.notification.close();
    let target = new URL('/', self.location.origin);
    try {
        const wanted = new URL((event.notification.data && event.notification.data.url) || '/', self.location.origin);
        if (wanted.origin === self.location.origin) target = wanted;
    } catch {
        // no address: the board
    }
    event.waitUntil(self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((open) => {
        const there = open.find((one) => new URL(one.url).pathname === target.pathname);
        return there ? there.focus() : self.clients.openWindow(target.href);
    }));
});
