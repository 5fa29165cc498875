// main.mjs - node main.mjs MODULES FILES BIN CHROMIUM [PATTERN]: all tests, or those whose names have PATTERN in them (with ! before it: those that have not).
import { runAll, setup } from './suite.mjs';

const [modules, files, bin, chromium, pattern] = process.argv.slice(2);
Object.assign(setup, { modules, files, bin, chromium });
await import('./test_order.mjs');
await import('./test_acts.mjs');
await import('./test_keys.mjs');
await import('./test_phone.mjs');
await import('./test_hostile.mjs');
await import('./test_leads.mjs');
await import('./test_daemon.mjs');
await import('./test_matrix.mjs');
await runAll(pattern);
