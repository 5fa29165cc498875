// build.mjs - bundles the page and writes it as C: node build.mjs MODULES OUT
//
// MODULES is the folder whose node_modules has what package.json names. OUT gets files/ (what is served, for who looks at it
// without a daemon, with files.json) and pane_files.c (the same, compressed, for runtime/pane). Names of assets carry a hash of
// their content, so a browser may keep them for ever; pages and the service worker are asked for anew.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, out] = process.argv.slice(2).map((path) => resolve(path));
const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(modules, 'package.json'))('esbuild');
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', webmanifest: 'application/manifest+json', html: 'text/html; charset=utf-8' };
const read = (name) => readFileSync(join(here, name), 'utf8');

const options = { logOverride: { 'duplicate-object-key': 'error' }, bundle: true, minify: true, write: false, target: ['chrome115', 'firefox115', 'safari16.4'], nodePaths: [join(modules, 'node_modules')], legalComments: 'none', charset: 'utf8', logLevel: 'warning' };

const files = []; // { path, type, isKept, isFirst, content }; isFirst: the board needs it before it can be used
const placed = {}; // name in the sources -> address

function put(path, content, { isKept = true, isFirst = true } = {}) {
    files.push({ path, type: TYPES[path === '/' ? 'html' : path.slice(path.lastIndexOf('.') + 1)], isKept, isFirst, content: Buffer.from(content) });
}

function add(name, content, isFirst = true) {
    const dot = name.lastIndexOf('.');
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    placed[name] = `/assets/${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
    put(placed[name], content, { isFirst });
}

async function addStyle() {
    const made = await esbuild.build({ ...options, entryPoints: [join(here, 'style.css')] });
    add('style.css', made.outputFiles[0].text);
}

// The script in pieces: what the board needs, and each other view when it is wanted.
async function addScripts() {
    const made = await esbuild.build({ ...options, entryPoints: [join(here, 'src/main.js')], format: 'esm', splitting: true, outdir: '/assets', entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', metafile: true });
    const outputs = Object.fromEntries(Object.entries(made.metafile.outputs).map(([path, one]) => [`/assets/${basename(path)}`, one]));
    const first = new Set();
    const follow = (path) => {
        if (first.has(path)) return;
        first.add(path);
        for (const one of outputs[path].imports) if (one.kind === 'import-statement') follow(`/assets/${basename(one.path)}`);
    };
    placed['main.js'] = Object.keys(outputs).find((path) => (outputs[path].entryPoint || '').endsWith('src/main.js'));
    follow(placed['main.js']);
    for (const one of made.outputFiles) put(`/assets/${basename(one.path)}`, one.text, { isFirst: first.has(`/assets/${basename(one.path)}`) });
    placed.preload = [...first].filter((path) => path !== placed['main.js']).map((path) => `<link rel="modulepreload" href="${path}">`).join('\n');
}

function fill(text) {
    return text.replace(/\{\{([\w.]+)\}\}/g, (whole, name) => {
        if (placed[name] === undefined) throw new Error(`${whole} is not there`);
        return placed[name];
    });
}

function bytes(content) {
    return content.toString('hex').replace(/../g, '0x$&,').replace(/(?:0x..,){24}/g, '$&\n');
}

function rows(file, number) {
    const brotli = brotliCompressSync(file.content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: file.content.length } });
    const gzip = gzipSync(file.content, { level: 9 });
    const forms = { plain: file.content, gzip, brotli };
    file.sizes = { plain: file.content.length, gzip: gzip.length, brotli: brotli.length };
    const arrays = Object.entries(forms).map(([form, content]) => `static const uint8_t ${form}_${number}[] = {\n${bytes(content)}};`).join('\n');
    const views = Object.keys(forms).map((form) => `.${form} = {${form}_${number}, sizeof(${form}_${number})}`).join(', ');
    return { arrays: `/* ${file.path} */\n${arrays}\n`, row: `    {.path = "${file.path}", .type = "${file.type}", .is_kept = ${file.isKept}, ${views}},\n` };
}

add('icon.svg', read('icon.svg'), false);
add('manifest.webmanifest', fill(read('manifest.webmanifest')), false);
await addStyle();
await addScripts();
put('/sw.js', fill((await esbuild.transform(read('sw.js'), { minify: true })).code), { isKept: false, isFirst: false });
put('/', fill(read('index.html')), { isKept: false });

const made = files.map(rows);
rmSync(join(out, 'files'), { recursive: true, force: true });
mkdirSync(join(out, 'files'), { recursive: true });
files.forEach((file, number) => writeFileSync(join(out, 'files', String(number)), file.content));
writeFileSync(join(out, 'files', 'files.json'), JSON.stringify(files.map(({ path, type, isKept, isFirst, sizes }, number) => ({ path, type, isKept, isFirst, sizes, file: String(number) })), null, 1));
writeFileSync(join(out, 'pane_files.c'), `/* Made by web/build.mjs. */\n#include "pane_files.h"\n\n${made.map((one) => one.arrays).join('\n')}\nconst EscPaneFile esc_pane_files[] = {\n${made.map((one) => one.row).join('')}};\nconst size_t esc_pane_files_count = ${files.length};\n`);
for (const { path, sizes } of files) console.log(`${path}: ${sizes.plain} bytes, gzip ${sizes.gzip}, brotli ${sizes.brotli}`);
