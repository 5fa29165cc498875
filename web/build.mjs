// build.mjs - bundles the page and writes it as C: node build.mjs MODULES OUT
//
// MODULES is the folder whose node_modules has what package.json names. OUT gets files/ (what is served, for who looks at it
// without a daemon, with files.json) and pane_files.c (the same, compressed, for runtime/pane). Names of assets carry a hash of
// their content, so a browser may keep them for ever; pages and the service worker are asked for anew.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [modules, out] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(join(modules, 'package.json'))('esbuild');
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', webmanifest: 'application/manifest+json', html: 'text/html; charset=utf-8' };
const read = (name) => readFileSync(join(here, name), 'utf8');

async function bundle(entry, loader) {
    const made = await esbuild.build({ entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, format: loader === 'css' ? undefined : 'esm', target: ['chrome115', 'firefox115', 'safari16.4'],
        nodePaths: [join(modules, 'node_modules')], legalComments: 'none', charset: 'utf8', logLevel: 'warning', metafile: true });
    return made.outputFiles[0].text;
}

const files = []; // { path, type, isKept, content }
const placed = {}; // name in the sources -> address

function add(name, content, address) {
    const ending = name.slice(name.lastIndexOf('.') + 1);
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const path = address ?? `/assets/${name.slice(0, name.lastIndexOf('.'))}-${hash}.${ending}`;
    placed[name] = path;
    files.push({ path, type: TYPES[ending], isKept: address === undefined, content: Buffer.from(content) });
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

add('icon.svg', read('icon.svg'));
add('manifest.webmanifest', fill(read('manifest.webmanifest')));
add('style.css', await bundle('style.css', 'css'));
add('main.js', await bundle('src/main.js'));
add('sw.js', fill((await esbuild.transform(read('sw.js'), { minify: true })).code), '/sw.js');
add('index.html', fill(read('index.html')), '/');

const made = files.map(rows);
rmSync(join(out, 'files'), { recursive: true, force: true });
mkdirSync(join(out, 'files'), { recursive: true });
files.forEach((file, number) => writeFileSync(join(out, 'files', String(number)), file.content));
writeFileSync(join(out, 'files', 'files.json'), JSON.stringify(files.map(({ path, type, isKept, sizes }, number) => ({ path, type, isKept, sizes, file: String(number) })), null, 1));
writeFileSync(join(out, 'pane_files.c'), `/* Made by web/build.mjs. */\n#include "pane_files.h"\n\n${made.map((one) => one.arrays).join('\n')}\nconst EscPaneFile esc_pane_files[] = {\n${made.map((one) => one.row).join('')}};\nconst size_t esc_pane_files_count = ${files.length};\n`);
for (const { path, sizes } of files) console.log(`${path}: ${sizes.plain} bytes, gzip ${sizes.gzip}, brotli ${sizes.brotli}`);
